/** Single fields, one at a time, in requests that are otherwise right. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { serve } from '../../lib/edge/serve'
import { restore } from '../../lib/journey/restore'
import { ticket } from '../../lib/journey/ticket'
import { verdict } from '../../lib/journey/verdict'
import type { Tools } from '../../lib/ports'
import { mintToken } from '../../lib/rules/trust/tokens'
import type { Scope } from '../../lib/rules/trust/tokens'
import { casesOf } from '../cases'
import { secret, testTools } from '../fakes/tools'
import { fieldsFor } from '../fixtures/bucket/requests'
import { installation, recorded } from '../fixtures/bucket/two-databases'
import { sound } from '../fixtures/databases'
import { hostileTexts } from '../fixtures/hostile'

const bearer = (scope: Scope) => ({
  authorization: `Bearer ${mintToken(secret, { scope, database: 'tokens', keyId: '00000001' })}`,
})

const post = (tools: Tools, body: string, type = 'application/x-www-form-urlencoded') =>
  serve(
    ticket,
    () => tools,
  )({
    http: { method: 'POST', body, headers: { ...bearer('push'), 'content-type': type } },
  })

const asForm = (changes: Record<string, string>): string =>
  new URLSearchParams({
    ...Object.fromEntries(Object.entries(fieldsFor(sound())).map(([k, v]) => [k, String(v)])),
    ...changes,
  }).toString()

describe('a number', () => {
  test.each(['0x10', '1e3', '1_000', '+12', '-0', '-12', '12.0', '012', '\u0661\u0662', '1e309'])(
    'in a form is digits and nothing else: %s is refused',
    async (size_bytes) => {
      const response = await post(testTools(), asForm({ size_bytes }))
      expect(response.body).toMatch(/^fault bad-request\nwhy size_bytes: expected a whole number/)
    },
  )

  test.each(['', 'NaN', 'Infinity', '9007199254740993', '99999999999999999999'])(
    'that is none, or too large to be told exactly, is refused: "%s"',
    async (size_bytes) => {
      expect((await post(testTools(), asForm({ size_bytes }))).statusCode).toBe(400)
    },
  )

  test('may stand after the blanks that wc puts before it', async () => {
    const blanks = asForm({ size_bytes: `    ${sound().length}` })
    expect((await post(testTools(), blanks)).statusCode).toBe(200)
  })

  test.each(['null', 'true', '[]', '[16384]', '{}', '{"valueOf":1,"toString":1}', '1.5', '-1'])(
    'in JSON is a number and not what could become one: %s is refused',
    async (value) => {
      const json = JSON.stringify(fieldsFor(sound())).replace(/("size_bytes":)\d+/, `$1${value}`)
      expect(json).toContain(`"size_bytes":${value}`)
      expect((await post(testTools(), json, 'application/json')).statusCode).toBe(400)
    },
  )
})

test('a time is no longer than a time needs to be', async () => {
  const response = await post(
    testTools(),
    asForm({ taken_at: `2026-03-01T00:00:00.${'0'.repeat(99)}Z` }),
  )
  expect(response.body).toMatch(/^fault bad-request\nwhy taken_at: /)
})

test.each([
  { part: 'query', most: 16_384, of: (size: number) => ({ queryString: 'x'.repeat(size) }) },
  { part: 'path', most: 1024, of: (size: number) => ({ path: `/${'x'.repeat(size - 1)}` }) },
])('a $part is no longer than it needs to be', async ({ part, most, of }) => {
  const ask = (size: number) =>
    serve(ticket, () => testTools())({ http: { method: 'POST', headers: {}, ...of(size) } })
  expect((await ask(most)).statusCode).toBe(401)
  expect((await ask(most + 1)).body).toContain(`why The ${part} is longer than ${most} bytes.`)
})

test('thousands of unknown fields are not all told again', async () => {
  const names = Array.from({ length: 2000 }, (_, nth) => `${nth}=`)
  for (const accept of ['text/plain', 'application/json']) {
    const { body } = await serve(ticket, () => testTools())({
      http: { method: 'POST', body: names.join('&'), headers: { ...bearer('push'), accept } },
    })
    expect(body.length).toBeLessThan(2000)
  }
  const { body } = await post(testTools(), `${asForm({})}&${names.join('&')}`)
  expect(body).toContain('unknown field 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1990 more')
})

test('a stranger’s words do not become a command that we advise', async () => {
  for (const database of ['tokens; rm -rf ~', '$(reboot)', 'x'.repeat(65)]) {
    for (const fields of [{ database }, { ticket: `${database}_2026-03-01T010000Z_000001` }]) {
      const body = new URLSearchParams(fields).toString()
      const response = await serve(ticket, () => testTools())({ http: { method: 'POST', body } })
      expect(response.body).toContain(
        'mend Make a new one: npm run --silent snapproof -- enroll DATABASE\n',
      )
    }
  }
})

describe('a name of another database', () => {
  const steps = [
    {
      name: 'ticket',
      scope: 'push',
      field: 'database',
      main: (t: Tools) => serve(ticket, () => t),
    },
    {
      name: 'verdict',
      scope: 'push',
      field: 'ticket',
      main: (t: Tools) => serve(verdict, () => t),
    },
    {
      name: 'restore',
      scope: 'restore',
      field: 'database',
      main: (t: Tools) => serve(restore, () => t),
    },
  ] as const

  test.each(steps)(
    'opens nothing, however it is written: $name',
    async ({ scope, field, main }) => {
      const tools = await installation()
      const others = [...tools.store.objects.keys()]
        .filter((key) => key.includes('sessions') && key.endsWith('.db'))
        .map((key) => key.slice(key.lastIndexOf('/') + 1, -3))
      const names = fc.oneof(hostileTexts, fc.constantFrom('sessions', ...others))
      await fc.assert(
        fc.asyncProperty(names, fc.boolean(), async (name, isJson) => {
          fc.pre(name !== 'tokens' && !/^tokens_2026-03-01T\d{6}Z_[0-9a-f]{6}$/.test(name))
          const { tools: watched, asked } = recorded(tools)
          const fields = { ...(field === 'database' ? fieldsFor(sound()) : {}), [field]: name }
          const given = Object.entries(scope === 'restore' ? { [field]: name } : fields)
          const body = isJson
            ? JSON.stringify(Object.fromEntries(given))
            : new URLSearchParams(
                Object.fromEntries(given.map(([key, value]) => [key, String(value)])),
              ).toString()
          const response = await main(watched)({
            http: { method: 'POST', body, headers: bearer(scope) },
          })
          expect([400, 403]).toContain(response.statusCode)
          expect(asked).toEqual([])
        }),
        { numRuns: casesOf(80) },
      )
    },
  )

  test.each(['at', 'list'])('in the field %s of a restore shows nothing of it', async (field) => {
    const tools = await installation()
    const keys = [...tools.store.objects.keys()]
    const names = [...keys, ...keys.map((key) => key.slice(24, 57))]
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostileTexts, fc.constantFrom(...names)), async (value) => {
        const { tools: watched, strays } = recorded(tools)
        const body = new URLSearchParams({ database: 'tokens', [field]: value }).toString()
        const response = await serve(
          restore,
          () => watched,
        )({
          http: { method: 'POST', body, headers: bearer('restore') },
        })
        expect(strays('tokens')).toEqual([])
        expect(response.body).not.toContain('sessions')
      }),
      { numRuns: casesOf(80), examples: names.map((name) => [name] as [string]) },
    )
  })
})
