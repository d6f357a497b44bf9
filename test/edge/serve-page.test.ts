import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { readEvent } from '../../lib/edge/event'
import { servePage } from '../../lib/edge/serve-page'
import { viewJson, wantedOf } from '../../lib/edge/wanted'
import { readView } from '../../lib/journey/gather/view'
import { verdict } from '../../lib/journey/verdict'
import type { Tools } from '../../lib/ports'
import { allWell, many, oneFailing, silent } from '../browser/stock'
import { isThorough, slow } from '../cases'
import { testTools } from '../fakes/tools'
import { crowded } from '../fixtures/bucket/crowds'
import { pushed } from '../fixtures/bucket/requests'
import { counted } from '../fixtures/bucket/store-calls'
import { sound } from '../fixtures/databases'

import { ask, bearer, cookie, eventOf, look, pushToken, token } from './asking'

const pages = ['', '/', '/databases/tokens', '/nowhere', '/status', '/databases/%zz']
const programs = ['/json', '/metrics', '/verification', '/uploads']

describe('who may look', () => {
  test.each(
    pages.flatMap((path) => [
      { path, name: 'nobody', headers: {} },
      { path, name: 'a push token', headers: { cookie: `snapproof_read=${pushToken}` } },
    ]),
  )('"$path" asks $name for the read token, and shows nothing else', async ({ path, headers }) => {
    const { tools } = await allWell()
    const response = await ask(tools, { path, headers })
    expect(response.statusCode).toBe(401)
    expect(response.body).toContain('type="password"')
    expect(response.body).not.toMatch(/sessions|my-backups/)
  })

  test.each(programs)('"%s" refuses without the token, in JSON', async (path) => {
    const refused = await ask(testTools(), { path })
    expect(refused.statusCode).toBe(401)
    expect(JSON.parse(refused.body)).toMatchObject({ fault: 'unauthorised' })
    const wrong = await ask(testTools(), {
      path,
      headers: { authorization: `Bearer ${pushToken}` },
    })
    expect(wrong.statusCode).toBe(403)
  })

  test.each([...programs, '', '/databases/tokens'])(
    '"%s" takes the token as a header',
    async (path) => {
      expect((await ask(testTools(), { path, headers: bearer })).statusCode).toBe(200)
    },
  )

  test.each(programs)('"%s" takes the cookie of a person who follows a link', async (path) => {
    const headers = { ...cookie, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect((await ask(testTools(), { path, headers })).statusCode).toBe(200)
  })

  test('the token never counts when it stands in an address', async () => {
    const response = await servePage(() => testTools())(eventOf({ query: `token=${token}` }))
    expect(response.statusCode).toBe(401)
  })

  test('the badge is for anybody', async () => {
    for (const path of ['/badge', '/badge.svg']) {
      const response = await ask(testTools(), { path })
      expect(response.statusCode).toBe(200)
      expect(response.headers['cache-control']).toBe('public, max-age=60')
    }
  })
})

describe('the addresses', () => {
  test.each([
    { path: '', link: 'href="status/databases/tokens"' },
    { path: '/', link: 'href="./databases/tokens"' },
    { path: '/status', link: 'href="status/databases/tokens"' },
    { path: '/status/', link: 'href="../databases/tokens"' },
    { path: '/databases/tokens', link: 'href="../"' },
    { path: '/status/databases/tokens', link: 'href="../../"' },
  ])('from "$path" links lead to where the pages are', async ({ path, link }) => {
    const { tools } = await allWell()
    const { statusCode, body } = await look(tools, path)
    expect(statusCode).toBe(200)
    // Behind a proxy that hides "status" a link may lead out of the folder and back: both are the page.
    expect(body).toContain(path === '/status/' ? 'databases/tokens"' : link)
  })

  test.each(['/nowhere', '/databases/', '/databases/a/b', '/databases/%zz', '/json/more'])(
    '"%s" leads nowhere, and says so',
    async (path) => {
      const { statusCode, body } = await look(testTools(), path)
      expect(statusCode).toBe(404)
      expect(body).toContain('<h1>There is no such page</h1>')
    },
  )

  test('a database that is unknown is named, and not as markup', async () => {
    const { statusCode, body } = await look(testTools(), '/databases/%3Cb%3Eshop')
    expect(statusCode).toBe(404)
    expect(body).toContain('No database is called &lt;b&gt;shop.')
  })
})

describe('the pages', () => {
  test('answer the one question first, of a copy that was really opened', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    await verdict.run({ ticket: id }, tools)
    const { body } = await look(tools)
    expect(body).toContain('<title>tokens is safe · Snapproof</title>')
    expect(body).toContain('<h1>tokens is safe</h1>')
    const whole = (await look(tools, '/databases/tokens')).body
    expect(whole.replaceAll(/<\/?span>/g, '')).toContain(
      `restore.sh --at ${id} /etc/snapproof/tokens.env`,
    )
    expect(whole).toContain(`<li id="${id}">`)
  })

  test('show of a damaged copy what was found, and no command to restore it', async () => {
    const { tools } = await oneFailing()
    const { body } = await look(tools, '/databases/tokens')
    const [item = ''] = /<li id="tokens_2026-11-21.*?<li id=/s.exec(body) ?? []
    expect(item).toContain('btreeInitPage() returns error code 11')
    expect(item).toContain('Not for a restore: it is damaged.')
    expect(item).not.toContain('restore.sh')
    expect(body).toContain('tokens: the newest copy is damaged')
  })

  test('are never green while nobody watches', async () => {
    const { tools } = await silent()
    for (const path of ['', '/databases/tokens']) {
      const { body } = await look(tools, path)
      expect(body).toContain('<header class="hero late">')
      expect(body).not.toMatch(/ safe</)
    }
  })

  test('load and run nothing: what the policy allows is the one style, to the letter', async () => {
    const { tools } = await allWell()
    for (const path of ['', '/databases/tokens', '/nowhere']) {
      const { headers, body } = await look(tools, path)
      const [, style = ''] = /<style>(.*?)<\/style>/s.exec(body) ?? []
      const hash = createHash('sha256').update(style).digest('base64')
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      )
      expect(body.match(/<style/g)).toHaveLength(1)
      expect(body).not.toMatch(/<script|\ssrc=|\sstyle=|\son\w+=|@import|url\(/)
      expect(body.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/)
    }
  })

  test('tell which build made them', async () => {
    const { tools } = await allWell()
    expect((await look(tools)).body).toContain(`Snapproof 0.0.0, build ${'b'.repeat(12)}<`)
    expect((await look(tools, '/databases/tokens')).body).toContain('Snapproof 0.0.0, build')
    const settings = { ...tools.settings, build: { version: '0.0.0', sha256: undefined } }
    expect((await look({ ...tools, settings })).body).toContain('Snapproof 0.0.0<')
  })

  test('say in words what could not be read, and that nothing is known', async () => {
    const tools = testTools()
    tools.store.failNext('files')
    const { statusCode, body } = await look(tools)
    expect(statusCode).toBe(503)
    expect(body).toContain('<h1>The state is not known</h1>')
    expect(body).toContain('The store is away.')
    expect(body).toContain('<header class="hero late">')
  })

  test('hold no secret and no token', async () => {
    const { tools } = await oneFailing()
    for (const path of ['', '/databases/tokens', ...programs, '/badge']) {
      const response = await ask(tools, { path, headers: bearer })
      const said = JSON.stringify(response)
      expect(said).not.toContain(tools.settings.secrets.current)
      expect(said).not.toContain(token)
    }
  })
})

