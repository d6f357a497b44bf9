/** The owners in the lines of an inventory that was just written. */
import { gzipSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { ownersIn } from '../../../lib/adapters/objects/owned'
import type { Handed } from '../../../lib/ports'
import type { Foot, ObjectLine } from '../../../lib/rules/kinds/objects/inventory'
import { readingsOf } from '../../../lib/rules/kinds/objects/settings'
import { memoryStore } from '../../fakes/memory-store'
import { handClock } from '../../fakes/tools'
import { inventoryText, objectLine, takenAt } from '../../fixtures/inventories'

const collections = {
  chats: { objects: 'users/{user}/{chat}.json', grows: 'id' },
  days: { objects: 'days/{day}.json' },
}

const owned = async (
  lines: readonly ObjectLine[],
  { values, before, sql = 'SELECT 1' }: { values: string[]; before?: Foot; sql?: string },
) => {
  const clock = handClock(takenAt)
  const handed: Handed = { values, copyAt: new Date('2026-03-01T00:45:00.000Z') }
  const order = {
    database: 'bot',
    said: {},
    app: memoryStore(clock).appObjects,
    takenAt: clock.now(),
    ask: async () => handed,
    before: undefined,
    begun: undefined,
    isOver: () => false,
  }
  const found = await ownersIn(gzipSync(inventoryText(lines)), {
    order,
    owners: { user: { of: 'tokens', sql } },
    readings: readingsOf({ collections }),
    before,
  })
  return { lines: 0, owners: found }
}

const day = objectLine('days/1.json', { of: 'days' })

test('are those of objects that are there, of collections that have the part', async () => {
  const gone = objectLine('users/lost/1.json', { found: { growth: 'gone' } })
  const { owners } = await owned([day, objectLine('users/anna/1.json'), gone], {
    values: ['anna', 'lost'],
  })
  expect(owners['user']).toMatchObject({ known: 2, waiting: 1, ownerless: { count: 0 } })
  expect(Object.keys(owners['user']?.missingSince ?? {})).toHaveLength(1)
})

test('are held against what the last inventory said, unless that was asked another question', async () => {
  const before = await owned([], { values: ['lost'] })
  const since = { ...before.owners['user']?.missingSince }
  for (const hash of Object.keys(since)) since[hash] = '2026-02-28T00:00:00.000Z'
  const last = before.owners['user']
  const foot: Foot = {
    lines: 0,
    ...(last && { owners: { user: { ...last, missingSince: since } } }),
  }
  const again = await owned([], { values: ['lost'], before: foot })
  expect(again.owners['user']?.missing.count).toBe(1)
  const another = await owned([], { values: ['lost'], before: foot, sql: 'SELECT 2' })
  expect(another.owners['user']?.missing.count).toBe(0)
})
