/** Draws so many mutants by a seed, tries each, and says how many of them the tests killed. */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'

import { excuses } from './excused'
import { benchOf, mutantsOf, shuffled, staleExcuses, tryMutant } from './mutate'
import type { Bench, Beyond, Tried } from './mutate'
import type { Mutant } from './points'
import { scratchOf } from './scratch'
import type { Scratch } from './scratch'
import { endAll } from './trial'
import { takeTurns } from './turns'

const usage = `mutate - do the tests notice when a line is wrong?

  npm run mutate -- --sample N [--seed S] [--from P] [--only PATH] [--minutes M] [--near]

Draws N places of lib/rules, journey, adapters, edge and the scripts of lib/droplet, breaks each of them
in a copy of the tree, and runs the tests near it: those named as the file, those that import it, and of
its layer those of its room and one step further. Where none of them notices, the nearest are asked as CI runs
them, thoroughly; then those of "npm test" that come to the file over however many others. What does not compile
is no mutant, and another one is drawn for it.

  --sample N     so many of them
  --seed S       1 unless told; the same seed draws the same ones of the same tree
  --from P       begin at the P-th place of that order: to go on where a run ended, or to try it in parts
  --only PATH    of files whose path begins so, as lib/journey/gather/plan.ts
  --line L       of this line alone
  --workers W    so many at a time, each in a copy of its own; 1 unless told
  --minutes M    begin no further one after so long
  --near         ask the tests near it, and no others
  --list         name them, and try none

Ends with one line that counts; 0 when at least nine of ten were killed, 1 when fewer were, or an excuse
names what is no longer there, 2 when it was called wrongly. An interrupted run leaves nothing behind.`

const leastShare = 0.9

class Misuse extends Error {}

const number = (name: string, text: string | undefined, usual: number): number => {
  const said = text === undefined ? usual : Number(text)
  if (!Number.isInteger(said) || said < 1) {
    throw new Misuse(`--${name} "${text}" is no whole number above 0.`)
  }
  return said
}

const optionsOf = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        sample: { type: 'string' },
        seed: { type: 'string' },
        from: { type: 'string' },
        only: { type: 'string' },
        line: { type: 'string' },
        workers: { type: 'string' },
        minutes: { type: 'string' },
        near: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    if (values.sample === undefined && values.help !== true) {
      throw new Misuse('--sample N says how many are tried.')
    }
    return {
      isHelp: values.help === true,
      isList: values.list === true,
      isNearOnly: values.near === true,
      sample: number('sample', values.sample, 1),
      seed: number('seed', values.seed, 1),
      from: number('from', values.from, 1),
      workers: number('workers', values.workers, 1),
      minutes: number('minutes', values.minutes, 60 * 24),
      only: values.only ?? '',
      line: values.line === undefined ? undefined : number('line', values.line, 1),
    }
  } catch (thrown) {
    throw thrown instanceof Misuse || thrown instanceof TypeError
      ? new Misuse(thrown.message)
      : thrown
  }
}

type Options = ReturnType<typeof optionsOf>

const oneLine = (text: string): string => {
  const said = text.trim().replaceAll(/\s+/g, ' ')
  return said.length > 90 ? `${said.slice(0, 90)}…` : said
}

const told = ({ file, line, was, text }: Mutant): string =>
  `${file}:${line}  ${oneLine(was)}  →  ${oneLine(text) || 'nothing'}`

const counted = (tried: readonly Tried[], seed: number): { line: string; share: number } => {
  const count = (...words: Tried['word'][]) =>
    tried.filter(({ word }) => words.includes(word)).length
  const by = (beyond: Beyond) => tried.filter((one) => one.beyond === beyond).length
  const dead = count('killed', 'timed out')
  const all = dead + count('survived')
  const share = all === 0 ? 1 : dead / all
  const line = [
    `${all} mutants tried with seed ${seed}`,
    `${count('killed')} killed`,
    `${by('thorough')} of these by what CI alone runs of the tests near them`,
    `${by('far')} by no test near them`,
    `${count('timed out')} ended at their limits`,
    `${count('survived')} survived`,
    `${(share * 100).toFixed(1)} % killed`,
    `${count('excused')} excused`,
    `${count('compiles not')} that do not compile`,
    `${count('too busy')} that the machine was too busy for`,
  ].join(', ')
  return { line, share }
}

