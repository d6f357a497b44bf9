import { describe, expect, test } from 'vitest'

import { compare } from '../../../lib/journey/gather/compare'
import { verify } from '../../../lib/journey/verify'
import { watch } from '../../../lib/journey/watch'
import { newEntry } from '../../../lib/rules/copy/entry'
import type { Claim } from '../../../lib/rules/copy/entry'
import { expectationsOf } from '../../../lib/rules/settings/databases'
import type { Finding } from '../../../lib/rules/verdict/verdict'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf } from '../../fixtures/bucket/buckets'
import { copied, otherBytes, seeing, toldOf } from '../../fixtures/bucket/compared'
import type { Seen } from '../../fixtures/bucket/compared'
import { pushed } from '../../fixtures/bucket/requests'
import { sound } from '../../fixtures/databases'
import { claimOf } from '../../fixtures/told/entries'

const verified = async (tools: TestTools, seen: Seen): Promise<Finding[]> =>
  toldOf(await copied(tools, seen))

const schema = { tokens: ['key'], users: ['id'] }
const rows = { tokens: 5000, users: 300 }

describe('a snapshot beside the last sound one', () => {
  test('has nothing to be compared with when it is the first', async () => {
    expect(await verified(testTools(), { schema, rows })).toMatchObject([{ check: 'engine' }])
  })

  test('is warned of rows that are gone, though SQLite calls it sound', async () => {
    const tools = testTools()
    await verified(tools, { schema, rows })
    const found = await verified(tools, { schema, rows: { tokens: 2, users: 300 } })
    expect(found).toMatchObject([{ check: 'rows', outcome: 'warned' }, { check: 'engine' }])
    expect(found[0]?.detail).toContain('tokens 5000 → 2')
  })

  test('is compared with the last sound one, past a damaged one in between', async () => {
    const tools = testTools()
    await verified(tools, { schema, rows })
    await verified(tools, { schema, rows: { tokens: 2, users: 2 }, outcome: 'failed' })
    const found = await verified(tools, { schema, rows: { tokens: 3, users: 300 } })
    expect(found[0]?.detail).toContain('tokens 5000 → 3')
  })

  test('tells what a migration changed, and does not alarm over its rows', async () => {
    const tools = testTools()
    await verified(tools, { schema, rows })
    const after = { tokens: ['key', 'scope'], users: ['id'] }
    const found = await verified(tools, { schema: after, rows: { tokens: 0, users: 300 } })
    expect(found).toMatchObject([{ check: 'schema', outcome: 'passed' }, { check: 'engine' }])
    expect(found[0]?.detail).toContain('new: column tokens.scope')
  })

  test('watches no collapse where that is switched off', async () => {
    const tools = testTools({ databases: { tokens: { collapse: 'off' } } })
    await verified(tools, { schema, rows })
    const found = await verified(tools, { schema, rows: { tokens: 0, users: 0 } })
    expect(found).toMatchObject([{ check: 'engine' }])
  })

  test('still gets its verdict when the store fails while it is compared', async () => {
    const tools = testTools()
    await verified(tools, { schema, rows })
    tools.clock.passSeconds(60)
    const id = await pushed(tools, otherBytes())
    tools.store.failNext('list')
    const answer = await verify.run(
      { ticket: id },
      { ...tools, examiners: { sqlite: seeing({ schema, rows }) } },
    )
    expect(answer.verdict).toBe('passed')
  })

  test.each([
    { name: 'was forged', forge: true },
    { name: 'lost its file', forge: false },
  ])('is compared with none whose entry $name', async ({ forge }) => {
    const tools = testTools()
    await verified(tools, { schema, rows: { tokens: 4000, users: 300 } })
    await verified(tools, { schema, rows })
    const keys = [...tools.store.objects.keys()].toSorted().toReversed()
    const end = forge ? '.entry.json' : '.db'
    const key = keys.find((one) => one.endsWith(end)) ?? ''
    if (forge) await tools.store.put(key, Buffer.from('{}'))
    else tools.store.objects.delete(key)
    const found = await verified(tools, { schema, rows: { tokens: 2, users: 300 } })
    expect(found[0]?.detail).toContain('tokens 4000 → 2')
  })

  test('is compared with a file that an older script left', async () => {
    const tools = testTools()
    await tools.store.put('backups/tokens_2026-02-28.db', sound())
    await watch.run(
      {},
      {
        ...tools,
        examiners: { sqlite: seeing({ schema, rows }) },
        deadlineAt: new Date(tools.clock.now().getTime() + 900_000),
      },
    )
    const found = await verified(tools, { schema, rows: { tokens: 2, users: 300 } })
    expect(found[0]?.detail).toContain('tokens 5000 → 2')
  })
})

describe('a file that an older script left', () => {
  test('is held against no clock and no engine: nobody knows its host', async () => {
    const name = nameOf('tokens_2025-07-04T000000Z_dbf3a9')
    const asked = { expected: expectationsOf({}, 'tokens').asked, deadlineAt: new Date(0) }
    const told = async (changes: Partial<Claim>) => {
      const claim = claimOf({ takenAt: '2025-06-01T00:00:00Z', ...changes })
      const entry = newEntry(name.id, 'backups/tokens_2025-07-04.db', claim)
      const examination = await seeing({})({ claim, key: '', ...asked })
      const about = { name, entry, arrivedAt: '2025-07-04T00:00:00Z', examination }
      return (await compare(about, testTools())).findings
    }
    expect(await told({})).toMatchObject([{ check: 'engine' }, { check: 'clock' }])
    const unknown = { adopted: { etag: 'e' }, facts: {} }
    expect(await told(unknown)).toEqual([])
  })
})
