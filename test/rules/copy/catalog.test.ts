import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { withAcceptance, withHold, withLetGo, withPin } from '../../../lib/rules/copy/care'
import { Catalog, emptyCatalog, Line, lightened, lineOf } from '../../../lib/rules/copy/catalog'
import { newEntry, withVerdict, wordOf } from '../../../lib/rules/copy/entry'
import type { Entry } from '../../../lib/rules/copy/entry'
import { isSound, outcomes } from '../../../lib/rules/verdict/verdict'
import { withStart } from '../../../lib/rules/watching/waiting'
import { isThorough } from '../../cases'
import { entries } from '../../fixtures/arbitraries'
import {
  announced,
  claimOf,
  findingOf,
  findingsWith,
  id,
  key,
  verdictOf,
} from '../../fixtures/told/entries'

const arrivedAt = '2025-07-04T01:00:05.000Z'
const now = new Date('2025-07-04T02:00:00.000Z')
const fall = {
  since: id,
  sinceAt: arrivedAt,
  before: 'tokens_2025-07-03T010000Z_b81d04',
  beforeAt: '2025-07-03T01:00:05.000Z',
  tables: { tokens: { had: 5000, has: 5 } },
}
const ada = { at: now.toISOString(), by: 'ada' }

const judged = (...args: Parameters<typeof verdictOf>): Entry =>
  withVerdict(announced(), verdictOf(...args), arrivedAt, 'object')

/** Of a database with as many tables as are compared. */
const heavy = () => {
  const rows = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`t${at}`, at + 1]))
  const drift = { came: ['table t1'], went: ['table t0'] }
  const findings = findingsWith({ rows: 'warned', schema: 'warned' })
  return lineOf(judged('warned', { rows, drift, findings }), 'entry')
}

