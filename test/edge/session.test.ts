import { describe, expect, test } from 'vitest'

import { testTools } from '../fakes/tools'

import { ask, cookie, pushToken, token } from './asking'

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

  test('is not taken from the form of another site', async () => {
    const response = await signIn(token, { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(response.headers).not.toHaveProperty('set-cookie')
    expect(response.statusCode).toBe(401)
  })

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
    expect((await leave('cross-site')).headers).not.toHaveProperty('set-cookie')
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
