import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Held } from '../../../lib/rules/copy/held'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { isSound, words } from '../../../lib/rules/verdict/verdict'
import type { VerdictWord } from '../../../lib/rules/verdict/verdict'
import { DatabaseState } from '../../../lib/rules/watching/watch-state'
import { slow } from '../../cases'
import { findings } from '../../fixtures/arbitraries'
import { findingOf } from '../../fixtures/told/entries'
import { ago, claimed, expectations, held, idsOf, look, now } from '../../fixtures/told/held'

describe('a look at a database', () => {
  test('of which nothing is there finds nothing, and nothing to do', () => {
    expect(look([])).toEqual({
      state: {
        fingerprint: 'f',
        since: now.toISOString(),
        copies: 0,
        sizeBytes: 0,
        missing: [],
        strangers: [],
        wentBad: [],
        newer: [],
        days: {},
        unjudged: 0,
      },
      waiting: [],
      toRejudge: [],
      toReprove: undefined,
      withoutSums: [],
      sizes: {},
    })
  })

  test('tells the newest copy, the newest sound one, and what there is of them', () => {
    const remarks = [findingOf('header', 'failed')]
    const newest = held(hourMs, 'failed', { line: { remarks } })
    const sound = held(dayMs, 'warned')
    const { state } = look([newest, sound, held(2 * dayMs, 'unverifiable', { line: { tries: 3 } })])
    expect(state).toMatchObject({ copies: 3, sizeBytes: 3 * 8192, unjudged: 1 })
    expect(state.newestSound).toMatchObject({ id: sound.name.id, word: 'warned' })
    expect(state.newest).toEqual({
      id: newest.name.id,
      word: 'failed',
      takenAt: ago(hourMs + minuteMs).toISOString(),
      arrivedAt: ago(hourMs - minuteMs).toISOString(),
      provenAt: ago(hourMs - minuteMs - 10_000).toISOString(),
      sizeBytes: 8192,
      remarks,
    })
    expect(state.arrivedAt).toBe(state.newest?.arrivedAt)
  })

  test.each([
    { name: 'without an entry', change: { line: undefined, stored: undefined } },
    { name: 'without its file', change: { stored: undefined } },
  ])('counts no copy $name', ({ change }) => {
    const some = { ...held(dayMs), ...change }
    expect(look([some]).state).toMatchObject({ copies: 0, sizeBytes: 0 })
    expect(look([some]).state.newest).toBeUndefined()
  })

  test('keeps since when it is known and when it last came, though nothing is left of it', () => {
    const before = look([held(dayMs)], undefined, { now: ago(hourMs) }).state
    const { state } = look([], before)
    expect(state.since).toBe(ago(hourMs).toISOString())
    expect(state.arrivedAt).toBe(ago(dayMs - minuteMs).toISOString())
  })

  test('takes the store’s time of arrival while there is no verdict, and then the first seen', () => {
    const pending = held(hourMs, 'pending')
    expect(look([pending]).state.arrivedAt).toBe(ago(hourMs - minuteMs).toISOString())
    const arrivedAt = ago(2 * hourMs).toISOString()
    expect(look([held(hourMs, 'passed', { line: { arrivedAt } })]).state.arrivedAt).toBe(arrivedAt)
  })

  test('tells when the host last said that nothing had changed', () => {
    const heartbeatAt = ago(minuteMs)
    expect(look([], undefined, { heartbeatAt }).state.heartbeatAt).toBe(heartbeatAt.toISOString())
  })
})

