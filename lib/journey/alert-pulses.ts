import { createHash } from 'node:crypto'

import type { Tools } from '../ports'
import type { AlertState } from '../rules/alerts/outbox'
import { timelinessOf } from '../rules/settings/schedule'
import { scheduleOf } from '../rules/troubles/troubles'
import { isSound } from '../rules/verdict/verdict'
import type { WatchState } from '../rules/watching/watch-state'

import { changeAlertState } from './bucket/alert-state'

/** Those who expect to be called after every sound copy: silence is what they tell. */
export type Well = { state: WatchState; unseen?: ReadonlySet<string> }

/** A run that has less than this left sends nothing more: the next one does. */
const leastLeftMs = 15_000

export const hasTime = ({ deadlineAt, clock }: Tools): boolean =>
  deadlineAt.getTime() - clock.now().getTime() >= leastLeftMs

/** Well: the newest copy is sound, and it came in time. */
const markOf = (database: string, { state, unseen }: Well, tools: Tools): string | undefined => {
  const one = state.databases[database]
  if (!one?.newest || !isSound(one.newest.word) || unseen?.has(database)) return undefined
  const schedule = scheduleOf(tools.settings.databases, database, one)
  const isInTime = timelinessOf(one, schedule, new Date(state.ranAt)).is === 'in time'
  return isInTime ? `${one.newest.id} ${one.heartbeatAt ?? ''}` : undefined
}

/**
 * What expects to be called after every sound copy is called once for each, or for a host that says that
 * the newest one, which is sound, is still all there is. Where it stands for
 * several databases all must be well: one that is not would be buried under the others' news.
 */
export const callPulses = async (seen: Well, at: AlertState, tools: Tools): Promise<void> => {
  // Of a database that has no copy and is not to have one there is nothing to say.
  const known = Object.entries(seen.state.databases)
    .filter(([name, one]) => one.newest || scheduleOf(tools.settings.databases, name, one))
    .map(([name]) => name)
  for (const { id, databases = known, send } of tools.notifier.pulses) {
    const marks = databases.map((database) => markOf(database, seen, tools))
    const mark = createHash('sha256').update(marks.join('\n')).digest('hex').slice(0, 24)
    const isWell = marks.length > 0 && !marks.includes(undefined)
    if (!isWell || at.pinged[id] === mark || !hasTime(tools)) continue
    const { outcome } = await send(`${databases.join(', ')}: sound`)
    // Who was away is called by the next run.
    if (outcome !== 'delivered') continue
    await changeAlertState(tools, (now) => ({ ...now, pinged: { ...now.pinged, [id]: mark } }))
  }
}