describe('the line of a copy', () => {
  test('that was announced tells the claim, and nothing else', () => {
    const line = lineOf(announced(), 'entry')
    expect(JSON.parse(JSON.stringify(line))).toEqual({
      entryEtag: 'entry',
      host: 'droplet-1',
      key,
      word: 'pending',
      sizeBytes: 8192,
      takenAt: '2025-07-04T00:59:58Z',
      ticketAt: '2025-07-04T01:00:00.000Z',
      sha256: 'a'.repeat(64),
      tries: 0,
      wasSound: false,
      remarks: [],
    })
  })

  test('tells everything that is asked without reading the entry again', () => {
    const claim = claimOf({ adopted: { etag: 'adopted' }, set: { id: 'a set', size: 2 } })
    const findings = findingsWith({ rows: 'warned' })
    const drift = { came: ['table users'], went: ['column tokens.key'] }
    const lows = { tokens: 2 }
    const verdict = verdictOf('warned', {
      findings,
      rows: { tokens: 5, users: 3 },
      expectations: 'e'.repeat(64),
      drift,
      fall,
      lows,
    })
    const entry = withVerdict(newEntry(id, key, claim), verdict, arrivedAt, 'object')
    const right = withAcceptance(entry, ada, 'it was meant')
    const cared = withStart(withHold(withLetGo(withPin(right, ada, ''), now), now), now)
    expect(lineOf(cared, 'entry')).toEqual({
      entryEtag: 'entry',
      key,
      word: 'accepted',
      sizeBytes: 8192,
      takenAt: '2025-07-04T00:59:58Z',
      ticketAt: '2025-07-04T01:00:00.000Z',
      arrivedAt,
      provenAt: '2025-07-04T01:00:10.000Z',
      etag: 'object',
      adoptedEtag: 'adopted',
      sha256: 'a'.repeat(64),
      startedAt: now.toISOString(),
      heldUntil: '2025-07-05T02:00:00.000Z',
      letGoAt: now.toISOString(),
      pinnedBy: 'ada',
      setId: 'a set',
      setSize: 2,
      tries: 0,
      wasSound: true,
      rows: 8,
      tables: { tokens: 5, users: 3 },
      lows,
      ...drift,
      fall,
      isFallRight: true,
      expectations: 'e'.repeat(64),
      tookMs: 12,
      remarks: [findingOf('rows', 'warned')],
    })
  })

  test.each([
    { name: 'none were counted', rows: undefined, sum: undefined },
    { name: 'there are no tables', rows: {}, sum: 0 },
    { name: 'the tables are empty', rows: { a: 0 }, sum: 0 },
    { name: 'there are some', rows: { a: 1, b: 2 }, sum: 3 },
  ])('sums up the rows: $name', ({ rows, sum }) => {
    const entry = judged('passed', rows === undefined ? {} : { rows })
    expect(lineOf(entry, 'entry').rows).toBe(sum)
  })

  test.each([
    { count: 999, isTold: true },
    { count: 1000, isTold: true },
    { count: 1001, isTold: false },
  ])('tells the rows by table of no more than a thousand: $count', ({ count, isTold }) => {
    const rows = Object.fromEntries(Array.from({ length: count }, (_, nth) => [`t${nth}`, nth]))
    const { tables, rows: sum } = lineOf(judged('passed', { rows }), 'entry')
    expect(tables).toEqual(isTold ? rows : undefined)
    expect(sum).toBe((count * (count - 1)) / 2)
  })

  test.each([
    { signs: 150_000, isTold: true },
    { signs: 150_001, isTold: false },
  ])(
    'tells them where their names have no more than 150,000 signs: $signs',
    ({ signs, isTold }) => {
      const rows = { ['n'.repeat(signs)]: 3 }
      const { tables, lows } = lineOf(judged('passed', { rows, lows: rows }), 'entry')
      expect([tables, lows]).toEqual(isTold ? [rows, rows] : [undefined, undefined])
    },
  )

  test('tells when it was last tried in vain, and of no try that gave an answer', () => {
    const answered = judged('warned')
    expect(lineOf(answered, 'entry').triedAt).toBeUndefined()
    const tries = [
      verdictOf('unverifiable', { at: '2025-07-05T01:00:00.000Z' }),
      verdictOf('unverifiable', { at: '2025-07-06T01:00:00.000Z' }),
      verdictOf('failed', { at: '2025-07-07T01:00:00.000Z' }),
    ]
    const tried = tries.reduce((entry, said) => withVerdict(entry, said, arrivedAt), answered)
    expect(lineOf(tried, 'entry').triedAt).toBe(tries[1]?.at)
  })

  test.each([
    { count: 11, told: 11 },
    { count: 12, told: 12 },
    { count: 13, told: 12 },
  ])('repeats $told of $count remarks', ({ count, told }) => {
    const findings = [
      findingOf('arrival', 'passed'),
      ...Array.from({ length: count }, () => findingOf('rows', 'warned')),
    ]
    expect(lineOf(judged('warned', { findings }), 'entry').remarks).toHaveLength(told)
  })

  test.each(outcomes.map((outcome) => ({ outcome })))('remembers that it was $outcome', (row) => {
    const then = withVerdict(judged(row.outcome), verdictOf('failed'), arrivedAt)
    const line = lineOf(then, 'entry')
    expect(line.word).toBe('failed')
    expect(line.wasSound).toBe(isSound(row.outcome))
    // It could be checked since, so that earlier tries no longer count.
    expect(line.tries).toBe(0)
    expect(lineOf(judged(row.outcome), 'entry').tries).toBe(row.outcome === 'unverifiable' ? 1 : 0)
  })

  test('does not take a pin for a try to check it', () => {
    expect(lineOf(withPin(judged('unverifiable'), ada, ''), 'entry').tries).toBe(1)
  })

  test('an overruled verdict is told as such, and was not sound before', () => {
    const entry = withAcceptance(judged('failed'), ada, 'known')
    expect(lineOf(entry, 'entry')).toMatchObject({ word: 'accepted', wasSound: false })
  })

  test('of any entry can be written down and read again', () => {
    fc.assert(
      fc.property(entries, fc.string(), (entry, etag) => {
        const line = lineOf(entry, etag)
        expect(line.word).toBe(wordOf(entry))
        const read = Line.parse(JSON.parse(JSON.stringify(line)))
        expect(JSON.stringify(read)).toBe(JSON.stringify(line))
      }),
    )
  })
})

