import { describe, expect, test } from 'vitest'

import { servePage } from '../../lib/edge/serve-page'
import { testTools } from '../fakes/tools'

import { ask, bearer, cookie, ownHost, pushToken, token } from './asking'

const address = 'https://faas.example/api/v1/web/fn-1/snapshots/status'

const signIn = (typed: string, options: { path?: string; headers?: Record<string, string> } = {}) =>
  ask(testTools(), {
    method: 'POST',
    path: options.path ?? '',
    body: `token=${encodeURIComponent(typed)}`,
    headers: { 'x-forwarded-proto': 'https', referer: address, ...options.headers },
  })

describe('the token that is typed once', () => {
  test('is kept in a cookie that no script and no other site can use, for these pages alone', async () => {
    const response = await signIn(` ${token}\n`)
    expect(response.statusCode).toBe(303)
    expect(response.headers['set-cookie']).toBe(
      `snapproof_read=${token}; HttpOnly; SameSite=Strict; Max-Age=7776000; Path=/api/v1/web/fn-1/snapshots/status; Secure`,
    )
    expect(response.headers['location']).toBe('?')
    expect(response.headers['location']).not.toContain(token)
  })

  test.each([
    {
      name: 'another page of ours',
      path: '/databases/tokens',
      referer: `${address}/databases/tokens`,
      bound: '/api/v1/web/fn-1/snapshots/status',
    },
    {
      name: 'a proxy that hides everything',
      path: '/',
      referer: 'https://backups.example/',
      bound: '/',
    },
    { name: 'no address of the form', path: '', referer: '', bound: undefined },
    {
      name: 'an address that is not of this path',
      path: '/databases/tokens',
      referer: address,
      bound: undefined,
    },
    {
      name: 'an address with signs of a header',
      path: '',
      referer: 'https://x.example/a;Domain=example',
      bound: undefined,
    },
  ])('is bound to where the pages are: $name', async ({ path, referer, bound }) => {
    const response = await signIn(token, { path, headers: { referer } })
    const [, found] = /Path=([^;]*)/.exec(response.headers['set-cookie'] ?? '') ?? []
    expect(found).toBe(bound)
    expect(response.headers['set-cookie']).not.toContain('Domain')
  })

  test('goes without TLS on one machine alone', async () => {
    const response = await signIn(token, { headers: { 'x-forwarded-proto': 'http' } })
    expect(response.headers['set-cookie']).not.toContain('Secure')
  })

  test.each(['', 'nonsense', pushToken, `${token}x`, 'read.all.00000001.\r\nset-cookie: a=b'])(
    'is refused, and sets nothing, when it is not the one: %j',
    async (typed) => {
      const response = await signIn(typed)
      expect(response.statusCode).toBe(401)
      expect(response.headers).not.toHaveProperty('set-cookie')
      expect(response.body).toContain('That token is not valid here')
    },
  )

  // A neighbour's subdomain is "same-site" to a browser, and no less a stranger's.
  test.each(['cross-site', 'same-site'])(
    'is not taken from the form of another site: %s',
    async (site) => {
      const response = await signIn(token, { headers: { 'sec-fetch-site': site } })
      expect(response.headers).not.toHaveProperty('set-cookie')
      expect(response.statusCode).toBe(401)
      const own = await signIn(token, { headers: { 'sec-fetch-site': 'same-origin' } })
      expect(own.statusCode).toBe(303)
    },
  )

  test('is forgotten on demand, and by nobody else’s', async () => {
    const leave = (site: string) =>
      ask(testTools(), {
        method: 'POST',
        body: 'leave=yes',
        headers: { ...cookie, referer: address, 'sec-fetch-site': site },
      })
    expect((await leave('same-origin')).headers['set-cookie']).toMatch(
      /^snapproof_read=; .*Max-Age=0/,
    )
    for (const site of ['cross-site', 'same-site'])
      expect((await leave(site)).headers).not.toHaveProperty('set-cookie')
  })
})

