/**
 * Breaks one place of the product at a time, and asks the tests near it whether they notice.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { randomOf } from '../simulation/random'

import { compilerFor } from './compiles'
import type { Compiler } from './compiles'
import type { Excuse } from './excused'
import { graphOf, nearTests } from './near'
import type { Graph } from './near'
import { pointsOf } from './points'
import type { Mutant, Parse } from './points'
import { keptBuild } from './scratch'
import type { Scratch } from './scratch'
import { shellPointsOf } from './shell-points'
import { tryTests } from './trial'
import type { Outcome } from './trial'

export type Word = 'killed' | 'timed out' | 'survived' | 'excused' | 'compiles not' | 'too busy'

/** By whom it was noticed where no test near it did, as `npm test` runs it: by these as CI does, or by another. */
export type Beyond = 'thorough' | 'far'

export type Tried = {
  mutant: Mutant
  word: Word
  by?: string | undefined
  beyond?: Beyond | undefined
}

const rooms = /^lib\/(rules|journey|adapters|edge)\/.*(?<!\.d)\.ts$|^lib\/droplet\/[\w-]+\.sh$/

/** Every place of the rooms that are tried, or of what begins with `only`. */
export const mutantsOf = ({ root, files }: Scratch, only: string, parse: Parse): Mutant[] =>
  files
    .filter((file) => rooms.test(file) && file.startsWith(only))
    .toSorted()
    .flatMap((file) => {
      const text = readFileSync(path.join(root, file), 'utf8')
      return file.endsWith('.sh') ? shellPointsOf(file, text) : pointsOf(file, text, parse)
    })

/** All of them in an order that the seed alone decides. */
export const shuffled = (mutants: readonly Mutant[], seed: number): Mutant[] => {
  const random = randomOf(`mutate ${seed}`)
  return mutants
    .map((mutant) => ({ mutant, place: random.next() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ mutant }) => mutant)
}

const lineAt = (text: string, line: number): string => (text.split('\n')[line - 1] ?? '').trim()

export const excuseOf = (
  mutant: Mutant,
  original: string,
  excuses: readonly Excuse[],
): Excuse | undefined =>
  excuses.find(
    (one) =>
      one.file === mutant.file &&
      one.line === lineAt(original, mutant.line) &&
      one.was === mutant.was.trim() &&
      one.text === mutant.text.trim(),
  )

/** An excuse for what is no longer there excuses nothing, and says so. */
export const staleExcuses = (
  mutants: readonly Mutant[],
  { root }: Scratch,
  excuses: readonly Excuse[],
): Excuse[] =>
  excuses.filter(
    (one) =>
      !mutants.some(
        (mutant) =>
          mutant.file === one.file &&
          excuseOf(mutant, readFileSync(path.join(root, mutant.file), 'utf8'), [one]),
      ),
  )

export type Bench = {
  scratch: Scratch
  graph: Graph
  compiler: Compiler
  excuses: readonly Excuse[]
  /** Tests that have passed in this tree: who fails without them is no witness. */
  sound: Set<string>
  broken: Set<string>
  /** Nobody but the tests near it is asked. */
  isNearOnly: boolean
  /** Puts what was built without a mutant where it was. */
  rebuild(): void
}

export const benchOf = async (
  scratch: Scratch,
  { excuses, isNearOnly }: Pick<Bench, 'excuses' | 'isNearOnly'>,
): Promise<Bench> => ({
  scratch,
  isNearOnly,
  graph: graphOf(scratch.root, scratch.files),
  compiler: await compilerFor(scratch.root),
  excuses,
  sound: new Set(),
  broken: new Set(),
  rebuild: keptBuild(scratch.root),
})

/** What passes as `npm test` runs it may be red as CI does, and the other way round. */
const named = (test: string, isThorough: boolean): string =>
  isThorough ? `${test}, thoroughly` : test

/** Who failed with the mutant must pass without it; a test that is red by itself is asked no more. */
const witnessOf = async (
  bench: Bench,
  failed: readonly string[],
  isThorough: boolean,
): Promise<string | undefined> => {
  for (const test of failed) {
    const as = named(test, isThorough)
    if (bench.sound.has(as)) return test
    const { is } = await tryTests(bench.scratch.root, [test], { isBuilt: true, isThorough })
    if (is === 'passed') {
      bench.sound.add(as)
      return test
    }
    bench.broken.add(as)
  }
  return undefined
}

/** Without a mutant the same tests come to their end in a third of the time, or it is the machine that is slow. */
const slowFactor = 3

