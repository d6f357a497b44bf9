import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { rehearsal as rehearsalOf } from '../../lib/adapters/rehearsal'
import { enginesOf } from '../../lib/edge/tools'
import { readDrillState } from '../../lib/journey/bucket/drill-state'
import { drill } from '../../lib/journey/drill'
import { verdict } from '../../lib/journey/verdict'
import { watch } from '../../lib/journey/watch'
import type { Examination, Rehearsed } from '../../lib/ports'
import type { Finding } from '../../lib/rules/verdict/verdict'
import { slow } from '../cases'
import { remembered } from '../fakes/remembered'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { gzipRequestFor, pushed } from '../fixtures/bucket/requests'
import { carryAll, withSecond } from '../fixtures/bucket/second-place'
import { counted } from '../fixtures/bucket/store-calls'
import { madeBy, sound } from '../fixtures/databases'

/** Hands out what the memory store holds, over HTTP, as the real addresses do. */
let serving: TestTools | undefined
let spoil: ((bytes: Buffer) => Buffer | number) | undefined
const server = createServer((request, response) => {
  const key = decodeURIComponent((request.url ?? '').slice(1))
  const found = serving?.store.objects.get(key)
  const bytes = found && (spoil ? spoil(found.bytes) : found.bytes)
  if (bytes === undefined || typeof bytes === 'number') response.writeHead(bytes ?? 404).end()
  else response.end(bytes)
})
let origin = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const make = (options: Parameters<typeof testTools>[0] = {}): TestTools => {
  const tools = testTools(options)
  const store = {
    ...tools.store,
    downloadAddress: async ({ key }: { key: string }) => `${origin}/${encodeURIComponent(key)}`,
  }
  serving = tools
  spoil = undefined
  const usual = { memoryBytes: 256 * 1024 ** 2, tempFolder, clock: tools.clock }
  const rehearsal = rehearsalOf({
    engines: remembered(enginesOf({ assets: path.resolve('.build'), ...usual }), usual),
    ...usual,
    randomHex: tools.randomHex,
  })
  return { ...tools, rehearsal, store, deadlineAt: new Date(tools.clock.now().getTime() + 900_000) }
}

const push = async (tools: TestTools, bytes: Buffer): Promise<string> => {
  const id = await pushed(tools, bytes)
  await verdict.run({ ticket: id }, tools)
  tools.clock.passSeconds(60)
  return id
}

/** What drills leave in their temp folder: nothing. */
const tempFolder = mkdtempSync(path.join(tmpdir(), 'snapproof-test-'))
afterAll(() => rmSync(tempFolder, { recursive: true, force: true }))
const leftOver = () => readdirSync(tempFolder)

describe('a drill of two places', () => {
  /** Both are served under one address: what a key holds is the same in both. */
  const two = async () => {
    const tools = make()
    const ids = [await push(tools, sound(10)), await push(tools, sound(20))]
    const places = withSecond(tools)
    carryAll(places)
    const { downloadAddress } = tools.store
    return { ids, tools: { ...places, second: { ...places.second, downloadAddress } } }
  }

  test('takes the other one every time, and says which', slow, async () => {
    const { tools, ids } = await two()
    const from = async () => {
      const { copies, place } = await drill.run({}, tools)
      return [place, ...copies.map((copy) => `${copy.outcome} ${copy.place}`)]
    }
    expect(ids).toHaveLength(2)
    expect(await from()).toEqual([undefined, 'proven undefined', 'proven undefined'])
    expect(await from()).toEqual(['second', 'proven second', 'proven second'])
    expect(await from()).toEqual([undefined, 'proven undefined', 'proven undefined'])
  })

  test('a second place that is away costs no drill, and keeps its turn', async () => {
    const { tools } = await two()
    await drill.run({}, tools)
    tools.second.failNext('files', 1)
    expect((await drill.run({}, tools)).place).toBeUndefined()
    expect((await drill.run({}, tools)).place).toBe('second')
  })

  test('a copy that the second place lost is no proof of the first', async () => {
    const { tools, ids } = await two()
    const [, newest = ''] = ids
    for (const key of tools.second.objects.keys())
      if (key.includes(newest)) tools.second.objects.delete(key)
    const asked = { database: 'tokens', at: newest, place: 'second' } as const
    const report = await drill.run(asked, tools)
    expect(report.copies).toEqual([])
    expect(report.left).toMatchObject([
      { database: 'tokens', why: expect.stringContaining('no copy of that name') as string },
    ])
    expect((await drill.run({ ...asked, place: 'first' }, tools)).copies).toHaveLength(1)
  })
})

