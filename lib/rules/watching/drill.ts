/**
 * Can a kept copy really be restored, and would the alarm ring? What drills found, and when.
 */
import * as z from 'zod'

import type { Copy } from '../copy/held'
import type { Place } from '../copy/place'
import { Spent } from '../keeping/spent'
import { middleOf, rising } from '../plain/order'
import { shapeOf } from '../trust/stored'

const instant = z.iso.datetime()

const Step = shapeOf({ step: z.string(), tookMs: z.number() })

export const drillOutcomes = ['proven', 'failed', 'undone'] as const

/** One copy, restored as a person would. `undone` says nothing against it, and nothing for it. */
export const CopyDrill = shapeOf({
  database: z.string(),
  id: z.string(),
  at: instant,
  outcome: z.enum(drillOutcomes),
  detail: z.string(),
  sizeBytes: z.int(),
  steps: z.array(Step),
  /** From asking for the address to having looked at every row. */
  tookMs: z.number(),
  /** From which of the two places; absent for the first. */
  place: z.string().optional(),
})
export type CopyDrill = z.infer<typeof CopyDrill>

/** One alarm that was rung on purpose. */
export const Ring = shapeOf({ name: z.string(), isHeard: z.boolean(), detail: z.string() })
export type Ring = z.infer<typeof Ring>

export const DrillReport = shapeOf({
  at: instant,
  copies: z.array(CopyDrill),
  rings: z.array(Ring),
  /** Databases for which there was no time, or nothing sound to restore. */
  left: z.array(shapeOf({ database: z.string(), why: z.string() })),
  /** Every database was asked: of one that is not named here nothing is stored any more. */
  isOfAll: z.boolean().optional(),
  /** From which of the two places; absent for the first. */
  place: z.string().optional(),
})
export type DrillReport = z.infer<typeof DrillReport>

export const DrillState = shapeOf({
  ranAt: instant,
  /** When all alarms were last rung, and each was heard. */
  alarmProvenAt: instant.optional(),
  rings: z.array(Ring),
  databases: z.record(
    z.string(),
    shapeOf({
      /** Oldest first. */
      drills: z.array(CopyDrill),
      /** When each kept copy was last restored; of those in the second place apart. */
      proofs: z.record(z.string(), instant),
      secondProofs: z.record(z.string(), instant).optional(),
    }),
  ),
  /** From which place the last drill of all was: the next is from the other one. */
  lastFrom: z.string().optional(),
  /** Since when no copy of these was restored or failed to be, though there was one; and why not last. */
  waiting: z.record(z.string(), shapeOf({ since: instant, why: z.string() })).optional(),
  /** What the last run took until it was written down: the week's report comes after it. */
  spent: Spent.optional(),
})
export type DrillState = z.infer<typeof DrillState>

export const drillStateType = 'application/vnd.snapproof.drill+json'
export const drillReportType = 'application/vnd.snapproof.drill-report+json'

/** Half a year of weekly drills. */
const drillsAtMost = 52

/**
 * The copies whose turn it is: the newest, and of the older ones that whose last proof, by a drill
 * or by a verdict, is the oldest. With one drill a week and k kept copies each of them is restored
 * again within k - 1 weeks, however the others are proven in between.
 */
export const turnsOf = (
  sound: readonly Pick<Copy, 'id' | 'provenAt'>[],
  proofs: Readonly<Record<string, string>>,
): string[] => {
  const [newest, ...older] = sound
  if (!newest) return []
  const [next] = older.toSorted(
    rising(
      ({ id }) => proofs[id] ?? '',
      ({ provenAt = '' }) => provenAt,
      ({ id }) => id,
    ),
  )
  return next ? [newest.id, next.id] : [newest.id]
}

/** Who was drilled longest ago comes first, and who never was before them: a run has no time for all. */
export const longestUndrilled = (
  names: readonly string[],
  before: DrillState | undefined,
): string[] => {
  const lastAt = (name: string) => before?.databases[name]?.drills.at(-1)?.at ?? ''
  return names.toSorted(rising(lastAt))
}

/** Nothing to restore is told by whoever watches the copies, and is nobody's drill. */
export const nothingSound = 'there is no sound copy'

/**
 * From which place is it to be this time? Where a second one is set, each takes its turn. By what the last
 * drill of all says, and not by the calendar: a week that was missed is nobody's turn.
 */
