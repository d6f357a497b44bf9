/** The owners of the app's objects, asked of the newest sound copy of the database that knows them. */
import { describe, expect, test } from 'vitest'

import { parseTicket, readEntry } from '../../../lib/journey/bucket/ledger'
import { verdict } from '../../../lib/journey/verdict'
import { watch } from '../../../lib/journey/watch'
import { DatabasesFile } from '../../../lib/rules/settings/databases'
import { testTools } from '../../fakes/tools'
import { pushedAt } from '../../fixtures/bucket/pushed-at'
import { pushed } from '../../fixtures/bucket/requests'
import { withMinutes } from '../../fixtures/bucket/watching'
import { madeBy, truncated } from '../../fixtures/databases'

const usersSql = 'SELECT id FROM users; '

const world = (sql = usersSql) => {
  const databases = DatabasesFile.parse({
    tokens: {},
    bot: {
      kind: 'objects',
      expectEvery: '1h',
      collections: {
        pages: { objects: 'users/{user}/page.json' },
        // Nobody is asked for its owners: it has no such part.
        logs: { objects: 'logs/{day}.json' },
      },
      owners: { user: { of: 'tokens', sql } },
    },
  })
  const tools = testTools({ databases })
  const copyAt = async (when: string, ...users: (number | string)[]): Promise<void> => {
    tools.clock.moveTo(when)
    const rows = users.map((id) => (typeof id === 'number' ? `(${id})` : `('${id}')`)).join(', ')
    const bytes = madeBy(`CREATE TABLE users (id, name); INSERT INTO users (id) VALUES ${rows};`)
    const ticket = await pushed(tools, bytes, { taken_at: when })
    // Of a database that is as it was nothing is stored but the word that it is.
    await verdict.run({ ticket }, withMinutes(tools, 10))
  }
  const writtenAt = (at: string, ...users: string[]): void => {
    tools.clock.moveTo(at)
    for (const user of users) tools.store.app.put(`users/${user}/page.json`, Buffer.from('{}'))
  }
  /** What the inventory says that is taken then. */
  const saidAt = async (at: string) => {
    tools.clock.moveTo(at)
    const { taken, faults } = await watch.run({}, withMinutes(tools, 10))
    expect(faults).toEqual([])
    const entry = (await readEntry(tools, parseTicket(taken.join())))?.entry
    const finding = entry?.verdict?.findings.find(({ check }) => check === 'owners')
    return `${entry?.verdict?.outcome}: ${finding?.detail}`
  }
  return { tools, copyAt, writtenAt, saidAt }
}

const at = (time: string) => `2026-03-01T${time}:00.000Z`

describe('owners', () => {
  test('who have their objects, and no others, are told in figures; a number is one, too', async () => {
    const { copyAt, writtenAt, saidAt } = world()
    writtenAt(at('02:00'), 'anna-1', '7')
    await copyAt(at('02:10'), 'anna-1', 7)
    expect(await saidAt(at('02:20'))).toBe('passed: user: 2 owners in tokens.')
  })

  test('whom the copy does not know are told at once where the object is older, and stay so', async () => {
    const { copyAt, writtenAt, saidAt } = world()
    writtenAt(at('02:00'), 'anna-1', 'strange-1')
    await copyAt(at('02:10'), 'anna-1')
    const strange = 'unmet: user: 1 with objects and not in tokens: stra….'
    expect(await saidAt(at('02:20'))).toBe(strange)
    // Written to ever again, and no copy comes: it is no better for it.
    writtenAt(at('03:15'), 'strange-1')
    expect(await saidAt(at('03:20'))).toBe(strange)
    await copyAt(at('04:10'), 'anna-1', 'strange-1')
    expect(await saidAt(at('04:20'))).toBe('passed: user: 2 owners in tokens.')
  })

  test('who came after the copy are no alarm until a later one does not know them', async () => {
    const { copyAt, writtenAt, saidAt } = world()
    await copyAt(at('02:00'), 'anna-1')
    writtenAt(at('02:10'), 'anna-1', 'new-1')
    expect(await saidAt(at('02:20'))).toBe(
      'passed: user: 1 owner in tokens, and 1 of whom a later copy must tell.',
    )
    await copyAt(at('02:30'), 'anna-1')
    expect(await saidAt(at('03:20'))).toContain('unmet: user: 1 with objects and not in tokens')
  })

  test('without an object are told once a later copy still has them, and never if it has not', async () => {
    const { copyAt, writtenAt, saidAt } = world()
    writtenAt(at('01:50'), 'anna-1')
    await copyAt(at('02:00'), 'anna-1', 'left-1', 'lost-1')
    expect(await saidAt(at('02:20'))).toContain('passed: user: 3 owners')
    // The same copy a second time shows nothing new.
    expect(await saidAt(at('03:20'))).toContain('passed: user: 3 owners')
    await copyAt(at('04:00'), 'anna-1', 'lost-1')
    const lost = 'unmet: user: 1 of 2 in tokens without an object: lost….'
    expect(await saidAt(at('04:20'))).toBe(lost)
    expect(await saidAt(at('05:20'))).toBe(lost)
  })

  test('are asked of the newest sound copy, past one that is damaged', async () => {
    const { tools, copyAt, writtenAt, saidAt } = world()
    writtenAt(at('01:50'), 'anna-1')
    await copyAt(at('02:00'), 'anna-1')
    await pushedAt(tools, at('02:10'), truncated())
    await pushed(tools, madeBy('CREATE TABLE later (id);'))
    expect(await saidAt(at('02:20'))).toBe('passed: user: 1 owner in tokens.')
  })

  test('of whom nobody can tell are a warning, and what was known of them stays', async () => {
    const { tools, copyAt, writtenAt, saidAt } = world()
    writtenAt(at('01:50'), 'anna-1')
    expect(await saidAt(at('02:00'))).toBe(
      'warned: user: tokens could not be asked. There is no sound copy of it.',
    )
    await copyAt(at('03:00'), 'anna-1', 'lost-1')
    expect(await saidAt(at('03:10'))).toContain('passed')
    const { list } = tools.store
    tools.store.list = (prefix) =>
      prefix.startsWith('backups/tokens') ? Promise.reject(new Error('away')) : list(prefix)
    expect(await saidAt(at('04:10'))).toContain('warned: user: tokens could not be asked.')
    tools.store.list = list
    await copyAt(at('05:00'), 'anna-1', 'lost-1')
    expect(await saidAt(at('05:10'))).toContain('unmet: user: 1 of 2 in tokens')
  })

  test.each([
    { sql: 'SELECT id FROM gone', says: 'SQLite could not answer: no such table: gone.' },
    { sql: 'SELECT id, name FROM users', says: 'SQLite could not answer: table snapproof_asked' },
    { sql: 'SELECT NULL -- nobody', says: 'The SQL gives null: text and integers' },
    { sql: "SELECT ''", says: 'The SQL gives empty text' },
    { sql: 'SELECT 1.5', says: 'The SQL gives real' },
    { sql: "SELECT x'00'", says: 'The SQL gives blob' },
    { sql: "SELECT printf('%.*c', 129, 'x')", says: 'The SQL gives text of more than 128 signs' },
    {
      sql: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n',
      says: 'The SQL gives more than 100000 values.',
    },
  ])('are a warning where $sql is asked', async ({ sql, says }) => {
    const { copyAt, writtenAt, saidAt } = world(sql)
    writtenAt(at('01:50'), 'anna-1')
    await copyAt(at('02:00'), 'anna-1')
    expect(await saidAt(at('02:20'))).toContain(`warned: user: tokens could not be asked. ${says}`)
  })
})
