/**
 * What the one trigger does that must not be missing: it watches, then calls prune and drill where they
 * are due and no trigger of their own has come, and carries to the second place what it lacks, with the time
 * that is left. A namespace takes three triggers, and may have fewer free.
 */
import { asFault } from '../faults'
import type { TellingTools } from '../ports'
import { hourMs } from '../rules/plain/time-units'
import { firstCopyAt, isTimerDue } from '../rules/watching/timers'

import { readDrillState } from './bucket/drill-state'
import { readPruneState } from './bucket/prune-state'
import { readWatchState, writeWatchState } from './bucket/watch-state'
import { carryDue } from './carrying/carry'
import type { Carried } from './carrying/carry'
import { drill } from './drill'
import { prune } from './prune'
import type { Step } from './step'
import { watch } from './watch'
import type { WatchAnswer } from './watch'

export type RoundAnswer = WatchAnswer &
  Carried & {
    /** What was called besides, or could not be, and why. */
    called: string[]
  }

/** One that was called is not called again before it can have come to its end, or that be told. */
const againAfterMs = 2 * hourMs

/** Of a run that called them itself the last moments are not theirs. */
const reserveMs = 20_000

/** One in a run: the next comes ten minutes later. */
const dueOne = async (tools: TellingTools, now: Date) => {
  const [state, pruned, drilled] = await Promise.all([
    readWatchState(tools),
    readPruneState(tools),
    readDrillState(tools),
  ])
  if (!state) return undefined
  const firstAt = firstCopyAt(state.databases)
  const ran = { prune: pruned?.ranAt, drill: drilled?.ranAt }
  const name = (['prune', 'drill'] as const).find((one) => {
    const calledAt = Date.parse(state.called?.[one] ?? '')
    const isUnderWay = Math.abs(now.getTime() - calledAt) < againAfterMs
    return isTimerDue(one, { ranAt: ran[one], firstAt, now }) && !isUnderWay
  })
  return name && { name, state }
}

const callDue = async (tools: TellingTools): Promise<string[]> => {
  const now = await tools.store.now()
  const due = await dueOne(tools, now)
  if (!due) return []
  const { name, state } = due
  // Noted first: one that ends this run with it is not begun by every one that follows.
  await writeWatchState(tools, { ...state, called: { ...state.called, [name]: now.toISOString() } })
  if (tools.starter) {
    await tools.starter(name, {})
    return [name]
  }
  const its = { ...tools, deadlineAt: new Date(tools.deadlineAt.getTime() - reserveMs) }
  await (name === 'prune' ? prune.run({}, its) : drill.run({}, its))
  return [name]
}

export const round: Step<Record<string, never>, RoundAnswer, TellingTools> = {
  request: watch.request,
  access: watch.access,
  run: async (request, tools) => {
    const answer = await watch.run(request, tools)
    // The watch has done its work, and its answer stands, whatever becomes of the others.
    const called = await callDue(tools).catch((thrown: unknown) => [asFault(thrown, '-').why])
    const carried = await carryDue(tools).catch((thrown: unknown): Carried => ({
      carried: [],
      uncarried: [asFault(thrown, '-').why],
    }))
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
