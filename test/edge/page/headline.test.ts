import { describe, expect, test } from 'vitest'

import { headlineOf } from '../../../lib/edge/page/headline'
import { readOverview } from '../../../lib/journey/overview'
import type { Entry } from '../../../lib/rules/copy/entry'
import { expectationsOf, expectationsSha256 } from '../../../lib/rules/settings/databases'
import { fallen, heldOpen, unheard, unmetNewest } from '../../browser/bad-days'
import { allWell, empty, many, oneFailing, oneLate, silent, waiting } from '../../browser/stock'
import { slow } from '../../cases'
import { testTools } from '../../fakes/tools'
import { watched } from '../../fixtures/bucket/watching'
import { verdictOf } from '../../fixtures/told/entries'
import { keepCopy } from '../../fixtures/told/kept'

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

/** One table has lost most of its rows; `then` says what else is wrong with the newest copy. */
const oneTable = (then?: 'failed') => async () => {
  const tools = testTools({ databases: { orders: {} } })
  await keepCopy(tools, { daysAgo: 2, database: 'orders' })
  const before = await keepCopy(tools, { daysAgo: 1, database: 'orders' })
  await keepCopy(tools, {
    daysAgo: 0.5,
    database: 'orders',
    outcome: 'warned',
    change: after(before),
  })
  if (then) await keepCopy(tools, { daysAgo: 0, database: 'orders', outcome: then })
  await watched(tools)
  return { tools }
}

const after =
  (before: string) =>
  (entry: Entry): Entry => ({
    ...entry,
    verdict: verdictOf('warned', {
      at: entry.arrivedAt ?? '',
      drift: { came: [], went: [] },
      expectations: expectationsSha256(expectationsOf({ orders: {} }, 'orders')),
      fall: {
        since: entry.id,
        sinceAt: entry.arrivedAt ?? '',
        before,
        beforeAt: '2026-02-28T01:00:00.000Z',
        tables: { orders: { had: 6181, has: 2472 } },
      },
    }),
  })

/** Whole, and nothing sound is there at all. */
const onlyUnmet = async () => {
  const tools = testTools()
  const change = (entry: Entry): Entry => ({
    ...entry,
    verdict: verdictOf('unmet', {
      expectations: expectationsSha256(expectationsOf(tools.settings.databases, 'tokens')),
    }),
  })
  await keepCopy(tools, { daysAgo: 0.1, outcome: 'unmet', change })
  await watched(tools)
  return { tools }
}

/** A build that came later has written a word of its own. */
const ofALaterWord = async () => {
  const tools = testTools()
  await keepCopy(tools, {
    daysAgo: 0,
    change: (entry) => ({ ...entry, verdict: { ...verdictOf('passed'), outcome: 'rotten' } }),
  })
  await watched(tools)
  return { tools }
}

const severalInTrouble = async () => {
  const tools = testTools({ databases: { a: {}, b: {}, c: {} } })
  for (const database of ['a', 'b', 'c']) await keepCopy(tools, { daysAgo: 1, database })
  await keepCopy(tools, { daysAgo: 0, database: 'b', outcome: 'failed' })
  const change = (entry: Entry): Entry => ({
    ...entry,
    verdict: verdictOf('unmet', { expectations: expectationsSha256(expectationsOf({}, 'a')) }),
  })
  await keepCopy(tools, { daysAgo: 0, database: 'a', outcome: 'unmet', change })
  await watched(tools)
  return { tools }
}

describe('am I safe?', () => {
  test('one sentence says it, and a second one what it rests on', async () => {
    expect(
      await Promise.all([allWell, oneAlone, oneLate, oneFailing, waiting, empty, silent].map(told)),
    ).toMatchInlineSnapshot(`
      [
        "[good] Both databases are safe. Each has a proven copy; the oldest of these was taken 12 h ago. The next is expected in 13 h at the latest.",
        "[good] tokens is safe. The newest proven copy was taken 2 h ago. The next is expected in 24 h at the latest.",
        "[late] sessions is late. The newest proven copy was taken 2 days ago. The other, tokens, is safe.",
        "[bad] tokens: the newest copy is damaged. The newest proven copy was taken 36 h ago. The other, sessions, is safe.",
        "[open] tokens waits for a verdict. The newest proven copy was taken 12 h ago. The other, sessions, is safe.",
        "[none] Nothing has been pushed yet. As soon as the first copy has come, this page says whether it is sound.",
        "[late] Not watched: the watch last ran 5 h ago. What this page says of the copies may be old, and nobody would be told of a change.",
      ]
    `)
  })

  test('what is gravest is said first', slow, async () => {
    expect(await Promise.all([many, damagedAndUnwatched, withComplaint, twoLate].map(told)))
      .toMatchInlineSnapshot(`
        [
          "[bad] fjord-events: the newest copy is damaged. The newest proven copy was taken 12 h ago. Of the others 2 are late and 57 are safe.",
          "[bad] tokens: the newest copy is damaged. There is no proven copy to go back to. Not watched: the watch has never run.",
          "[late] An address in the settings cannot be used. Nobody hears of anything there. The other addresses are in use. The copies of 2 databases are safe.",
          "[late] 2 databases are late. They are sessions and tokens. The other, shop, is safe.",
        ]
      `)
  })

  test('a fall is named, and the copy from before it', async () => {
    expect(await Promise.all([oneTable(), oneTable('failed'), fallen, unheard].map(told)))
      .toMatchInlineSnapshot(`
        [
          "[bad] orders: orders has lost 3709 of 6181 rows. The copy from before, orders_2026-02-28T010000Z_000002, came 24 h ago and still has what is gone.",
          "[bad] orders: the newest copy is damaged. Besides, orders has lost 3709 of 6181 rows. The copy from before, orders_2026-02-28T010000Z_000002, came 24 h ago and still has what is gone.",
          "[bad] shop: rows are gone from 2 tables. The copy from before, shop_2026-11-19T010812Z_000016, came 2 days ago and still has what is gone. The other, sessions, is safe.",
          "[bad] shop: rows are gone from 2 tables. The copy from before, shop_2026-11-19T010812Z_000016, came 2 days ago and still has what is gone. The other, sessions, is safe.",
        ]
      `)
  })

  test('a copy that is unmet is whole, and is never called damaged', async () => {
    const said = await Promise.all([unmetNewest, onlyUnmet].map(told))
    expect(said).toMatchInlineSnapshot(`
      [
        "[late] sessions: the newest copy is not what is expected. The newest copy is whole. The newest proven copy was taken 36 h ago. The other, tokens, is safe.",
        "[late] tokens: the newest copy is not what is expected. The newest copy is whole. There is no proven copy to go back to.",
      ]
    `)
    expect(said.join(' ')).not.toContain('damaged')
  })

  test('of several in trouble it is said what is wrong with each, the gravest first', async () => {
    expect(await told(severalInTrouble)).toMatchInlineSnapshot(
      `"[bad] 2 databases are in trouble. b: the newest copy is damaged; a: the newest copy is not what is expected. The other, c, is safe."`,
    )
  })

  test('a word of another build is shown as it is', async () => {
    expect(await told(ofALaterWord)).toMatchInlineSnapshot(
      `"[bad] tokens: the newest copy is rotten. There is no proven copy to go back to."`,
    )
  })

  test('what is only held open does not make it unsafe', async () => {
    expect(await told(heldOpen)).toMatch(/^\[good\] Both databases are safe\./)
  })
})
