/**
 * What does a policy ask for, and which copies stand for its hours, days, weeks, months and years?
 *
 * restic's counting: only periods that have a copy are counted, so that a silence of weeks costs
 * nothing, and one copy may stand for its day, its week and its month at once. Everything is UTC:
 * the same copies are kept wherever this runs, and no day has 23 hours.
 */
import type { Copy } from '../copy/held'
import { dayMs, hourMs, minuteMs } from '../plain/time-units'
import { countWords } from '../plain/wording'

const hourOf = (at: Date): string => at.toISOString().slice(0, 13)
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10)
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7)
export const yearOf = (at: Date): string => at.toISOString().slice(0, 4)

/** The ISO week, "2026-W53". It belongs to the year of its Thursday, whatever the calendar says. */
export const weekOf = (at: Date): string => {
  const daysSinceMonday = (at.getUTCDay() + 6) % 7
  const thursday = new Date(at.getTime() + (3 - daysSinceMonday) * dayMs)
  const year = thursday.getUTCFullYear()
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * dayMs)) + 1
  return `${year}-W${String(week).padStart(2, '0')}`
}

/** The rules, finest first: the order in which they are told. */
const rules = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const
type Rule = (typeof rules)[number]

/** How many periods of each kind are kept: whole numbers; 0 is a rule that is not in use. */
export type Counts = Readonly<Record<Rule, number>>

export type Keep = {
  hourly: number
  daily: number
  weekly: number
  monthly: number
  yearly: number
  /** Everything younger than this is kept, failed copies too. */
  withinMs: number
  /** So many of the newest sound copies are kept, and so many of the newest passed ones. */
  minimum: number
  /** The share of all copies that one plan may let go of. */
  mostAtOnce: number
}

/**
 * Why half at once: with many pushes a day, two days are kept whole and the third is let go, which
 * is a third of all there is. An ordinary day must not ask for a person.
 */
export const usualKeep: Keep = {
  hourly: 0,
  daily: 7,
  weekly: 4,
  monthly: 12,
  yearly: 0,
  withinMs: 48 * hourMs,
  minimum: 3,
  mostAtOnce: 0.5,
}

/** As much of a copy as is asked when it is to be kept or let go. */
export type Candidate = Pick<Copy, 'id' | 'word' | 'arrivedAt' | 'pinnedBy' | 'heldUntil'>

export const timeOf = ({ arrivedAt }: Candidate): number => Date.parse(arrivedAt)

const periodOf: Record<Rule, (at: Date) => string> = {
  hourly: hourOf,
  daily: dayOf,
  weekly: weekOf,
  monthly: monthOf,
  yearly: yearOf,
}

const inUse = (counts: Counts): Rule[] => rules.filter((rule) => counts[rule] > 0)

/**
 * The one copy of each period that stands for it, newest period first.
 *
 * A passed copy beats a newer one with a warning: a database that was thinned out, and is still
 * valid, must not push out the full one.
 */
const bestOfEach = (
  newestFirst: readonly Candidate[],
  keyOf: (at: Date) => string,
): Candidate[] => {
  const best = new Map<string, Candidate>()
  for (const copy of newestFirst) {
    const key = keyOf(new Date(copy.arrivedAt))
    const known = best.get(key)
    const isBetter = copy.word === 'passed' && known?.word !== 'passed'
    if (!known || isBetter) best.set(key, copy)
  }
  return [...best.values()]
}

/** Who holds which slots, in words, by id. Who is not in it holds none. */
export const slotsOf = (
  newestFirst: readonly Candidate[],
  counts: Counts,
): Map<string, string[]> => {
  const slots = new Map<string, string[]>()
  let free: Rule | undefined
  for (const rule of inUse(counts)) {
    const best = bestOfEach(newestFirst, periodOf[rule])
    for (const [index, { id }] of best.slice(0, counts[rule]).entries()) {
      slots.set(id, [...(slots.get(id) ?? []), `${rule} ${index + 1} of ${counts[rule]}`])
    }
    if (best.length < counts[rule]) free = rule
  }
  // While there is room, the past reaches as far back as it ever did.
  const oldest = newestFirst.at(-1)
  if (oldest && free && !slots.has(oldest.id)) {
    slots.set(oldest.id, [`oldest, in a free ${free} slot`])
  }
  return slots
}

const listed = (names: readonly string[]): string =>
  names.join(', ').replace(/, ([^,]*)$/, ' and $1')

/** "7 daily, 4 weekly and 12 monthly copies"; undefined when no rule is in use. */
export const countsWords = (counts: Counts): string | undefined => {
  const used = inUse(counts)
  if (used.length === 0) return undefined
  const total = used.reduce((sum, rule) => sum + counts[rule], 0)
  const said = listed(used.map((rule) => `${counts[rule]} ${rule}`))
  return `${said} ${total === 1 ? 'copy' : 'copies'}`
}

/** Why a copy that could have held a slot holds none. */
export const noSlotWords = (counts: Counts): string => {
  const used = inUse(counts)
  if (used.length === 0) return 'no slot: no rule is in use'
  return `no slot: ${listed(used)} ${used.length === 1 ? 'holds' : 'hold'} others`
}

/** "2 days", "26 hours", "90 minutes": the largest unit that leaves nothing over. */
export const spanWords = (ms: number): string => {
  if (ms % dayMs === 0) return countWords(ms / dayMs, 'day')
  if (ms % hourMs === 0) return countWords(ms / hourMs, 'hour')
  return countWords(Math.ceil(ms / minuteMs), 'minute')
}

/** The policy as a person would say it. */
export const policyWords = (keep: Keep): string => {
  const counts = countsWords(keep)
  const parts = [
    ...(counts ? [counts] : []),
    // "the last day", and not "the last 1 day".
    ...(keep.withinMs > 0
      ? [`everything of the last ${spanWords(keep.withinMs).replace(/^1 /, '')}`]
      : []),
  ]
  const least = Math.max(1, keep.minimum)
  const never = `never fewer than ${countWords(least, 'sound one')}`
  return parts.length === 0 ? never : `${parts.join(', ')}, and ${never}`
}