describe('what waits for a verdict', () => {
  test('is told newest first', () => {
    const copies = [held(1000, 'pending'), held(2000, 'pending'), held(3000, 'pending')]
    expect(look(copies).waiting).toEqual(idsOf(copies))
  })

  test.each(words.map((word) => ({ word })))('is no copy that is $word, but these', ({ word }) => {
    const { waiting } = look([held(2 * hourMs, word)])
    expect(waiting.length === 1).toBe(word === 'pending' || word === 'unverifiable')
  })

  test('is a file that is not the one that was judged', () => {
    const replaced = held(dayMs, 'pending', {
      line: { word: 'passed', provenAt: ago(hourMs).toISOString(), wasSound: true },
      hasSums: true,
    })
    const { state, waiting } = look([replaced])
    expect(waiting).toEqual([replaced.name.id])
    expect(state.newestSound).toBeUndefined()
    expect(state.missing).toEqual([])
  })

  test.each([
    { name: 'one less than 16 minutes', ms: 16 * minuteMs - 1, waits: false },
    { name: 'exactly 16 minutes', ms: 16 * minuteMs, waits: true },
    { name: 'one more than 16 minutes', ms: 16 * minuteMs + 1, waits: true },
  ])('is not what somebody is at, until that run is over: $name', ({ ms, waits }) => {
    const copy = held(dayMs, 'pending', { line: { startedAt: ago(ms).toISOString() } })
    const { state, waiting } = look([copy])
    expect(waiting).toEqual(waits ? [copy.name.id] : [])
    expect(state.dueAt).toBe(ago(ms - 16 * minuteMs).toISOString())
  })

  test('is nothing that was announced and has not come', () => {
    expect(look([claimed(minuteMs), claimed(dayMs)]).waiting).toEqual([])
  })
})

describe('a claim whose upload never came', () => {
  test.each([
    { name: 'one less than two hours', ms: 2 * hourMs - 1, missing: false },
    { name: 'exactly two hours', ms: 2 * hourMs, missing: true },
    { name: 'one more than two hours', ms: 2 * hourMs + 1, missing: true },
  ])('is missing after two hours: $name', ({ ms, missing }) => {
    const claim = claimed(ms)
    const { state } = look([claim])
    const told = [{ id: claim.name.id, ticketAt: ago(ms).toISOString() }]
    expect(state.missing).toEqual(missing ? told : [])
    expect(state.dueAt).toBe(missing ? undefined : ago(ms - 2 * hourMs).toISOString())
  })

  test.each([
    { name: 'before it was announced', ms: -1, missing: true },
    { name: 'in the same moment', ms: 0, missing: true },
    { name: 'after it was announced', ms: 1, missing: false },
  ])('is missed no longer once a newer copy came: $name', ({ ms, missing }) => {
    const ticketMs = 5 * hourMs
    const arrivedAt = ago(ticketMs - ms).toISOString()
    const copy = held(4 * hourMs, 'passed', { line: { arrivedAt } })
    const { state } = look([copy, claimed(ticketMs)])
    expect(state.missing).toHaveLength(missing ? 1 : 0)
  })

  test('is looked for no more once it was overtaken', () => {
    const { state } = look([held(1 * hourMs), claimed(1.5 * hourMs)], undefined, {
      reverifyAfterMs: undefined,
    })
    expect(state.dueAt).toBeUndefined()
  })

  test.each([
    { name: 'it is being let go', copy: claimed(dayMs, { line: { letGoAt: now.toISOString() } }) },
    {
      name: 'it was judged and then taken away',
      copy: claimed(dayMs, { line: { word: 'passed' } }),
    },
    { name: 'nobody can read its entry', copy: { ...claimed(dayMs), line: undefined } },
  ] as const)('is not missing when $name', ({ copy }) => {
    expect(look([copy]).state.missing).toEqual([])
  })
})

// Known: whoever holds a push token may make this list as long as he likes.
test('claims whose upload never came are told up to a bound', () => {
  const claims = Array.from({ length: 100 }, (_, nth) => claimed((nth + 3) * hourMs))
  expect(look(claims).state.missing).toHaveLength(20)
})

describe('what nobody asked for', () => {
  test('is told: among our own, beside our own, and entries that are not ours', () => {
    const other = 'backups/tokens/2025/07/x.db.gz'
    const beside = held(hourMs, 'passed', { others: [other] })
    const untrusted = { ...claimed(dayMs), line: undefined, isUntrusted: true }
    const { state } = look([beside, untrusted], undefined, { strangers: ['backups/tokens/notes'] })
    expect(state.strangers).toEqual([
      'backups/tokens/notes',
      other,
      `${untrusted.name.id}.entry.json`,
    ])
  })

  test.each([
    { count: 19, told: 19 },
    { count: 20, told: 20 },
    { count: 21, told: 20 },
  ])('is told up to a bound: $told of $count', ({ count, told }) => {
    const strangers = Array.from({ length: count }, (_, nth) => `backups/tokens/${nth}`)
    expect(look([], undefined, { strangers }).state.strangers).toHaveLength(told)
  })
})

