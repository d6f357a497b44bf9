import { parseArgs } from 'node:util'

import { simulate } from './simulate'
import type { Told } from './simulate'

/**
 * `npm run simulate -- --seed N --days D [--runs R] [--watch-hours H] [--show NAME]`: so many worlds, one after the
 * other, each from its own seed; the first violation ends it.
 */
const number = (text: string | undefined, usual: number): number => {
  const said = text === undefined ? usual : Number(text)
  if (!Number.isInteger(said) || said < 0) throw new Error(`"${text}" is no whole number`)
  return said
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

export const main = async (args: readonly string[]): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      days: { type: 'string' },
      runs: { type: 'string' },
      'watch-hours': { type: 'string' },
      show: { type: 'string' },
    },
  })
  const first = number(values.seed, 1)
  const hours = values['watch-hours']
  const startedMs = performance.now()
  const told: Told[] = []
  for (let run = 0; run < number(values.runs, 1); run += 1) {
    const one = await simulate({
      seed: first + run,
      days: number(values.days, 365),
      ...(values.show === undefined ? {} : { show: values.show }),
      ...(hours === undefined ? {} : { watchEveryHours: number(hours, 6) }),
    })
    told.push(one)
    if (one.violation) {
      console.error(one.report)
      break
    }
    console.log(`seed ${first + run}: ${one.tally.steps} steps, hash ${one.hash}`)
  }
  console.log(summary(told, performance.now() - startedMs))
  return told.some(({ violation }) => violation) ? 1 : 0
}
