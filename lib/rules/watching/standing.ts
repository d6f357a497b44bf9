/**
 * How does a database stand, in one line among thousands? What the page's list, the figures and simple
 * monitors tell of it; everything else is told by its own page, which reads that database alone.
 */
import * as z from 'zod'

import { alertKinds, gravestFirst, severities } from '../alerts/alert'
import { isBeingLetGo } from '../copy/care'
import { isSoundCopy } from '../copy/held'
import type { Copy } from '../copy/held'
import type { Shown } from '../copy/shown'
import { coverOf } from '../keeping/cover'
import { Outlook } from '../keeping/outlook'
import { Spent } from '../keeping/spent'
import { usualKind } from '../kinds/suffixes'
import { rising } from '../plain/order'
import { cut } from '../plain/shortening'
import { SecondLine } from '../second/second-state'
import { timelinessOf } from '../settings/schedule'
import type { Schedule } from '../settings/schedule'
import { hasLasted } from '../troubles/trouble'
import type { Trouble } from '../troubles/trouble'
import { shapeOf } from '../trust/stored'
import { isKnownWord, isSound } from '../verdict/verdict'

import { drillOutcomes } from './drill'
import type { CopyDrill } from './drill'
import type { DatabaseState, Remembered } from './watch-state'

const instant = z.iso.datetime()

/** From the gravest on: the order in which they are told. */
export const healths = ['trouble', 'late', 'pending', 'never', 'sound'] as const
export type Health = (typeof healths)[number]

export const worst = (some: readonly Health[]): Health =>
  healths.find((health) => some.includes(health)) ?? 'sound'

export const grave = (troubles: readonly Pick<Trouble, 'severity'>[]): boolean =>
  troubles.some(({ severity }) => severity === 'error' || severity === 'critical')

export const isOverdue = ({ kind }: Pick<Trouble, 'kind'>): boolean =>
  kind === 'backup.late' || kind === 'backup.never'

export const healthOf = (
  { newest }: Pick<DatabaseState, 'newest'>,
  troubles: readonly Trouble[],
  now: Date,
): Health => {
  if (grave(troubles.filter((one) => !isOverdue(one) && hasLasted(one, now)))) return 'trouble'
  if (troubles.some(({ kind }) => kind === 'backup.late')) return 'late'
  if (!newest) return 'never'
  if (!isSound(newest.word)) return newest.word === 'pending' ? 'pending' : 'trouble'
  return 'sound'
}

/** "daily 1 of 7" is the daily rule; what stands by no rule is kept by a floor. */
export const keepingRules = [
  'hourly',
  'daily',
  'weekly',
  'monthly',
  'yearly',
  'pinned',
  'floor',
] as const

type Ruled = Pick<Shown, 'keep' | 'reasons'> & { pinnedBy?: string | undefined }

const rulesOf = ({ keep, pinnedBy, reasons }: Ruled): string[] => {
  if (!keep) return []
  if (pinnedBy !== undefined) return ['pinned']
  const slots = reasons.flatMap(
    (reason) => /^(hourly|daily|weekly|monthly|yearly) \d/.exec(reason)?.[1] ?? [],
  )
  return slots.length > 0 ? slots : ['floor']
}

/** Of a set's copies among the newest ones: whether it can be restored is judged over all databases. */
const SetPart = shapeOf({
  id: z.string(),
  size: z.int().optional(),
  word: z.string(),
  takenAt: instant,
})

/** What is counted over all copies of a database, as they stood when it was last looked at. */
export const Stock = shapeOf({
  /** By their verdicts; those of another build's are one. */
  words: z.record(z.string(), z.int()),
  /** By the rule that keeps them; a copy may be kept by several. */
  kept: z.record(z.string(), z.int()),
  /** Retention is held back. */
  isHeld: z.boolean(),
  cover: z.array(z.int()),
  /** Of the newest one, what its state does not say. */
  file: z.string().optional(),
  tookMs: z.number().optional(),
  /** When any of them was last opened. */
  provenAt: instant.optional(),
  sets: z.array(SetPart),
})
export type Stock = z.infer<typeof Stock>

