/** How does all of it stand at one glance, as the badge tells it to anybody? Counts and times, and no name. */
import * as z from 'zod'

import type { DatabaseSettings } from '../settings/databases'
import { hasLasted } from '../troubles/trouble'
import type { Trouble } from '../troubles/trouble'
import { kindOf, scheduleOf, troublesOf } from '../troubles/troubles'
import { shapeOf } from '../trust/stored'

import { isInDanger } from './danger'
import { grave, isOverdue } from './standing'
import type { WatchState } from './watch-state'

const instant = z.iso.datetime()

export const Glance = shapeOf({
  /** By the store's clock, when the watch saw it. */
  ranAt: instant,
  /** Databases, each counted once. */
  inTrouble: z.int(),
  /** Those of them of which something that was there is damaged or gone; absent as an older build wrote it. */
  inDanger: z.int().optional(),
  late: z.int(),
  /** Everything could be looked at. */
  isComplete: z.boolean(),
  /** When the oldest of the newest sound copies was proven; absent where none was. */
  provenAt: instant.optional(),
  /** The newest copy of every database is its newest sound one. */
  isProven: z.boolean(),
})
export type Glance = z.infer<typeof Glance>

const databasesIn = (some: readonly { database: string | undefined }[]): number =>
  new Set(some.map(({ database }) => database)).size

/** `besides`: what the watch's state does not know of a database, such as a drill that failed. */
export const glanceOf = (
  state: WatchState,
  databases: Readonly<Record<string, DatabaseSettings>>,
  { besides, now }: { besides: readonly Trouble[]; now: Date },
): Glance => {
  const all = Object.entries(state.databases)
  const troubles = all
    .flatMap(([database, one]) => {
      const own = troublesOf(database, one, {
        schedule: scheduleOf(databases, database, one),
        kind: kindOf(databases, database, one),
        now,
      })
      const found = [...own, ...besides.filter((trouble) => trouble.database === database)]
      const isRed = isInDanger({ ...one, troubles: found })
      return found.map((trouble) => ({ ...trouble, isRed }))
    })
    .filter((trouble) => grave([trouble]) && hasLasted(trouble, now))
  const inTrouble = troubles.filter((trouble) => !isOverdue(trouble))
  const proven = all.flatMap(([, { newestSound }]) => newestSound?.provenAt ?? []).toSorted()
  return {
    ranAt: state.ranAt,
    inTrouble: databasesIn(inTrouble),
    inDanger: databasesIn(inTrouble.filter(({ isRed }) => isRed)),
    late: databasesIn(troubles.filter(isOverdue)),
    isComplete: state.faults.length === 0,
    provenAt: proven[0],
    isProven: all.every(([, { newest, newestSound }]) => newest?.id === newestSound?.id),
  }
}
