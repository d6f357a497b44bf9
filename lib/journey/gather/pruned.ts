/**
 * What does a run of prune answer? Counts of everything, and the gravest in full as far as the platform
 * carries an answer: with many databases, or copies, all of it is megabytes. The journal has every line.
 */
import { falling } from '../../rules/plain/order'
import type { Pruned, PruneRun } from '../bucket/prune-state'

/** Of every database, told or not. */
export type PruneSums = {
  databases: number
  kept: number
  removed: number
  spared: number
  braked: number
  faults: number
  left: number
}

/** `kept` counts all that stays, told or not. */
type Told = Pruned & { kept: number }

export type PruneAnswer = Omit<PruneRun, 'databases' | 'records'> & {
  databases: Told[]
  sums: PruneSums
  /** How many old records went, and why none did. */
  records: { letGo: number; brake: string | undefined }
  /** Of so many databases the sums alone are told, and `snapproof plan` shows them: the graver ones are told. */
  untold: number
}

/** The platform carries a megabyte, and logs less of it. */
export const answerSignsAtMost = 400_000

/** Where not all of it can be told. */
const listedAtMost = 50

const toldOf = (one: Pruned): Told => {
  const removed = new Set(one.result?.removed)
  return { ...one, kept: one.plan.copies.filter(({ id }) => !removed.has(id)).length }
}

const sumsOf = ({ left, faults }: PruneRun, told: readonly Told[]): PruneSums => {
  const sum = (count: (one: Told) => number) => told.reduce((all, one) => all + count(one), 0)
  return {
    databases: told.length,
    kept: sum(({ kept }) => kept),
    removed: sum(({ result }) => result?.removed.length ?? 0),
    spared: sum(({ result }) => result?.spared.length ?? 0),
    braked: told.filter(({ plan }) => plan.brake !== undefined).length,
    faults: sum((one) => one.faults.length) + faults.length,
    left: left.length,
  }
}

const gravityOf = ({ plan, result, faults }: Pruned): number => {
  if (faults.length > 0) return 3
  if (plan.brake !== undefined) return 2
  return result ? 1 : 0
}

/** What is to go, or was to, before what stays: that is most of it, and news to nobody. */
const shortened = ({ plan, result, faults, kept, contents }: Told): Told => {
  const going = plan.copies.filter(({ keep, isBraked }) => !keep || isBraked)
  const first = <Item>(items: readonly Item[]): Item[] => items.slice(0, listedAtMost)
  return {
    plan: {
      ...plan,
      notes: first(plan.notes),
      copies: first(going),
      leftovers: first(plan.leftovers).map((one) => ({ ...one, keys: first(one.keys) })),
    },
    result: result && {
      ...result,
      removed: first(result.removed),
      spared: first(result.spared),
      unfinished: first(result.unfinished),
      left: first(result.left),
      stillThere: first(result.stillThere),
    },
    faults: first(faults),
    kept,
    ...(contents && { contents }),
  }
}

const signsOf = (value: unknown): number => JSON.stringify(value).length

/** What is not old waits for no brake. */
const brakeOf = (old: PruneRun['records']): string | undefined =>
  old && old.plan.leftovers.length > 0 ? old.plan.brake : undefined

/** As it is where it is short enough; else the gravest databases, each shortened, and the sums of all. */
export const answerOf = (
  { records: old, ...run }: PruneRun,
  signsAtMost = answerSignsAtMost,
): PruneAnswer => {
  const records = { letGo: old?.result?.removed.length ?? 0, brake: brakeOf(old) }
  const all = run.databases.map(toldOf)
  const sums = sumsOf(run, all)
  if (signsOf(run) <= signsAtMost) return { ...run, databases: all, sums, records, untold: 0 }
  const first = (items: readonly string[]) => items.slice(0, listedAtMost)
  const lists = {
    left: first(run.left),
    unreached: first(run.unreached),
    faults: first(run.faults),
  }
  let signs = signsOf(lists)
  const databases: Told[] = []
  for (const one of all.toSorted(falling(gravityOf))) {
    const told = shortened(one)
    signs += signsOf(told)
    if (signs > signsAtMost) break
    databases.push(told)
  }
  return { databases, ...lists, sums, records, untold: all.length - databases.length }
}
