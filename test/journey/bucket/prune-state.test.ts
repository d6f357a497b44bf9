import { expect, test } from 'vitest'

import { notePrune, readPruneState } from '../../../lib/journey/bucket/prune-state'
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