describe('for programs', () => {
  test('JSON is the whole overview, for whoever asks for it by path or by type', async () => {
    const { tools } = await allWell()
    for (const question of [
      { path: '/json', headers: bearer },
      { headers: { ...bearer, accept: 'application/json' } },
    ]) {
      const overview = JSON.parse((await ask(tools, question)).body)
      expect(overview).toMatchObject({ health: 'sound', installation: 'my-backups' })
      expect(overview.databases[1].copies).toHaveLength(24)
      expect(overview.publicKey).toContain('PUBLIC KEY')
      expect(overview.build).toEqual({ version: '0.0.0', sha256: 'b'.repeat(64) })
    }
    const one = await ask(tools, { path: '/json', headers: bearer, query: 'database=tokens' })
    expect(JSON.parse(one.body).databases).toHaveLength(1)
  })

  test('a name that is not known is refused', async () => {
    const question = { path: '/verification', headers: bearer, query: 'database=shop' }
    const response = await ask(testTools(), question)
    expect(response.statusCode).toBe(404)
    expect(JSON.parse(response.body)).toMatchObject({ fault: 'not-found' })
  })
})

describe('with two databases of 24 copies each', () => {
  test('the page is small, and made of one listing and what was derived: no entry is read', async () => {
    const { tools } = await allWell()
    const { tools: noted, calls } = counted(tools)
    const read: string[] = []
    const store: Tools['store'] = {
      ...noted.store,
      read: (key) => {
        read.push(key)
        return noted.store.read(key)
      },
    }
    const { body } = await look({ ...noted, store })
    expect(Buffer.byteLength(body)).toBeLessThan(300_000)
    expect(body.match(/class="strip"/g)).toHaveLength(6)
    // Each catalog once, and the states: no other signature is checked.
    const states = ['alerts', 'drill', 'prune', 'summary', 'watch'].map(
      (name) => `backups/_state/${name}.json`,
    )
    const catalogs = ['tokens', 'sessions'].map((name) => `backups/_state/${name}/catalog.json`)
    expect(read.toSorted()).toEqual([...states, ...catalogs].toSorted())
    expect(calls.length).toBeLessThan(read.length + 20)
    expect(new Set(calls)).toEqual(new Set(['pages', 'files', 'now', 'read']))
    const one = await look(tools, '/databases/tokens')
    expect(Buffer.byteLength(one.body)).toBeLessThan(60_000)
  })
})

