/** Every web function, asked anything at all. */
import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { serve, serveTelling } from '../../lib/edge/serve'
import type { Response } from '../../lib/edge/serve'
import { servePage } from '../../lib/edge/serve-page'
import { drill } from '../../lib/journey/drill'
import { prune } from '../../lib/journey/prune'
import { restore } from '../../lib/journey/restore'
import { ticket } from '../../lib/journey/ticket'
import { verdict } from '../../lib/journey/verdict'
import { verify } from '../../lib/journey/verify'
import { watch } from '../../lib/journey/watch'
import type { TellingTools, Tools } from '../../lib/ports'
import { mintToken } from '../../lib/rules/trust/tokens'
import type { Scope } from '../../lib/rules/trust/tokens'
import { casesOf, isThorough } from '../cases'
import { secret } from '../fakes/tools'
import { installation, recorded } from '../fixtures/bucket/two-databases'
import type { Asked } from '../fixtures/bucket/two-databases'
import { pretenders, webEvents } from '../fixtures/hostile'

const tokenOf = (scope: Scope, database: string): string =>
  mintToken(secret, { scope, database, keyId: '00000001' })

const functions = {
  ticket: (tools: Tools) => serve(ticket, () => tools),
  verdict: (tools: Tools) => serve(verdict, () => tools),
  restore: (tools: Tools) => serve(restore, () => tools),
  status: (tools: Tools) => servePage(() => tools),
}
type Name = keyof typeof functions
const names: Name[] = ['ticket', 'verdict', 'restore', 'status']

const steps: Record<Exclude<Name, 'status'>, { scope: Scope }> = {
  ticket: { scope: 'push' },
  verdict: { scope: 'push' },
  restore: { scope: 'restore' },
}

const lineKeys =
  'fault why mend passing ticket put header expires_seconds unchanged notice verdict finding copy get sha256 size_bytes encoding raw_sha256 raw_size_bytes taken_at verified_at'.split(
    ' ',
  )

const statuses = [200, 303, 400, 401, 403, 404, 409, 413, 429]

/** What holds of every answer, whoever asked whatever. */
const expectGood = ({ statusCode, headers, body }: Response): void => {
  expect(statuses, body).toContain(statusCode)
  expect(Buffer.byteLength(body)).toBeLessThan(100_000)
  for (const [name, value] of Object.entries(headers)) {
    expect(name).toMatch(/^[a-z-]+$/)
    expect(value).toMatch(/^[\x20-\x7e]*$/)
  }
  expect(body).not.toContain(secret)
  const type = headers['content-type'] ?? ''
  if (type === 'application/json') expect(() => JSON.parse(body)).not.toThrow()
  if (type !== 'text/plain; charset=utf-8') return
  // An empty list of copies has no line at all.
  const lines = body === '' ? [] : body.slice(0, -1).split('\n')
  if (body !== '') expect(body.endsWith('\n')).toBe(true)
  for (const line of lines) {
    expect(lineKeys, line).toContain(line.split(' ')[0])
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(line.length).toBeLessThan(2100)
  }
}

describe('a stranger', () => {
  test.each(names)(
    'is refused by %s whatever he sends, and the store is not asked',
    async (name) => {
      const tools = await installation()
      await fc.assert(
        fc.asyncProperty(fc.oneof(webEvents({}), pretenders), async (event) => {
          const { tools: watched, asked } = recorded(tools)
          const response = await functions[name](watched)(event)
          expectGood(response)
          // The badge is for anybody, and comes from what the watch wrote: where that has not summed up yet, its state and
          // the drill's.
          const isBadge = name === 'status' && response.statusCode === 200
          if (!isBadge) expect([400, 401]).toContain(response.statusCode)
          expect(
            asked.filter(
              ({ key }) => !isBadge || !/_state\/(summary|watch|drill)\.json$/.test(key ?? ''),
            ),
          ).toEqual([])
          expect(response.headers).not.toHaveProperty('set-cookie')
        }),
        { numRuns: casesOf(120) },
      )
    },
  )

  test.each([
    { name: 'verify', main: (tools: Tools) => serve(verify, () => tools) },
    { name: 'watch', main: (tools: TellingTools) => serveTelling(watch, () => tools) },
    { name: 'prune', main: (tools: Tools) => serve(prune, () => tools) },
    { name: 'drill', main: (tools: TellingTools) => serveTelling(drill, () => tools) },
  ])('cannot make $name believe that the platform calls it', async ({ main }) => {
    const tools = await installation()
    const bearer = { authorization: `Bearer ${tokenOf('push', 'tokens')}` }
    await fc.assert(
      fc.asyncProperty(fc.oneof(webEvents({}), webEvents(bearer), pretenders), async (event) => {
        const { tools: watched, asked } = recorded(tools)
        const response = await main(watched)(event)
        expectGood(response)
        expect([400, 403]).toContain(response.statusCode)
        expect(asked).toEqual([])
      }),
      { numRuns: casesOf(50) },
    )
  })
})

