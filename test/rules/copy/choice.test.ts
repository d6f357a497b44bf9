import { describe, expect, test } from 'vitest'

import {
  choiceOf,
  listCommand,
  nothingSound,
  refusalOf,
  whyOf,
} from '../../../lib/rules/copy/choice'
import type { Chosen, PassedOver } from '../../../lib/rules/copy/choice'
import { newEntry, withVerdict } from '../../../lib/rules/copy/entry'
import type { Entry, Verdict } from '../../../lib/rules/copy/entry'
import type { Outcome } from '../../../lib/rules/verdict/verdict'
import { announced, claimOf, findingOf, id, key, verdictOf } from '../../fixtures/told/entries'
import { fallOf, now, olderId } from '../../fixtures/told/troubles'

const arrivedAt = '2025-07-04T01:00:05.000Z'

const entryOf = (outcome: Outcome, changes: Partial<Verdict> = {}): Entry =>
  withVerdict(announced(), verdictOf(outcome, changes), arrivedAt)

const rows = { tokens: 2, users: 300 }
const passed = entryOf('passed', { rows })

const older = withVerdict(
  newEntry(olderId, key, claimOf({ rawSizeBytes: 16_384 })),
  verdictOf('passed', { rows: { tokens: 31_183, users: 300 } }),
  '2025-07-03T01:00:05.000Z',
)

const newer: PassedOver = {
  id: 'tokens_2025-07-04T020000Z_aaaaaa',
  word: 'unmet',
  why: 'Expected and not there: column tokens.key.',
}
const damaged: PassedOver = { ...newer, word: 'failed', why: 'The header is damaged.' }

const choice = (changes: Partial<Chosen> = {}) =>
  choiceOf({ entry: passed, passed: [], fall: undefined, before: older, now, ...changes })

/** As the script prints it. */
const read = (changes: Partial<Chosen>): string => {
  const { says, question, isGrave, mend } = choice(changes)
  const asks = question === undefined ? [] : [`? ${question}${isGrave ? ' (grave)' : ''}`, mend]
  return [...says, ...asks].join('\n')
}