describe('an older copy that went bad', () => {
  const bad = (ageMs: number, wasSound = true) => held(ageMs, 'failed', { line: { wasSound } })

  test('is told, when it was sound once; the newest is told as the newest', () => {
    const copies = [bad(hourMs), held(dayMs), bad(2 * dayMs), bad(3 * dayMs, false)]
    expect(look(copies).state.wentBad).toMatchObject([{ id: copies[2]?.name.id, word: 'failed' }])
  })

  test('is told by what decided: three findings, and no more', () => {
    const remarks = (['header', 'structure', 'references', 'schema', 'rows'] as const).map(
      (check) => findingOf(check, 'failed'),
    )
    const old = held(2 * dayMs, 'failed', { line: { wasSound: true, remarks } })
    expect(look([held(dayMs), old]).state.wentBad[0]?.remarks).toEqual(remarks.slice(0, 3))
  })

  test.each([
    { count: 19, told: 19 },
    { count: 20, told: 20 },
    { count: 21, told: 20 },
  ])('is told up to a bound: $told of $count', ({ count, told }) => {
    const copies = Array.from({ length: count }, (_, nth) => bad((nth + 2) * dayMs))
    expect(look([held(dayMs), ...copies]).state.wentBad).toHaveLength(told)
  })
})

describe('the newest sound copy', () => {
  const old = held(2 * dayMs)
  const newest = held(dayMs)
  const before = look([newest, old], undefined, { now: ago(hourMs) }).state

  test('is not vanished while it stands there, whatever became of it', () => {
    for (const word of words)
      expect(look([held(dayMs, word), old], before).state.vanished).toBeUndefined()
  })

  test.each([
    { name: 'with its entry', left: [old] },
    { name: 'without its entry', left: [{ ...newest, stored: undefined }, old] },
    { name: 'with everything else', left: [] },
  ])('is vanished when somebody took it away, $name', ({ left }) => {
    const { state } = look(left, before)
    expect(state.vanished).toEqual({ id: newest.name.id, at: now.toISOString() })
  })

  test('is not vanished when a newer one came and retention took it: the watch was away for days', () => {
    const next = held(hourMs)
    const letGo = held(dayMs, 'passed', { line: { letGoAt: now.toISOString() }, stored: undefined })
    expect(look([next, old], before).state.vanished).toBeUndefined()
    expect(look([next, letGo, old], before).state.vanished).toBeUndefined()
    const left = { ...newest, stored: undefined }
    expect(look([next, left, old], before).state.vanished?.id).toBe(newest.name.id)
    expect(look([letGo, old], before).state.vanished?.id).toBe(newest.name.id)
    // One that came in the same moment is no newer one.
    const beside = held(hourMs, 'passed', { line: { arrivedAt: newest.line?.arrivedAt } })
    expect(look([beside, letGo, old], before).state.vanished?.id).toBe(newest.name.id)
  })

  test('that fails now is known to have been sound before', () => {
    const failed = (wasSound: boolean) => held(dayMs, 'failed', { line: { wasSound } })
    expect(look([failed(true), old], before).state.newest?.wasSound).toBe(true)
    expect(look([failed(false), old], before).state.newest).not.toHaveProperty('wasSound')
    expect(look([held(dayMs), old], before).state.newest).not.toHaveProperty('wasSound')
  })

  test.each([
    { ms: -1, isOver: false, why: 'a copy that came before does not make up for it' },
    { ms: 0, isOver: false, why: 'nor one of the same moment' },
    { ms: 1, isOver: true, why: 'a newer sound one does' },
  ])('stays vanished until a newer sound one came, $ms ms: $why', ({ ms, isOver }) => {
    const gone = look([old], before).state
    const later = new Date(now.getTime() + hourMs)
    expect(look([old], gone, { now: later }).state.vanished).toEqual(gone.vanished)
    const arrivedAt = new Date(now.getTime() + ms).toISOString()
    const next = held(-minuteMs, 'passed', { line: { arrivedAt } })
    const { state } = look([next, old], gone, { now: later })
    expect(state.vanished).toEqual(isOver ? undefined : gone.vanished)
    const damaged = held(-minuteMs, 'failed', { line: { arrivedAt } })
    expect(look([damaged, old], gone, { now: later }).state.vanished).toEqual(gone.vanished)
  })

  test('is no longer vanished once it is back, and sound', () => {
    const gone = look([old], before).state
    expect(look([newest, old], gone).state.vanished).toBeUndefined()
    expect(look([held(dayMs, 'failed'), old], gone).state.vanished).toEqual(gone.vanished)
  })

  test('is told anew when the next one is taken as well', () => {
    const gone = look([old], before).state
    const later = new Date(now.getTime() + hourMs)
    expect(look([], gone, { now: later }).state.vanished).toEqual({
      id: old.name.id,
      at: later.toISOString(),
    })
  })

  test('that never was cannot vanish', () => {
    expect(look([], look([held(dayMs, 'failed')]).state).state.vanished).toBeUndefined()
  })
})

