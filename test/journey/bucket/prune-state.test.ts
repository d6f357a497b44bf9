import { expect, test } from 'vitest'

import { longestWaiting, notePrune, readPruneState } from '../../../lib/journey/bucket/prune-state'
import type { Pruned } from '../../../lib/journey/bucket/prune-state'
import { prune } from '../../../lib/journey/prune'
import { testTools } from '../../fakes/tools'
import { keepCopy, keepDays } from '../../fixtures/told/kept'

const make = () => testTools({ databases: {} })

const late = <Tools extends { deadlineAt: Date }>(tools: Tools): Tools => ({
  ...tools,
  deadlineAt: new Date(8.64e15),
})

test('remembers since when the brake is on, until it is off', async () => {
  const tools = late(make())
  await keepDays(tools, 3)
  await prune.run({}, tools)
  expect((await readPruneState(tools))?.databases['tokens']).toEqual({
    kept: 3,
    removed: 0,
    faults: [],
    at: tools.clock.now().toISOString(),
  })
  tools.clock.passSeconds(3600)
  await keepCopy(tools, { daysAgo: 0, outcome: 'failed' })
  const since = tools.clock.now().toISOString()
  await prune.run({}, tools)
  tools.clock.passSeconds(7200)
  await prune.run({}, tools)
  expect((await readPruneState(tools))?.databases['tokens']).toMatchObject({ brakedSince: since })
  await keepCopy(tools, { daysAgo: 0 })
  await prune.run({}, tools)
  expect((await readPruneState(tools))?.databases['tokens']?.brakedSince).toBeUndefined()
})

test('is not read from what this installation did not sign', async () => {
  const tools = late(make())
  await keepDays(tools, 1)
  await prune.run({}, tools)
  const other = { ...tools, settings: { ...tools.settings, secrets: { current: 'x'.repeat(40) } } }
  expect(await readPruneState(other)).toBeUndefined()
  await tools.store.put('backups/_state/prune.json', Buffer.from('{}'))
  expect(await readPruneState(tools)).toBeUndefined()
})

test('keeps what is known of a database that there was no time for, and forgets one that is gone', async () => {
  const tools = late(make())
  await keepDays(tools, 1)
  await prune.run({}, tools)
  const known = async () => Object.keys((await readPruneState(tools))?.databases ?? {})
  const nothing = { databases: [], left: [], faults: [] }
  await notePrune({ ...nothing, unreached: ['tokens'] }, tools.clock.now(), tools)
  expect(await known()).toEqual(['tokens'])
  await notePrune({ ...nothing, unreached: [] }, tools.clock.now(), tools)
  expect(await known()).toEqual([])
})

const nothing = { databases: [], left: [], unreached: [], faults: [] }

/** What one night found of a database: three copies, of which one went and one is on its way out. */
const oneNight = (more: Partial<Pruned> & { brake?: string } = {}): Pruned => {
  const { brake, ...rest } = more
  const at = '2026-03-01T01:00:00.000Z'
  const copy = { key: 'k', word: 'passed', arrivedAt: at, sizeBytes: 1, entryEtag: 'e' }
  const copies = [
    { ...copy, id: 'a', keep: true, reasons: [] },
    { ...copy, id: 'b', keep: true, reasons: [], leavesAt: '2026-03-03T01:00:00.000Z' },
    { ...copy, id: 'c', keep: true, reasons: [], leavesAt: '2026-03-02T01:00:00.000Z' },
    { ...copy, id: 'd', keep: false, reasons: [], leavesAt: '2026-03-01T01:00:00.000Z' },
  ]
  const about = { plan: 'p', database: 'tokens', at }
  return {
    plan: {
      id: 'p',
      database: 'tokens',
      at,
      policy: 'p',
      notes: [],
      copies,
      leftovers: [],
      ...(brake === undefined ? {} : { brake }),
    },
    result: { ...about, removed: ['d'], spared: [], unfinished: [], left: [], stillThere: [] },
    faults: [],
    ...rest,
  }
}

