import { describe, expect, test } from 'vitest'

import { digestOf } from '../../../lib/rules/report/digest'
import {
  cameWords,
  copiesWords,
  databaseWords,
  signed,
  troubleWords,
} from '../../../lib/rules/report/words'
import { sizeWords } from '../../../lib/rules/plain/wording'
import {
  badWeek,
  copyOn,
  databaseWith,
  drillOn,
  happenedWith,
  standingWith,
  week,
} from '../../fixtures/told/reports'
import { someTrouble } from '../../fixtures/told/troubles'

const factsOf = (changes: Parameters<typeof databaseWith>[0], happened = happenedWith()) => {
  const standing = standingWith({ databases: [databaseWith(changes)] })
  const [one] = digestOf(standing, happened, { span: week, version: '0', unnamed: [] }).databases
  if (!one) throw new Error('there is none')
  const { facts, ...rest } = databaseWords(one, week.until)
  return { ...rest, facts: Object.fromEntries(facts.map(({ label, text }) => [label, text])) }
}

describe('the words of a report', () => {
  test.each([
    { number: 0, said: 'unchanged' },
    { number: 2048, said: '+2.0 KiB' },
    { number: -2048, said: '−2.0 KiB' },
  ])('say $number as $said', ({ number, said }) => {
    expect(signed(number, sizeWords)).toBe(said)
  })

  test('count what came by what was found', () => {
    const none = { came: 0, sound: 0, failed: 0, unmet: 0, unchecked: 0, pending: 0 }
    expect(cameWords(none)).toBe('none came')
    expect(cameWords({ came: 5, sound: 1, failed: 1, unmet: 1, unchecked: 1, pending: 1 })).toBe(
      '5 came: 1 sound, 1 failed, 1 not what is expected, 1 could not be checked, 1 without a verdict yet',
    )
    expect([copiesWords(1), copiesWords(2)]).toEqual(['1 copy', '2 copies'])
  })

  test('say of a database what decides anything', () => {
    const { name, word, mark, facts, troubles } = factsOf({})
    expect({ name, word, mark, troubles }).toEqual({
      name: 'tokens',
      word: 'sound',
      mark: 'good',
      troubles: [],
    })
    expect(facts).toEqual({
      'newest sound': '664 KiB (+28.0 KiB), 2210 rows (+70), 4 h ago',
      'its ticket': 'tokens_2026-11-21T010017Z_9d672f',
      copies: '7 came: 7 sound',
      restorable: '7 of the last 7 days',
      checks: 'arrival, bytes, header, structure, references passed',
      'last drill': '2026-11-16 05:45 UTC, restored, opened and compared in 1.2 s',
      kept: '12 copies, 7.5 MiB; none let go',
      policy: databaseWith().policy,
    })
  })

  test('say what there is not', () => {
    const never = factsOf({ copies: [], drills: [], health: 'never' }, happenedWith({ checks: {} }))
    expect(never).toMatchObject({
      word: 'never came',
      mark: 'bad',
      facts: { 'newest sound': 'none', copies: 'none came', 'last drill': 'none yet' },
    })
    const first = factsOf({ copies: [copyOn('21', { rows: undefined })] })
    expect(first.facts).toMatchObject({
      'newest sound': '664 KiB, 4 h ago',
      kept: '1 copy, 664 KiB; none let go',
    })
  })

  test('tell a newest copy that is not sound beside the one that is', () => {
    const copies = [copyOn('21', { word: 'pending' }), copyOn('20')]
    const { mark, word, facts } = factsOf({ health: 'pending', copies })
    expect({ mark, word }).toEqual({ mark: 'open', word: 'waits for its verdict' })
    expect(facts['newest']).toBe('tokens_2026-11-21T010017Z_9d672f: pending, 4 h ago')
  })

  test('tell checks that did not pass, drills that did not go well, and a brake', () => {
    const { standing, happened } = badWeek()
    const bad = factsOf(
      {
        ...standing.databases[1],
        drills: [drillOn('16', { outcome: 'failed', detail: 'It is another file.' })],
      },
      happened,
    )
    expect(bad.facts).toMatchObject({
      checks: 'structure failed; arrival passed',
      'last drill': '2026-11-16 05:45 UTC, failed: It is another file.',
      'held back': 'Nothing is let go while the newest copy is failed.',
      kept: '12 copies, 7.5 MiB; 3 let go (1.4 MiB)',
    })
    expect(bad.troubles).toMatchObject([{ what: 'The newest copy is damaged' }])
    const undone = factsOf(
      { drills: [drillOn('16', { outcome: 'undone', detail: 'no room' })] },
      happenedWith({ checks: { tokens: [{ check: 'structure', outcome: 'failed' }] } }),
    )
    expect(undone.facts).toMatchObject({
      checks: 'structure failed',
      'last drill': '2026-11-16 05:45 UTC, could not be done: no room',
    })
  })

  test('tell a check that found several things once, and by what did not pass', () => {
    const of = (check: string, outcome: string) => ({ check, outcome })
    const tokens = [
      of('schema', 'passed'),
      of('schema', 'passed'),
      of('rows', 'passed'),
      of('rows', 'warned'),
      of('assertions', 'unmet'),
      of('assertions', 'unmet'),
    ]
    expect(factsOf({}, happenedWith({ checks: { tokens } })).facts['checks']).toBe(
      'rows warned; assertions unmet; schema passed',
    )
  })

  test('name the copy from before a fall, with what it has and what there is today', () => {
    const fall = {
      since: copyOn('21').id,
      sinceAt: copyOn('21').arrivedAt,
      restoreCommand: '',
      before: copyOn('20').id,
      beforeAt: copyOn('20').arrivedAt,
      tables: [
        { table: 'orders', before: 6181, now: 2472 },
        { table: 'carts', before: 12, now: undefined },
      ],
    }
    expect(factsOf({ health: 'trouble', fall }).facts).toMatchObject({
      'before the fall':
        'tokens_2026-11-20T010017Z_9d672f, 28 h ago: orders 6181, now 2472, carts 12, now gone',
    })
  })

  test('say of a trouble what to do, and what instead where it was meant', () => {
    const otherwise = { text: 'Say so on your own machine:', command: 'accept' }
    const bare = { text: 'If you know that it is good, say so.' }
    const told = [
      someTrouble({ nextStep: { text: 'Look.', command: 'look', otherwise } }),
      someTrouble({ nextStep: { text: 'Look.', otherwise: bare } }),
      someTrouble({ nextStep: { text: 'Look.' } }),
    ].map((trouble) => troubleWords(trouble))
    expect(told.map((one) => one.otherwise)).toEqual([
      { heading: 'If it was meant', ...otherwise },
      { heading: 'Otherwise', ...bare },
      undefined,
    ])
    expect(told.map((one) => one.command)).toEqual(['look', undefined, undefined])
  })

  test('begin with a capital letter, but where a table is named first', () => {
    const facts = [{ label: 'orders', text: '6181 rows before, 2472 now' }]
    const whats = ['orders has lost 3709 of 6181 rows', 'rows are gone from 2 tables']
    expect(whats.map((what) => troubleWords(someTrouble({ what, facts })).what)).toEqual([
      'orders has lost 3709 of 6181 rows',
      'Rows are gone from 2 tables',
    ])
  })

  test('know no word for a health that is not told yet', () => {
    expect(factsOf({ health: 'new' }).word).toBe('new')
  })
})
