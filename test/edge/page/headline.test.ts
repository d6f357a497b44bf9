import { describe, expect, test } from 'vitest'

import { headlineOf } from '../../../lib/edge/page/headline'
import { readOverview } from '../../../lib/journey/overview'
import { allWell, empty, many, oneFailing, oneLate, silent, waiting } from '../../browser/stock'
import { testTools } from '../../fakes/tools'
import { keepCopy } from '../../fixtures/kept'
import { watched } from '../../fixtures/watching'

const told = async (scene: () => Promise<{ tools: Parameters<typeof readOverview>[0] }>) => {
  const { mark, text, lead } = headlineOf(await readOverview((await scene()).tools))
  return `[${mark}] ${text}. ${lead}`
}

const oneAlone = async () => {
  const tools = testTools()
  await keepCopy(tools, { daysAgo: 0.1 })
  return { tools }
}

const damagedAndUnwatched = async () => {
  const tools = testTools()
  await keepCopy(tools, { daysAgo: 0.5, outcome: 'failed' })
  return { tools }
}

const withComplaint = async () => {
  const { tools } = await allWell()
  return { tools: { ...tools, notifier: { ...tools.notifier, complaints: ['ALERTS is odd.'] } } }
}

const twoLate = async () => {
  const tools = testTools({ databases: { tokens: {}, sessions: {}, shop: {} } })
  for (const database of ['tokens', 'sessions']) await keepCopy(tools, { daysAgo: 3, database })
  await keepCopy(tools, { daysAgo: 0, database: 'shop' })
  await watched(tools)
  return { tools }
}

describe('am I safe?', () => {
  test('one sentence says it, and a second one what it rests on', async () => {
    expect(
      await Promise.all([allWell, oneAlone, oneLate, oneFailing, waiting, empty, silent].map(told)),
    ).toMatchInlineSnapshot(`
      [
        "[good] All 2 databases are safe. Each has a proven copy; the oldest of these was taken 12 h ago. The next is expected in 13 h at the latest.",
        "[good] tokens is safe. The newest proven copy was taken 2 h ago. The next is expected in 24 h at the latest.",
        "[late] sessions is late. The newest proven copy was taken 2 days ago. The other, tokens, is safe.",
        "[bad] tokens: the newest copy is damaged. The newest proven copy was taken 36 h ago. The other, sessions, is safe.",
        "[open] tokens waits for a verdict. The newest proven copy was taken 12 h ago. The other, sessions, is safe.",
        "[none] Nothing has been pushed yet. As soon as the first copy has come, this page says whether it is sound.",
        "[bad] Not watched: the watch last ran 5 h ago. What this page says of the copies may be old, and nobody would be told of a change.",
      ]
    `)
  })

  test('what is gravest is said first', async () => {
    expect(await Promise.all([many, damagedAndUnwatched, withComplaint, twoLate].map(told)))
      .toMatchInlineSnapshot(`
        [
          "[bad] fjord-events: the newest copy is damaged. The newest proven copy was taken 12 h ago. Of the others 2 are late and 57 are safe.",
          "[bad] tokens: the newest copy is damaged. There is no proven copy to go back to. Not watched: the watch has never run.",
          "[bad] An address in the settings cannot be used. Nobody hears of anything there. The other addresses are in use. The copies of 2 databases are safe.",
          "[late] 2 databases are late. They are sessions and tokens. The other, shop, is safe.",
        ]
      `)
  }, 60_000)
})
