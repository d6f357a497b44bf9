import { describe, expect, test } from 'vitest'

import { readEntry } from '../../lib/journey/bucket/ledger'
import { restore } from '../../lib/journey/restore'
import type { RestoreRequest } from '../../lib/journey/restore'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { nameOf } from '../fixtures/bucket/buckets'
import { pushedAt } from '../fixtures/bucket/pushed-at'
import { madeBy, sound, withZeroedPage } from '../fixtures/databases'

/** Most rows are gone from the second copy, the table from the third, and the last is damaged. */
const fourSorts = async () => {
  const tools = testTools({ databases: { tokens: { tables: { tokens: ['key'] } } } })
  const full = await pushedAt(tools, '2026-03-01T01:00:00Z', sound(6181))
  const fallen = await pushedAt(tools, '2026-03-02T01:00:00Z', sound(2472))
  const renamed = madeBy('CREATE TABLE user_tokens (key TEXT); INSERT INTO user_tokens VALUES (1)')
  const unmet = await pushedAt(tools, '2026-03-03T01:00:00Z', renamed)
  const damaged = await pushedAt(tools, '2026-03-04T01:00:00Z', withZeroedPage())
  tools.clock.moveTo('2026-03-04T03:00:00Z')
  return { tools, full, fallen, unmet, damaged }
}

const asked = async (tools: TestTools, request: Partial<RestoreRequest>) =>
  restore.lines(await restore.run({ database: 'tokens', ...request }, tools))

describe('before anything is brought back', () => {
  test('it is said which copy, what it holds, what it lacks, and what is passed over and why', async () => {
    const { tools, full, fallen, unmet, damaged } = await fourSorts()
    const before = new Map(tools.store.objects)
    expect((await asked(tools, { look: 'yes' })).map(([key, text]) => `${key} ${text}`)).toEqual([
      `ticket ${fallen}`,
      `ask Rows or tables are gone from this copy that ${full} still has.`,
      `instead Name the copy you want: --at ${fallen} for this one, --at ${full} for the one before, --at ${unmet} for the newer one.`,
      `say copy        ${fallen}`,
      expect.stringMatching(/^say {13}2026-03-02 01:00 UTC \(2 days ago\), [\d.]+ KiB, 2472 rows$/),
      'say verdict     warned',
      'say is missing  tokens 6181 → 2472',
      `say before it   ${full}`,
      expect.stringMatching(/^say {13}2026-03-01 01:00 UTC \(3 days ago\), [\d.]+ KiB, 6181 rows$/),
      expect.stringMatching(`^say passed over ${damaged}, failed: `),
      `say             ${unmet}, unmet: Expected and not there: table tokens.`,
    ])
    // Neither is anything held, nor an address given.
    expect(tools.store.objects).toEqual(before)
  })

  test('nothing is asked of a copy that lacks nothing', async () => {
    const { tools, full } = await fourSorts()
    const lines = await asked(tools, { look: 'yes', at: full })
    expect(lines.map(([key]) => key).filter((key) => key !== 'say')).toEqual(['ticket'])
  })

  test('who has not seen it is told to name one, the first edition’s restore.sh too', async () => {
    const { tools, full, fallen } = await fourSorts()
    for (const script of [undefined, '2']) {
      await expect(asked(tools, { script })).rejects.toMatchObject({
        code: 'ask-first',
        mend: expect.stringContaining(`--at ${fallen} for this one, --at ${full}`),
      })
    }
    expect(new Map(await asked(tools, { sure: 'yes' })).get('ticket')).toBe(fallen)
    expect(new Map(await asked(tools, { at: fallen })).get('ticket')).toBe(fallen)
  })

  test('one that is whole and not what is expected is handed out by its ticket', async () => {
    const { tools, unmet } = await fourSorts()
    const lines = new Map(await asked(tools, { at: unmet }))
    expect(lines.get('verdict')).toBe('unmet')
    expect(lines.get('get')).toBe(`memory:get:backups/tokens/2026/03/${unmet}.db`)
    expect((await readEntry(tools, nameOf(unmet)))?.entry.heldUntil).toBeDefined()
  })

  test('one that is damaged is handed out for a look alone, and named as what it is', async () => {
    const { tools, damaged } = await fourSorts()
    await expect(asked(tools, { at: damaged, sure: 'yes' })).rejects.toMatchObject({
      code: 'damaged',
    })
    const lines = new Map(await asked(tools, { at: damaged, salvage: 'yes' }))
    expect(lines.get('verdict')).toBe('failed')
    expect(lines.get('get')).toBe(`memory:get:backups/tokens/2026/03/${damaged}.db`)
  })

  test('a list has the first edition’s five words in front, and the rows and changes behind', async () => {
    const { tools, full, fallen, unmet, damaged } = await fourSorts()
    const lines = await asked(tools, { list: 'yes' })
    expect(lines.map(([key]) => key)).toEqual(['copy', 'copy', 'copy', 'copy'])
    const words = lines.map(([, text]) => String(text).split(' '))
    for (const one of words) {
      expect(one.slice(2, 5)).toEqual([
        expect.stringMatching(/^2026-0\d-\d\dT/),
        expect.stringMatching(/^\d+$/),
        expect.stringMatching(/^2026-03-0\dT/),
      ])
    }
    expect(
      words.map(([ticket, word, , , , rows, ...change]) => [ticket, word, rows, change.join(' ')]),
    ).toEqual([
      [damaged, 'failed', '-', '-'],
      [unmet, 'unmet', '1', 'tokens gone with 2472, user_tokens new with 1'],
      [fallen, 'warned', '2472', 'tokens −3709'],
      [full, 'passed', '6181', '-'],
    ])
  })

  test('two copies are compared line by line, by their tickets', async () => {
    const { tools, full, fallen } = await fourSorts()
    expect(await asked(tools, { at: full, diff: fallen })).toEqual([
      ['say', 'rows  tokens: 6181 → 2472'],
    ])
    await expect(asked(tools, { diff: fallen })).rejects.toMatchObject({ code: 'bad-request' })
  })
})
