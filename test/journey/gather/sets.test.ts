import { expect, test } from 'vitest'

import { readHoldings } from '../../../lib/journey/bucket/holdings'
import { listShelves } from '../../../lib/journey/bucket/shelves'
import { setsOf } from '../../../lib/journey/gather/sets'
import { copiesOf } from '../../../lib/rules/copy/held'
import { testTools } from '../../fakes/tools'
import { keepCopy } from '../../fixtures/told/kept'

const held = async (sets: Record<string, string | undefined>) => {
  const tools = testTools({ databases: {} })
  const all = []
  for (const [database, id] of Object.entries(sets)) {
    await keepCopy(tools, {
      daysAgo: 0,
      database,
      change: (entry) =>
        id === undefined ? entry : { ...entry, claim: { ...entry.claim, set: { id, size: 2 } } },
    })
    all.push(...copiesOf(await readHoldings(tools, database, await listShelves(tools, database))))
  }
  return all
}

test('databases that were pushed together are one set, and no others are', async () => {
  expect(setsOf(await held({ tokens: 'a', sessions: 'a', other: undefined }))).toEqual([
    {
      id: 'a',
      databases: ['sessions', 'tokens'],
      state: 'restorable',
      why: 'sound and of one moment: sessions, tokens',
    },
  ])
  expect(setsOf(await held({ tokens: undefined }))).toEqual([])
})

test('a member that did not come leaves the set waiting', async () => {
  expect(setsOf(await held({ tokens: 'a', sessions: 'b' }))).toMatchObject([
    { id: 'a', state: 'waiting' },
    { id: 'b', state: 'waiting' },
  ])
})
