/** What retention keeps and lets go: shown to people first, and done only when they say so. */
import { planRecords } from '../../journey/bucket/journal'
import { readPruneState } from '../../journey/bucket/prune-state'
import { readWatchState } from '../../journey/bucket/watch-state'
import { isIdle } from '../../journey/gather/plan'
import { applyPlan, pruneRecords } from '../../journey/prune'
import type { Tools } from '../../ports'
import type { PruneResult } from '../../rules/copy/journal'
import { inAYearOf, outlookWords } from '../../rules/keeping/outlook'
import { costWords } from '../../rules/keeping/prices'
import { countWords, instantWords } from '../../rules/plain/wording'
import { runningOf, runningWords } from '../../rules/watching/running'
import { exits, parse, print, table, usage } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'
import { mustBeThere, oneDatabase } from '../named'
import { planAll, sumText, toldOf } from '../plans'
import type { Planned } from '../plans'
import { secondText } from '../second/plan-line'

const readArgs = (args: readonly string[]) => {
  const { values, positionals } = parse(args, {
    json: { type: 'boolean' },
    apply: { type: 'boolean' },
    many: { type: 'boolean' },
  })
  return { ...values, database: oneDatabase(positionals) }
}

type Options = ReturnType<typeof readArgs>

const liftMend = (database: string): string =>
  `mend: Read "npx snapproof plan ${database}"; when it is right: npx snapproof prune ${database} --apply --many`

/** What the rule says of each copy, also where a brake holds it back: that is told in its own line. */
const planText = ({ plan, isOnlyMany, outlook, second }: Planned): string => {
  const { database, policy, copies, leftovers, notes, brake } = plan
  const rows = copies.map(({ keep, isBraked, leavesAt, id, word, reasons }) => [
    keep && !isBraked ? (leavesAt === undefined ? 'keep' : 'leaves') : 'let go',
    id,
    word,
    [
      ...reasons,
      ...(keep && leavesAt !== undefined ? [`goes after ${instantWords(leavesAt)}`] : []),
    ].join(', '),
  ])
  const rest = leftovers.map(({ id, reason }) => ['let go', id, '-', reason])
  return [
    `${database}: ${policy}`,
    '',
    ...(copies.length + rest.length > 0 ? [table([...rows, ...rest]), ''] : []),
    sumText(plan),
    ...(outlook ? [outlookWords(outlook)] : []),
    ...notes.map((note) => `note: ${note}`),
    ...(brake === undefined ? [] : [`brake: ${brake}`]),
    ...(isOnlyMany ? [liftMend(database)] : []),
    ...(second ? [secondText(second)] : []),
  ].join('\n')
}

const resultText = ({ database, removed, spared, unfinished, stillThere }: PruneResult): string =>
  [
    `${database}: ${removed.length} let go, and gone from the listing; the journal has it.`,
    ...spared.map(({ id, why }) => `spared ${id}: ${why}`),
    ...unfinished.map(({ id, why }) => `unfinished ${id}: ${why}`),
    ...stillThere.map((key) => `still there: ${key}`),
  ].join('\n')

/** Where nothing was done: why not, or that there was nothing to do. */
const idleText = ({ plan: { database, brake, copies }, isOnlyMany }: Planned): string =>
  [
    `${database}: ${brake ?? `there is nothing to let go of (${countWords(copies.length, 'snapshot')}).`}`,
    ...(isOnlyMany ? [liftMend(database)] : []),
  ].join('\n')

/** Of what is written down of copies one line, and only where some of it is old; with `apply` it goes. */
const lookAfterRecords = async (tools: Tools, apply: boolean): Promise<void> => {
  const about = { now: await tools.store.now(), before: await readPruneState(tools) }
  const { plan: of, result } = (await (apply ? pruneRecords : lookedAt)(about, tools)) ?? {}
  const [first] = of?.leftovers ?? []
  if (!of || !first) return
  const many = countWords(of.leftovers.length, 'record')
  const next = result ? `${result.removed.length} let go.` : 'They go with the next run.'
  print(`\nThe journal and the reports: ${many} ${first.reason}. ${of.brake ?? next}`)
}

const lookedAt: typeof pruneRecords = async (about, tools) => {
  const planned = await planRecords(tools, about)
  return planned && { ...planned, result: undefined }
}

