import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { serve } from '../../lib/edge/serve'
import { Fault } from '../../lib/faults'
import type { Step } from '../../lib/journey/step'
import { ticket } from '../../lib/journey/ticket'
import { verify } from '../../lib/journey/verify'
import { mintToken } from '../../lib/rules/trust/tokens'
import { secret, testTools } from '../fakes/tools'
import { fieldsFor } from '../fixtures/bucket/requests'
import { sound } from '../fixtures/databases'

const tokenFor = (scope: 'push' | 'restore' | 'read', database: string): string =>
  mintToken(secret, { scope, database, keyId: '00000001' })

const ask = (options: { token?: string; body?: string; accept?: string; method?: string }) => ({
  http: {
    body: Buffer.from(options.body ?? '').toString('base64'),
    isBase64Encoded: true,
    method: options.method ?? 'POST',
    path: '',
    queryString: '',
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.accept === undefined ? {} : { accept: options.accept }),
    },
  },
})

const formOf = (bytes: Buffer, changes: Record<string, string> = {}): string =>
  new URLSearchParams({
    ...Object.fromEntries(Object.entries(fieldsFor(bytes)).map(([k, v]) => [k, String(v)])),
    ...changes,
  }).toString()

describe('serve', () => {
  const main = serve(ticket, () => testTools())
  const token = tokenFor('push', 'tokens')

  test('answers a shell in lines', async () => {
    const response = await main(ask({ token, body: formOf(sound()) }))
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(response.body.split('\n')[0]).toBe('ticket tokens_2026-03-01T010000Z_000001')
  })

  test('answers a program in JSON when it asks for it', async () => {
    const response = await main(ask({ token, body: formOf(sound()), accept: 'application/json' }))
    expect(JSON.parse(response.body)).toMatchObject({ ticket: 'tokens_2026-03-01T010000Z_000001' })
  })

  test.each([
    { name: 'no token', token: undefined, status: 401 },
    { name: 'no real token', token: 'x', status: 401 },
    {
      name: 'a token of another secret',
      token: mintToken('y'.repeat(40), { scope: 'push', database: 'tokens', keyId: '00000001' }),
      status: 401,
    },
    { name: 'a push token of another database', token: tokenFor('push', 'sessions'), status: 403 },
    { name: 'a restore token', token: tokenFor('restore', 'tokens'), status: 403 },
    { name: 'a read token', token: tokenFor('read', 'all'), status: 403 },
  ])('refuses $name', async ({ token: given, status }) => {
    const options = given === undefined ? {} : { token: given }
    const response = await main(ask({ ...options, body: formOf(sound()) }))
    expect(response.statusCode).toBe(status)
    expect(response.body).toMatch(/^fault (unauthorised|forbidden)\nwhy .+\nmend .+\npassing no\n$/)
    if (given !== undefined && given.length > 1) expect(response.body).not.toContain(given)
  })

  test('tells a stranger nothing about a malformed request', async () => {
    const response = await main(ask({ body: 'database=tokens&size_bytes=minus' }))
    expect(response.statusCode).toBe(401)
  })

  test('tells the bearer of a token every complaint at once', async () => {
    const response = await main(ask({ token, body: 'database=tokens&size_bytes=minus&colour=red' }))
    expect(response.statusCode).toBe(400)
    expect(response.body).toContain('size_bytes')
    expect(response.body).toContain('sha256')
    expect(response.body).toContain('unknown field colour')
  })

  test.each([
    { field: 'database', value: '../tokens' },
    { field: 'database', value: 'Tokens' },
    { field: 'database', value: '_state' },
    { field: 'size_bytes', value: '-1' },
    { field: 'size_bytes', value: '1e400' },
    { field: 'size_bytes', value: '1.5' },
    { field: 'sha256', value: 'A'.repeat(64) },
    { field: 'md5', value: `${'0'.repeat(31)}\n` },
    { field: 'taken_at', value: 'yesterday' },
    { field: 'encoding', value: 'zstd' },
    { field: 'encoding', value: 'gzip' },
    { field: 'host', value: 'a\nput http://evil' },
    { field: 'host', value: 'x'.repeat(101) },
  ])('refuses $field = $value', async ({ field, value }) => {
    const response = await main(ask({ token, body: formOf(sound(), { [field]: value }) }))
    expect([400, 403]).toContain(response.statusCode)
  })

  test('takes no GET for a step that changes something', async () => {
    const response = await main(ask({ token, method: 'GET' }))
    expect(response.statusCode).toBe(400)
  })

  test('keeps a step of the platform closed to the web', async () => {
    const closed = serve(verify, () => testTools())
    expect((await closed(ask({ token, body: 'ticket=x' }))).statusCode).toBe(403)
    expect((await closed({ ticket: 'tokens_2026-03-01T010000Z_abcdef' })).statusCode).toBe(404)
  })

  describe('a timer', () => {
    const timed = serve(verify, () =>
      testTools({ secrets: { current: secret, previous: 'older' } }),
    )
    const event = { ticket: 'tokens_2026-03-01T010000Z_abcdef' }
    const step: Step<Record<string, unknown>, string> = {
      request: z.object({}),
      access: 'platform',
      run: async () => 'it ran',
      lines: () => [],
    }
    const ours = serve(step, () => testTools({ secrets: { current: secret, previous: 'older' } }))

    test.each([
      { name: 'as the platform documents it', more: {} },
      { name: 'with an empty http part', more: { http: {} } },
      { name: 'with one that says GET', more: { http: { method: 'GET', path: '/', headers: {} } } },
      { name: 'under the older names', more: { __ow_method: 'post', __ow_headers: {} } },
    ])('runs, $name', async ({ more }) => {
      for (const timer of [secret, 'older']) {
        expect(await ours({ timer, ...more })).toMatchObject({ statusCode: 200, body: '"it ran"' })
      }
    })

    test.each([
      { name: 'no secret', timer: undefined },
      { name: 'an empty one', timer: '' },
      { name: 'another', timer: `${secret}x` },
      { name: 'no text', timer: { secret } },
    ])('is nobody who comes from the web with $name', async ({ timer }) => {
      const http = { method: 'POST', path: '', headers: {}, body: `timer=${secret}` }
      expect(await ours({ http, timer })).toMatchObject({ statusCode: 403 })
    })

    test('opens nothing of a step that is not the platform’s, and asks for nothing else', async () => {
      expect((await timed({ ...event, http: {}, timer: secret })).statusCode).toBe(400)
      const asked = serve(ticket, () => testTools())
      expect((await asked({ http: {}, timer: secret })).statusCode).toBe(400)
    })
  })

  test('never lets one line of an answer become two', async () => {
    const step: Step<Record<string, unknown>, string> = {
      request: z.record(z.string(), z.unknown()),
      access: 'platform',
      run: async () => 'passed\nput http://evil\r\nticket forged\u2028x',
      lines: (answer) => [['verdict', answer]],
    }
    const wrapped = { ...step, access: { scope: 'push', database: () => 'tokens' } } as const
    const response = await serve(wrapped, () => testTools())(ask({ token }))
    expect(response.body).toBe('verdict passed put http://evil ticket forged x\n')
  })

  test.each([
    {
      name: 'a Fault of ours',
      thrown: new Fault({ code: 'too-many', why: 'Too many.', mend: 'Wait.' }),
      status: 429,
      passing: 'yes',
    },
    { name: 'anything else', thrown: new Error('secret-path /etc/x'), status: 500, passing: 'yes' },
  ])('turns $name into a sentence and a status', async ({ thrown, status, passing }) => {
    const step: Step<Record<string, unknown>, string> = {
      request: z.record(z.string(), z.unknown()),
      access: { scope: 'push', database: () => 'tokens' },
      run: async () => {
        throw thrown
      },
      lines: () => [],
    }
    const response = await serve(step, () => testTools())(ask({ token }))
    expect(response.statusCode).toBe(status)
    expect(response.body).toMatch(new RegExp(`passing ${passing}\n$`))
    expect(response.body).not.toContain('secret-path')
  })

  test('answers even when its own settings are wrong', async () => {
    const broken = serve(ticket, () => {
      throw new Fault({ code: 'settings', why: 'SPACES_BUCKET is not set.', mend: 'Set it.' })
    })
    const response = await broken(ask({ token }))
    expect(response.body).toContain('SPACES_BUCKET')
    expect(response.statusCode).toBe(500)
  })

  test('does not accept a revoked token', async () => {
    const revoked = serve(ticket, () => testTools({ revokedKeyIds: new Set(['00000001']) }))
    expect((await revoked(ask({ token, body: formOf(sound()) }))).statusCode).toBe(401)
  })
})
