/**
 * How much of a state that holds all databases may each of them take? What is read whole has a largest
 * size: beyond it nothing of it is read, and all that was known would be forgotten at once.
 */
import type { Fall } from '../fall/fall'
import { falling, rising } from '../plain/order'
import { cut } from '../plain/shortening'
import { remarksOf } from '../verdict/bounds'

import type { CopyDrill, DrillState } from './drill'
import type { DatabaseState, Seen } from './watch-state'

/** Signed it is a third larger, and stays well below what is read at all (`largestOwnBytes`). */
export const stateBytesAtMost = 40 * 1024 ** 2

type ByName<One> = Readonly<Record<string, One>>

const bytesOf = (one: unknown): number => Buffer.byteLength(JSON.stringify(one))

/**
 * As they are, as long as all of them fit together. Where they do not, each that takes more than its
 * share is told shorter, and nobody else is.
 */
export const withinShare = <One>(
  databases: ByName<One>,
  shorter: (one: One) => One,
  atMost = stateBytesAtMost,
): { databases: Record<string, One>; shortened: number } => {
  const all = Object.entries(databases).map(([name, one]) => ({ name, one, bytes: bytesOf(one) }))
  const total = all.reduce((sum, { name, bytes }) => sum + name.length + bytes, 0)
  if (total <= atMost) return { databases: { ...databases }, shortened: 0 }
  const share = atMost / all.length
  const isLong = ({ bytes }: { bytes: number }) => bytes > share
  return {
    databases: Object.fromEntries(
      all.map((each) => [each.name, isLong(each) ? shorter(each.one) : each.one]),
    ),
    shortened: all.filter(isLong).length,
  }
}

const wordsAtMost = 80

/** Of a list that is told by its first ones anyway. */
const namedAtMost = 1

const shorterSeen = (seen: Seen): Seen => ({
  ...seen,
  remarks: remarksOf(seen.remarks, seen.word, namedAtMost).map(
    ({ check, outcome, code, detail }) => ({
      check,
      outcome,
      code,
      detail: cut(detail, wordsAtMost),
    }),
  ),
})

/** The greatest losses: a table that is gone has lost all of it. */
const shorterFall = (fall: Fall): Fall => {
  const lostIn = ({ had, has = 0 }: Fall['tables'][string]) => had - has
  const gravest = Object.entries(fall.tables).toSorted(falling(([, one]) => lostIn(one)))
  return { ...fall, tables: Object.fromEntries(gravest.slice(0, namedAtMost)) }
}

/** What is wrong with it stays, by its kind; how it is told becomes short. */
export const shorterState = (state: DatabaseState): DatabaseState => ({
  ...state,
  newest: state.newest && shorterSeen(state.newest),
  newestSound: state.newestSound && shorterSeen(state.newestSound),
  missing: state.missing.slice(0, namedAtMost),
  strangers: state.strangers.slice(0, namedAtMost).map((key) => cut(key, wordsAtMost)),
  wentBad: state.wentBad.slice(0, namedAtMost).map(shorterSeen),
  fall: state.fall && shorterFall(state.fall),
  newer: state.newer?.slice(0, namedAtMost),
})

export const shortenedWords = (shortened: number): string =>
  `There is so much to tell of ${shortened} databases that each of them is told shorter.`

const shorterDrill = (drill: CopyDrill): CopyDrill => ({
  ...drill,
  detail: cut(drill.detail, wordsAtMost),
  steps: [],
})

/** By so many it is seen whether a restore has become slow. */
const drillsAtLeast = 3
const proofsAtLeast = 6

/** A copy whose proof is forgotten is drilled sooner than it had to be, and nothing else. */
export const shorterDrills = ({
  drills,
  proofs,
  secondProofs,
  ...rest
}: DrillState['databases'][string]): DrillState['databases'][string] => ({
  ...rest,
  drills: drills.slice(-drillsAtLeast).map(shorterDrill),
  proofs: latestOf(proofs),
  ...(secondProofs && { secondProofs: latestOf(secondProofs) }),
})

const latestOf = (proofs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(proofs)
      .toSorted(rising(([, at]) => at))
      .slice(-proofsAtLeast),
  )