describe('what a restore would bring back', () => {
  test('is said without a question where the newest copy passed', () => {
    expect(read({})).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
                  2025-07-04 01:00 UTC (2 h ago), 8.0 KiB, 302 rows
      verdict     passed"
    `)
  })

  test('is asked where it is sound with a warning', () => {
    expect(read({ entry: entryOf('warned') })).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
                  2025-07-04 01:00 UTC (2 h ago), 8.0 KiB
      verdict     warned
                  references: references warned
      before it   tokens_2025-07-03T010000Z_b81d04
                  2025-07-03 01:00 UTC (26 h ago), 16.0 KiB, 31483 rows
      ? This copy is sound, with a warning.
      Name the copy you want: --at tokens_2025-07-04T010000Z_3f9a1c for this one, --at tokens_2025-07-03T010000Z_b81d04 for the one before."
    `)
  })

  test('is asked where rows have gone from it, with the copy that has them', () => {
    const fall = fallOf()
    const findings = [
      { ...findingOf('rows', 'warned'), code: 'fall' },
      findingOf('clock', 'warned'),
    ]
    expect(read({ entry: entryOf('warned', { rows, findings }), fall })).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
                  2025-07-04 01:00 UTC (2 h ago), 8.0 KiB, 302 rows
      verdict     warned
                  clock: clock warned
      is missing  tokens 31183 → 2
      before it   tokens_2025-07-03T010000Z_b81d04
                  2025-07-03 01:00 UTC (26 h ago), 16.0 KiB, 31483 rows
      ? Rows or tables are gone from this copy that tokens_2025-07-03T010000Z_b81d04 still has. (grave)
      Name the copy you want: --at tokens_2025-07-04T010000Z_3f9a1c for this one, --at tokens_2025-07-03T010000Z_b81d04 for the one before."
    `)
  })

  test('names each table that has gone', () => {
    const fall = fallOf({ tables: { tokens: { had: 31_183, has: 2 }, users: { had: 300 } } })
    expect(choice({ fall }).says).toContain('is missing  tokens 31183 → 2, users with 300 rows')
  })

  test('is asked where it is not what is expected', () => {
    expect(read({ entry: entryOf('unmet') })).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
                  2025-07-04 01:00 UTC (2 h ago), 8.0 KiB
      verdict     unmet
                  schema: schema unmet
      before it   tokens_2025-07-03T010000Z_b81d04
                  2025-07-03 01:00 UTC (26 h ago), 16.0 KiB, 31483 rows
      ? This copy is not what lib/databases.ts expects. (grave)
      Name the copy you want: --at tokens_2025-07-04T010000Z_3f9a1c for this one, --at tokens_2025-07-03T010000Z_b81d04 for the one before."
    `)
  })

  test('is asked where newer ones are whole, and passed over for what they lack', () => {
    expect(read({ passed: [newer, damaged] })).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
                  2025-07-04 01:00 UTC (2 h ago), 8.0 KiB, 302 rows
      verdict     passed
      before it   tokens_2025-07-03T010000Z_b81d04
                  2025-07-03 01:00 UTC (26 h ago), 16.0 KiB, 31483 rows
      passed over tokens_2025-07-04T020000Z_aaaaaa, unmet: Expected and not there: column tokens.key.
                  tokens_2025-07-04T020000Z_aaaaaa, failed: The header is damaged.
      ? This brings back an older state: tokens_2025-07-04T020000Z_aaaaaa came later, and is whole. (grave)
      Name the copy you want: --at tokens_2025-07-04T010000Z_3f9a1c for this one, --at tokens_2025-07-04T020000Z_aaaaaa for the newer one."
    `)
    expect(choice({ passed: [{ ...damaged, id: 'tokens_z' }, newer] }).mend).toBe(
      `Name the copy you want: --at ${id} for this one, --at ${newer.id} for the newer one.`,
    )
    const another = { ...newer, id: 'tokens_x' }
    expect(choice({ passed: [newer, another] }).question).toBe(
      `This brings back an older state: ${newer.id}, tokens_x came later, and are whole.`,
    )
  })

  test('is asked where one of a newer build came later, which cannot be read here', () => {
    const unread = { id: 'tokens_y', word: 'unknown', why: 'Deploy that one.' }
    expect(choice({ passed: [unread] })).toMatchObject({
      question:
        'This brings back an older state: tokens_y came later, and is of a newer Snapproof.',
      isGrave: true,
    })
    expect(choice({ passed: [unread, newer] }).question).toMatch(
      /of a newer Snapproof, or whole\.$/,
    )
  })

  test('is not asked where only damaged ones came later', () => {
    expect(choice({ passed: [damaged] })).toMatchObject({ question: undefined, isGrave: false })
  })

  test.each([
    { name: 'a fall', changes: { fall: fallOf() }, isGrave: true },
    { name: 'what is not expected', changes: { entry: entryOf('unmet') }, isGrave: true },
    { name: 'an older state', changes: { passed: [newer] }, isGrave: true },
    { name: 'a warning', changes: { entry: entryOf('warned') }, isGrave: false },
  ])('is given to nobody unasked where it is grave: $name, $isGrave', ({ changes, isGrave }) => {
    expect(choice(changes).isGrave).toBe(isGrave)
  })

  test('names nothing else to take where there is nothing', () => {
    const { mend, question, says } = choice({ fall: fallOf(), before: undefined })
    expect(mend).toBe(`Name the copy you want: --at ${id} for this one.`)
    expect(question).toBe('Rows or tables are gone from this copy.')
    expect(says.join()).not.toContain('before it')
  })

  test('says who accepted it, and why', () => {
    const accepted = { at: arrivedAt, by: 'ada', reason: 'it was meant', checks: ['schema'] }
    expect(read({ entry: { ...entryOf('unmet'), accepted } })).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
                  2025-07-04 01:00 UTC (2 h ago), 8.0 KiB
      verdict     accepted
                  accepted by ada: it was meant
                  schema: schema unmet"
    `)
  })

  test.each([
    { count: 5, lines: 5, last: 'tokens_4, failed' },
    { count: 6, lines: 6, last: 'and 1 other' },
    { count: 7, lines: 6, last: 'and 2 others' },
  ])('names five of those passed over: $count', ({ count, lines, last }) => {
    const some = Array.from({ length: count }, (_, nth) => ({ ...damaged, id: `tokens_${nth}` }))
    const { says } = choice({ passed: some })
    expect(says.slice(says.findIndex((line) => line.startsWith('passed over')))).toHaveLength(lines)
    expect(says.at(-1)).toContain(last)
  })

  test('says the time of the ticket where nobody saw it come', () => {
    const { arrivedAt: _, ...unseen } = passed
    expect(choice({ entry: unseen }).says[1]).toContain('2025-07-04 01:00 UTC')
  })
})