describe('the cookie', () => {
  test.each([
    { name: 'a page that is looked at', mode: 'navigate', destination: 'document', status: 200 },
    { name: 'a script', mode: 'cors', destination: 'empty', status: 401 },
    { name: 'a frame', mode: 'navigate', destination: 'iframe', status: 401 },
    { name: 'a picture', mode: 'no-cors', destination: 'image', status: 401 },
  ])('opens nothing but to $name', async ({ mode, destination, status }) => {
    const headers = { ...cookie, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination }
    for (const path of ['', '/json'])
      expect((await ask(testTools(), { path, headers })).statusCode).toBe(status)
  })

  test('counts among others, of the same name too', async () => {
    const headers = { cookie: `a=b; snapproof_read=planted; snapproof_read=${token}; c` }
    expect((await ask(testTools(), { headers })).statusCode).toBe(200)
  })

  test('is not sent from a link in a message: then the page offers to ask again', async () => {
    const { body } = await ask(testTools(), { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(body).toContain('<a href="?">I have given it to this browser before</a>')
  })
})

const apiHost = 'faas-fra1-afec6ce7.doserverless.co'

const shared = [
  { name: 'the functions’ own host', headers: { host: apiHost } },
  { name: 'the same, written otherwise', headers: { host: `${apiHost.toUpperCase()}.:443` } },
  // So DigitalOcean calls itself from within, and tells nothing else.
  { name: 'the platform’s inner name', headers: { host: 'ccontroller' } },
  { name: 'an inner name with dots', headers: { host: 'controller.openwhisk.svc' } },
  { name: 'an address', headers: { host: '203.0.113.7' } },
  { name: 'a name that only begins like this machine’s', headers: { host: 'localhost.co:80x' } },
  { name: 'a proxy in between', headers: { host: ownHost, 'x-forwarded-host': apiHost } },
  { name: 'no name', headers: { host: '' } },
]

const ownOrLocal = [
  { name: 'a domain', headers: { host: ownHost } },
  {
    name: 'a domain before the platform',
    headers: { host: 'ccontroller', 'x-forwarded-host': 'Backups.example:443' },
  },
  {
    name: 'a domain before another proxy',
    headers: { host: apiHost, 'x-forwarded-host': `${ownHost}, ${apiHost}` },
  },
  { name: 'a domain that ends alike', headers: { host: 'mydoserverless.co' } },
  { name: '127.0.0.1', headers: { host: '127.0.0.1:4217' } },
  { name: 'localhost', headers: { host: 'localhost:4217' } },
  { name: '[::1]', headers: { host: '[::1]:4217' } },
]

describe('on a host name that strangers’ functions share', () => {
  test.each(shared)('there is no form, and why is said: $name', async ({ headers }) => {
    for (const path of ['', '/databases/tokens', '/nowhere']) {
      const { statusCode, body } = await ask(testTools(), { path, headers })
      expect(statusCode).toBe(401)
      expect(body).not.toMatch(/<form|<input|type="password"/)
      expect(body).toContain('<h1>Type no token here</h1>')
      expect(body).toContain('Other people’s functions answer under this host name too.')
      expect(body).toContain('>npx snapproof page</code>')
      expect(body).toContain('a domain of your own')
    }
  })

  test('nobody says by what name the page was reached: it counts as shared', async () => {
    const { body } = await servePage(() => testTools())({ http: { method: 'GET', path: '' } })
    expect(body).toContain('<h1>Type no token here</h1>')
  })

  test.each(shared)('nobody is let in by a cookie, nor signed in: $name', async ({ headers }) => {
    for (const path of ['', '/databases/tokens', '/json', '/metrics', '/verification', '/uploads'])
      expect(
        (await ask(testTools(), { path, headers: { ...cookie, ...headers } })).statusCode,
      ).toBe(401)
    for (const body of [`token=${token}`, 'leave=yes']) {
      const form = { method: 'POST', body, headers: { ...cookie, referer: address, ...headers } }
      const response = await ask(testTools(), form)
      expect(response.statusCode).toBe(401)
      expect(response.headers).not.toHaveProperty('set-cookie')
    }
  })

  test('the token as a header opens everything, and the badge needs none', async () => {
    const headers = { ...bearer, host: apiHost }
    for (const path of ['', '/databases/tokens', '/json', '/metrics', '/verification', '/uploads'])
      expect((await ask(testTools(), { path, headers })).statusCode).toBe(200)
    for (const path of ['/badge', '/badge.svg'])
      expect((await ask(testTools(), { path, headers: { host: apiHost } })).statusCode).toBe(200)
    const refused = await ask(testTools(), {
      headers: { host: apiHost, authorization: `Bearer ${pushToken}` },
    })
    expect(refused.body).toContain('<h1>That token is not valid here</h1>')
    expect(refused.body).not.toContain('<form')
  })

  test('the page is as elsewhere where the operator insists', async () => {
    const tools = () => testTools({ isPageOnSharedHost: true })
    const headers = { host: apiHost, referer: address }
    expect((await ask(tools(), { headers })).body).toContain('type="password"')
    const signedIn = await ask(tools(), { method: 'POST', body: `token=${token}`, headers })
    expect(signedIn.statusCode).toBe(303)
    for (const path of ['', '/json'])
      expect((await ask(tools(), { path, headers: { ...headers, ...cookie } })).statusCode).toBe(
        200,
      )
  })
})

describe('at a domain of one’s own, or on this machine', () => {
  test.each(ownOrLocal)('the page asks for the token, and keeps it: $name', async ({ headers }) => {
    expect((await ask(testTools(), { headers })).body).toContain('type="password"')
    expect((await signIn(token, { headers })).statusCode).toBe(303)
    expect((await ask(testTools(), { headers: { ...headers, ...cookie } })).statusCode).toBe(200)
  })
})
