import { expect, test } from 'vitest'

import { readSecondState, writeSecondState } from '../../../lib/journey/carrying/second-state'
import { testTools } from '../../fakes/tools'
import { placeName, withSecond } from '../../fixtures/bucket/second-place'

const state = { place: placeName, startedAt: '2026-03-01T01:00:00.000Z', databases: {} }

test('how far the second place is, is read as it was written, of this place alone', async () => {
  const tools = withSecond(testTools())
  expect(await readSecondState(tools)).toBeUndefined()
  await writeSecondState(tools, state)
  expect(await readSecondState(tools)).toEqual(state)
  const elsewhere = { ...tools, settings: { ...tools.settings, second: 'other at y' } }
  expect(await readSecondState(elsewhere)).toBeUndefined()
})

test('it costs no request where no second place is set, and counts for nothing where we did not sign it', async () => {
  const tools = testTools()
  tools.store.failNext('read', 1)
  expect(await readSecondState(tools)).toBeUndefined()
  const two = withSecond(testTools())
  await two.store.put('backups/_state/second.json', Buffer.from(JSON.stringify(state)))
  expect(await readSecondState(two)).toBeUndefined()
})