describe('an old proof', () => {
  const proven = (ageMs: number, provenMs: number, word: VerdictWord = 'passed') =>
    held(ageMs, word, { line: { provenAt: ago(provenMs).toISOString() } })

  test.each([
    { ms: 30 * dayMs - 1, due: false, why: 'one less than a month' },
    { ms: 30 * dayMs, due: true, why: 'exactly a month' },
    { ms: 30 * dayMs + 1, due: true, why: 'one more than a month' },
  ])('is renewed after $ms ms: $due ($why)', ({ ms, due }) => {
    const copy = proven(31 * dayMs, ms)
    const { state, toReprove } = look([copy])
    expect(toReprove).toBe(due ? copy.name.id : undefined)
    expect(state.reprovenAt).toBe(due ? now.toISOString() : undefined)
    const dueAt = due ? now.getTime() + dayMs : now.getTime() + 1
    expect(state.dueAt).toBe(new Date(dueAt).toISOString())
  })

  test('is renewed the oldest first, whenever the copy was taken', () => {
    const copies = [proven(40 * dayMs, 39 * dayMs), proven(50 * dayMs, 35 * dayMs)]
    expect(look(copies).toReprove).toBe(copies[0]?.name.id)
    const turned = [proven(40 * dayMs, 35 * dayMs), proven(50 * dayMs, 39 * dayMs)]
    expect(look(turned).toReprove).toBe(turned[1]?.name.id)
  })

  test.each([
    { ms: dayMs - 1, due: false, why: 'one less than a day' },
    { ms: dayMs, due: true, why: 'exactly a day' },
    { ms: dayMs + 1, due: true, why: 'one more than a day' },
  ])('is renewed one a day: $ms ms after the last, $due ($why)', ({ ms, due }) => {
    const copies = [proven(40 * dayMs, 39 * dayMs), proven(50 * dayMs, 35 * dayMs)]
    const reprovenAt = ago(ms).toISOString()
    const { state, toReprove } = look(copies, { ...look([]).state, reprovenAt })
    expect(toReprove !== undefined).toBe(due)
    expect(state.reprovenAt).toBe(due ? now.toISOString() : reprovenAt)
    const dueAt = due ? now.getTime() + dayMs : Date.parse(reprovenAt) + dayMs
    expect(state.dueAt).toBe(new Date(dueAt).toISOString())
  })

  test.each(words.map((word) => ({ word })))('is renewed of sound copies alone: $word', (row) => {
    expect(look([proven(50 * dayMs, 40 * dayMs, row.word)]).toReprove !== undefined).toBe(
      isSound(row.word),
    )
  })

  test('is never renewed where that is switched off', () => {
    const { state, toReprove } = look([proven(500 * dayMs, 400 * dayMs)], undefined, {
      reverifyAfterMs: undefined,
    })
    expect(toReprove).toBeUndefined()
    expect(state.dueAt).toBeUndefined()
  })

  test('of a time that nobody knows counts from now', () => {
    const { state, toReprove } = look([held(dayMs, 'accepted', { line: { provenAt: undefined } })])
    expect(toReprove).toBeUndefined()
    expect(state.dueAt).toBe(new Date(now.getTime() + 30 * dayMs).toISOString())
  })

  test(
    'comes to each in its turn: five copies take five days, and then a month is quiet',
    slow,
    () => {
      let copies = [10, 20, 30, 40, 50].map((days) => proven(days * dayMs, (days - 1) * dayMs))
      let state: DatabaseState | undefined
      const turns: { id: string; day: number }[] = []
      for (let hour = 0; hour < 40 * 24; hour += 1) {
        const at = new Date(now.getTime() + hour * hourMs)
        const seen = look(copies, state, { now: at, reverifyAfterMs: 9 * dayMs })
        state = seen.state
        if (seen.toReprove === undefined) continue
        turns.push({ id: seen.toReprove, day: Math.floor(hour / 24) })
        copies = copies.map((copy) =>
          copy.name.id === seen.toReprove && copy.line
            ? { ...copy, line: { ...copy.line, provenAt: at.toISOString() } }
            : copy,
        )
      }
      const first = turns.slice(0, 5)
      expect(first.map(({ id }) => id)).toEqual(idsOf(copies.toReversed()))
      const days = turns.map(({ day }) => day)
      expect(new Set(days).size).toBe(days.length)
      expect(days).toEqual(
        [0, 9, 18, 27, 36]
          .flatMap((from) => [0, 1, 2, 3, 4].map((day) => from + day))
          .filter((day) => day < 40),
      )
    },
  )
})