describe('a drill', () => {
  test('restores the newest copy and an older one, and remembers both', async () => {
    const tools = make()
    const ids = [
      await push(tools, sound(10)),
      await push(tools, sound(20)),
      await push(tools, sound(30)),
    ]
    const [first = '', second = '', newest = ''] = ids
    const report = await drill.run({}, tools)
    expect(report.copies.map(({ id, outcome }) => [id, outcome])).toEqual([
      [newest, 'proven'],
      [first, 'proven'],
    ])
    expect(report.copies[0]?.steps.map(({ step }) => step)).toEqual([
      'address',
      'fetch',
      'hash',
      'open',
    ])
    expect(report.left).toEqual([])
    expect((await drill.run({}, tools)).copies.map(({ id }) => id)).toEqual([newest, second])
    expect(Object.keys((await readDrillState(tools))?.databases['tokens']?.proofs ?? {})).toEqual(
      expect.arrayContaining(ids),
    )
    expect(leftOver()).toEqual([])
  })

  test('of an inventory says objects, reads some of them again, and tells one that changed by itself', async () => {
    const pages = { objects: 'users/{user}/page.json' }
    const tools = make({ databases: { bot: { kind: 'objects', collections: { pages } } } })
    tools.store.app.put('users/1/page.json', Buffer.from('{"a":1}'))
    tools.store.app.put('users/2/page.json', Buffer.from('{"a":2}'))
    expect((await watch.run({}, tools)).faults).toEqual([])
    const [proven] = (await drill.run({ database: 'bot', ring: 'no' }, tools)).copies
    expect(proven).toMatchObject({
      outcome: 'proven',
      detail: 'restored, opened and compared: 2 objects; 2 read again, and as they were',
    })
    expect(proven?.steps.at(-1)?.step).toBe('read again')
    const found = tools.store.objects.get('users/2/page.json')
    if (found) found.bytes = Buffer.from('rotten')
    const [rotten] = (await drill.run({ database: 'bot', ring: 'no' }, tools)).copies
    expect(rotten).toMatchObject({
      outcome: 'failed',
      detail:
        'Nobody has written to them since, and they hold something else: 1 object of 2 that were read again, such as users/2/page.json.',
    })
    expect(leftOver()).toEqual([])
  })

  test('unpacks a compressed copy', slow, async () => {
    const tools = make()
    const raw = sound(50)
    const id = await push(tools, raw)
    expect((await drill.run({ database: 'tokens', at: id }, tools)).copies[0]).toMatchObject({
      outcome: 'proven',
    })
    const { bytes, request } = gzipRequestFor(raw)
    const packed = await pushed(tools, bytes, request)
    await verdict.run({ ticket: packed }, tools)
    const report = await drill.run({ database: 'tokens', at: packed }, tools)
    expect(report.copies[0]).toMatchObject({ id: packed, outcome: 'proven' })
    expect(report.copies[0]?.steps.map(({ step }) => step)).toContain('unpack')
  })

  test('proves a copy that is not what is expected today, one that never was too', async () => {
    const tools = make()
    const sane = await push(tools, sound(10))
    const unmet = await push(tools, madeBy('CREATE TABLE user_tokens (key TEXT)'))
    const databases = { tokens: { tables: { tokens: ['key', 'scope'] } } }
    const today = { ...tools, settings: { ...tools.settings, databases } }
    for (const at of [sane, unmet]) {
      const report = await drill.run({ database: 'tokens', at }, today)
      expect(report.copies).toMatchObject([{ id: at, outcome: 'proven' }])
    }
    // Unasked it takes the sound one, though a newer one is whole.
    const report = await drill.run({ database: 'tokens' }, today)
    expect(report.copies).toMatchObject([{ id: sane, outcome: 'proven' }])
  })

  test.each([
    {
      name: 'bytes of another file',
      spoilt: (bytes: Buffer) => Buffer.alloc(bytes.length, 7),
      outcome: 'failed',
      detail: /SHA-256/,
    },
    {
      name: 'half a file',
      spoilt: (bytes: Buffer) => bytes.subarray(0, 5000),
      outcome: 'failed',
      detail: /5000 bytes came/,
    },
    { name: 'a refusal', spoilt: () => 403, outcome: 'failed', detail: /answers 403/ },
  ])('fails when the address hands out $name', async ({ spoilt, outcome, detail }) => {
    const tools = make()
    await push(tools, sound(10))
    spoil = spoilt
    const report = await drill.run({}, tools)
    expect(report.copies[0]).toMatchObject({ outcome })
    expect(report.copies[0]?.detail).toMatch(detail)
    expect(JSON.stringify(report)).not.toContain(origin)
    expect(leftOver()).toEqual([])
  })

  const found = (check: string, outcome: 'passed' | 'failed' | 'unverifiable') =>
    ({ check, outcome, detail: `the ${check}`, mend: '' }) as const
  const whole = ['arrival', 'bytes', 'header', 'structure', 'references', 'schema', 'rows']
  const passed = whole.map((check) => found(check, 'passed'))

  const opened = (findings: Finding[], more: Partial<Examination> = {}) => ({
    examination: { method: 'integrity_check', tookMs: 1, findings, ...more },
  })

  test.each<{ came: Omit<Rehearsed, 'steps'>; outcome: string; detail: string }>([
    { came: { failed: 'It answers 403.' }, outcome: 'failed', detail: 'It answers 403.' },
    { came: { undone: 'No room.' }, outcome: 'undone', detail: 'No room.' },
    { came: {}, outcome: 'undone', detail: 'It was not opened.' },
    {
      came: opened([...passed, found('structure', 'unverifiable')]),
      outcome: 'undone',
      detail: 'The restored file could not be checked.',
    },
    {
      came: opened([...passed, found('structure', 'failed')]),
      outcome: 'failed',
      detail: 'The restored file is failed: the structure',
    },
    {
      came: opened(passed, { schemaFingerprint: 'other' }),
      outcome: 'failed',
      detail: 'The restored file has other tables than the copy had.',
    },
    {
      came: opened([...passed, { ...found('structure', 'failed'), detail: 'y'.repeat(700) }]),
      outcome: 'failed',
      detail: `The restored file is failed: ${'y'.repeat(570)}…`,
    },
  ])('tells what came of a restore: $detail', async ({ came, outcome, detail }) => {
    const tools = make()
    await push(tools, sound(10))
    const restore = async (): Promise<Rehearsed> => ({ steps: [], ...came })
    const report = await drill.run({}, { ...tools, rehearsal: { ...tools.rehearsal, restore } })
    expect(report.copies).toMatchObject([{ outcome, detail }])
  })

  test('says that it could not be done where the address cannot be reached', async () => {
    const tools = make()
    await push(tools, sound(10))
    const store = { ...tools.store, downloadAddress: async () => 'http://127.0.0.1:1/x' }
    const report = await drill.run({}, { ...tools, store })
    expect(report.copies[0]).toMatchObject({ outcome: 'undone' })
    expect((await readDrillState(tools))?.databases['tokens']?.proofs).toEqual({})
  })

  test('sweeps what a drill that was killed left behind', async () => {
    const tools = make()
    const abandoned = path.join(tempFolder, 'snapproof-drill-gone')
    mkdirSync(abandoned)
    const old = new Date(tools.clock.now().getTime() - 3_700_000)
    utimesSync(abandoned, old, old)
    await drill.run({ database: 'tokens' }, tools)
    expect(leftOver()).toEqual([])
  })

  test('is done all the same where the store does not say the time', async () => {
    const tools = make()
    tools.store.failNext('now', 99)
    expect(await drill.run({}, tools)).toMatchObject({ copies: [], left: [] })
  })

  test('says so when there is nothing sound to restore', async () => {
    const tools = make()
    await pushed(tools, sound(10))
    expect((await drill.run({ database: 'tokens' }, tools)).left).toEqual([
      { database: 'tokens', why: 'there is no sound copy' },
    ])
    expect((await drill.run({ database: 'tokens', at: '2020-01-01' }, tools)).left).toMatchObject([
      { why: /no sound copy/ },
    ])
  })

  test('begins no copy that it could not end', slow, async () => {
    const tools = make()
    await push(tools, sound(10))
    const hurried = { ...tools, deadlineAt: new Date(tools.clock.now().getTime() + 59_000) }
    expect((await drill.run({}, hurried)).left).toMatchObject([{ why: 'there was no time left' }])
  })

  test('asks for no database that it has no time for, and tells of a few hundred of them', async () => {
    const tools = make()
    for (let place = 0; place < 410; place += 1)
      await tools.store.put(`backups/shop-${place}/notes.txt`, Buffer.from('x'))
    const { tools: noted, calls } = counted(tools)
    const hurried = { ...noted, deadlineAt: new Date(tools.clock.now().getTime() + 59_000) }
    const answer = await drill.run({ ring: 'no' }, hurried)
    expect(answer.left).toHaveLength(400)
    expect(answer.untold).toBe(10)
    expect(drill.lines(answer)).toContainEqual(['untold', 10])
    expect(calls.length).toBeLessThan(100)
    expect(Object.keys((await readDrillState(tools))?.waiting ?? {})).toHaveLength(410)
  })

  test('stores a signed report of each run, and tells it line by line', async () => {
    const tools = make()
    await push(tools, sound(10))
    const report = await drill.run({}, tools)
    const keys = [...tools.store.objects.keys()].filter((key) => key.includes('/_reports/drills/'))
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatch(/^backups\/_reports\/drills\/2026\/03\/2026-03-01T\d{6}Z_\w{6}\.json$/)
    expect(drill.lines(report).map(([key]) => key)).toEqual([
      'proven',
      ...Array.from({ length: 7 }, () => 'heard'),
    ])
  })
})
