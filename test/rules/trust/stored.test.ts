import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { alertKinds } from '../../../lib/rules/alerts/alert'
import { AlertState } from '../../../lib/rules/alerts/outbox'
import { Catalog, lineOf } from '../../../lib/rules/copy/catalog'
import { Entry, wordOf } from '../../../lib/rules/copy/entry'
import { PrunePlan } from '../../../lib/rules/copy/journal'
import {
  nearestOf,
  readPayload,
  readStored,
  shapeOf,
  storedOf,
} from '../../../lib/rules/trust/stored'
import { words } from '../../../lib/rules/verdict/verdict'
import { DrillState } from '../../../lib/rules/watching/drill'
import { WatchState } from '../../../lib/rules/watching/watch-state'
import { casesOf } from '../../cases'
import { entries } from '../../fixtures/arbitraries'
import { fallAlert } from '../../fixtures/told/alerts'
import { announced, findingOf, findingsWith, verdictOf } from '../../fixtures/told/entries'
import {
  alertStates,
  catalogs,
  drillStates,
  prunePlans,
  watchStates,
} from '../../fixtures/told/states'
import * as first from '../../released/1/shapes'

/** With what the first edition wants to read of a claim. */
const asStored = <Value extends { claim: object }>(entry: Value) => ({
  ...entry,
  claim: { ...entry.claim, sqliteVersion: '3.40.1', journalMode: 'wal' },
})

/** As it is written down, and read by whoever comes later. */
const written = (value: object): unknown => JSON.parse(JSON.stringify(storedOf(value)))

type Document = {
  name: string
  values: fc.Arbitrary<object>
  /** What this build takes of it, and what the first edition did. */
  now: z.ZodType<object>
  before: z.ZodType
}

const documents: readonly Document[] = [
  { name: 'an entry', values: entries, now: Entry, before: first.Entry },
  { name: 'a catalog', values: catalogs, now: Catalog, before: first.Catalog },
  {
    name: 'the state of the watch',
    values: watchStates,
    now: WatchState,
    before: first.WatchState,
  },
  {
    name: 'the state of the alerts',
    values: alertStates,
    now: AlertState,
    before: first.AlertState,
  },
  { name: 'a plan of prune', values: prunePlans, now: PrunePlan, before: first.PrunePlan },
  {
    name: 'the state of the drills',
    values: drillStates,
    now: DrillState,
    before: first.DrillState,
  },
]

describe('what is stored', () => {
  test.each(documents)('is read back as it was: $name', ({ values, now }) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(readStored(written(value), now)).toEqual({ is: 'read', value })
      }),
    )
  })

  test.each(documents)('is read by the first edition too: $name', ({ values, before }) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(before.safeParse(written(value)).error).toBeUndefined()
      }),
    )
  })

  test('carries the number of its format, which nobody meets inside', () => {
    expect(written(announced())).toEqual({ format: 1, ...asStored(announced()) })
    expect(readStored(written(announced()), Entry)).toEqual({ is: 'read', value: announced() })
  })

  test('is read from the bytes that were signed, whatever they are', () => {
    const payload = Buffer.from(JSON.stringify(storedOf(announced())))
    expect(readPayload(payload, Entry)).toEqual({ is: 'read', value: announced() })
    expect(readPayload(Buffer.from('{'), Entry)).toEqual({ is: 'unreadable' })
  })
})

describe('the format', () => {
  const Shape = shapeOf({ a: z.string() })

  test.each([
    { name: 'none, as the first edition wrote', document: { a: 'b' }, is: 'read' },
    { name: 'of today', document: { format: 1, a: 'b' }, is: 'read' },
    { name: 'one newer', document: { format: 2, a: 'b' }, is: 'newer' },
    { name: 'one newer, and nothing that we know in it', document: { format: 2 }, is: 'newer' },
    { name: 'a hundred newer', document: { format: 101 }, is: 'newer' },
    { name: 'no number', document: { format: 'two', a: 'b' }, is: 'unreadable' },
    { name: 'half a number', document: { format: 1.5, a: 'b' }, is: 'unreadable' },
    { name: 'of today, and another shape', document: { format: 1, a: 1 }, is: 'unreadable' },
    { name: 'nothing at all', document: undefined, is: 'unreadable' },
    { name: 'a list', document: [], is: 'unreadable' },
    { name: 'null', document: null, is: 'unreadable' },
  ])('says which build may read it: $name', ({ document, is }) => {
    expect(readStored(document, Shape).is).toBe(is)
  })

  test('that is newer is never called unreadable, whatever stands in it', () => {
    const anything = fc.dictionary(fc.string(), fc.jsonValue())
    fc.assert(
      fc.property(anything, fc.integer({ min: 2 }), (fields, number) => {
        expect(readStored({ ...fields, format: number }, Entry)).toEqual({ is: 'newer' })
      }),
    )
  })
})

