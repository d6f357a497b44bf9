import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { AlertKind } from '../../../lib/rules/alerts/alert'
import { severities } from '../../../lib/rules/alerts/alert'
import { Incident, decide, keyOf, untoldTo, withTold } from '../../../lib/rules/alerts/incidents'
import type { Incidents, Telling } from '../../../lib/rules/alerts/incidents'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import type { Trouble } from '../../../lib/rules/troubles/trouble'
import { casesOf, isThorough, slow } from '../../cases'
import { someTrouble } from '../../fixtures/told/troubles'

const startMs = Date.parse('2025-07-04T00:00:00.000Z')

type Told = { key: string; status: Telling['status']; atMs: number; channels: string[] }

/** One run of the watch, and everybody who was told in it noted. */
const runOf = (
  incidents: Incidents,
  troubles: readonly Trouble[],
  about: { atMs: number; channels: readonly string[]; remindEveryMs?: number; open?: string[] },
): { incidents: Incidents; told: Told[]; tellings: Telling[] } => {
  const { atMs, channels, remindEveryMs = dayMs, open = [] } = about
  const now = new Date(atMs)
  const terms = { now, remindEveryMs, openQuestions: new Set(open) }
  const decided = decide(incidents, troubles, terms)
  const next = { ...decided.incidents }
  const told: Told[] = []
  for (const { key, status } of decided.tellings) {
    const incident = next[key]
    if (!incident) throw new Error(`${key} is told and not known`)
    if (status === 'resolved') told.push({ key, status, atMs, channels: incident.channels })
    else if (channels.length > 0) {
      next[key] = withTold(incident, { id: `${key} ${status} ${atMs}`, channels }, now)
      told.push({ key, status, atMs, channels: [...channels] })
    }
  }
  return { incidents: next, told, tellings: decided.tellings }
}

/** Told one after the other; each is [minutes since the last, what is wrong then]. */
const story = (
  steps: readonly (readonly [number, Trouble[]])[],
  about: { channels?: string[]; remindEveryMs?: number } = {},
) => {
  let incidents: Incidents = {}
  let atMs = startMs
  const lines: string[] = []
  for (const [minutes, troubles] of steps) {
    atMs += minutes * minuteMs
    const run = runOf(incidents, troubles, { channels: ['slack'], ...about, atMs })
    incidents = run.incidents
    lines.push(run.told.map(({ status }) => status).join(' ') || '-')
  }
  return lines
}

describe('an incident of a kind that nobody knows here', () => {
  test('is that build’s to close: it stands as it stood, and nobody is told', () => {
    const known = decide({}, [someTrouble()], { now: new Date(startMs), remindEveryMs: dayMs })
    const [incident] = Object.values(known.incidents)
    if (!incident) throw new Error('nothing is told')
    const later = { now: new Date(startMs + 9 * dayMs), remindEveryMs: dayMs }
    const foreign = { 'tokens/disk.full': { ...incident, kind: 'disk.full' } }
    expect(decide(foreign, [], later)).toEqual({ incidents: foreign, tellings: [] })
    // The name stands in its key: what is stored tells of the nearest kind that all builds know.
    const renamed = { 'tokens/disk.full': { ...incident, kind: 'store.error' } }
    expect(decide(renamed, [], later)).toEqual({ incidents: renamed, tellings: [] })
  })
})