test('tells of a night how many stay, went and are on their way out, and since when it goes wrong', async () => {
  const tools = make()
  const nightIs = async (night: Pruned) => {
    await notePrune({ ...nothing, databases: [night] }, tools.clock.now(), tools)
    const state = (await readPruneState(tools))?.databases['tokens']
    tools.clock.passSeconds(3600)
    return state
  }
  const counts = {
    kept: 3,
    removed: 1,
    leaving: { copies: 2, firstAt: '2026-03-02T01:00:00.000Z' },
  }
  const faults = Array.from({ length: 21 }, (_, nth) => `f${nth}`)
  const first = '2026-03-01T01:00:00.000Z'
  expect(await nightIs(oneNight({ faults, brake: 'late' }))).toEqual({
    ...counts,
    brake: 'late',
    brakedSince: first,
    faults: faults.slice(0, 20),
    faultsSince: first,
    at: first,
  })
  expect(await nightIs(oneNight({ faults: ['f'], brake: 'other' }))).toEqual({
    ...counts,
    brake: 'other',
    brakedSince: first,
    faults: ['f'],
    faultsSince: first,
    at: '2026-03-01T02:00:00.000Z',
  })
  expect(await nightIs(oneNight())).toEqual({
    ...counts,
    faults: [],
    at: '2026-03-01T03:00:00.000Z',
  })
})

test('tells the same of the second place; what nobody looked at there stays as it was told last', async () => {
  const tools = make()
  const secondIs = async (second: Pruned['second']) => {
    const night = { ...oneNight(), ...(second && { second }) }
    await notePrune({ ...nothing, databases: [night] }, tools.clock.now(), tools)
    return (await readPruneState(tools))?.databases['tokens']?.second
  }
  const counts = {
    kept: 3,
    removed: 1,
    leaving: { copies: 2, firstAt: '2026-03-02T01:00:00.000Z' },
  }
  expect(await secondIs({ why: 'away' })).toEqual({ kept: 0, removed: 0, fault: 'away' })
  expect(await secondIs(oneNight({ brake: 'late' }))).toEqual({ ...counts, brake: 'late' })
  expect(await secondIs({ why: 'away' })).toEqual({ ...counts, brake: 'late', fault: 'away' })
  expect(await secondIs(oneNight())).toEqual(counts)
  expect(await secondIs(undefined)).toBeUndefined()
})

test('remembers who waits and since when, until a run has come to it; and how far records were looked at', async () => {
  const tools = make()
  const noted = async (run: Partial<Parameters<typeof notePrune>[0]>) => {
    await notePrune({ ...nothing, ...run }, tools.clock.now(), tools)
    tools.clock.passSeconds(3600)
    const { waiting, recordsAfter } = (await readPruneState(tools)) ?? {}
    return { waiting, recordsAfter }
  }
  const [first, second] = ['2026-03-01T01:00:00.000Z', '2026-03-01T02:00:00.000Z']
  const records = { plan: oneNight().plan, result: undefined, after: 'k' }
  expect(await noted({ unreached: ['tokens', 'shop'], records })).toEqual({
    waiting: { tokens: first, shop: first },
    recordsAfter: 'k',
  })
  expect(await noted({ unreached: ['shop', 'later'], databases: [oneNight()] })).toEqual({
    waiting: { shop: first, later: second },
    recordsAfter: 'k',
  })
  expect(await noted({ records: { ...records, after: undefined } })).toEqual({
    waiting: { shop: first, later: second },
    recordsAfter: undefined,
  })
})

test('whoever was looked after longest ago comes first, and before them who never was', () => {
  const at = (day: number) => ({ kept: 0, removed: 0, faults: [], at: `2026-03-0${day}T01:00:00Z` })
  const before = { ranAt: '', databases: { a: at(3), b: at(1), c: at(2), d: at(1) } }
  expect(longestWaiting(['a', 'b', 'c', 'd', 'e'], before)).toEqual(['e', 'b', 'd', 'c', 'a'])
  expect(longestWaiting(['b', 'a'], undefined)).toEqual(['b', 'a'])
})