describe('a word that came later', () => {
  test.each([
    { later: 'unmet', earlier: 'failed' },
    { later: 'verify.unmet', earlier: 'sound.warned' },
    { later: 'rows.leaving', earlier: 'rows.collapsed' },
    { later: 'content.still', earlier: 'content.stale' },
    { later: 'stored.many', earlier: 'sound.warned' },
    { later: 'format.newer', earlier: 'store.error' },
  ])('$later is called $earlier by a build that knows no better', ({ later, earlier }) => {
    expect(nearestOf(later)).toBe(earlier)
    expect(storedOf({ kind: later })).toEqual({ format: 1, kind: earlier, kindNow: later })
    expect(storedOf({ list: [{ word: later }] })).toEqual({
      format: 1,
      list: [{ word: earlier, wordNow: later }],
    })
  })

  test('has a nearest one that the first edition knows, whichever it is', () => {
    const known = new Set<string>([...first.words, ...first.alertKinds])
    for (const word of [...words, ...alertKinds]) expect(known).toContain(nearestOf(word))
  })

  test.each(['passed', 'late', 'constructor', ''])('is none that always was: %j', (word) => {
    expect(nearestOf(word)).toBe(word)
    expect(storedOf({ word })).toEqual({ format: 1, word })
  })

  test('of another build stays where it stands, and is passed on', () => {
    const finding = { check: 'rows', outcome: 'failed', outcomeNow: 'thin', detail: 'Few rows.' }
    const verdict = { ...verdictOf('passed'), outcome: 'failed', outcomeNow: 'thin' }
    const line = { at: verdict.at, word: 'failed', wordNow: 'thin', note: 'Few rows.' }
    const entry = {
      ...announced(),
      verdict: { ...verdict, findings: [finding, findingOf('header', 'passed')] },
      history: [line],
    }
    const read = readStored({ format: 1, ...entry }, Entry)
    expect(read).toEqual({ is: 'read', value: entry })
    expect(read.is === 'read' && written(read.value)).toEqual({ format: 1, ...asStored(entry) })
  })

  test('changes no list in which anything else than words stands', () => {
    expect(storedOf({ checks: ['growth', 5] })).toEqual({ format: 1, checks: ['growth', 5] })
    expect(storedOf({ checks: ['growth', 'rows'] })).toEqual({
      format: 1,
      checks: ['rows', 'rows'],
      checksNow: ['growth', 'rows'],
    })
  })

  test('says of a text nothing: only the fields that hold words are looked at', () => {
    const document = { detail: 'unmet', note: 'verify.unmet', word: 7 }
    expect(storedOf(document)).toEqual({ format: 1, ...document })
  })
})

describe('what another build has added', () => {
  /** So may a later build add to any object of ours; `now` is what we call its words beside ours. */
  const added = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(added)
    if (typeof value !== 'object' || value === null) return value
    const fields = Object.entries(value).map(([name, one]) => [name, added(one)])
    return { ...Object.fromEntries(fields), addedLater: { word: 'new', outcome: 'unheard of' } }
  }

  test('is kept by reading and writing: fields, checks, kinds and words', () => {
    const finding = { ...findingOf('rows', 'passed'), check: 'encryption', outcome: 'excellent' }
    const accepted = {
      at: '2025-07-04T02:00:00.000Z',
      by: 'ada',
      reason: 'r',
      checks: ['encryption'],
    }
    const plain = {
      ...asStored(announced()),
      verdict: { ...verdictOf('passed'), outcome: 'excellent', findings: [finding] },
      accepted,
      history: [{ at: accepted.at, word: 'excellent', note: 'n' }],
    }
    const document = { format: 1, ...Object(added(plain)) }
    const read = readStored(document, Entry)
    expect(read.is).toBe('read')
    expect(read.is === 'read' && written(read.value)).toEqual(document)
  })

  test.each(documents.filter(({ name }) => name !== 'an entry'))(
    'is kept at the top of $name, and in what stands there by name',
    ({ values, now }) => {
      fc.assert(
        fc.property(values, fc.jsonValue(), (value, addition) => {
          const document = { ...Object(written(value)), addedLater: addition }
          const read = readStored(document, now)
          expect(read.is === 'read' && written(read.value)).toEqual(
            JSON.parse(JSON.stringify(document)),
          )
        }),
        { numRuns: casesOf(30) },
      )
    },
  )

  test('is kept in every part of a message that waits', () => {
    const alert = {
      ...fallAlert(),
      kind: 'rows.collapsed',
      kindNow: 'rows.thin',
      answers: 'flip-0001',
    }
    const outgoing = {
      id: 'message-0001',
      channelId: 'c1',
      channelName: 'mail',
      alerts: [Object(added(alert))],
      queuedAt: alert.at,
      attempts: 0,
      nextAt: alert.at,
      isRefused: false,
      priority: 'high',
    }
    const document = { format: 1, incidents: {}, outbox: [outgoing], pinged: {} }
    const read = readStored(document, AlertState)
    expect(read.is === 'read' && written(read.value)).toEqual(document)
  })

  test('an incident of a kind that nobody knows here is read as it is', () => {
    const incident = {
      kind: 'disk.full',
      severity: 'error',
      what: 'the disk is full',
      since: '2025-07-04T01:00:00.000Z',
      isEvent: false,
      isOpen: true,
      openedAt: '2025-07-04T01:00:00.000Z',
      told: 1,
      channels: [],
      closings: [],
    }
    const value = { incidents: { 'tokens/disk.full': incident }, outbox: [], pinged: {} }
    expect(readStored({ format: 1, ...value }, AlertState)).toEqual({ is: 'read', value })
  })
})

