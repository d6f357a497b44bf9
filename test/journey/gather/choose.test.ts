import { describe, expect, test } from 'vitest'

import { changeEntry } from '../../../lib/journey/bucket/ledger'
import { choose, parseAt } from '../../../lib/journey/gather/choose'
import { withLetGo } from '../../../lib/rules/copy/care'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf } from '../../fixtures/bucket/buckets'
import { counted, tally } from '../../fixtures/bucket/store-calls'
import { ofNewerBuild } from '../../fixtures/newer'
import { keepJudged } from '../../fixtures/told/judged'

const entryOf = (id: string) => entryKey('backups/', nameOf(id))
const instant = (tools: TestTools, daysAgo: number) =>
  new Date(tools.clock.now().getTime() - daysAgo * 86_400_000).toISOString()

const chosen = (tools: TestTools, asked: Partial<Parameters<typeof choose>[0]> = {}) =>
  choose({ database: 'tokens', ...asked }, tools)

describe('the copy that is meant', () => {
  test('is the newest sound one, and what is newer is named with why it is passed over', async () => {
    const tools = testTools()
    await keepJudged(tools, { daysAgo: 9 })
    const sound = await keepJudged(tools, { daysAgo: 8 })
    const newer = await keepJudged(tools, { daysAgo: 5 })
    const forged = await keepJudged(tools, { daysAgo: 4 })
    const failed = await keepJudged(tools, { daysAgo: 3, outcome: 'failed' })
    const undecided = await keepJudged(tools, { daysAgo: 2, outcome: 'unverifiable' })
    const pending = await keepJudged(tools, { daysAgo: 1, outcome: 'pending' })
    await ofNewerBuild(tools, entryOf(newer))
    await tools.store.put(entryOf(forged), Buffer.from('{}'))
    const choice = await chosen(tools, { look: 'yes' })
    expect(choice).toMatchObject({ entry: { id: sound }, isGrave: true })
    // Only what may well be good is worth a question: what a newer build knows of.
    expect(choice.question).toBe(
      `This brings back an older state: ${newer} came later, and is of a newer Snapproof.`,
    )
    const lines = choice.says.filter((line) => line.includes('tokens_')).slice(1)
    expect(lines).toEqual([
      `passed over ${pending}, pending: It has no verdict yet.`,
      `            ${undecided}, unverifiable: structure unverifiable`,
      `            ${failed}, failed: structure failed`,
      `            ${forged}, untrusted: Its entry does not carry our signature.`,
      `            ${newer}, unknown: A newer Snapproof wrote it; deploy that one.`,
    ])
  })

  test('is the newest sound one that came by then: what came later is not passed over', async () => {
    const tools = testTools()
    const first = await keepJudged(tools, { daysAgo: 3 })
    await keepJudged(tools, { daysAgo: 2, outcome: 'unmet' })
    await keepJudged(tools, { daysAgo: 1 })
    const choice = await chosen(tools, { at: instant(tools, 3).slice(0, 10) })
    expect(choice).toMatchObject({ entry: { id: first }, question: undefined })
    expect(choice.says.join('\n')).not.toContain('passed over')
  })

  test('costs a listing and one read where the newest is sound and nothing is to be asked', async () => {
    const tools = testTools()
    for (const daysAgo of [3, 2, 1]) await keepJudged(tools, { daysAgo })
    const { tools: seen, calls } = counted(tools)
    await choose({ database: 'tokens' }, seen)
    expect(tally(calls)).toEqual({ list: 1, files: 1, read: 1 })
  })

  test('is none that is being let go, and of such nothing is said', async () => {
    const tools = testTools()
    const sound = await keepJudged(tools, { daysAgo: 2 })
    const leaving = await keepJudged(tools, { daysAgo: 1 })
    const begun = tools.clock.now()
    await changeEntry(tools, nameOf(leaving), (entry) => withLetGo(entry, begun))
    const choice = await chosen(tools)
    expect(choice.entry.id).toBe(sound)
    expect(choice.says.join('\n')).not.toContain(leaving)
    await expect(chosen(tools, { at: leaving })).rejects.toMatchObject({ code: 'not-found' })
  })

  test('is not asked for in words that nobody understands', () => {
    expect(parseAt(undefined)).toBeUndefined()
    expect(parseAt('')).toBeUndefined()
    expect(() => parseAt('last week')).toThrow(expect.objectContaining({ code: 'bad-request' }))
  })
})

