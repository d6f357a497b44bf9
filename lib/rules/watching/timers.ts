/**
 * Three timers keep it going, and none of them is missed by itself: since when has each not run, and from
 * when on is that silence? One that never ran is counted from the first copy: until then it had no work.
 */
import { dayMs, hourMs } from '../plain/time-units'

export const timers = ['watch', 'prune', 'drill'] as const
export type Timer = (typeof timers)[number]

type Spans = {
  /** Whoever calls the others does so from then on: their own trigger would have come by now. */
  dueAfterMs: number
  silentAfterMs: number
}

/** The watch runs every ten minutes; one that was away for so long was not just late. */
export const silentAfterMs = 3 * hourMs

/** Every ten minutes, every night, every week: one turn that was missed is nobody's business. */
const spansOf: Readonly<Record<Timer, Spans>> = {
  watch: { dueAfterMs: hourMs, silentAfterMs },
  prune: { dueAfterMs: 26 * hourMs, silentAfterMs: 3 * dayMs },
  drill: { dueAfterMs: 8 * dayMs, silentAfterMs: 16 * dayMs },
}

export type Runs = {
  ranAt: string | undefined
  /** When the first copy came. Undefined where there is none, and so nothing to do. */
  firstAt: string | undefined
  now: Date
}

/** How long it has not run, where it should have. */
const idleMs = ({ ranAt, firstAt, now }: Runs): number =>
  now.getTime() - Date.parse(ranAt ?? firstAt ?? now.toISOString())

export const isTimerSilent = (timer: Timer, runs: Runs): boolean =>
  idleMs(runs) >= spansOf[timer].silentAfterMs

export const isTimerDue = (timer: Timer, runs: Runs): boolean =>
  idleMs(runs) >= spansOf[timer].dueAfterMs

/** When the first copy came, as far as the watch knows; a database that never had one says nothing. */
export const firstCopyAt = (
  databases: Readonly<Record<string, { since: string; arrivedAt?: string | undefined }>>,
): string | undefined =>
  Object.values(databases)
    .flatMap(({ since, arrivedAt }) =>
      arrivedAt === undefined ? [] : [since < arrivedAt ? since : arrivedAt],
    )
    .toSorted()[0]
