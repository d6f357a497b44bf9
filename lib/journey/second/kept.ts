/**
 * Something that an inventory tells of is wanted back: from the second place where the first is away, has it no
 * longer, or holds other bytes. Whoever asks has time: nobody waits by a function's clock.
 */
import { Fault } from '../../faults'
import type { Tools } from '../../ports'
import { isAway } from '../../rules/copy/place'
import { readKept } from '../taking/keep'
import type { KeptContent } from '../taking/keep'

import { atSecond } from './at-second'

/** `why` it came from the second place, where it did. */
export type FromEither<Answer> = { answer: Answer; why?: string }

const withoutStop = (text: string): string => text.replace(/\.$/, '')

const whyNotFirst = (thrown: unknown): string | undefined => {
  if (!(thrown instanceof Fault)) return undefined
  if (isAway(thrown)) return `the first place is away (${withoutStop(thrown.why)})`
  return thrown.code === 'not-found'
    ? `the first place has none (${withoutStop(thrown.why)})`
    : undefined
}

/** Where the second does not help either, it is said what the first has answered. */
export const askFirst = async <Answer>(
  ask: (tools: Tools) => Promise<Answer>,
  tools: Tools,
): Promise<FromEither<Answer>> => {
  try {
    return { answer: await ask(tools) }
  } catch (thrown) {
    const second = atSecond(tools)
    const why = whyNotFirst(thrown)
    if (!second || why === undefined) throw thrown
    const answer = await ask(second).catch(() => {
      throw thrown
    })
    return { answer, why }
  }
}

const notWhole = {
  gone: 'the first place does not have it any more',
  damaged: 'in the first place it is not what was kept',
} as const

/** By its hash the same wherever it stands: from the first place that has it. */
export const readKeptOfEither = async (
  tools: Tools,
  database: string,
  kept: string,
): Promise<FromEither<KeptContent>> => {
  const found = await askFirst((at) => readKept(at, database, kept), tools)
  const { answer } = found
  const second = atSecond(tools)
  if (answer.is === 'whole' || found.why !== undefined || !second) return found
  const there = await readKept(second, database, kept).catch(() => undefined)
  return there?.is === 'whole' ? { answer: there, why: notWhole[answer.is] } : found
}
