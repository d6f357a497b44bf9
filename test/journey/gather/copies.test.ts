import { describe, expect, test } from 'vitest'

import { changeEntry, readEntry } from '../../../lib/journey/bucket/ledger'
import { compareCopies, listCopies } from '../../../lib/journey/gather/copies'
import { withAcceptance } from '../../../lib/rules/copy/care'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf } from '../../fixtures/bucket/buckets'
import { ofNewerBuild } from '../../fixtures/newer'
import { keepJudged } from '../../fixtures/told/judged'

const entryOf = (id: string) => entryKey('backups/', nameOf(id))

const listed = async (tools: TestTools, at?: string) =>
  (await listCopies({ database: 'tokens', at }, tools)).map(({ ticket, verdict, rows, change }) => [
    ticket,
    verdict,
    rows,
    change,
  ])

describe('a list of copies', () => {
  const five = async () => {
    const tools = testTools()
    const first = await keepJudged(tools, { daysAgo: 5, rows: { tokens: 6181, users: 300 } })
    const fallen = await keepJudged(tools, {
      daysAgo: 4,
      outcome: 'warned',
      rows: { tokens: 2472, users: 300 },
    })
    const damaged = await keepJudged(tools, { daysAgo: 3, outcome: 'failed' })
    const unmet = await keepJudged(tools, {
      daysAgo: 2,
      outcome: 'unmet',
      rows: { users: 301, groups: 4 },
    })
    const pending = await keepJudged(tools, { daysAgo: 1, outcome: 'pending' })
    return { tools, first, fallen, damaged, unmet, pending }
  }

  test('tells of each its word, its rows and what changed since the whole one before, newest first', async () => {
    const { tools, first, fallen, damaged, unmet, pending } = await five()
    expect(await listed(tools)).toEqual([
      [pending, 'pending', undefined, '-'],
      [unmet, 'unmet', 305, 'tokens gone with 2472, groups new with 4, users +1'],
      // Of a damaged file nobody counted anything, and nothing is held against it.
      [damaged, 'failed', undefined, '-'],
      [fallen, 'warned', 2772, 'tokens −3709'],
      [first, 'passed', 6481, '-'],
    ])
  })

  test('tells what the claim and the verdict say besides', async () => {
    const { tools, first } = await five()
    const copies = await listCopies({ database: 'tokens', at: first }, tools)
    const entry = (await readEntry(tools, nameOf(first)))?.entry
    expect(copies).toEqual([
      {
        ticket: first,
        verdict: 'passed',
        takenAt: entry?.claim.takenAt,
        sizeBytes: entry?.claim.sizeBytes,
        verifiedAt: entry?.verdict?.at,
        rows: 6481,
        change: '-',
      },
    ])
  })

  test('ends at the time that was asked for, and still tells what changed before it', async () => {
    const { tools, first, fallen } = await five()
    expect(await listed(tools, '2026-02-25')).toEqual([
      [fallen, 'warned', 2772, 'tokens −3709'],
      [first, 'passed', 6481, '-'],
    ])
    await expect(listed(tools, 'yesterday')).rejects.toMatchObject({ code: 'bad-request' })
  })

  test('has every copy that stands there, though its entry cannot be read', async () => {
    const { tools, first, fallen } = await five()
    await tools.store.put(entryOf(fallen), Buffer.from('{}'))
    await ofNewerBuild(tools, entryOf(first))
    const copies = await listCopies({ database: 'tokens', at: '2026-02-25' }, tools)
    const unknown = { sizeBytes: 0, verifiedAt: undefined, rows: undefined, change: '-' }
    expect(copies).toEqual([
      { ticket: fallen, verdict: 'untrusted', takenAt: '2026-02-25T01:00:00.000Z', ...unknown },
      { ticket: first, verdict: 'unknown', takenAt: '2026-02-24T01:00:00.000Z', ...unknown },
    ])
  })
})

test('a copy that was overruled is called accepted', async () => {
  const tools = testTools()
  const id = await keepJudged(tools, { daysAgo: 1, outcome: 'failed' })
  const ada = { at: tools.clock.now().toISOString(), by: 'ada' }
  await changeEntry(tools, nameOf(id), (one) => withAcceptance(one, ada, 'known'))
  expect(await listed(tools)).toEqual([[id, 'accepted', undefined, '-']])
})

describe('two copies', () => {
  const two = async () => {
    const tools = testTools()
    const before = await keepJudged(tools, { daysAgo: 2, rows: { tokens: 6181, old: 7 } })
    const after = await keepJudged(tools, { daysAgo: 1, rows: { tokens: 2472, users: 3 } })
    return { tools, before, after }
  }

  const difference = (tools: TestTools, one: string, other: string) =>
    compareCopies({ database: 'tokens', tickets: [one, other] }, tools)

  test('are compared by what was counted in each, a line for every difference', async () => {
    const { tools, before, after } = await two()
    expect(await difference(tools, before, after)).toEqual([
      'gone  table old',
      'new   table users',
      'rows  tokens: 6181 → 2472',
      'rows  old: 7 → none',
      'rows  users: none → 3',
    ])
    expect(await difference(tools, after, after)).toEqual([
      'The same tables, columns and numbers of rows.',
    ])
  })

  test('are compared whatever their verdicts say, and not where one was never opened', async () => {
    const { tools, before } = await two()
    const unmet = await keepJudged(tools, { daysAgo: 1, outcome: 'unmet', rows: { tokens: 1 } })
    expect(await difference(tools, before, unmet)).toContain('rows  tokens: 6181 → 1')
    const pending = await keepJudged(tools, { daysAgo: 0, outcome: 'pending' })
    await expect(difference(tools, before, pending)).rejects.toMatchObject({
      code: 'nothing-sound',
      why: expect.stringContaining('never opened'),
    })
  })

  test('must both be of this database, and there', async () => {
    const { tools, before } = await two()
    const absent = 'tokens_2026-01-01T000000Z_000000'
    const foreign = before.replace('tokens', 'sessions')
    for (const [one, other, code] of [
      [before, absent, 'not-found'],
      [foreign, before, 'not-found'],
      ['', before, 'bad-request'],
      [before, '2026-02-25', 'bad-request'],
    ] as const) {
      await expect(difference(tools, one, other)).rejects.toMatchObject({ code })
    }
  })

  test('are not compared where a newer build wrote of one of them: it is said so', async () => {
    const { tools, before, after } = await two()
    await ofNewerBuild(tools, entryOf(after))
    await expect(difference(tools, before, after)).rejects.toMatchObject({ code: 'newer-format' })
  })
})