/** No word that another build may write becomes a label. */
export const otherWord = 'other'

const countsOf = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** A host that pushes sets which nobody can judge makes no line longer than this. */
const setsAtMost = 5

/** The newest copies of a database, as far as the first sound one. */
const recentOf = (copies: readonly Copy[]): readonly Copy[] => {
  const sound = copies.findIndex(isSoundCopy)
  return sound === -1 ? copies : copies.slice(0, sound + 1)
}

/** `copies` are the stored ones, newest first, with what retention says of each. */
export const stockOf = (
  copies: readonly (Copy & Ruled)[],
  { brake, now }: { brake: string | undefined; now: Date },
): Stock => {
  const [newest] = copies
  const provenAt = copies
    .flatMap((copy) => copy.provenAt ?? [])
    .toSorted()
    .at(-1)
  const sets = recentOf(copies).flatMap(({ setId: id, setSize: size, word, takenAt }) =>
    id === undefined ? [] : [{ id, size, word, takenAt }],
  )
  return {
    words: countsOf(copies.map(({ word }) => (isKnownWord(word) ? word : otherWord))),
    kept: countsOf(copies.flatMap(rulesOf)),
    isHeld: brake !== undefined,
    cover: coverOf(copies.filter((copy) => isSoundCopy(copy) && !isBeingLetGo(copy, now))),
    file: newest?.key.slice(newest.key.lastIndexOf('/') + 1),
    tookMs: newest?.tookMs,
    provenAt,
    sets: sets.slice(0, setsAtMost),
  }
}

const Brief = shapeOf({
  id: z.string(),
  word: z.string(),
  takenAt: instant,
  arrivedAt: instant,
  provenAt: instant.optional(),
  sizeBytes: z.int(),
})
export type Brief = z.infer<typeof Brief>

/** Said in full by the database's own page. */
const Said = shapeOf({
  kind: z.enum(alertKinds),
  severity: z.enum(severities),
  since: z.string(),
  what: z.string(),
})
export type Said = z.infer<typeof Said>

const Drilled = shapeOf({
  at: instant,
  outcome: z.enum(drillOutcomes),
  sizeBytes: z.int(),
  tookMs: z.number(),
  place: z.string().optional(),
})

export const Standing = shapeOf({
  database: z.string(),
  /** Absent where it is of the usual one. */
  kind: z.string().optional(),
  health: z.enum(healths),
  newest: Brief.optional(),
  newestSound: Brief.optional(),
  /** Something is gone that the copy from before still has. */
  fall: shapeOf({ before: z.string(), beforeAt: instant }).optional(),
  /** When the next copy is due at the latest; absent without a schedule. */
  nextBy: instant.optional(),
  heartbeatAt: instant.optional(),
  count: z.int(),
  sizeBytes: z.int(),
  /** What its policy will hold in a year; absent while nobody can tell. */
  outlook: Outlook.optional(),
  /** What opening its copies takes in a month, beside what the watch opens itself. */
  opening: Spent.optional(),
  /** The gravest first, and how many there are. */
  troubles: z.array(Said),
  wrong: z.int(),
  lastDrill: Drilled.optional(),
  lastProof: Drilled.optional(),
  /** Absent where no look at its copies has come to its end yet. */
  stock: Stock.optional(),
  /** Absent where no second place is set. */
  second: SecondLine.optional(),
})
export type Standing = z.infer<typeof Standing>

const briefOf = (seen: Brief | undefined): Brief | undefined => {
  if (!seen) return undefined
  const { id, word, takenAt, arrivedAt, provenAt, sizeBytes } = seen
  return { id, word, takenAt, arrivedAt, provenAt, sizeBytes }
}