describe('a trouble', () => {
  const trouble = someTrouble()

  test('is told when it begins, once a day while it lasts, and when it is over', () => {
    const steps = [
      [0, [trouble]],
      [10, [trouble]],
      [1429, [trouble]],
      [1, [trouble]],
      [10, []],
      [10, []],
    ]
    expect(story(steps as [number, Trouble[]][])).toEqual([
      'firing',
      '-',
      '-',
      'reminder',
      'resolved',
      '-',
    ])
  })

  test.each([
    { name: 'less than it', minutes: 29, told: ['-', '-', '-'] },
    { name: 'exactly as long', minutes: 30, told: ['-', 'firing', 'resolved'] },
    { name: 'longer', minutes: 31, told: ['-', 'firing', 'resolved'] },
  ])('with half an hour of grace that lasts $name is told so: $told', ({ minutes, told }) => {
    const patient = { ...trouble, graceMs: 30 * minuteMs }
    expect(
      story([
        [0, [patient]],
        [minutes, [patient]],
        [10, []],
      ]),
    ).toEqual(told)
  })

  test('begins its grace anew when it was away', () => {
    const patient = { ...trouble, graceMs: 30 * minuteMs }
    expect(
      story([
        [0, [patient]],
        [20, []],
        [20, [patient]],
        [29, [patient]],
        [1, [patient]],
      ]),
    ).toEqual(['-', '-', '-', '-', 'firing'])
  })

  test('that nobody could be told of is told as soon as somebody can, and not called over', () => {
    let run = runOf({}, [trouble], { atMs: startMs, channels: [] })
    run = runOf(run.incidents, [trouble], { atMs: startMs + dayMs, channels: [] })
    expect(run.tellings.map(({ status }) => status)).toEqual(['firing'])
    const gone = runOf(run.incidents, [], { atMs: startMs + 2 * dayMs, channels: ['slack'] })
    expect(gone).toMatchObject({ told: [], incidents: {} })
    const heard = runOf(run.incidents, [trouble], {
      atMs: startMs + 2 * dayMs,
      channels: ['slack'],
    })
    expect(heard.told.map(({ status }) => status)).toEqual(['firing'])
  })

  test('of a kind that is there twice is told once, by the one that comes first', () => {
    const second = { ...trouble, what: 'something milder', severity: 'warning' as const }
    const run = runOf({}, [trouble, second], { atMs: startMs, channels: ['slack'] })
    expect(run.told).toHaveLength(1)
    expect(Object.values(run.incidents)[0]?.what).toBe(trouble.what)
  })

  test('is known by its database and its kind', () => {
    expect(keyOf(trouble)).toBe('tokens/verify.failed')
    expect(keyOf({ database: undefined, kind: 'store.error' })).toBe('-/store.error')
  })

  test('is written down in a form that is read back, also without a database', () => {
    for (const database of ['tokens', undefined]) {
      const { incidents } = runOf({}, [{ ...trouble, database }], {
        atMs: startMs,
        channels: ['a'],
      })
      for (const incident of Object.values(incidents)) {
        expect(Incident.parse(JSON.parse(JSON.stringify(incident)))).toEqual(incident)
      }
    }
  })

  test('is held open longer each time it comes back: at once, two hours, eight, a day', () => {
    const spans: number[] = []
    let incidents: Incidents = {}
    let atMs = startMs
    const step = (troubles: Trouble[]) => {
      const run = runOf(incidents, troubles, { atMs, channels: ['slack'] })
      incidents = run.incidents
      return run.told.some(({ status }) => status === 'resolved')
    }
    for (let times = 0; times < 4; times += 1) {
      step([trouble])
      atMs += 10 * minuteMs
      const goneMs = atMs
      while (!step([])) atMs += 10 * minuteMs
      spans.push((atMs - goneMs) / hourMs)
      atMs += 10 * minuteMs
    }
    // The fourth is over sooner than after a day: by then the first lies a day back.
    expect(spans.slice(0, 3)).toEqual([0, 2, 8])
    expect(spans[3]).toBeGreaterThan(8)
    expect(spans[3]).toBeLessThanOrEqual(24)
  })

  test('stays as it stood while nobody knows whether it lasts', () => {
    const key = keyOf(trouble)
    const first = runOf({}, [trouble], { atMs: startMs, channels: ['slack'] })
    const open = runOf(first.incidents, [], {
      atMs: startMs + hourMs,
      channels: ['slack'],
      open: [key],
    })
    expect(open).toMatchObject({ told: [], incidents: first.incidents })
    const over = runOf(open.incidents, [], { atMs: startMs + 2 * hourMs, channels: ['slack'] })
    expect(over.told.map(({ status }) => status)).toEqual(['resolved'])
    const closed = runOf(over.incidents, [], {
      atMs: startMs + 2 * dayMs,
      channels: [],
      open: [key],
    })
    expect(closed.incidents).toEqual({})
    expect(runOf({}, [], { atMs: startMs, channels: ['slack'], open: [key] }).incidents).toEqual({})
  })
})