describe('the line that sha256sum reads', () => {
  test.each([
    { name: 'a sound copy without it', copy: held(dayMs, 'passed', { hasSums: false }), is: true },
    { name: 'an overruled one', copy: held(dayMs, 'accepted', { hasSums: false }), is: true },
    { name: 'a sound copy that has it', copy: held(dayMs), is: false },
    { name: 'a damaged one', copy: held(dayMs, 'failed'), is: false },
    { name: 'one without a verdict', copy: held(dayMs, 'pending'), is: false },
    {
      name: 'a sound copy without its file',
      copy: held(dayMs, 'passed', { hasSums: false, stored: undefined }),
      is: false,
    },
    {
      name: 'a copy that is being let go',
      copy: held(dayMs, 'passed', { hasSums: false, line: { letGoAt: now.toISOString() } }),
      is: false,
    },
    {
      name: 'an overruled one of which no hash was ever taken',
      copy: held(dayMs, 'accepted', { hasSums: false, line: { sha256: undefined } }),
      is: false,
    },
  ])('is missed of $name: $is', ({ copy, is }) => {
    const { state, withoutSums } = look([copy], undefined, { reverifyAfterMs: undefined })
    expect(withoutSums).toEqual(is ? [copy.name.id] : [])
    if (is) expect(state.dueAt).toBe(now.toISOString())
  })

  test('is missed until it is written: no run takes it for quiet before that', () => {
    const missed = look([held(dayMs, 'passed', { hasSums: false })]).state
    expect(missed.dueAt).toBe(now.toISOString())
    expect(look([held(dayMs)], missed, { reverifyAfterMs: undefined }).state.dueAt).toBeUndefined()
  })
})

