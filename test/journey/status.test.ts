import { describe, expect, test } from 'vitest'

import { readStatus } from '../../lib/journey/status'
import { verdict } from '../../lib/journey/verdict'
import { testTools } from '../fakes/tools'
import { sound, withZeroedPage } from '../fixtures/databases'
import { pushed } from '../fixtures/requests'

describe('status', () => {
  test('shows a database that was promised and never came', async () => {
    expect(await readStatus(testTools())).toEqual({
      generatedAt: '2026-03-01T01:00:00.000Z',
      databases: [
        { database: 'tokens', newest: undefined, newestSound: undefined, copies: 0, sizeBytes: 0 },
      ],
      sets: [],
    })
  })

  test('tells the newest copy from the newest sound one', async () => {
    const tools = testTools()
    const good = await pushed(tools, sound())
    await verdict.run({ ticket: good }, tools)
    tools.clock.passSeconds(2)
    const bad = await pushed(tools, withZeroedPage())
    await verdict.run({ ticket: bad }, tools)
    const { databases } = await readStatus(tools)
    expect(databases).toMatchObject([
      { newest: { ticket: bad, verdict: 'failed' }, newestSound: { ticket: good }, copies: 2 },
    ])
  })

  test('judges databases that were pushed together as a set', async () => {
    const tools = testTools()
    const of = { set: '20260301T010000Z-7', set_size: 2 }
    const one = await pushed(tools, sound(10), of)
    await verdict.run({ ticket: one }, tools)
    expect((await readStatus(tools)).sets).toMatchObject([
      { state: 'waiting', databases: ['tokens'] },
    ])
    const two = await pushed(tools, sound(11), { ...of, database: 'sessions' })
    await verdict.run({ ticket: two }, tools)
    expect((await readStatus(tools)).sets).toEqual([
      {
        id: of.set,
        databases: ['sessions', 'tokens'],
        state: 'restorable',
        why: 'sound and of one moment: sessions, tokens',
      },
    ])
  })
})
