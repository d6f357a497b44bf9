/**
 * Has a database come in time? By the store's time of the last arrival, or of the last "nothing
 * has changed", whichever is later; never by a time that the host says.
 */

export type Schedule = { everyMs: number; graceMs: number }

export type Heard = {
  /** When the watch first knew of this database. */
  since: string
  arrivedAt?: string | undefined
  heartbeatAt?: string | undefined
}

export type Timeliness =
  | { is: 'in time'; nextBy: Date | undefined }
  | { is: 'late'; lastAt: Date; dueAt: Date }
  | { is: 'never came'; since: Date; dueAt: Date }

const latestOf = (instants: readonly (string | undefined)[]): Date | undefined => {
  const times = instants.flatMap((instant) => (instant === undefined ? [] : [Date.parse(instant)]))
  return times.length === 0 ? undefined : new Date(Math.max(...times))
}

export const lastHeardAt = ({ arrivedAt, heartbeatAt }: Heard): Date | undefined =>
  latestOf([arrivedAt, heartbeatAt])

/** Without a schedule nothing is ever late. */
export const timelinessOf = (
  heard: Heard,
  schedule: Schedule | undefined,
  now: Date,
): Timeliness => {
  if (!schedule) return { is: 'in time', nextBy: undefined }
  const lastAt = lastHeardAt(heard)
  const since = new Date(heard.since)
  const dueAt = new Date((lastAt ?? since).getTime() + schedule.everyMs + schedule.graceMs)
  if (now.getTime() <= dueAt.getTime()) return { is: 'in time', nextBy: dueAt }
  return lastAt ? { is: 'late', lastAt, dueAt } : { is: 'never came', since, dueAt }
}