describe('something that happened', () => {
  const event = (nth: number) =>
    someTrouble({
      kind: 'rows.collapsed',
      isEvent: true,
      since: new Date(startMs + nth * hourMs).toISOString(),
    })

  test('is told once, however long it is to be seen, and never as over', () => {
    const steps = [
      [0, [event(0)]],
      [10, [event(0)]],
      [3000, [event(0)]],
      [10, []],
      [3000, []],
    ]
    expect(story(steps as [number, Trouble[]][])).toEqual(['firing', '-', '-', '-', '-'])
  })

  test('is told again when it happens again, though nobody saw a calm in between', () => {
    const daily = [0, 24, 48].map((hours): [number, Trouble[]] => [
      hours === 0 ? 0 : 1440,
      [event(hours)],
    ])
    expect(story(daily)).toEqual(['firing', 'firing', 'firing'])
  })

  test('is told again when it happens again while it is held open', () => {
    const steps: [number, Trouble[]][] = [
      [0, [event(0)]],
      [10, []],
      [10, [event(1)]],
      [10, []],
      [10, [event(2)]],
      [110, [event(2)]],
    ]
    expect(story(steps)).toEqual(['firing', '-', 'firing', '-', '-', 'firing'])
  })

  test('that nobody could be told of is told later, once', () => {
    const first = runOf({}, [event(0)], { atMs: startMs, channels: [] })
    const again = runOf(first.incidents, [event(1)], {
      atMs: startMs + hourMs,
      channels: ['slack'],
    })
    expect(again.told).toHaveLength(1)
    const last = runOf(again.incidents, [event(1)], {
      atMs: startMs + 2 * hourMs,
      channels: ['slack'],
    })
    expect(last.told).toHaveLength(0)
  })
})

describe('who has been told', () => {
  const trouble = someTrouble()
  const { incidents } = runOf({}, [trouble], { atMs: startMs, channels: ['slack', 'mail'] })
  const key = keyOf(trouble)

  test('is kept, with the telling that began it', () => {
    const { firingId, channels, told } = incidents[key] ?? {}
    const reminded = runOf(incidents, [trouble], {
      atMs: startMs + dayMs,
      channels: ['mail', 'ntfy'],
    })
    expect(reminded.incidents[key]).toMatchObject({
      firingId,
      told: (told ?? 0) + 1,
      channels: [...(channels ?? []), 'ntfy'],
    })
  })

  test.each([
    { name: 'all are still there', channels: ['slack', 'mail'], isUntold: false },
    { name: 'one of them is', channels: ['mail', 'ntfy'], isUntold: false },
    { name: 'none is, and others are', channels: ['ntfy'], isUntold: true },
    { name: 'alerts are off', channels: [], isUntold: false },
  ])('is asked again where $name', ({ channels, isUntold }) => {
    const asked = untoldTo(incidents, new Set(channels))
    const run = runOf(asked, [trouble], { atMs: startMs + hourMs, channels })
    expect(run.told.map(({ status }) => status)).toEqual(isUntold ? ['firing'] : [])
    if (isUntold) expect(run.told[0]?.channels).toEqual(channels)
    else expect(asked).toEqual(incidents)
    const before = new Set(Object.values(incidents).map(({ firingId }) => firingId))
    if (isUntold) expect(before).not.toContain(run.incidents[key]?.firingId)
  })

  test('leaves alone what nobody was told of', () => {
    const untold = runOf({}, [trouble], { atMs: startMs, channels: [] }).incidents
    expect(untoldTo(untold, new Set(['slack']))).toEqual(untold)
  })
})

/** Any history: what is wrong at each run, for how long nobody looked, and who can be told. */
const kinds: readonly { kind: AlertKind; graceMs: number; isEvent: boolean }[] = [
  { kind: 'verify.failed', graceMs: 0, isEvent: false },
  { kind: 'store.error', graceMs: hourMs / 2, isEvent: false },
  { kind: 'verify.unverifiable', graceMs: 2.5 * hourMs, isEvent: false },
  { kind: 'rows.collapsed', graceMs: 0, isEvent: true },
]

const spans = fc.oneof(
  { weight: 6, arbitrary: fc.constant(10) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 180 }) },
  { weight: 2, arbitrary: fc.constantFrom(120, 480, 1430, 1440, 1450) },
  { weight: 1, arbitrary: fc.integer({ min: 180, max: 5 * 1440 }) },
)