export const drillPlace = (
  before: Pick<DrillState, 'lastFrom'> | undefined,
  { hasSecond, asked }: { hasSecond: boolean; asked: Place | undefined },
): Place => asked ?? (hasSecond && before?.lastFrom === 'first' ? 'second' : 'first')

type Waiting = NonNullable<DrillState['waiting']>

/** Any copy that was restored, or could not be, ends the waiting; the next run begins with who waits. */
const waitingAfter = (
  before: Waiting,
  { at, copies, left, isOfAll, place }: DrillReport,
): Waiting => {
  const undone = copies.flatMap(({ database, outcome, detail }) =>
    outcome === 'undone' ? [{ database, why: detail }] : [],
  )
  const tried = [...left.filter(({ why }) => why !== nothingSound), ...undone]
  const done = copies.filter(({ outcome }) => outcome !== 'undone')
  const settled = new Set([...done, ...left].map(({ database }) => database))
  // What the second place does not hold is not gone.
  const isWhole = isOfAll && place !== 'second'
  const asBefore = Object.entries(before).filter(([name]) => !isWhole && !settled.has(name))
  const ended = new Set(done.map(({ database }) => database))
  const anew = tried
    .filter(({ database }) => !ended.has(database))
    .map(({ database, why }) => [database, { since: before[database]?.since ?? at, why }] as const)
  return Object.fromEntries([...asBefore, ...anew])
}

type Proofs = Readonly<Record<string, string>>
type Known = DrillState['databases'][string]

/** When each copy of this place was last restored. */
export const provenOf = ({ proofs, secondProofs = {} }: Known, isSecond: boolean): Proofs =>
  isSecond ? secondProofs : proofs

const asProven = (proofs: Proofs, isSecond: boolean) =>
  isSecond ? { secondProofs: proofs } : { proofs }

/** Enters what one run found; what is known of copies that are gone is forgotten. */
export const withReport = (
  before: DrillState | undefined,
  report: DrillReport,
  kept: Readonly<Record<string, readonly string[]>>,
): DrillState => {
  const databases = { ...before?.databases }
  const isSecond = report.place === 'second'
  for (const drill of report.copies) {
    const known = databases[drill.database] ?? { drills: [], proofs: {} }
    const proofs = provenOf(known, isSecond)
    const now = drill.outcome === 'proven' ? { ...proofs, [drill.id]: drill.at } : proofs
    const drills = [...known.drills, drill].slice(-drillsAtMost)
    databases[drill.database] = { ...known, ...asProven(now, isSecond), drills }
  }
  for (const [database, known] of Object.entries(databases)) {
    const ids = kept[database]
    if (!ids) continue
    const proofs = Object.entries(provenOf(known, isSecond)).filter(([id]) => ids.includes(id))
    databases[database] = { ...known, ...asProven(Object.fromEntries(proofs), isSecond) }
  }
  const isProven = report.rings.length > 0 && report.rings.every(({ isHeard }) => isHeard)
  return {
    ...before,
    ranAt: report.at,
    alarmProvenAt: isProven ? report.at : before?.alarmProvenAt,
    rings: report.rings,
    ...(report.isOfAll ? { lastFrom: report.place ?? 'first' } : {}),
    databases,
    waiting: waitingAfter(before?.waiting ?? {}, report),
  }
}

/** From where a copy was restored, behind a word for that; of the first place nothing is said. */
export const fromWords = ({ place }: Pick<CopyDrill, 'place'>): string =>
  place === undefined ? '' : ` from the ${place} place`

/** So much longer than usual is news, when it is more than a moment. */
const slowFactor = 2
const slowLeastMs = 5_000

/** How many times as long as before, from the same place: undefined when that is nothing to speak of. */
export const slowedBy = (drills: readonly CopyDrill[]): number | undefined => {
  const all = drills.filter(({ outcome }) => outcome === 'proven')
  const last = all.at(-1)
  const proven = all.filter(({ place }) => place === last?.place)
  const before = proven.slice(-6, -1).map(({ tookMs }) => tookMs)
  if (!last || before.length < 2) return undefined
  const usual = Number(middleOf(before))
  const isSlow = last.tookMs > usual * slowFactor && last.tookMs - usual > slowLeastMs
  return isSlow ? last.tookMs / Math.max(usual, 1) : undefined
}
