/**
 * Does it come from the host that pushed the copies before it? Two hosts under one name, a clone or a
 * staging box with the settings of production, both pass, and a restore gives whichever came last.
 */
import { dayMs } from '../plain/time-units'
import type { Schedule } from '../settings/schedule'

import type { Finding } from './verdict'

/** A sound copy that came before; who pushed it is not known of all. */
type Before = {
  arrivedAt: string
  host?: string | undefined
  isHostRight?: boolean | undefined
}

/** After so many copies of the new host alone a move was meant. */
const movedAfter = 3

/** One that was not heard of for so long does not push beside the other. */
const besideMs = 14 * dayMs

/**
 * By then the host before would have pushed as well, if it still did: fewer copies than `movedAfter`, or
 * many of one hour, say nothing of it.
 */
const isMoved = (
  alone: readonly Before[],
  arrivedAt: string,
  schedule: Schedule | undefined,
): boolean => {
  const lastedMs = Date.parse(arrivedAt) - Date.parse(alone.at(-1)?.arrivedAt ?? arrivedAt)
  const turnMs = schedule ? schedule.everyMs + schedule.graceMs : dayMs
  return alone.length >= movedAfter && lastedMs >= turnMs
}

/** `before` are the sound copies before it, newest first. Undefined where it is the host one knows. */
export const judgeHostName = (
  { host, arrivedAt }: { host: string; arrivedAt: string },
  before: readonly Before[],
  schedule: Schedule | undefined,
): Finding | undefined => {
  const named = before.filter((one) => one.host !== undefined)
  const turn = named.findIndex((one) => one.host !== host)
  const other = named[turn]
  if (!other) return undefined
  const alone = named.slice(0, turn)
  if (alone.some(({ isHostRight }) => isHostRight) || isMoved(alone, arrivedAt, schedule))
    return undefined
  const isBeside = named
    .slice(turn)
    .some(
      (one) => one.host === host && Date.parse(arrivedAt) - Date.parse(one.arrivedAt) <= besideMs,
    )
  // A name that every build knows.
  const said = { check: 'arrival', outcome: 'warned' }
  return isBeside
    ? {
        ...said,
        code: 'two-hosts',
        detail: `Two hosts push under one name: ${host}, which sent this copy, and ${other.host}.`,
        mend: 'Let one of them push under this name: stop the cron job on the other, or give it a database name and a token of its own (enroll). Until then a restore brings back whichever came last; restore.sh --list shows them.',
      }
    : {
        ...said,
        code: 'other-host',
        detail: `It comes from ${host}; the copies before it came from ${other.host}.`,
        mend: 'If the database has not moved, stop the cron job on that host: its copies are the newest ones now. If the name of the host changes at every start, as those of containers do, set SNAPPROOF_HOST in its settings.',
      }
}

export const isTwoHosts = ({ code }: Finding): boolean => code === 'two-hosts'

export const isOtherHost = (finding: Finding): boolean =>
  isTwoHosts(finding) || finding.code === 'other-host'