const runs = fc.record({
  minutes: spans,
  /** For each kind: as it was, gone, there, or there as another one. */
  turns: fc.array(fc.constantFrom('stays', 'stays', 'stays', 'goes', 'comes', 'comes anew'), {
    minLength: kinds.length,
    maxLength: kinds.length,
  }),
  severity: fc.constantFrom(...severities),
  channels: fc.constantFrom(['slack', 'mail'], ['slack', 'mail'], ['mail'], []),
})

const histories = fc.record({
  runs: fc.array(runs, { minLength: 1, maxLength: 60 }),
  remindEveryMs: fc.constantFrom(hourMs, 6 * hourMs, dayMs, dayMs, 7 * dayMs),
})

const frozen = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const one of Object.values(value)) frozen(one)
  }
  return value
}

/** The most tellings in any 24 hours, both ends included. */
const mostInADay = (told: readonly { atMs: number }[]): number =>
  Math.max(
    0,
    ...told.map(
      ({ atMs }) => told.filter((one) => one.atMs >= atMs && one.atMs <= atMs + dayMs).length,
    ),
  )

/** Firings and recoveries of one trouble in any 24 hours, however it comes and goes. */
const flipsADay = 7

describe('for any history', () => {
  type Seen = { since: string; fromMs: number } | undefined

  const check = (history: {
    runs: (typeof runs extends fc.Arbitrary<infer Run> ? Run : never)[]
    remindEveryMs: number
  }) => {
    const { remindEveryMs } = history
    let incidents: Incidents = {}
    let atMs = startMs
    const seen: Seen[] = kinds.map(() => undefined)
    const log: Told[] = []
    for (const { minutes, turns, severity, channels } of history.runs) {
      atMs += minutes * minuteMs
      const at = new Date(atMs).toISOString()
      for (const [nth, turn] of turns.entries()) {
        const was = seen[nth]
        if (turn === 'goes') seen[nth] = undefined
        if (turn === 'comes' && !was) seen[nth] = { since: at, fromMs: atMs }
        if (turn === 'comes anew') seen[nth] = { since: at, fromMs: was?.fromMs ?? atMs }
      }
      const troubles = kinds.flatMap((one, nth) => {
        const there = seen[nth]
        return there ? [someTrouble({ ...one, severity, since: there.since })] : []
      })
      const about = { now: new Date(atMs), remindEveryMs }
      frozen([incidents, troubles])
      // The same again from the same: nothing else is asked, and nothing that was given is changed.
      expect(decide(incidents, troubles, about)).toEqual(decide(incidents, troubles, about))
      const run = runOf(incidents, troubles, { atMs, channels, remindEveryMs })
      const again = runOf(run.incidents, troubles, { atMs, channels, remindEveryMs })
      expect(again.told).toEqual([])
      expect(again.incidents).toEqual(run.incidents)

      for (const one of run.told) {
        const kind = kinds.findIndex(({ kind: name }) => one.key.endsWith(name))
        const before = log.filter(({ key }) => key === one.key)
        const last = before.at(-1)
        const there = seen[kind]
        if (one.status === 'reminder') {
          expect(there).toBeDefined()
          expect(kinds[kind]?.isEvent).toBe(false)
          expect(one.atMs - (last?.atMs ?? 0)).toBeGreaterThanOrEqual(remindEveryMs)
        }
        if (one.status === 'resolved') {
          expect(there).toBeUndefined()
          expect(kinds[kind]?.isEvent).toBe(false)
          const from = before.findLastIndex(({ status }) => status === 'firing')
          const heard = new Set(before.slice(from).flatMap((earlier) => earlier.channels))
          expect(new Set(one.channels)).toEqual(heard)
        }
        if (one.status === 'firing') {
          expect(there).toBeDefined()
          if (!kinds[kind]?.isEvent) expect([undefined, 'resolved']).toContain(last?.status)
        } else {
          expect(['firing', 'reminder']).toContain(last?.status)
        }
      }
      log.push(...run.told)

      for (const [nth, { kind, graceMs }] of kinds.entries()) {
        const there = seen[nth]
        const incident = run.incidents[`tokens/${kind}`]
        const isDue = there && atMs - there.fromMs >= graceMs && channels.length > 0
        if (isDue) expect(incident).toMatchObject({ isOpen: true, toldAt: expect.any(String) })
        if (incident) expect(incident.closings.length).toBeLessThanOrEqual(3)
      }
      incidents = run.incidents
    }
    for (const { kind, isEvent } of kinds) {
      const told = log.filter(({ key }) => key === `tokens/${kind}`)
      const flips = told.filter(({ status }) => status !== 'reminder')
      expect(mostInADay(flips)).toBeLessThanOrEqual(isEvent ? 4 : flipsADay)
      if (remindEveryMs >= dayMs) expect(mostInADay(told)).toBeLessThanOrEqual(flipsADay)
    }
  }

  test('what lasts is told, once, and its end to those who heard of it', () => {
    fc.assert(fc.property(histories, check), { numRuns: casesOf(1500) })
  })
})

