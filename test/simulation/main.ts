/** So many worlds, one after the other, each from its own seed; the first violation ends it. */
import { parseArgs } from 'node:util'

import { simulate } from './simulate'
import type { Told } from './simulate'

const usage = `simulate - years of wrong clocks, faults and kills, from one seed

  npm run simulate -- [--seed N] [--days D] [--runs R] [--watch-hours H]

  --seed N         the first world, 1 unless told; the same seed is the same world
  --days D         how long each of them lives, 365 unless told
  --runs R         so many worlds, with the seeds that follow
  --watch-hours H  between two runs of the watch, 6 unless told

Ends with 0 when nothing was found, 1 when something that must never be was, with the seed, the last
events and the command that shows it again; 2 when it was called wrongly.`

class Misuse extends Error {}

const number = (text: string | undefined, usual: number): number => {
  const said = text === undefined ? usual : Number(text)
  if (!Number.isInteger(said) || said < 1) {
    throw new Misuse(`"${text}" is no whole number above 0.`)
  }
  return said
}

const optionsOf = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        days: { type: 'string' },
        runs: { type: 'string' },
        'watch-hours': { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    return {
      isHelp: values.help === true,
      seed: number(values.seed, 1),
      days: number(values.days, 365),
      runs: number(values.runs, 1),
      watchEveryHours: values['watch-hours'] && number(values['watch-hours'], 6),
    }
  } catch (thrown) {
    throw thrown instanceof Misuse || thrown instanceof TypeError
      ? new Misuse(thrown.message)
      : thrown
  }
}

const summary = (told: readonly Told[], tookMs: number): string => {
  const sum = (of: (one: Told) => number) => told.reduce((total, one) => total + of(one), 0)
  const years = sum(({ days }) => days) / 365.25
  const steps = sum(({ tally }) => tally.steps)
  const perMinute = Math.round((steps / tookMs) * 60_000)
  return [
    `${years.toFixed(1)} years simulated`,
    `${steps} steps`,
    `${sum(({ tally }) => tally.kills)} kills`,
    `${sum(({ tally }) => tally.faults)} faults`,
    `${sum(({ tally }) => tally.pushes)} pushes`,
    `${sum(({ tally }) => tally.restores)} restores`,
    `${sum(({ tally }) => tally.deletions)} deletions`,
    `${sum(({ violation }) => (violation ? 1 : 0))} violations`,
    `${perMinute} steps and ${((years / tookMs) * 60_000).toFixed(1)} years a minute`,
  ].join(', ')
}

const live = async (options: ReturnType<typeof optionsOf>): Promise<number> => {
  const { seed: first, days, runs, watchEveryHours } = options
  const startedMs = performance.now()
  const told: Told[] = []
  for (let seed = first; seed < first + runs; seed += 1) {
    const one = await simulate({ seed, days, ...(watchEveryHours ? { watchEveryHours } : {}) })
    told.push(one)
    if (one.violation) {
      console.error(one.report)
      break
    }
    console.log(`seed ${seed}: ${one.tally.steps} steps, hash ${one.hash}`)
  }
  console.log(summary(told, performance.now() - startedMs))
  return told.some(({ violation }) => violation) ? 1 : 0
}

export const main = async (args: readonly string[]): Promise<number> => {
  try {
    const options = optionsOf(args)
    if (!options.isHelp) return await live(options)
    console.log(usage)
    return 0
  } catch (thrown) {
    if (!(thrown instanceof Misuse)) throw thrown
    console.error(`${thrown.message}\n\n${usage}`)
    return 2
  }
}