describe('with sixty databases of 24 copies each', () => {
  test(
    'the page is small, and made of what the watch summed up: no other object is read',
    slow,
    async () => {
      const { tools } = await many()
      const { tools: noted, calls } = counted(tools)
      const { body } = await look(noted)
      expect(Buffer.byteLength(body)).toBeLessThan(200_000)
      expect(body.match(/class="strip"/g)).toHaveLength(50)
      expect(body).toContain('1 to 50 of 60 databases')
      expect(calls).toEqual(['read', 'now'])
      const second = await ask(tools, { headers: cookie, query: 'page=2' })
      expect(second.body.match(/class="strip"/g)).toHaveLength(10)
      expect(second.body).toContain('<a href="?" rel="prev">')
      const one = await look(tools, '/databases/grove-users')
      expect(Buffer.byteLength(one.body)).toBeLessThan(60_000)
    },
  )
})

describe.each(isThorough ? [500, 10_000] : [500])('with %i databases', (count) => {
  test('page, JSON and figures cost two requests, and none is larger than half a megabyte', async () => {
    const tools = await crowded(count)
    for (const path of ['', '/json', '/metrics', '/verification']) {
      const { tools: noted, calls } = counted(tools)
      const { statusCode, body } = await ask(noted, { path, headers: bearer })
      expect(statusCode).toBe(200)
      expect(calls, path).toEqual(['read', 'now'])
      expect(Buffer.byteLength(body), path).toBeLessThan(500_000)
    }
  })
})