describe('whatever is held', () => {
  const ages = fc.oneof(
    fc.integer({ min: 0, max: 4 * hourMs }),
    fc.integer({ min: 0, max: 60 * dayMs }),
  )
  const copy = fc.record({
    ageMs: ages.map((ms) => Math.round(ms / 1000) * 1000),
    word: fc.constantFrom(...words),
    lineWord: fc.constantFrom(undefined, ...words),
    hasLine: fc.nat(9).map((chance) => chance > 0),
    hasFile: fc.nat(4).map((chance) => chance > 0),
    hasSums: fc.boolean(),
    wasSound: fc.boolean(),
    tries: fc.nat(4),
    startedMs: fc.option(ages, { nil: undefined }),
    provenMs: ages,
    isGoing: fc.nat(9).map((chance) => chance === 0),
    isAsked: fc.boolean(),
    isCompared: fc.boolean(),
    remarks: fc.array(findings, { maxLength: 2 }),
    others: fc.array(fc.string(), { maxLength: 3 }),
  })
  const copies = fc.array(copy, { maxLength: 12 }).map((some) =>
    some
      .toSorted((one, other) => one.ageMs - other.ageMs)
      .map((one, nth): Held => {
        const made = held(one.ageMs, one.word, {
          hasSums: one.hasSums,
          others: one.others,
          isUntrusted: !one.hasLine,
          line: {
            word: one.lineWord ?? one.word,
            wasSound: one.wasSound,
            expectations: one.isAsked ? expectations : undefined,
            came: one.isCompared ? [] : undefined,
            remarks: one.remarks,
            tries: one.tries,
            ...(one.startedMs === undefined ? {} : { startedAt: ago(one.startedMs).toISOString() }),
            ...(one.word === 'pending' ? {} : { provenAt: ago(one.provenMs).toISOString() }),
            ...(one.isGoing ? { letGoAt: now.toISOString() } : {}),
          },
        })
        return {
          ...made,
          name: { ...made.name, id: `${made.name.id}${nth}` },
          line: one.hasLine ? made.line : undefined,
          stored: one.hasLine && one.hasFile ? made.stored : undefined,
        }
      }),
  )
  const abouts = fc.record({
    strangers: fc.array(fc.string(), { maxLength: 30 }),
    heartbeatAt: fc.option(ages.map(ago), { nil: undefined }),
    reverifyAfterMs: fc.constantFrom(undefined, dayMs, 30 * dayMs),
  })

  test('lists stay bounded and in order, figures add up, and the state can be written down', () => {
    fc.assert(
      fc.property(copies, abouts, (some, about) => {
        const { state, waiting, withoutSums } = look(some, undefined, about)
        const order = idsOf(some)
        const places = waiting.map((id) => order.indexOf(id))
        expect(places).toEqual(places.toSorted((a, b) => a - b))
        expect(new Set(waiting).size).toBe(waiting.length)
        expect(state.strangers.length).toBeLessThanOrEqual(20)
        expect(state.wentBad.length).toBeLessThanOrEqual(20)
        const copiesThere = some.filter(({ line, stored }) => line && stored)
        expect(state.copies).toBe(copiesThere.length)
        expect(state.sizeBytes).toBe(8192 * copiesThere.length)
        expect(state.newest?.id).toBe(copiesThere[0]?.name.id)
        expect(state.newestSound?.id).toBe(copiesThere.find(({ word }) => isSound(word))?.name.id)
        for (const id of [...waiting, ...withoutSums]) expect(idsOf(copiesThere)).toContain(id)
        const read = DatabaseState.parse(JSON.parse(JSON.stringify(state)))
        expect(JSON.stringify(read)).toBe(JSON.stringify(state))
      }),
    )
  })

  test('what waits now is due now, so that no run takes it for quiet', () => {
    fc.assert(
      fc.property(copies, abouts, (some, about) => {
        const { state, waiting } = look(some, undefined, about)
        if (waiting.length > 0) expect(Date.parse(state.dueAt ?? '')).toBeLessThanOrEqual(+now)
      }),
    )
  })

  test('nothing is due in a quiet state: looking again before its time finds the same', () => {
    fc.assert(
      fc.property(copies, abouts, fc.nat({ max: 100 * dayMs }), (some, about, ms) => {
        const { state } = look(some, undefined, about)
        const again = new Date(now.getTime() + ms)
        if (state.dueAt !== undefined && again.getTime() >= Date.parse(state.dueAt)) return
        const next = look(some, state, { ...about, now: again })
        expect(next.waiting).toEqual([])
        expect(next.toReprove).toBeUndefined()
        expect(next.state).toEqual(state)
      }),
    )
  })

  test('it is never in debt for ever: each look that does what is due comes to rest', () => {
    fc.assert(
      fc.property(copies, abouts, (some, about) => {
        const judged = some.map((one): Held => {
          const isWaiting = look([one], undefined, about).waiting.length > 0
          const { shelf } = held(0)
          if (!one.line) return { ...one, shelf }
          const asked = { ...one.line, expectations, came: [] }
          if (!isWaiting) return { ...one, line: asked, shelf }
          const line = { ...asked, word: 'passed', provenAt: now.toISOString() }
          return { ...one, line, word: 'passed', shelf }
        })
        const first = look(judged, look(some, undefined, about).state, about)
        const { waiting, state } = look(judged, first.state, about)
        expect(waiting).toEqual([])
        expect(Date.parse(state.dueAt ?? '9999-12-31')).toBeGreaterThan(now.getTime())
      }),
    )
  })
})

test('a copy of another kind than the usual one says of which', () => {
  const key = 'backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.sql.gz'
  const ofPostgres = look([held(hourMs, 'passed', { line: { key } })])
  expect(ofPostgres.state.newest?.kind).toBe('postgres')
  expect(look([held(hourMs)]).state.newest).not.toHaveProperty('kind')
})
