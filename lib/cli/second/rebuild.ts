/** The bucket was lost: what is in the second place comes back, after a plan and a question. */
import { beginAgain, carryOut, planRebuild, soundNow } from '../../journey/second/rebuild'
import type { RebuildPlan, Rebuilt } from '../../journey/second/rebuild'
import type { TellingTools } from '../../ports'
import { countWords, sizeWords } from '../../rules/plain/wording'
import { exits, parse, print, table, usage } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'
import { oneDatabase } from '../named'
import { clearProgress } from '../progress'
import { askerAt } from '../setup/asking'

const bytesOf = ({ coming }: RebuildPlan): number =>
  coming.reduce((sum, { from, sizeBytes }) => sum + (from ? sizeBytes : 0), 0)

const contentsIn = (plans: readonly RebuildPlan[]) => ({
  contents: plans.reduce((sum, { contents }) => sum + (contents?.count ?? 0), 0),
  contentBytes: plans.reduce((sum, { contents }) => sum + (contents?.bytes ?? 0), 0),
})

const contentWords = (count: number): string =>
  countWords(count, 'content of objects', 'contents of objects')

const sumOf = (plans: readonly RebuildPlan[]) => ({
  coming: plans.reduce((sum, { coming }) => sum + coming.length, 0),
  standing: plans.reduce((sum, { standing }) => sum + standing, 0),
  bytes: plans.reduce((sum, plan) => sum + bytesOf(plan), 0),
  left: plans.flatMap(({ left }) => left),
})

const heading = ['DATABASE', 'TO BRING', 'SIZE', 'STANDS', 'LEFT', 'NEWEST']

/** A list that somebody may make as long as he likes is told up to here. */
const toldAtMost = 20

const leftLines = (left: readonly { id: string; why: string }[]): string[] => [
  ...left.slice(0, toldAtMost).map(({ id, why }) => `left: ${id}: ${why}`),
  ...(left.length > toldAtMost ? [`left: ${left.length - toldAtMost} more`] : []),
]

const planText = (plans: readonly RebuildPlan[]): string => {
  const rows = plans.map((plan) => [
    plan.database,
    String(plan.coming.length),
    sizeWords(bytesOf(plan)),
    String(plan.standing),
    String(plan.left.length),
    plan.coming[0]?.id ?? '-',
  ])
  const { coming, standing, bytes, left } = sumOf(plans)
  const { contents, contentBytes } = contentsIn(plans)
  return [
    table([heading, ...rows]),
    '',
    ...leftLines(left),
    ...(contents === 0
      ? []
      : [`${contentWords(contents)} to bring (${sizeWords(contentBytes)}), after the copies.`]),
    `${countWords(coming, 'copy', 'copies')} to bring (${sizeWords(bytes)}), ${standing} ${standing === 1 ? 'stands' : 'stand'} in the first place already.`,
  ].join('\n')
}

/** A line for whoever reads the errors, at a terminal or not: a rebuild lasts for hours. */
const everyPart = 20

type Whole = { coming: number; contents: number; bytes: number }

const endedOf = ({ brought, contents, failed }: Rebuilt): number =>
  brought + contents + failed.length

export const progressText = (done: Rebuilt, { coming, contents, bytes }: Whole): string => {
  const copies = countWords(coming, 'copy', 'copies')
  const what =
    contents === 0 ? copies : `${coming + contents} (${copies} and ${contentWords(contents)})`
  return `${endedOf(done)} of ${what}, ${sizeWords(done.bytes)} of ${sizeWords(bytes)}`
}

const tellerOf = (whole: Whole) => {
  let told = 0
  return (done: Rebuilt): void => {
    const part = Math.floor((endedOf(done) * everyPart) / (whole.coming + whole.contents))
    if (part <= told) return
    told = part
    clearProgress()
    process.stderr.write(`${progressText(done, whole)}\n`)
  }
}

const isMeant = async (isSaid: boolean): Promise<boolean> => {
  if (isSaid) return true
  if (!process.stdin.isTTY)
    throw usage('There is no terminal to ask at; with --yes nothing is asked.')
  return askerAt({ input: process.stdin, output: process.stderr }).isYes(
    'Bring them back into the first place? Nothing there is overwritten.',
  )
}

export const doneText = (
  { brought, contents, bytes, failed }: Rebuilt,
  sound: readonly (readonly [string, number])[],
): string =>
  [
    ...leftLines(failed),
    `${countWords(brought, 'copy', 'copies')}${contents === 0 ? '' : ` and ${contentWords(contents)}`} brought back (${sizeWords(bytes)}), each compared by its SHA-256.`,
    ...sound.map(
      ([database, count]) =>
        `${database}: ${countWords(count, 'sound copy', 'sound copies')} in the first place.`,
    ),
    failed.length > 0
      ? 'Run it again: it goes on with what is missing.'
      : 'watch, prune and drill begin again by themselves: nothing is deleted before a day has passed. See that all is well: npx snapproof doctor',
  ].join('\n')

const rebuildAll = async (
  tools: TellingTools,
  about: { database: string | undefined; isDry: boolean; isSaid: boolean; isJson: boolean },
): Promise<number> => {
  const plans = await planRebuild(tools, about.database)
  if (plans.length === 0) {
    print(about.isJson ? '[]' : 'The second place holds no copy.')
    return exits.couldNot
  }
  const { coming, bytes, left } = sumOf(plans)
  print(about.isJson ? JSON.stringify(plans, undefined, 2) : planText(plans))
  if (about.isDry || about.isJson) return left.length > 0 ? exits.damaged : exits.sound
  const { contents, contentBytes } = contentsIn(plans)
  if (coming + contents > 0 && !(await isMeant(about.isSaid))) {
    print('Nothing was done.')
    return exits.couldNot
  }
  const done = await carryOut(
    plans,
    tools,
    tellerOf({ coming, contents, bytes: bytes + contentBytes }),
  )
  const names = plans.map(({ database }) => database)
  const sound: [string, number][] = []
  for (const name of names) sound.push([name, await soundNow(name, tools)])
  await beginAgain(names, tools)
  print(doneText(done, sound))
  return left.length + done.failed.length > 0 ? exits.damaged : exits.sound
}

export const rebuild: Command = {
  help: `usage: snapproof rebuild --from second [DATABASE] [--dry-run] [--yes] [--json]

When the bucket was lost, emptied, or replaced by a new one: brings every copy that the second place holds (SECOND_*)
back into the first, with its entry and its .sha256, and then what keepContents has kept of objects. It shows a plan and asks first. Nothing that stands in the first
place is overwritten. Each copy is compared by its SHA-256 as it is written. What our secret did not sign is not
brought, and named. Ended anywhere, it goes on where it was when it is run again. Then watch, prune and drill begin again.

  --from second  where the copies come from
  --dry-run      show the plan, and do nothing
  --yes          do not ask
  --json         print the plan as JSON, and do nothing

exit: 0 all of it is there, 1 something was left or failed, 2 could not`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      from: { type: 'string' },
      'dry-run': { type: 'boolean' },
      yes: { type: 'boolean' },
      json: { type: 'boolean' },
    })
    if (values.from !== 'second') throw usage('It is not said from where.', 'Add --from second.')
    const database = oneDatabase(positionals)
    return withTools(root, (tools) =>
      rebuildAll(tools, {
        database,
        isDry: values['dry-run'] === true,
        isSaid: values.yes === true,
        isJson: values.json === true,
      }),
    )
  },
}
