import { parseArgs } from 'node:util'

import { buildFunctions } from '../faults/world/build'

import { load } from './load'

const help = `usage: npm run load -- [--databases 1000] [--seconds 60] [--shells 100]

So many databases push to one machine's functions and store within the same minute. The functions
are the built ones, the store is the embedded one, each in a process of its own, with the limits of
a namespace of the cloud. Afterwards the store is read: nothing lost, no two verdicts that disagree,
every push ended with a verdict or was told to come later, and coming later brought its verdict.

  --databases N   how many, each with a file of its own; 1000 unless set
  --seconds S     they start spread over so long; 60 unless set
  --shells N      so many of them are the real push.sh, the others a client in code that does the
                  same on the wire; 100 unless set, since two cores cannot start 1,000 shells a minute

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
  help: { type: 'boolean', default: false },
} as const

const read = (args: readonly string[]) => {
  const { values } = parseArgs({ args: [...args], options })
  return {
    databases: number(values.databases),
    shells: Math.min(number(values.shells), number(values.databases)),
    withinMs: number(values.seconds) * 1000,
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
  const { found, lines, pushed } = await load(plan)
  for (const line of [...lines, ...found.map((one) => `found: ${one}`)]) console.log(line)
  console.log(`${pushed.length} pushes tried, ${found.length} violations found`)
  return found.length === 0 ? 0 : 1
}