describe('where nothing is sound', () => {
  test('the copy that is whole is named, and both commands', async () => {
    const tools = testTools()
    const unmet = await keepJudged(tools, { daysAgo: 2, outcome: 'unmet' })
    await keepJudged(tools, { daysAgo: 1, outcome: 'failed' })
    await expect(chosen(tools)).rejects.toMatchObject({
      code: 'nothing-sound',
      why: `There is no sound copy of tokens. ${unmet} is whole, and not what is expected: schema unmet`,
      mend: `To bring it back all the same: restore.sh --at ${unmet} /etc/snapproof/tokens.env To let it count, on your own machine: npm run --silent snapproof -- accept ${unmet} --reason 'it was meant'`,
    })
  })

  test.each(['failed', 'pending', 'unverifiable'] as const)(
    'the newest is named with its word, and how to look at it: %s',
    async (outcome) => {
      const tools = testTools()
      await keepJudged(tools, { daysAgo: 2, outcome: 'failed' })
      const newest = await keepJudged(tools, { daysAgo: 1, outcome })
      await expect(chosen(tools)).rejects.toMatchObject({
        code: 'nothing-sound',
        why: expect.stringContaining(`The newest, ${newest}, is ${outcome}: `),
        mend: expect.stringContaining(`restore.sh --salvage --at ${newest}`),
      })
    },
  )

  test('and nothing is there at all, it is said so', async () => {
    const tools = testTools()
    await expect(chosen(tools)).rejects.toMatchObject({
      why: 'There is no sound copy of tokens.',
      mend: expect.stringContaining('SNAPPROOF_DATABASE'),
    })
    await keepJudged(tools, { daysAgo: 1 })
    await expect(chosen(tools, { at: '2026-01-01' })).rejects.toMatchObject({
      why: 'There is no sound copy of tokens for the time you gave.',
      mend: expect.stringContaining('--list'),
    })
  })
})

describe('a copy by its ticket', () => {
  test.each([
    {
      outcome: 'failed',
      code: 'damaged',
      mend: /Take another one: restore\.sh --list \S+ .* --salvage --at TICKET \S+$/,
    },
    {
      outcome: 'pending',
      code: 'nothing-sound',
      mend: /within ten minutes.* --salvage --at TICKET \S+$/,
    },
    {
      outcome: 'unverifiable',
      code: 'nothing-sound',
      mend: /accept TICKET --reason 'checked by hand'.* --salvage --at TICKET \S+$/,
    },
  ] as const)(
    'is refused while it is $outcome, and handed out for a look',
    async ({ outcome, code, mend }) => {
      const tools = testTools()
      await keepJudged(tools, { daysAgo: 2 })
      const id = await keepJudged(tools, { daysAgo: 1, outcome })
      const pattern = new RegExp(mend.source.replaceAll('TICKET', id))
      for (const sure of ['yes', undefined]) {
        await expect(chosen(tools, { at: id, sure })).rejects.toMatchObject({
          code,
          why: expect.stringContaining(id),
          mend: expect.stringMatching(pattern),
        })
      }
      expect(await chosen(tools, { at: id, salvage: 'yes' })).toMatchObject({ entry: { id } })
    },
  )

  test('is handed out where it is whole and not what is expected, and is asked about first', async () => {
    const tools = testTools()
    const before = await keepJudged(tools, { daysAgo: 2 })
    const unmet = await keepJudged(tools, { daysAgo: 1, outcome: 'unmet' })
    expect(await chosen(tools, { at: unmet })).toMatchObject({
      entry: { id: unmet },
      question: 'This copy is not what lib/databases.ts expects.',
      isGrave: true,
      mend: `Name the copy you want: --at ${unmet} for this one, --at ${before} for the one before.`,
    })
  })

  test('is refused where its file is another one by now', async () => {
    const tools = testTools()
    const id = await keepJudged(tools, { daysAgo: 1 })
    await tools.store.put(entryOf(id).replace('.entry.json', '.db'), Buffer.from('another'))
    await expect(chosen(tools, { at: id })).rejects.toMatchObject({
      code: 'nothing-sound',
      why: `${id} has no verdict yet.`,
    })
  })

  test('is refused where nothing true is known of it, for a look too', async () => {
    const tools = testTools()
    const forged = await keepJudged(tools, { daysAgo: 2 })
    const newer = await keepJudged(tools, { daysAgo: 1 })
    await tools.store.put(entryOf(forged), Buffer.from('{}'))
    await ofNewerBuild(tools, entryOf(newer))
    for (const salvage of [undefined, 'yes']) {
      await expect(chosen(tools, { at: forged, salvage })).rejects.toMatchObject({
        code: 'untrusted-entry',
      })
      await expect(chosen(tools, { at: newer, salvage })).rejects.toMatchObject({
        code: 'newer-format',
        why: expect.stringContaining('deploy that one'),
      })
    }
  })

  test('is needed for a look at what is not sound', async () => {
    const tools = testTools()
    await keepJudged(tools, { daysAgo: 1 })
    for (const at of [undefined, '2026-03-01']) {
      await expect(chosen(tools, { at, salvage: 'yes' })).rejects.toMatchObject({
        code: 'bad-request',
        mend: 'Name it: restore.sh --salvage --at TICKET',
      })
    }
  })

  test('must be one that is there', async () => {
    const absent = 'tokens_2026-01-01T000000Z_000000'
    await expect(chosen(testTools(), { at: absent })).rejects.toMatchObject({ code: 'not-found' })
  })
})
