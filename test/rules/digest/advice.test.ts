import { describe, expect, test } from 'vitest'

import type { Shown } from '../../../lib/rules/copy/shown'
import { digestOf } from '../../../lib/rules/digest/digest'
import type { Standing } from '../../../lib/rules/digest/digest'
import {
  badWeek,
  copyOn,
  databaseWith,
  drillOn,
  happenedWith,
  standingWith,
  week,
} from '../../fixtures/told/digests'

const adviceOn = (changes: Partial<Standing> = {}, unnamed: string[] = []): string[] =>
  digestOf(standingWith(changes), happenedWith(), { span: week, version: '0', unnamed }).advice.map(
    ({ text, command }) => (command === undefined ? text : `${text} ${command}`),
  )

const mib = 1024 ** 2
const tokensOf = (copies: Shown[]) => ({ databases: [databaseWith({ copies })] })

/** From 10 MiB on. */
const grownTo = (sizeBytes: number) =>
  tokensOf([
    copyOn('21', { sizeBytes }),
    copyOn('12', { sizeBytes: 10 * mib }),
    copyOn('10', { sizeBytes: 10 * mib }),
  ])

describe('advice', () => {
  test('is not given where there is nothing to better', () => {
    expect(adviceOn()).toEqual([])
  })

  test.each([
    {
      name: 'nobody is told',
      changes: { channels: [] },
      said: /^Nobody is told .* alert-test$/,
    },
    {
      name: 'the watch has never run',
      changes: { watch: { ranAt: undefined, isSilent: false } },
      said: /^The watch does not run.* doctl serverless triggers list$/,
    },
    {
      name: 'the watch is silent',
      changes: { watch: { ranAt: '2026-11-20T00:00:00.000Z', isSilent: true } },
      said: /^The watch does not run/,
    },
    {
      name: 'the alarm was never heard',
      changes: { alarm: { provenAt: undefined, rings: [] } },
      said: /^The alarm was not heard.* drill --ring$/,
    },
    {
      name: 'the alarm was heard long ago',
      changes: { alarm: { provenAt: '2026-11-07T05:59:59.000Z', rings: [] } },
      said: /^The alarm was not heard/,
    },
    {
      name: 'nothing was ever restored',
      changes: { databases: [databaseWith({ drills: [] })] },
      said: /last two weeks: tokens\. To rehearse it: .* drill$/,
    },
    {
      name: 'the last drill is old',
      changes: { databases: [databaseWith({ drills: [drillOn('01')] })] },
      said: /last two weeks: tokens/,
    },
    {
      name: 'there are two copies, and the first is not new',
      changes: tokensOf([copyOn('20'), copyOn('10')]),
      said: /^One or two sound copies .*: tokens/,
    },
    {
      name: 'there is one copy, and it is not new',
      changes: tokensOf([copyOn('10')]),
      said: /^One or two sound copies .*: tokens/,
    },
    {
      name: 'there are two copies beside one that failed, and are just no longer new',
      changes: tokensOf([
        copyOn('21', { word: 'unverifiable' }),
        copyOn('20'),
        copyOn('18', { arrivedAt: '2026-11-18T05:59:59.999Z' }),
      ]),
      said: /^One or two sound copies .*: tokens/,
    },
    {
      name: 'a database has doubled',
      changes: tokensOf([
        copyOn('21', { sizeBytes: 40 * mib }),
        copyOn('20', { sizeBytes: 30 * mib }),
        copyOn('10', { sizeBytes: 20 * mib }),
      ]),
      said: /^More than doubled: tokens \(20\.0 MiB, now 40\.0 MiB\)/,
    },
    {
      name: 'a database has just doubled, by ten MiB',
      changes: grownTo(20 * mib),
      said: /^More than doubled: tokens \(10\.0 MiB, now 20\.0 MiB\)/,
    },
  ])('is given where $name', ({ changes, said }) => {
    const advice = adviceOn(changes)
    expect(advice).toHaveLength(1)
    expect(advice[0]).toMatch(said)
  })

  test.each([
    { name: 'it is new', changes: tokensOf([copyOn('21'), copyOn('20')]) },
    {
      name: 'it is new until three days are over',
      changes: tokensOf([copyOn('20'), copyOn('18', { arrivedAt: '2026-11-18T06:00:00.000Z' })]),
    },
    {
      name: 'the alarm was heard two weeks ago',
      changes: { alarm: { provenAt: '2026-11-07T06:00:00.000Z', rings: [] } },
    },
    { name: 'it has nearly doubled', changes: grownTo(20 * mib - 1) },
    {
      name: 'it has grown by little',
      changes: tokensOf([copyOn('21', { sizeBytes: 9 * mib }), copyOn('20'), copyOn('10')]),
    },
    {
      name: 'it has no sound copy at all: that is a trouble, and told as one',
      changes: { databases: [databaseWith({ copies: [], drills: [] })] },
    },
  ])('is not given where $name', ({ changes }) => {
    expect(adviceOn(changes)).toEqual([])
  })

  test('names databases of which nothing is expected, if they are there', () => {
    expect(adviceOn({}, ['sessions', 'gone'])).toEqual([
      'lib/databases.ts names no tables and no rows: sessions. With them a copy that is whole and empty is called unmet, and nobody is handed it unasked.',
    ])
  })

  test('says what to do with copies that are whole and not what is expected, and calls none damaged', () => {
    const copies = [copyOn('21'), copyOn('20', { word: 'unmet' }), copyOn('10'), copyOn('09')]
    expect(adviceOn(tokensOf(copies))).toEqual([
      "Copies that are whole and not what is expected stand apart (1). Where lib/databases.ts expects too much, change it and deploy again; to let one count as it is: npm run --silent snapproof -- accept TICKET --reason 'it was meant'",
    ])
  })

  test('reminds of failed copies before they go', () => {
    const { standing, happened } = badWeek()
    const { advice } = digestOf(standing, happened, { span: week, version: '0', unnamed: [] })
    expect(advice).toContainEqual({
      text: 'Copies that failed stand apart (1), for 30 days at most. To keep one for a closer look:',
      command: 'npm run --silent snapproof -- pin TICKET',
    })
  })
})
