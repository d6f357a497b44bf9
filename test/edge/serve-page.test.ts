import { describe, expect, test } from 'vitest'

import { servePage } from '../../lib/edge/serve-page'
import { verdict } from '../../lib/journey/verdict'
import { mintToken } from '../../lib/rules/tokens'
import { secret, testTools } from '../fakes/tools'
import { sound, withZeroedPage } from '../fixtures/databases'
import { pushed } from '../fixtures/requests'

const token = mintToken(secret, { scope: 'read', database: 'all', keyId: '00000001' })
const pushToken = mintToken(secret, { scope: 'push', database: 'tokens', keyId: '00000001' })

type Options = { path?: string; method?: string; headers?: Record<string, string>; body?: string }

const ask = ({ path = '', method = 'GET', headers = {}, body = '' }: Options) => ({
  http: { body, headers, method, path, queryString: '', isBase64Encoded: false },
})

describe('the status page', () => {
  test.each([
    { name: 'without a token', headers: {} },
    { name: 'with a push token', headers: { cookie: `snapproof_read=${pushToken}` } },
  ])('asks for the read token and shows nothing else: $name', async ({ headers }) => {
    const response = await servePage(() => testTools())(ask({ headers }))
    expect(response.statusCode).toBe(401)
    expect(response.body).toContain('type="password"')
    expect(response.body).not.toContain('tokens')
  })

  test('keeps the token that was typed in a cookie no script and no other site can use', async () => {
    const response = await servePage(() => testTools())(
      ask({ method: 'POST', body: `token=${token}`, headers: { 'x-forwarded-proto': 'https' } }),
    )
    expect(response.statusCode).toBe(303)
    expect(response.headers['set-cookie']).toMatch(/HttpOnly; SameSite=Strict; .*; Secure$/)
    expect(response.headers['location']).not.toContain(token)
  })

  test('answers the one question first, and names the proven copy', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    await verdict.run({ ticket: id }, tools)
    const page = await servePage(() => tools)(
      ask({ headers: { cookie: `snapproof_read=${token}` } }),
    )
    expect(page.statusCode).toBe(200)
    expect(page.body).toContain('<h1 class="good">Every database has a proven copy</h1>')
    expect(page.body).toContain(id)
  })

  test('says that the newest copy is damaged, and still names the proven one', async () => {
    const tools = testTools()
    const good = await pushed(tools, sound())
    await verdict.run({ ticket: good }, tools)
    tools.clock.passSeconds(60)
    const bad = await pushed(tools, withZeroedPage())
    await verdict.run({ ticket: bad }, { ...tools, deadlineAt: new Date(8e15) })
    const page = await servePage(() => tools)(
      ask({ headers: { cookie: `snapproof_read=${token}` } }),
    )
    expect(page.body).toContain('<h1 class="bad">The newest copy is damaged: tokens</h1>')
    expect(page.body).toContain(good)
    expect(page.body).toContain(bad)
  })

  test('loads and runs nothing', async () => {
    const page = await servePage(() => testTools())(ask({}))
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    )
    expect(page.body).not.toMatch(/<script|src=|https?:/)
  })

  test('gives a program JSON, and a refusal in JSON', async () => {
    const main = servePage(() => testTools())
    const headers = { authorization: `Bearer ${token}` }
    const given = await main(ask({ path: '/json', headers }))
    expect(JSON.parse(given.body)).toMatchObject({ databases: [{ database: 'tokens', copies: 0 }] })
    const refused = await main(ask({ path: '/json' }))
    expect(refused.statusCode).toBe(401)
    expect(JSON.parse(refused.body)).toMatchObject({ fault: 'unauthorised' })
  })
})
