import { parseArgs } from 'node:util'

import { jobsOf, runTrials } from './run'
import { buildFunctions } from './world/build'

const help = `usage: npm run faults -- [--rounds N] [--seed S] [--only NAME] [--as-built]

Real processes on this machine: push.sh and restore.sh under dash, the built functions and the store
each in a process of its own. They are killed with -9 at moments that the seed chooses, their disks
fill up or become read-only, and databases are replaced while they are copied. After each round the
store, the disks and the databases are compared with what must hold.

  --rounds N    rounds of chance, 20 unless set; the trials of disks run once besides
  --seed S      where chance begins, 1 unless set
  --only NAME   only the trials whose names begin so
  --as-built    the functions as they were last built

Ends with one line that counts; exit 0 when nothing was found, 1 when something was, 2 on wrong usage.
`

const number = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`"${text}" is no whole number.`)
  return Number(text)
}

const options = {
  rounds: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
  only: { type: 'string', default: '' },
  'as-built': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const read = (args: readonly string[]) => {
  const { values } = parseArgs({ args: [...args], options })
  const plan = {
    rounds: number(values.rounds),
    seed: number(values.seed),
    only: values.only,
    isBuilt: values['as-built'],
    isHelp: values.help,
  }
  if (jobsOf(plan).length === 0)
    throw new Error('There is nothing to try: look at --rounds, --only.')
  return plan
}

export const main = async (args: readonly string[]): Promise<number> => {
  let plan: ReturnType<typeof read>
  try {
    plan = read(args)
  } catch (thrown) {
    console.error(`faults: ${thrown instanceof Error ? thrown.message : 'wrong usage'}\n\n${help}`)
    return 2
  }
  if (plan.isHelp) {
    console.log(help)
    return 0
  }
  if (!plan.isBuilt) buildFunctions()
  const { found, line } = await runTrials(plan, (text) => console.log(text))
  console.log(line)
  return found === 0 ? 0 : 1
}
