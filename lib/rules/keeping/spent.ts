/**
 * What did a run of a function take, of memory and time, which are paid for, and of requests to the store? Left
 * in what the run writes anyway: in a verdict, or in the state of a timer.
 */
import * as z from 'zod'

import { shapeOf } from '../trust/stored'

import { gibSecondsOf } from './prices'

/** Of a run, or of several together. */
export const Spent = shapeOf({ runs: z.number(), gibSeconds: z.number(), requests: z.number() })
export type Spent = z.infer<typeof Spent>

/** Thousandths are enough: a sum of fractions would grow by a digit with each run. */
const rounded = (gibSeconds: number): number => Math.round(gibSeconds * 1000) / 1000

/** As a run measures itself, from its first line on: the start of its container is not in it. */
export const spentOf = (run: { tookMs: number; memoryBytes: number; requests: number }): Spent => ({
  runs: 1,
  gibSeconds: rounded(gibSecondsOf(run)),
  requests: run.requests,
})

export const together = (some: readonly Spent[]): Spent => {
  const sumOf = (key: 'runs' | 'gibSeconds' | 'requests') =>
    some.reduce((sum, one) => sum + one[key], 0)
  return {
    runs: sumOf('runs'),
    gibSeconds: rounded(sumOf('gibSeconds')),
    requests: sumOf('requests'),
  }
}

export const times = ({ runs, gibSeconds, requests }: Spent, factor: number): Spent => ({
  runs: Math.round(runs * factor),
  gibSeconds: rounded(gibSeconds * factor),
  requests: Math.round(requests * factor),
})