const show = (place: number, { mutant, word, by, beyond }: Tried): void => {
  if (word === 'compiles not') return
  const further = beyond === undefined ? '' : `${beyond}: `
  const witness = by === undefined ? '' : `  (${further}${by})`
  console.log(`${String(place).padStart(5)}  ${word.padEnd(9)}  ${told(mutant)}${witness}`)
}

const tryAll = (
  drawn: readonly Mutant[],
  { sample, from, minutes }: Options,
  benches: readonly Bench[],
): Promise<Tried[]> => {
  const untilMs = performance.now() + minutes * 60_000
  return takeTurns({
    items: drawn.slice(from - 1),
    workers: benches,
    sample,
    counts: ({ word }) => word === 'killed' || word === 'timed out' || word === 'survived',
    isOver: () => performance.now() > untilMs,
    async take(bench, mutant, at) {
      const one = await tryMutant(bench, mutant)
      show(from + at, one)
      return one
    },
  })
}

/** Built once by each, so that no test has to before there is a mutant. */
const buildAll = ({ root }: Scratch): void => {
  execFileSync('sh', ['lib/build.sh'], { cwd: root, stdio: 'ignore' })
  execFileSync(process.execPath, ['lib/cli/launch.mjs', '--help'], { cwd: root, stdio: 'ignore' })
}

const run = async (options: Options): Promise<number> => {
  const { parseAst } = await import('vitest/node')
  const scratches: Scratch[] = []
  const another = (): Scratch => {
    const scratch = scratchOf(process.cwd())
    scratches.push(scratch)
    return scratch
  }
  const removeAll = (): void => {
    for (const scratch of scratches) scratch.remove()
  }
  const leave = (signal: NodeJS.Signals): void => {
    endAll()
    removeAll()
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  process.on('SIGINT', leave).on('SIGTERM', leave).on('SIGHUP', leave)
  const benches: Bench[] = []
  try {
    const first = another()
    const all = mutantsOf(first, options.only, parseAst)
    const stale = staleExcuses(all, first, excuses).filter(({ file }) =>
      file.startsWith(options.only),
    )
    for (const { file, line } of stale) console.log(`excuses what is not there: ${file}  ${line}`)
    const drawn = shuffled(
      all.filter(({ line }) => options.line === undefined || options.line === line),
      options.seed,
    )
    console.log(`${drawn.length} places`)
    if (options.isList) {
      for (const mutant of drawn.slice(0, options.sample)) console.log(told(mutant))
      return 0
    }
    while (scratches.length < options.workers) another()
    for (const scratch of scratches) {
      buildAll(scratch)
      benches.push(await benchOf(scratch, { excuses, isNearOnly: options.isNearOnly }))
    }
    const { line, share } = counted(await tryAll(drawn, options, benches), options.seed)
    const broken = new Set(benches.flatMap((bench) => [...bench.broken]))
    for (const test of broken) console.log(`red without a mutant: ${test}`)
    console.log(line)
    return share >= leastShare && stale.length === 0 ? 0 : 1
  } finally {
    for (const { compiler } of benches) compiler.close()
    removeAll()
  }
}

export const main = async (args: readonly string[]): Promise<number> => {
  try {
    const options = optionsOf(args)
    if (!options.isHelp) return await run(options)
    console.log(usage)
    return 0
  } catch (thrown) {
    if (!(thrown instanceof Misuse)) throw thrown
    console.error(`${thrown.message}\n\n${usage}`)
    return 2
  }
}
