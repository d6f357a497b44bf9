/**
 * Case after case, each from its own seed, in one process: what one leaves behind, the next meets.
 */
import { readdirSync } from 'node:fs'

import type { Outcome } from '../../lib/rules/verdict/verdict'

import { prepare } from './cases/apply'
import { caseOf } from './cases/generate'
import { minimise } from './cases/minimise'
import type { Recipe } from './cases/recipe'
import type { Lab } from './judges/examine'
import { brokenLaws } from './judges/laws'
import { holdAgainstLaws } from './judges/quick'
import { tryCase } from './trial'

export type Tally = {
  tried: number
  /** Asked the same questions without a worker, and only then, where a law broke, with one. */
  quick: number
  verdicts: Record<Outcome, number>
  /** Where sqlite3 would not answer either. */
  unjudged: number
  violations: number
  slowest: { tookMs: number; seed: string }
  mostMemoryMb: number
}

export type Finding = { seed: string; recipe: Recipe; broken: readonly string[] }

export type FuzzOptions = {
  lab: Lab
  seed: string
  goesOn(tally: Tally): boolean
  /** How a finding is made small; as it is found where it costs too much time. */
  shrink?: typeof minimise
  /** More memory than this in one process is a leak. */
  mostMb?: number
  onFinding(finding: Finding): void
}

/** All four ways run beside one another, each with what a small function has. */
const mostMemoryMb = 1_200

/** A sound file is looked at so often, and after everything that went wrong. */
const soundEvery = 10

/** Of each way's own memory plan two threads may rest, and each holds four files open. */
const mostOfRestingThreads = 2 * 2 * 4

const openFiles = (): number => readdirSync('/proc/self/fd').length

const lawsOf = async (lab: Lab, recipe: Recipe) => {
  const trial = await tryCase(lab, recipe)
  return { trial, broken: brokenLaws(trial, lab) }
}

/** The state of the process itself: nothing of one file may reach the next. */
const aftermath = async (lab: Lab, filesBefore: number): Promise<string[]> => {
  const sound: Recipe = { base: { named: 'tiny' }, changes: [], claim: 'fits', asks: false }
  const { broken, trial } = await lawsOf(lab, sound)
  const left = readdirSync(lab.folder)
  return [
    ...broken,
    ...trial.seen.flatMap(({ reading, verdict }) =>
      verdict === 'passed' ? [] : [`afterwards a sound file is ${verdict} ${reading}`],
    ),
    ...(left.length > 0 ? [`the temp folder keeps ${left.join(', ')}`] : []),
    ...(openFiles() > filesBefore + mostOfRestingThreads
      ? [`${openFiles()} files are open, at first ${filesBefore}`]
      : []),
  ]
}

const quickAtOnce = 20

/** What the thread that runs the fuzzing can ask by itself: nothing that may ask for ever. */
const isTame = ({ base, changes, asks }: Recipe): boolean =>
  !asks &&
  !('foreign' in base) &&
  !('named' in base && base.named.startsWith('too many')) &&
  changes.length > 0 &&
  changes.every((change) => !['schema', 'gzip', 'member', 'grow'].includes(change.do))

/** The seed of the next case: one of many where a quick look breaks a law, else simply the next. */
const nextOf = async (seed: string, tally: Tally): Promise<string> => {
  const own = `${seed}-${tally.tried}`
  const seeds = Array.from({ length: quickAtOnce }, (_, at) => `${own}-${at}`)
  const tame = seeds.filter((one) => isTame(caseOf(one)))
  tally.quick += tame.length
  const samples = tame.map((name) => ({ name, bytes: prepare(caseOf(name)).bytes }))
  const { suspects } = await holdAgainstLaws(samples)
  return suspects[0] ?? own
}

/** Which law it is: its first words, before the figures of the case. */
const kindOf = ([law = '']: readonly string[]): string => law.slice(0, 12)

export const fuzz = async (options: FuzzOptions): Promise<Tally> => {
  const { lab, seed, goesOn, onFinding, shrink = minimise, mostMb = mostMemoryMb } = options
  const tally: Tally = {
    tried: 0,
    quick: 0,
    verdicts: { passed: 0, warned: 0, unmet: 0, failed: 0, unverifiable: 0 },
    unjudged: 0,
    violations: 0,
    slowest: { tookMs: 0, seed: '' },
    mostMemoryMb: 0,
  }
  const unheard: string[] = []
  const hear = (thrown: unknown) =>
    void unheard.push(`a rejection that nobody heard: ${String(thrown)}`)
  process.on('unhandledRejection', hear)
  await aftermath(lab, Infinity)
  const filesBefore = openFiles()
  try {
    while (goesOn(tally)) {
      const own = await nextOf(seed, tally)
      const recipe = caseOf(own)
      const { trial, broken } = await lawsOf(lab, recipe)
      tally.tried += 1
      tally.verdicts[trial.seen[0]?.verdict ?? 'unverifiable'] += 1
      if (trial.native.said === 'refused') tally.unjudged += 1
      for (const { tookMs } of trial.seen)
        if (tookMs > tally.slowest.tookMs) tally.slowest = { tookMs, seed: own }
      const usedMb = Math.round(process.memoryUsage().rss / 1024 ** 2)
      tally.mostMemoryMb = Math.max(tally.mostMemoryMb, usedMb)
      if (usedMb > mostMb) broken.push(`the process holds ${usedMb} MB`)
      const isDue = tally.tried % soundEvery === 0 || broken.length > 0
      if (isDue) broken.push(...(await aftermath(lab, filesBefore)))
      broken.push(...unheard.splice(0))
      if (broken.length === 0) continue
      tally.violations += 1
      const same = kindOf(broken)
      const least = await shrink(recipe, async (smaller) =>
        (await lawsOf(lab, smaller)).broken.some((law) => kindOf([law]) === same),
      )
      onFinding({ seed: own, recipe: least, broken })
    }
  } finally {
    process.off('unhandledRejection', hear)
  }
  return tally
}

/** One case again, and all that was said of it. */
export const replay = async (lab: Lab, recipe: Recipe) => {
  const { trial, broken } = await lawsOf(lab, recipe)
  return { trial, broken, sizeBytes: prepare(recipe).bytes.length }
}
