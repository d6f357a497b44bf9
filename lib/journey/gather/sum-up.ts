/** The watch has looked: what does it sum up of it, for whoever asks how everything stands? */
import type { Tools } from '../../ports'
import type { AlertState } from '../../rules/alerts/outbox'
import type { PruneState } from '../../rules/copy/journal'
import { own } from '../../rules/plain/own'
import { secondLineOf } from '../../rules/second/second-state'
import type { SecondState } from '../../rules/second/second-state'
import type { Trouble } from '../../rules/troubles/trouble'
import { kindOf, openQuestions, scheduleOf, troublesOf } from '../../rules/troubles/troubles'
import type { DrillState } from '../../rules/watching/drill'
import { glanceOf } from '../../rules/watching/glance'
import type { Head } from '../../rules/watching/head'
import { inOrder, standingOf, rememberedOf } from '../../rules/watching/standing'
import type { Stock } from '../../rules/watching/standing'
import { firstCopyAt } from '../../rules/watching/timers'
import type { WatchState } from '../../rules/watching/watch-state'
import type { Kept } from '../bucket/summary'

import { besidesOf, headOf, secondIn } from './head'
import { setsOf } from './sets'

/** What was counted of a database's copies, and how its bucket and settings stood then. */
export type Taken = { stamp: string; stock: Stock | undefined }

export type Looked = {
  state: WatchState
  prune: PruneState | undefined
  drill: DrillState | undefined
  alerts: AlertState
  second: SecondState | undefined
  stocks: ReadonlyMap<string, Taken>
  now: Date
}

export const summedUp = (seen: Looked, tools: Tools): { head: Head; kept: Kept[] } => {
  const { state, prune, drill, alerts, stocks, now } = seen
  const second = secondIn({ second: seen.second, known: state.databases, now }, tools)
  const firstAt = firstCopyAt(state.databases)
  const installation = besidesOf({ state, prune, drill, alerts, second, firstAt, now }, tools)
  const besides = new Map<string | undefined, Trouble[]>()
  for (const one of installation)
    besides.set(one.database, [...(besides.get(one.database) ?? []), one])
  const told = Object.entries(state.databases).map(([database, one]) => {
    const schedule = scheduleOf(tools.settings.databases, database, one)
    const kind = kindOf(tools.settings.databases, database, one)
    const troubles = troublesOf(database, one, { schedule, kind, now })
    const more = besides.get(database) ?? []
    const drills = own(drill?.databases ?? {}, database)?.drills ?? []
    const { stamp = '', stock } = stocks.get(database) ?? {}
    const line = standingOf(database, {
      state: one,
      kind,
      troubles: [...troubles, ...more],
      drills,
      schedule,
      stock,
      second: seen.second && secondLineOf(seen.second, database, one),
      now,
    })
    return {
      kept: { line, stamp, known: rememberedOf(one) },
      troubles: [...troubles, ...more],
      questions: openQuestions(database, one),
    }
  })
  const lines = told.map(({ kept }) => kept.line)
  const head = headOf(
    lines,
    {
      now,
      ranAt: state.ranAt,
      firstAt,
      jobs: { prune: prune?.ranAt, drill: drill?.ranAt },
      drill,
      alerts,
      installation,
      troubles: told.flatMap(({ troubles }) => troubles),
      questions: told.flatMap(({ questions }) => questions),
      sets: setsOf(lines),
      second,
      spent: state.spent,
    },
    tools,
  )
  const byName = new Map(told.map(({ kept }) => [kept.line.database, kept]))
  const glance = glanceOf(state, tools.settings.databases, { besides: installation, now })
  return {
    head: { ...head, glance },
    kept: inOrder(lines).flatMap(({ database }) => byName.get(database) ?? []),
  }
}