describe('a catalog', () => {
  test('begins empty', () => {
    expect(Catalog.parse(emptyCatalog)).toEqual({
      keyIds: [],
      lineShape: 3,
      lines: {},
      untrusted: {},
    })
  })

  test('is written whole as long as it is small', () => {
    const catalog = { ...emptyCatalog, lines: { b: heavy(), a: heavy() } }
    expect(lightened(catalog, ['b', 'a'])).toEqual(catalog)
  })

  test('grows with the number of copies alone: the older ones tell what counts, and the newest all', () => {
    const ids = Array.from({ length: isThorough ? 1_000 : 100 }, (_, at) => `copy ${at}`)
    const lines = Object.fromEntries(ids.toReversed().map((one) => [one, heavy()]))
    const signs = JSON.stringify(heavy()).length
    const light = lightened({ ...emptyCatalog, lines }, [...ids, 'none'], 10.5 * signs)
    expect(Object.keys(light.lines)).toEqual(ids)
    expect(ids.filter((one) => light.lines[one]?.tables !== undefined)).toEqual(ids.slice(0, 10))
    expect(JSON.stringify(light).length).toBeLessThan(1_000 * ids.length + 10 * signs)
    expect(light.lines[ids.at(-1) ?? '']).toMatchObject({
      word: 'warned',
      rows: 500_500,
      came: [],
      went: [],
      remarks: [{ outcome: 'warned' }],
    })
  })

  test('is whole where it is just as large as it may be', () => {
    const line = heavy()
    const signs = JSON.stringify(line).length
    const tablesBy = (signsAtMost: number) =>
      lightened({ ...emptyCatalog, lines: { a: line } }, ['a'], signsAtMost).lines['a']?.tables
    expect(tablesBy(signs)).toEqual(line.tables)
    expect(tablesBy(signs - 1)).toBeUndefined()
  })

  test('may be 8 MiB large before any line of it tells less', () => {
    const ids = Array.from({ length: 9 }, (_, at) => `copy ${at}`)
    const line = { ...heavy(), tables: { ['n'.repeat(1024 ** 2)]: 1 } }
    const lines = Object.fromEntries(ids.map((one) => [one, line]))
    const { lines: written } = lightened({ ...emptyCatalog, lines }, ids)
    expect(ids.filter((one) => written[one]?.tables !== undefined)).toEqual(ids.slice(0, 7))
  })

  test('keeps a fall that somebody said is right, of whichever copy he said it', () => {
    const right = { ...heavy(), fall, isFallRight: true }
    const light = lightened(
      {
        ...emptyCatalog,
        lines: { a: right, b: { ...right, isFallRight: false, came: undefined, went: undefined } },
      },
      ['a', 'b'],
      0,
    )
    expect(light.lines['a']?.fall).toEqual(fall)
    expect(light.lines['b']?.fall).toBeUndefined()
    expect(light.lines['b']?.came).toBeUndefined()
    expect(light.lines['b']?.went).toBeUndefined()
  })

  test('holds no names of an entry that an earlier build wrote without an end', () => {
    const long = 'n'.repeat(900_000)
    const rows = Object.fromEntries(['a', 'b'].map((name) => [name + long, 3]))
    const names = Array.from({ length: 400 }, (_, at) => `table t${at}`)
    const drift = { came: names, went: names.toReversed() }
    const findings = findingsWith({ rows: 'warned' }).map((one) => ({ ...one, detail: long }))
    const line = lineOf(judged('warned', { rows, drift, findings, lows: rows }), 'e')
    expect(JSON.stringify(line).length).toBeLessThan(4_000)
    expect(line).toMatchObject({
      rows: 6,
      tables: undefined,
      lows: undefined,
      came: names.slice(0, 50),
      went: names.toReversed().slice(0, 50),
    })
  })

  test('is read with words and fields that another build has added, and keeps them', () => {
    const line = { ...JSON.parse(JSON.stringify(lineOf(announced(), 'e'))), word: 'good', age: 5 }
    const later = { keyIds: [], lines: { a: line }, untrusted: {}, newer: { b: 'e' }, owner: 'ada' }
    expect(Catalog.parse(later)).toEqual(later)
  })

  test.each([
    { name: 'nothing', text: 'null' },
    { name: 'lines alone', text: '{"lines":{}}' },
    { name: 'a line that is none', text: '{"lines":{"a":{}},"untrusted":{}}' },
    {
      name: 'a line whose word is none',
      text: JSON.stringify({
        lines: { a: { ...lineOf(announced(), 'e'), word: 1 } },
        untrusted: {},
      }),
    },
  ])('is not read from $name', ({ text }) => {
    expect(Catalog.safeParse(JSON.parse(text)).success).toBe(false)
  })
})