describe('parameters that a platform merges into the event', () => {
  test('count for nothing beside a web request: only what stands in it is read', async () => {
    const tools = await installation()
    const bearer = { authorization: `Bearer ${tokenOf('restore', 'tokens')}` }
    const event = { http: { method: 'POST', headers: {}, body: '' }, database: 'tokens' }
    expect((await functions.restore(tools)({ ...event, ...bearer })).statusCode).toBe(401)
    const known = { ...event, http: { ...event.http, headers: bearer } }
    expect((await functions.restore(tools)(known)).statusCode).toBe(403)
  })

  test('are none here: every web function is handed its request raw', () => {
    const text = readFileSync('project.yml', 'utf8')
    const webs = [...text.matchAll(/- name: (\w+)\n +runtime: .*\n +main: .*\n +web: (.*)/g)]
    const raw = webs.filter(([, , web]) => web === 'raw').map(([, name]) => name)
    expect(raw.toSorted()).toEqual(names.toSorted())
    expect(webs.filter(([, , web]) => web !== 'raw' && web !== 'false')).toEqual([])
    expect(webs).toHaveLength(8)
  })
})

describe('the holder of a token for tokens', () => {
  test.each(Object.entries(steps))(
    'is answered by %s whatever he sends, and reaches nothing of another database',
    async (name, { scope }) => {
      const tools = await installation()
      const own = { authorization: `Bearer ${tokenOf(scope, 'tokens')}` }
      const met = new Set<number>()
      await fc.assert(
        fc.asyncProperty(webEvents(own), async (event) => {
          const { tools: watched, asked, strays } = recorded(tools)
          const response = await functions[name as Name](watched)(event)
          expectGood(response)
          met.add(response.statusCode)
          expect(strays('tokens')).toEqual([])
          if ([400, 401, 403].includes(response.statusCode)) expect(asked).toEqual([])
        }),
        { numRuns: casesOf(120) },
      )
      // Some were turned away at the door, and of others every field was read; of a dozen, by chance.
      if (isThorough) expect([...met]).toEqual(expect.arrayContaining([400, 403]))
    },
  )

  test.each(Object.entries(steps))('is shown no token and no secret by %s', async (name, given) => {
    const tools = await installation()
    const token = tokenOf(given.scope, 'tokens')
    await fc.assert(
      fc.asyncProperty(webEvents({ authorization: `Bearer ${token}` }), async (event) => {
        const said = JSON.stringify(await functions[name as Name](tools)(event))
        expect(said).not.toContain(token)
        if (name === 'verdict') expect(said).not.toContain('memory:')
      }),
      { numRuns: casesOf(60) },
    )
  })

  test('who reads is answered by the pages whatever he sends, and nothing is written but catalogs', async () => {
    const tools = await installation()
    const bearer = { authorization: `Bearer ${tokenOf('read', 'all')}` }
    const reading = ['list', 'pages', 'files', 'now', 'head', 'read']
    await fc.assert(
      fc.asyncProperty(webEvents(bearer), async (event) => {
        const { tools: watched, asked } = recorded(tools)
        const response = await functions.status(watched)(event)
        expectGood(response)
        // What was learnt of the entries is kept for the next look: derived, signed, and no more.
        const isCatalog = ({ method, key }: Asked) =>
          method === 'put' && /^backups\/_state\/(tokens|sessions)\/catalog\.json$/.test(key)
        const others = asked.filter((one) => !reading.includes(one.method) && !isCatalog(one))
        expect(others).toEqual([])
        expect(JSON.stringify(response)).not.toContain('memory:')
      }),
      { numRuns: casesOf(80) },
    )
  })
})
