/**
 * One run of one world, from its seed to its last day or to the first thing that must never be.
 */
import { dayMs } from '../../lib/rules/plain/time-units'

import { startApp } from './actors/app'
import { startDroplets } from './actors/droplets'
import { startOnlookers } from './actors/onlookers'
import { startOperators } from './actors/operators'
import { startPeople } from './actors/people'
import { startSets } from './actors/sets'
import { startSkies } from './actors/skies'
import { startStranger } from './actors/stranger'
import { startThief } from './actors/thief'
import { startTimers } from './actors/timers'
import { comeToRest, pass } from './rest'
import type { Tally } from './trace'
import { Violation } from './violation'
import { worldOf } from './world'
import type { WorldOptions } from './world'

export type Told = {
  violation: Violation | undefined
  tally: Tally
  days: number
  hash: string
  /** Seed, virtual time, the last events and the command that replays them; empty when all is well. */
  report: string
}

/** So many days pass between two rests. */
const restEveryDays = 60

/** Drawn at the end of a report: what was wrong, and how to see it again. */
const reportOf = (
  { seed, days, watchEveryHours }: WorldOptions,
  { violation, atMs, last }: { violation: Violation; atMs: number; last: readonly string[] },
): string =>
  [
    `VIOLATION of ${violation.message}`,
    `seed ${seed}, virtual time ${new Date(atMs).toISOString()}; the last events:`,
    '',
    ...last.map((line) => `  ${line}`),
    '',
    `replay: npm run simulate -- --seed ${seed} --days ${days}${
      watchEveryHours === undefined ? '' : ` --watch-hours ${watchEveryHours}`
    }`,
  ].join('\n')

export const simulate = async (options: WorldOptions): Promise<Told> => {
  const world = worldOf(options)
  const { trace, clocks } = world
  const startedMs = clocks.nowMs()
  const passedDays = () => (clocks.nowMs() - startedMs) / dayMs
  startTimers(world)
  startDroplets(world)
  startPeople(world)
  startOperators(world)
  startStranger(world)
  startOnlookers(world)
  startSets(world)
  startSkies(world)
  startThief(world)
  startApp(world)
  let violation: Violation | undefined
  try {
    while (passedDays() < options.days) {
      await pass(world, Math.min(restEveryDays, options.days - passedDays()) * dayMs)
      await comeToRest(world)
    }
  } catch (thrown) {
    if (!(thrown instanceof Violation)) {
      const last = trace.last().join('\n')
      throw new Error(`The simulation of seed ${options.seed} broke.\n${last}`, { cause: thrown })
    }
    violation = thrown
  }
  const atMs = clocks.nowMs()
  return {
    violation,
    tally: trace.tally,
    days: passedDays(),
    hash: trace.hash(),
    report: violation ? reportOf(options, { violation, atMs, last: trace.last() }) : '',
  }
}
