import { expect, test } from 'vitest'

import { callPulses, hasTime } from '../../lib/journey/alert-pulses'
import { emptyAlertState } from '../../lib/rules/alerts/outbox'
import { fakeNotifier, fakePulse } from '../fakes/channels'
import { testTools } from '../fakes/tools'
import { newestWith, stateOf, watchOf } from '../fixtures/told/troubles'

const pulsed = async (state = stateOf(), unseen: string[] = []) => {
  const pulse = fakePulse('ping')
  const deadlineAt = new Date(8.64e15)
  const tools = { ...testTools(), notifier: fakeNotifier([], { pulses: [pulse] }), deadlineAt }
  const well = { state: watchOf({ databases: { tokens: state } }), unseen: new Set(unseen) }
  await callPulses(well, emptyAlertState, tools)
  return pulse.heard.length
}

test.each(['passed', 'warned', 'accepted'])('a sound copy is called once: %s', async (word) => {
  expect(await pulsed(newestWith({ word }))).toBe(1)
})

test.each(['unmet', 'failed', 'unverifiable', 'pending', 'a word of a newer build'])(
  'nothing is called of a copy that is not sound: %s',
  async (word) => {
    expect(await pulsed(newestWith({ word }))).toBe(0)
  },
)

test('nothing is called of a database that this run could not look at', async () => {
  expect(await pulsed(stateOf(), ['tokens'])).toBe(0)
})

test.each([
  { seconds: 15, is: true },
  { seconds: 14.999, is: false },
])('with $seconds s left there is time: $is', ({ seconds, is }) => {
  const tools = testTools()
  const deadlineAt = new Date(tools.clock.now().getTime() + seconds * 1000)
  expect(hasTime({ ...tools, deadlineAt })).toBe(is)
})