describe('what the first edition called failed', () => {
  const expectations = [
    'references',
    'schema',
    'rows',
    'freshness',
    'assertions',
    'canary',
  ] as const
  const readEntry = (entry: object) => {
    const read = readStored(entry, Entry)
    if (read.is !== 'read') throw new Error(`it is ${read.is}`)
    return read.value
  }
  const failedBy = (...checks: Parameters<typeof findingOf>[0][]) => ({
    ...announced(),
    verdict: verdictOf('failed', {
      findings: findingsWith(Object.fromEntries(checks.map((check) => [check, 'failed']))),
    }),
  })

  test.each(expectations)('is unmet where it was only not what was expected: %s', (check) => {
    const entry = readEntry(failedBy(check))
    expect(wordOf(entry)).toBe('unmet')
    expect(entry.verdict?.findings).toContainEqual({
      ...findingOf(check, 'failed'),
      outcome: 'unmet',
    })
  })

  test.each(['arrival', 'bytes', 'header', 'structure'] as const)(
    'is failed where its bytes are: %s, alone or with others',
    (check) => {
      expect(wordOf(readEntry(failedBy(check)))).toBe('failed')
      expect(wordOf(readEntry(failedBy(check, 'rows')))).toBe('failed')
    },
  )

  test('is failed where SQLite called it damaged, whatever it was asked', () => {
    const detail = '"no orphans": SQLite calls it damaged: database disk image is malformed.'
    const finding = { ...findingOf('assertions', 'failed'), detail }
    const entry = { ...announced(), verdict: verdictOf('failed', { findings: [finding] }) }
    expect(wordOf(readEntry(entry))).toBe('failed')
  })

  test('could not be checked where that was said besides', () => {
    const findings = findingsWith({ rows: 'failed', schema: 'unverifiable' })
    const entry = { ...announced(), verdict: verdictOf('failed', { findings }) }
    expect(wordOf(readEntry(entry))).toBe('unverifiable')
  })

  test('is failed where nothing was found at all', () => {
    const entry = { ...announced(), verdict: verdictOf('failed', { findings: [] }) }
    expect(wordOf(readEntry(entry))).toBe('failed')
  })

  test('stays accepted where a person had accepted it', () => {
    const accepted = { at: '2025-07-04T02:00:00.000Z', by: 'ada', reason: 'r', checks: ['rows'] }
    expect(wordOf(readEntry({ ...failedBy('rows'), accepted }))).toBe('accepted')
  })

  test('is unmet in a catalog and in the state of the watch too', () => {
    const entry = {
      ...announced(),
      verdict: verdictOf('failed', { findings: [findingOf('rows', 'failed')] }),
    }
    const line = lineOf(entry, 'etag')
    const catalog = { keyIds: [], lines: { a: { ...line } }, untrusted: {} }
    const read = readStored(JSON.parse(JSON.stringify(catalog)), Catalog)
    expect(read.is === 'read' && read.value.lines['a']).toMatchObject({
      word: 'unmet',
      remarks: [{ check: 'rows', outcome: 'unmet' }],
    })
  })

  test('is not taken for unmet where a newer build has a word of its own for it', () => {
    const value = { findings: [{ outcome: 'unmet' }], outcome: 'failed', outcomeNow: 'wobbly' }
    expect(readStored({ format: 1, ...value }, z.looseObject({}))).toEqual({ is: 'read', value })
  })

  test('is not taken for unmet where this build says that it is damaged and unmet', () => {
    const findings = findingsWith({ structure: 'failed', rows: 'unmet' })
    const line = lineOf({ ...announced(), verdict: verdictOf('failed', { findings }) }, 'etag')
    // The list of a line is cut: what decided may be beyond its end.
    const cut = { ...line, remarks: line.remarks.filter(({ outcome }) => outcome === 'unmet') }
    const read = readStored(written({ keyIds: [], lines: { a: cut }, untrusted: {} }), Catalog)
    expect(read.is === 'read' && read.value.lines['a']?.word).toBe('failed')
  })
})
