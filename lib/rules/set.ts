import type { VerdictWord } from './verdict'
import { isSound } from './verdict'

/**
 * Can databases that belong together be restored together? A set is restorable only when every
 * member is there and sound, and all were taken within a moment of one another.
 */
export type SetMember = { database: string; word: VerdictWord; takenAt: string }

export type SetVerdict = { state: 'restorable' | 'waiting' | 'broken'; why: string }

/** Copies further apart than this belong to two different moments of the app. */
const spreadAtMostMs = 60_000

const names = (members: readonly SetMember[]): string =>
  members
    .map(({ database }) => database)
    .toSorted()
    .join(', ')

export const judgeSet = (members: readonly SetMember[], size: number): SetVerdict => {
  const bad = members.filter(({ word }) => word === 'failed' || word === 'unverifiable')
  if (bad.length > 0) return { state: 'broken', why: `not sound: ${names(bad)}` }
  const missing = size - members.length
  if (missing > 0) return { state: 'waiting', why: `${missing} of ${size} have not come` }
  const open = members.filter(({ word }) => !isSound(word))
  if (open.length > 0) return { state: 'waiting', why: `without a verdict: ${names(open)}` }
  const times = members.map(({ takenAt }) => Date.parse(takenAt))
  const spreadMs = Math.max(...times) - Math.min(...times)
  if (spreadMs > spreadAtMostMs) {
    return { state: 'broken', why: `taken ${Math.round(spreadMs / 1000)} s apart` }
  }
  return { state: 'restorable', why: `sound and of one moment: ${names(members)}` }
}
