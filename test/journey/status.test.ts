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
})