/** Asked so often on a busy machine; then nothing is known of that mutant. */
const asksAtMost = 3

/** A limit of CPU or of memory is nobody else's doing; one of the clock is the mutant's by comparison alone. */
export const isTheMutants = (
  outcome: Pick<Outcome, 'is' | 'tookMs'>,
  without: Pick<Outcome, 'is' | 'tookMs'>,
): boolean =>
  without.is === 'passed' &&
  (outcome.is !== 'timed out' || without.tookMs * slowFactor < outcome.tookMs)

type Wave = { tests: readonly string[]; isBuilt: boolean; isThorough: boolean; beyond?: Beyond }

/** Asks one wave of tests; what failed without the mutant too is left out, and the rest asked again. */
const wave = async (
  bench: Bench,
  mutant: Mutant,
  { tests, isBuilt, isThorough }: Wave,
): Promise<{ is: Outcome['is'] | 'too busy'; by?: string | undefined }> => {
  const { root } = bench.scratch
  const file = path.join(root, mutant.file)
  const original = readFileSync(file, 'utf8')
  const broken = original.slice(0, mutant.start) + mutant.text + original.slice(mutant.end)
  for (let slow = 0; slow < asksAtMost;) {
    const asked = tests.filter((test) => !bench.broken.has(named(test, isThorough)))
    if (asked.length === 0) return { is: 'passed' }
    writeFileSync(file, broken)
    const outcome = await tryTests(root, asked, { isBuilt, isThorough }).finally(() => {
      writeFileSync(file, original)
      // Built with the mutant, it would be taken for the sound one by whoever is asked next.
      if (!isBuilt) bench.rebuild()
    })
    for (const test of outcome.passed) bench.sound.add(named(test, isThorough))
    if (outcome.is === 'passed') return outcome
    // Nobody is named where a worker was ended, by its limits or by itself; or where nothing runs at all.
    if (outcome.is === 'timed out' || outcome.failed.length === 0) {
      const without = await tryTests(root, asked, { isBuilt: true, isThorough })
      if (without.is === 'failed')
        throw new Error(`These tests do not run without a mutant: ${asked.join(' ')}`)
      if (isTheMutants(outcome, without)) return { is: 'timed out' }
      slow += 1
      continue
    }
    const by = await witnessOf(bench, outcome.failed, isThorough)
    if (by !== undefined) return { is: 'failed', by }
  }
  return { is: 'too busy' }
}

const takes = ({ compiler, scratch }: Bench, mutant: Mutant): boolean => {
  const file = path.join(scratch.root, mutant.file)
  const original = readFileSync(file, 'utf8')
  writeFileSync(file, original.slice(0, mutant.start) + mutant.text + original.slice(mutant.end))
  try {
    return compiler.takes(mutant.file)
  } finally {
    writeFileSync(file, original)
  }
}

/** Under `npm test` it skips some of its tests, or tries fewer cases: CI runs all of them. */
const leavesSomeOut = ({ scratch, graph }: Bench, test: string): boolean =>
  (graph.get(test) ?? []).includes('test/cases.ts') ||
  readFileSync(path.join(scratch.root, test), 'utf8').includes('@module-tag slow')

export const tryMutant = async (bench: Bench, mutant: Mutant): Promise<Tried> => {
  const original = readFileSync(path.join(bench.scratch.root, mutant.file), 'utf8')
  if (excuseOf(mutant, original, bench.excuses)) return { mutant, word: 'excused' }
  if (!takes(bench, mutant)) return { mutant, word: 'compiles not' }
  const { nearest, further, built, around, rest } = nearTests(mutant.file, bench.graph)
  const waves: readonly Wave[] = [
    { tests: nearest, isBuilt: true, isThorough: false },
    // What runs the built functions sees the mutant only when they are built with it.
    {
      tests: [...further, ...built],
      isBuilt: false,
      isThorough: false,
    },
    {
      tests: around.filter((test) => leavesSomeOut(bench, test)),
      isBuilt: false,
      isThorough: true,
      beyond: 'thorough',
    },
    { tests: rest, isBuilt: false, isThorough: false, beyond: 'far' },
  ]
  for (const asked of waves) {
    const { beyond } = asked
    if (beyond === 'far' && bench.isNearOnly) break
    const { is, by } = await wave(bench, mutant, asked)
    if (is === 'failed') return { mutant, word: 'killed', by, beyond }
    if (is === 'timed out' || is === 'too busy') return { mutant, word: is }
  }
  return { mutant, word: 'survived' }
}