describe('whoever tries to be told as often as can be', () => {
  /** Everything that decides about what comes, with times as ages: two states that are alike are one. */
  const shapeOf = (
    incident: Incident | undefined,
    told: readonly number[],
    atMs: number,
  ): string => {
    const age = (at: string | undefined) =>
      at === undefined ? -1 : Math.min(atMs - Date.parse(at), dayMs)
    if (!incident) return JSON.stringify(told.map((one) => atMs - one))
    const { isOpen, openedAt, toldAt, calmSince, closings } = incident
    const ages = closings.map(age).filter((one) => one < dayMs)
    const open = isOpen ? [age(openedAt), age(toldAt), age(calmSince), incident.since] : []
    return JSON.stringify([isOpen, open, ages, told.map((one) => atMs - one)])
  }

  /** Tries everything that can be done at every step, until nothing new comes of it. */
  const most = (stepMs: number, moves: readonly (Trouble | undefined)[]) => {
    let atMs = startMs
    let found = 0
    let open = new Map<string, { incidents: Incidents; told: number[] }>([
      ['', { incidents: {}, told: [] }],
    ])
    const known = new Set<string>()
    while (open.size > 0) {
      const next: typeof open = new Map()
      for (const { incidents, told } of open.values()) {
        for (const trouble of moves) {
          const run = runOf(incidents, trouble ? [trouble] : [], { atMs, channels: ['slack'] })
          const all = [...told, ...run.told.map(() => atMs)].filter((one) => atMs - one <= dayMs)
          found = Math.max(found, all.length)
          const [incident] = Object.values(run.incidents)
          const shape = shapeOf(incident, all, atMs)
          if (known.has(shape)) continue
          known.add(shape)
          next.set(shape, { incidents: run.incidents, told: all })
        }
      }
      open = next
      atMs += stepMs
    }
    return { found, states: known.size }
  }

  test('hears of one trouble seven times in 24 hours, whatever he does', () => {
    const { found, states } = most(2 * hourMs, [undefined, someTrouble({ since: '' })])
    expect(found).toBe(flipsADay)
    expect(states).toBeGreaterThan(1000)
  })

  test('hears of one kind of event four times in 24 hours, whatever he does', slow, () => {
    const moves = ['a', 'b'].map((since) => someTrouble({ isEvent: true, since }))
    expect(most(3 * hourMs, [undefined, ...moves]).found).toBe(4)
  })

  test('gains nothing by any other rhythm', () => {
    // Around the moments at which something is decided, on and off.
    const edges = [10, 20, 110, 120, 130, 470, 480, 490, 700, 1430, 1440, 1450]
    const rhythm = fc.array(fc.tuple(fc.constantFrom(...edges), fc.boolean()), {
      minLength: 6,
      maxLength: 80,
    })
    let best = 0
    fc.assert(
      fc.property(rhythm, (steps) => {
        let incidents: Incidents = {}
        let atMs = startMs
        const log: Told[] = []
        for (const [minutes, isThere] of steps) {
          atMs += minutes * minuteMs
          const run = runOf(incidents, isThere ? [someTrouble()] : [], {
            atMs,
            channels: ['slack'],
          })
          incidents = run.incidents
          log.push(...run.told)
        }
        best = Math.max(best, mostInADay(log))
        expect(mostInADay(log)).toBeLessThanOrEqual(flipsADay)
      }),
      // In fewer of them none might come near the limit, and then nothing was shown.
      { numRuns: casesOf(1500) },
    )
    if (isThorough) expect(best).toBeGreaterThanOrEqual(flipsADay - 2)
  })
})