const drilledOf = (
  drill: z.infer<typeof Drilled> | undefined,
): z.infer<typeof Drilled> | undefined =>
  drill && {
    at: drill.at,
    outcome: drill.outcome,
    sizeBytes: drill.sizeBytes,
    tookMs: drill.tookMs,
    ...(drill.place === undefined ? {} : { place: drill.place }),
  }

const troublesAtMost = 5

/** A table may be called by thousands of letters. */
const whatAtMost = 120

const saidOf = ({ kind, severity, since, what }: Said): Said => ({
  kind,
  severity,
  since,
  what: cut(what, whatAtMost),
})

/** The line alone of what may hold more. */
export const standingAlone = (one: Standing): Standing => ({
  database: one.database,
  ...(one.kind !== undefined && one.kind !== usualKind && { kind: one.kind }),
  health: one.health,
  newest: briefOf(one.newest),
  newestSound: briefOf(one.newestSound),
  fall: one.fall && { before: one.fall.before, beforeAt: one.fall.beforeAt },
  nextBy: one.nextBy,
  heartbeatAt: one.heartbeatAt,
  count: one.count,
  sizeBytes: one.sizeBytes,
  outlook: one.outlook,
  opening: one.opening,
  troubles: one.troubles.slice(0, troublesAtMost).map(saidOf),
  wrong: one.wrong,
  lastDrill: drilledOf(one.lastDrill),
  lastProof: drilledOf(one.lastProof),
  stock: one.stock,
  second: one.second,
})

export type Told = {
  state: DatabaseState
  kind?: string
  /** What is wrong with it, by which it is judged. */
  troubles: readonly Trouble[]
  /** Oldest first. */
  drills: readonly CopyDrill[]
  schedule: Schedule | undefined
  stock: Stock | undefined
  second: SecondLine | undefined
  now: Date
}

const nextByOf = (
  state: DatabaseState,
  { schedule, now }: Pick<Told, 'schedule' | 'now'>,
): string | undefined => {
  const timeliness = timelinessOf(state, schedule, now)
  const at = timeliness.is === 'in time' ? timeliness.nextBy : timeliness.dueAt
  return at?.toISOString()
}

export const standingOf = (database: string, told: Told): Standing => {
  const { state, kind, troubles, drills, stock, second, now } = told
  const all = gravestFirst(troubles)
  return standingAlone({
    ...state,
    database,
    kind,
    health: healthOf(state, troubles, now),
    nextBy: nextByOf(state, told),
    count: state.copies,
    troubles: all,
    wrong: all.length,
    lastDrill: drills.at(-1),
    lastProof: drills.findLast(({ outcome }) => outcome === 'proven'),
    stock,
    second,
  })
}

/** What a look at this database alone has to know of the looks before. */
export const rememberedOf = (state: DatabaseState): Remembered => {
  const { since, arrivedAt, vanished, emptySince, sameSince, reprovenAt, newestSound } = state
  const { pace, days, budget } = state
  return {
    since,
    arrivedAt,
    vanished,
    emptySince,
    sameSince,
    reprovenAt,
    pace,
    days,
    budget,
    newestSound: newestSound && { id: newestSound.id, arrivedAt: newestSound.arrivedAt },
  }
}

/** The gravest first: by how they stand, then by what is wrong with each, then by their names. */
export const inOrder = <
  One extends Pick<Standing, 'database' | 'health'> & {
    troubles: readonly Pick<Said, 'severity' | 'kind'>[]
  },
>(
  lines: readonly One[],
): One[] =>
  healths.flatMap((health) => {
    const those = lines
      .filter((one) => one.health === health)
      .toSorted(rising(({ database }) => database))
    const wrong = those.flatMap((one) =>
      one.troubles.slice(0, 1).map(({ severity, kind }) => ({ severity, kind, one })),
    )
    return [
      ...gravestFirst(wrong).map(({ one }) => one),
      ...those.filter(({ troubles }) => troubles.length === 0),
    ]
  })
