/**
 * Can databases that belong together be restored together? A set is restorable only when every
 * member is there and sound, and all were taken within a moment of one another.
 */
import { minuteMs } from '../plain/time-units'
import { isSound } from '../verdict/verdict'

import type { Copy } from './held'

export type SetMember = Pick<Copy, 'database' | 'word' | 'takenAt'>

export type SetVerdict = { state: 'restorable' | 'waiting' | 'broken'; why: string }

/** Copies further apart than this belong to two different moments of the app. */
const spreadAtMostMs = minuteMs

const names = (members: readonly SetMember[]): string =>
  members
    .map(({ database }) => database)
    .toSorted()
    .join(', ')

export const judgeSet = (members: readonly SetMember[], size: number): SetVerdict => {
  const open = members.filter(({ word }) => word === 'pending')
  const unmet = members.filter(({ word }) => word === 'unmet')
  // A word of another build's is not known to be good.
  const bad = members.filter((one) => !isSound(one.word) && ![...open, ...unmet].includes(one))
  const against = [
    ...(bad.length > 0 ? [`not sound: ${names(bad)}`] : []),
    ...(unmet.length > 0 ? [`whole, and not what is expected: ${names(unmet)}`] : []),
  ]
  if (against.length > 0) return { state: 'broken', why: against.join('; ') }
  const missing = size - members.length
  if (missing > 0) return { state: 'waiting', why: `${missing} of ${size} have not come` }
  if (open.length > 0) return { state: 'waiting', why: `without a verdict: ${names(open)}` }
  const times = members.map(({ takenAt }) => Date.parse(takenAt))
  const spreadMs = Math.max(...times) - Math.min(...times)
  if (spreadMs > spreadAtMostMs) {
    return { state: 'broken', why: `taken ${Math.round(spreadMs / 1000)} s apart` }
  }
  return { state: 'restorable', why: `sound and of one moment: ${names(members)}` }
}