describe('a list of many', () => {
  test('says how many there are, leads to the others, and finds one by its name', async () => {
    const tools = await crowded(120)
    const page = async (query: string) => (await ask(tools, { headers: cookie, query })).body
    const second = await page('page=2')
    expect(second).toContain('<h1>All 120 databases are safe</h1>')
    expect(second).toContain('51 to 100 of 120 databases')
    expect(second).toContain('<a href="?page=3" rel="next">')
    const found = await page('q=SHOP-0007&page=1')
    expect(found).toContain('10 of 120 databases have “shop-0007” in their names.')
    expect(found).toContain('href="status/databases/shop-00070"')
    expect(found).not.toContain('shop-00080')
    expect(await page('q=%3Cb%3E%22')).toContain('“&lt;b&gt;&quot;”')
    for (const odd of ['page=0', 'page=-1', 'page=x', 'page=1&page=2', 'q=a&q=b', 'page=999999'])
      expect(await page(odd)).toContain('All 120 databases are safe')
  })

  test('in JSON leads from page to page, to every database, each once', async () => {
    const tools = await crowded(250)
    const names: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const { body } = await ask(tools, { path: '/json', headers: bearer, query: next.slice(1) })
      const answer = JSON.parse(body)
      expect(answer).toMatchObject({ isShortened: true, found: 250, pages: 3, health: 'sound' })
      names.push(...answer.databases.map(({ database }: { database: string }) => database))
      next = answer.next
    }
    expect(names).toHaveLength(250)
    expect(names).toEqual([...new Set(names)].toSorted())
    const one = { path: '/json', headers: bearer, query: 'q=00249' }
    expect(JSON.parse((await ask(tools, one)).body)).toMatchObject({ found: 1, next: null })
  })

  test('in figures says how many pages there are, and how all of them stand', async () => {
    const tools = await crowded(200)
    const figures = async (query: string) =>
      (await ask(tools, { path: '/metrics', headers: bearer, query })).body
    const [first, second] = [await figures(''), await figures('page=2')]
    expect(first).toContain('snapproof_pages 2\n')
    expect(first).toContain('snapproof_databases{state="sound"} 200\n')
    expect(first.match(/^snapproof_verify_status\{/gm)).toHaveLength(150)
    expect(second.match(/^snapproof_verify_status\{/gm)).toHaveLength(50)
  })
})

const asked = (query: string) =>
  wantedOf(readEvent(eventOf({ query })), { size: 50, by: 'gravity' })

test.each([
  { query: '', page: 1, name: '' },
  { query: 'page=7&q=Shop%20', page: 7, name: 'shop' },
  { query: 'page=0', page: 0, name: '' },
  { query: 'page=-3', page: 1, name: '' },
  { query: 'page=1e9', page: 1, name: '' },
  { query: 'page=2&page=3&q=a&q=b', page: 1, name: '' },
  { query: `q=${'x'.repeat(500)}`, page: 1, name: 'x'.repeat(64) },
])('"$query" asks for page $page', ({ query, page, name }) => {
  expect(asked(query)).toEqual({ query: name, page, size: 50, by: 'gravity' })
})

test('few are answered whole, as long as the platform carries it; then in lines', async () => {
  const view = await readView(testTools(), asked(''))
  expect(JSON.parse(viewJson(view))).toMatchObject({
    isShortened: false,
    databases: [{ database: 'tokens', copies: [] }],
  })
  const [one] = view.whole?.databases ?? []
  if (!view.whole || !one) throw new Error('nothing is shown')
  const remarks = [{ check: 'rows', outcome: 'warned', detail: 'x'.repeat(950_000) }]
  const copy = {
    id: 't',
    file: 't.db',
    word: 'warned',
    takenAt: '',
    arrivedAt: '',
    provenAt: undefined,
    sizeBytes: 1,
    rows: undefined,
    change: undefined,
    tookMs: undefined,
    remarks,
    pinnedBy: undefined,
    keep: true,
    reasons: [],
  }
  const large = { ...view, whole: { ...view.whole, databases: [{ ...one, copies: [copy] }] } }
  const small = { ...copy, remarks: [] }
  const crowd = { ...one, copies: Array.from({ length: 1_001 }, () => small) }
  for (const far of [large, { ...view, whole: { ...view.whole, databases: [crowd] } }])
    expect(JSON.parse(viewJson(far))).toMatchObject({
      isShortened: true,
      found: 1,
      next: null,
      databases: [{ database: 'tokens', health: 'never' }],
    })
})
