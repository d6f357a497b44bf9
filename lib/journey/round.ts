/**
 * What the one trigger does that must not be missing: it watches, then calls prune and drill where they
 * are due and no trigger of their own has come, and carries to the second place what it lacks, with the time
 * that is left. A namespace takes three triggers, and may have fewer free.
 */
import { asFault } from '../faults'
import type { TellingTools } from '../ports'
import { hourMs } from '../rules/plain/time-units'
import { withRun } from '../rules/watching/running'
import type { Spending } from '../rules/watching/running'
import { firstCopyAt, isTimerDue } from '../rules/watching/timers'

import { readDrillState } from './bucket/drill-state'
import { readPruneState } from './bucket/prune-state'
import { readSpending, readWatchState, writeSpending, writeWatchState } from './bucket/watch-state'
import { carryDue } from './carrying/carry'
import type { Carried } from './carrying/carry'
import { drill } from './drill'
import { prune } from './prune'
import type { Step } from './step'
import { watch, watchOnce } from './watch'
import type { WatchAnswer, Watched } from './watch'

export type RoundAnswer = WatchAnswer &
  Carried & {
    /** What was called besides, or could not be, and why. */
    called: string[]
  }

/** One that was called is not called again before it can have come to its end, or that be told. */
const againAfterMs = 2 * hourMs

/** Of a run that called them itself the last moments are not theirs. */
const reserveMs = 20_000

type Known = Pick<Watched, 'state' | 'pruned' | 'drilled'>

/** One in a run: the next comes ten minutes later. */
const dueIn = ({ state, pruned, drilled }: Known, now: Date) => {
  const firstAt = firstCopyAt(state.databases)
  const ran = { prune: pruned?.ranAt, drill: drilled?.ranAt }
  return (['prune', 'drill'] as const).find((one) => {
    const calledAt = Date.parse(state.called?.[one] ?? '')
    const isUnderWay = Math.abs(now.getTime() - calledAt) < againAfterMs
    return isTimerDue(one, { ranAt: ran[one], firstAt, now }) && !isUnderWay
  })
}

/** Where what the watch knew says that one is due, it is asked for as everything stands now. */
const dueOne = async (tools: TellingTools, known: Known) => {
  if (!dueIn(known, new Date(known.state.ranAt))) return undefined
  const now = await tools.store.now()
  const [state, pruned, drilled] = await Promise.all([
    readWatchState(tools),
    readPruneState(tools),
    readDrillState(tools),
  ])
  const name = state && dueIn({ state, pruned, drilled }, now)
  return name && { name, state, now }
}

const callDue = async (tools: TellingTools, known: Known): Promise<string[]> => {
  const due = await dueOne(tools, known)
  if (!due) return []
  const { name, state, now } = due
  // Noted first: one that ends this run with it is not begun by every one that follows.
  await writeWatchState(tools, { ...state, called: { ...state.called, [name]: now.toISOString() } })
  if (tools.starter) {
    await tools.starter(name, {})
    return [name]
  }
  // What they take here is in what this run takes.
  const deadlineAt = new Date(tools.deadlineAt.getTime() - reserveMs)
  const its = { ...tools, spent: undefined, deadlineAt }
  await (name === 'prune' ? prune.run({}, its) : drill.run({}, its))
  return [name]
}

type Measured = { before: Spending | undefined }

/** Undefined where what was measured before cannot be read: it stays as it is then. */
const measuredBefore = (tools: TellingTools): Promise<Measured | undefined> =>
  readSpending(tools).then(
    (before) => ({ before }),
    () => undefined,
  )

/** Last of all, so that all of the run is in it but this. */
const noteSpent = async (
  tools: TellingTools,
  measured: Measured | undefined,
  { state, pruned, drilled }: Known,
): Promise<void> => {
  const own = tools.spent?.()
  if (!own || !measured) return
  const now = new Date(state.ranAt)
  const withThis = { ...own, requests: own.requests + 1 }
  await writeSpending(
    tools,
    withRun(measured.before, withThis, { prune: pruned, drill: drilled, now }),
  )
}

export const round: Step<Record<string, never>, RoundAnswer, TellingTools> = {
  request: watch.request,
  access: watch.access,
  run: async (_, tools) => {
    // Where nobody pays for the run nothing is asked for it.
    const measured = tools.spent && (await measuredBefore(tools))
    const { answer, ...known } = await watchOnce(tools, measured?.before)
    // The watch has done its work, and its answer stands, whatever becomes of the others.
    const called = await callDue(tools, known).catch((thrown: unknown) => [asFault(thrown).why])
    const carried = await carryDue(tools).catch((thrown: unknown): Carried => ({
      carried: [],
      uncarried: [asFault(thrown).why],
    }))
    // A figure for people: it is worth no fault.
    await noteSpent(tools, measured, known).catch(() => undefined)
    return { ...answer, called, ...carried }
  },
  lines: (answer) => [
    ...watch.lines(answer),
    ...answer.called.map((what) => ['called', what] as const),
    ...answer.carried.map((id) => ['carried', id] as const),
    ...(answer.contents ?? []).map((what) => ['carried-contents', what] as const),
    ...answer.uncarried.map((why) => ['uncarried', why] as const),
  ],
}
