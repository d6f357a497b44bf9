import { describe, expect, test } from 'vitest'

import { changeEntry } from '../../../lib/journey/bucket/ledger'
import { choose } from '../../../lib/journey/gather/choose'
import { withAcceptance } from '../../../lib/rules/copy/care'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf } from '../../fixtures/bucket/buckets'
import { fallSince, keepJudged } from '../../fixtures/told/judged'

const entryOf = (id: string) => entryKey('backups/', nameOf(id))
const instant = (tools: TestTools, daysAgo: number) =>
  new Date(tools.clock.now().getTime() - daysAgo * 86_400_000).toISOString()
const ada = { at: '2026-03-01T01:00:00.000Z', by: 'ada' }

const chosen = (tools: TestTools, asked: Partial<Parameters<typeof choose>[0]> = {}) =>
  choose({ database: 'tokens', ...asked }, tools)

describe('where what comes back lacks something', () => {
  /** Rows went with the second copy, and the third lacks them too. */
  const fallen = async () => {
    const tools = testTools()
    const before = await keepJudged(tools, { daysAgo: 3, rows: { tokens: 6181 } })
    const since = await keepJudged(tools, { daysAgo: 2, rows: { tokens: 2472 } })
    const verdict = fallSince(
      { id: before, at: instant(tools, 3) },
      { id: since, at: instant(tools, 2) },
    )
    await changeEntry(tools, nameOf(since), (entry) =>
      entry.verdict ? { ...entry, verdict: { ...entry.verdict, ...verdict } } : entry,
    )
    const newest = await keepJudged(tools, {
      daysAgo: 1,
      outcome: 'warned',
      rows: { tokens: 2472 },
      verdict,
    })
    return { tools, before, since, newest }
  }

  test('nobody is given it unasked: the fault names both copies', async () => {
    const { tools, before, newest } = await fallen()
    await expect(chosen(tools)).rejects.toMatchObject({
      code: 'ask-first',
      why: `Rows or tables are gone from this copy that ${before} still has.`,
      mend: `Name the copy you want: --at ${newest} for this one, --at ${before} for the one before.`,
    })
  })

  test('a look, a ticket or a decision is an answer', async () => {
    const { tools, before, newest } = await fallen()
    for (const decided of [{ look: 'yes' }, { sure: 'yes' }, { at: newest }]) {
      const choice = await chosen(tools, decided)
      expect(choice).toMatchObject({ entry: { id: newest }, isGrave: true })
      expect(choice.says).toContain('is missing  tokens 6181 → 2472')
      expect(choice.says).toContain(`before it   ${before}`)
    }
    // A time is none: it says when, and not what.
    await expect(chosen(tools, { at: '2026-03-01' })).rejects.toMatchObject({ code: 'ask-first' })
    expect(await chosen(tools, { at: before })).toMatchObject({
      entry: { id: before },
      question: undefined,
    })
  })

  test('the one before is another that still holds it, where the first choice is gone', async () => {
    const { tools, before } = await fallen()
    const older = await keepJudged(tools, { daysAgo: 4, rows: { tokens: 6100 } })
    tools.store.objects.delete(entryOf(before).replace('.entry.json', '.db'))
    await expect(chosen(tools)).rejects.toMatchObject({
      why: `Rows or tables are gone from this copy that ${older} still has.`,
    })
  })

  test('no one before is named where none is left', async () => {
    const { tools, before, newest } = await fallen()
    tools.store.objects.delete(entryOf(before).replace('.entry.json', '.db'))
    await expect(chosen(tools)).rejects.toMatchObject({
      why: 'Rows or tables are gone from this copy.',
      mend: `Name the copy you want: --at ${newest} for this one.`,
    })
  })

  test.each(['since', 'newest'] as const)(
    'nothing is asked once somebody said that it is right, of whichever copy: %s',
    async (nth) => {
      const made = await fallen()
      await changeEntry(made.tools, nameOf(made[nth]), (entry) =>
        withAcceptance(entry, ada, 'a yearly clean-up'),
      )
      const choice = await chosen(made.tools)
      expect(choice).toMatchObject({ entry: { id: made.newest }, isGrave: false })
      expect(choice.says.join('\n')).not.toContain('is missing')
    },
  )

  test('the newer one that is whole is named, where the newest sound one is older', async () => {
    const tools = testTools()
    const sound = await keepJudged(tools, { daysAgo: 2 })
    const unmet = await keepJudged(tools, { daysAgo: 1, outcome: 'unmet' })
    await expect(chosen(tools)).rejects.toMatchObject({
      code: 'ask-first',
      why: `This brings back an older state: ${unmet} came later, and is whole.`,
      mend: `Name the copy you want: --at ${sound} for this one, --at ${unmet} for the newer one.`,
    })
    expect(await chosen(tools, { sure: 'yes' })).toMatchObject({ entry: { id: sound } })
  })

  test('a warning is told, and keeps nothing back', async () => {
    const tools = testTools()
    const before = await keepJudged(tools, { daysAgo: 2 })
    const warned = await keepJudged(tools, { daysAgo: 1, outcome: 'warned' })
    const choice = await chosen(tools)
    expect(choice).toMatchObject({
      entry: { id: warned },
      question: 'This copy is sound, with a warning.',
      isGrave: false,
    })
    expect(choice.says).toContain(`before it   ${before}`)
  })
})