/** Of all that are shown: what is stored is paid for together. */
const costText = (planned: readonly Planned[], running: string | undefined): string => {
  const copies = planned.flatMap(({ plan: one }) => one.copies)
  const sizeBytes = copies.reduce((sum, one) => sum + one.sizeBytes, 0)
  const stored = costWords({ sizeBytes, inAYearBytes: inAYearOf(planned) })
  return running === undefined ? stored : `${stored}\n${running}`
}

/** Of the functions, which look after all of them. */
const runningText = async (tools: Tools): Promise<string> => {
  const state = await readWatchState(tools)
  const openings = Object.values(state?.databases ?? {}).map(({ opening }) => opening)
  return runningWords(runningOf(state?.spent, openings, await tools.store.now()))
}

const tellPlans = async (
  planned: readonly Planned[],
  options: Options,
  tools: Tools,
): Promise<void> => {
  const isJson = options.json === true
  if (isJson) print(JSON.stringify(planned.map(toldOf), undefined, 2))
  else if (planned.length === 0) print('No snapshots yet, so there is nothing to let go of.')
  else {
    const running = isOfAll(options) ? await runningText(tools) : undefined
    print([...planned.map(planText), costText(planned, running)].join('\n\n'))
  }
}

export const plan: Command = {
  help: `usage: snapproof plan [DATABASE] [--many] [--json]

One line a copy: keep, leaves or let go, its verdict, and the reason. Nothing is deleted. What leaves goes with a run
a day later, and only if that one's plan lets it go too: a pin takes it back, so do a restore, another verdict,
lost rows and a brake. "let go" goes with the next run. How many copies are kept is said in lib/databases.ts
(keep); without that: 7 daily, 4 weekly, 12 monthly. The journal and the reports stay for KEEP_RECORDS.
Where a second place is set, a line says how many copies stand there and which nights let go of them (keepSecond).

  --many   plan as if more than half of the copies might go at once
  --json   print the plan of the first place as JSON`,
  run: async (args, root) => {
    const options = readArgs(args)
    if (options.apply) throw usage('plan only shows; to delete: npx snapproof prune --apply.')
    return withTools(root, async (tools) => {
      await mustBeThere(tools, options.database)
      const isJson = options.json === true
      const planned = await planAll(tools, { ...options, twice: true, isOfBoth: !isJson })
      await tellPlans(planned, options, tools)
      if (isOfAll(options)) await lookAfterRecords(tools, false)
      return exits.sound
    })
  },
}

/** Told to people alone: what is no database's stands in no list of them. */
const isOfAll = ({ database, json }: Options): boolean => database === undefined && json !== true

const carryOut = async (options: Options, tools: Tools): Promise<number> => {
  await mustBeThere(tools, options.database)
  const planned = await planAll(tools, { ...options, twice: false })
  if (options.apply !== true) {
    await tellPlans(planned, options, tools)
    if (isOfAll(options)) await lookAfterRecords(tools, false)
    return exits.sound
  }
  const results: PruneResult[] = []
  for (const one of planned) {
    const result = isIdle(one.plan) ? undefined : await applyPlan(one.plan, tools)
    if (result) results.push(result)
    if (options.json !== true) print(result ? resultText(result) : idleText(one))
  }
  if (options.json === true) {
    print(JSON.stringify({ plans: planned.map((one) => one.plan), results }, undefined, 2))
  }
  if (isOfAll(options)) await lookAfterRecords(tools, true)
  const isHeld = planned.some((one) => one.plan.brake !== undefined)
  const isOpen = results.some((one) => one.unfinished.length + one.stillThere.length > 0)
  return isHeld || isOpen ? exits.damaged : exits.sound
}

export const prune: Command = {
  help: `usage: snapproof prune [DATABASE] [--apply] [--many] [--json]

Without --apply it shows what could go at once. With it, that is deleted: the plan is written to the journal
first, each deletion is confirmed by listing. Every night the same runs in two steps: what a plan lets go of is
deleted a day later, if it still does ("snapproof plan" shows the day). Here you are the second look.

  --apply  delete what the plan lets go of
  --many   also when more than half of the copies go at once; read the plan first
  --json   print plans and results as JSON

Exit code 1 when a brake held it back, or something could not be deleted.`,
  run: async (args, root) => {
    const options = readArgs(args)
    return withTools(root, (tools) => carryOut(options, tools))
  },
}
