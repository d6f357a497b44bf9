import { parseArgs } from 'node:util'

import { buildFunctions } from '../faults/world/build'

import { load } from './load'
import type { Outcome } from './load'
import { delayedBy, moreThanAnHour } from './thief'

const help = `usage: npm run load -- [--databases 1000] [--seconds 60] [--shells 100] [--thief]

So many databases push to one machine's functions and store within the same minute. The functions
are the built ones, the store is the embedded one, each in a process of its own, with the limits of
a namespace of the cloud. Afterwards the store is read: nothing lost, no two verdicts that disagree,
every push ended with a verdict or was told to come later, and coming later brought its verdict.

  --databases N   how many, each with a file of its own; 1000 unless set
  --seconds S     they start spread over so long; 60 unless set
  --shells N      so many of them are the real push.sh, the others a client in code that does the
                  same on the wire; 100 unless set, since two cores cannot start 1,000 shells a minute
  --thief         afterwards the same once more beside somebody who holds the token of one more database,
                  and sends 30 files that keep SQLite busy for ever: no push may come later than without
                  him by more than ten minutes, a run of the watch

Ends with one line that counts; exit 0 when nothing was found, 1 when something was, 2 on wrong usage.
`

const number = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new Error(`"${text}" is no whole number.`)
  return Number(text)
}

const options = {
  databases: { type: 'string', default: '1000' },
  seconds: { type: 'string', default: '60' },
  shells: { type: 'string', default: '100' },
  thief: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const read = (args: readonly string[]) => {
  const { values } = parseArgs({ args: [...args], options })
  return {
    databases: number(values.databases),
    shells: Math.min(number(values.shells), number(values.databases)),
    withinMs: number(values.seconds) * 1000,
    hasThief: values.thief,
    isHelp: values.help,
  }
}

export const main = async (args: readonly string[]): Promise<number> => {
  let plan: ReturnType<typeof read>
  try {
    plan = read(args)
  } catch (thrown) {
    console.error(`load: ${thrown instanceof Error ? thrown.message : 'wrong usage'}\n\n${help}`)
    return 2
  }
  if (plan.isHelp) {
    console.log(help)
    return 0
  }
  buildFunctions()
  const tell = ({ found, lines }: Pick<Outcome, 'found' | 'lines'>): void => {
    for (const line of [...lines, ...found.map((one) => `found: ${one}`)]) console.log(line)
  }
  const runs = [await load(plan)]
  runs.forEach(tell)
  const [without] = runs
  if (plan.hasThief && without) {
    const beside = await load({ ...plan, endlessFiles: moreThanAnHour })
    const { found, line } = delayedBy(without.pushed, beside.pushed)
    const both = { ...beside, found: [...beside.found, ...found] }
    tell({ ...both, lines: ['Beside a thief:', ...beside.lines, line] })
    runs.push(both)
  }
  const count = (of: (one: Outcome) => readonly unknown[]) =>
    runs.reduce((sum, one) => sum + of(one).length, 0)
  const violations = count(({ found }) => found)
  console.log(`${count(({ pushed }) => pushed)} pushes tried, ${violations} violations found`)
  return violations === 0 ? 0 : 1
}