describe('what is known of a copy', () => {
  test.each([
    { name: 'what decided', entry: entryOf('failed'), why: 'structure failed' },
    { name: 'nothing yet', entry: announced(), why: 'It has no verdict yet.' },
    {
      name: 'nothing at all',
      entry: entryOf('failed', { findings: [] }),
      why: 'Its verdict is failed.',
    },
  ])('against it is $name', ({ entry, why }) => {
    expect(whyOf(entry)).toBe(why)
  })
})

describe('a copy that is named and not put in place', () => {
  const mend = 'Raise limits.memory for snapshots/verify in project.yml and deploy again.'
  const unopened = { ...findingOf('structure', 'unverifiable'), mend }

  test('is refused with what to do instead: damaged, without a verdict, not checked', () => {
    const unchecked = entryOf('unverifiable', { findings: [unopened] })
    const refused = [entryOf('failed'), announced(), unchecked].map(refusalOf)
    expect(refused.map(({ why, mend: next }) => `${why} -> ${next}`)).toMatchInlineSnapshot(`
      [
        "tokens_2025-07-04T010000Z_3f9a1c is damaged: structure failed -> Take another one: restore.sh --list /etc/snapproof/tokens.env shows them. Or to look at what is left of it beside the live file, run restore.sh --salvage --at tokens_2025-07-04T010000Z_3f9a1c /etc/snapproof/tokens.env",
        "tokens_2025-07-04T010000Z_3f9a1c has no verdict yet. -> The watch opens it within ten minutes. Or take another one: restore.sh --list /etc/snapproof/tokens.env shows them. Or to look at what is left of it beside the live file, run restore.sh --salvage --at tokens_2025-07-04T010000Z_3f9a1c /etc/snapproof/tokens.env",
        "tokens_2025-07-04T010000Z_3f9a1c could not be checked: structure unverifiable -> Raise limits.memory for snapshots/verify in project.yml and deploy again. If you know that it is good, say so on your own machine: npm run --silent snapproof -- accept tokens_2025-07-04T010000Z_3f9a1c --reason 'checked by hand' Or to look at what is left of it beside the live file, run restore.sh --salvage --at tokens_2025-07-04T010000Z_3f9a1c /etc/snapproof/tokens.env",
      ]
    `)
  })
})

describe('where nothing is sound', () => {
  const said = (passedOver: readonly PassedOver[], isTimed = false) => {
    const { why, mend } = nothingSound('tokens', passedOver, isTimed)
    return `${why} -> ${mend}`
  }

  test('whatever is nearest to it is named: whole, damaged, none, none of that time', () => {
    expect([said([damaged, newer]), said([damaged]), said([]), said([], true)])
      .toMatchInlineSnapshot(`
      [
        "There is no sound copy of tokens. tokens_2025-07-04T020000Z_aaaaaa is whole, and not what is expected: Expected and not there: column tokens.key. -> To bring it back all the same: restore.sh --at tokens_2025-07-04T020000Z_aaaaaa /etc/snapproof/tokens.env To let it count, on your own machine: npm run --silent snapproof -- accept tokens_2025-07-04T020000Z_aaaaaa --reason 'it was meant'",
        "There is no sound copy of tokens. The newest, tokens_2025-07-04T020000Z_aaaaaa, is failed: The header is damaged. -> restore.sh --list /etc/snapproof/tokens.env shows them all; to look at what is left of it beside the live file, run restore.sh --salvage --at tokens_2025-07-04T020000Z_aaaaaa /etc/snapproof/tokens.env",
        "There is no sound copy of tokens. -> Nothing of it is stored: check SNAPPROOF_DATABASE in the settings file.",
        "There is no sound copy of tokens for the time you gave. -> restore.sh --list /etc/snapproof/tokens.env shows which copies there are, and of which times.",
      ]
    `)
  })
})

test('the list is had by a command that can be typed as it is', () => {
  expect(listCommand('tokens')).toBe('restore.sh --list /etc/snapproof/tokens.env')
})
