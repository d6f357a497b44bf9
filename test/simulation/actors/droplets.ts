/**
 * The hosts: a database that lives, and the cron job that pushes it, on good days and on bad ones.
 */
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import type { Random } from '../random'
import type { Task } from '../scheduler'
import type { World } from '../world'

import { live } from './life'
import type { Alive } from './life'
import { parcelOf, send } from './push'
import type { Parcel } from './push'

type Database = {
  alive: Alive
  isLarge: boolean
  clockAheadMs: number
  /** The host is down, or the database is not there, until then. */
  awayUntilMs: number
  spool: Parcel[]
  isPushing: boolean
}

const spoolAtMost = 30

/** What becomes of the host itself. */
const suffer = (database: Database, random: Random, nowMs: number): void => {
  if (random.chance(0.006)) database.awayUntilMs = nowMs + random.between(1, 9) * dayMs
  if (random.chance(0.01)) {
    const wrong = random.chance(0.5)
      ? random.between(-9, 9) * hourMs
      : random.between(-400, 400) * dayMs
    database.clockAheadMs = random.chance(0.5) ? 0 : wrong
  }
}

const push = async (world: World, database: Database, random: Random, task: Task) => {
  const { clocks } = world
  const takenAt = new Date(clocks.nowMs() + database.clockAheadMs)
  const parcels = [
    ...database.spool.splice(0),
    parcelOf(structuredClone(database.alive.file), takenAt, database.isLarge),
  ]
  // Taken first, sent first; what could not be sent is kept, and so is what comes after it.
  while (parcels.length > 0) {
    const [parcel] = parcels
    if (!parcel) break
    const sent = await send(world, parcel, random, task)
    if (sent === 'kept' || typeof sent === 'object') break
    parcels.shift()
  }
  database.spool.push(...parcels.slice(-spoolAtMost))
}

const cron = (world: World, database: Database, random: Random): void => {
  const { scheduler, clocks, oracle } = world
  const { alive } = database
  const start = () =>
    scheduler.spawn(`push-${alive.file.database}`, (task) => push(world, database, random, task))
  const run = () => {
    const nowMs = clocks.nowMs()
    const everyMs = dayMs / alive.perDay
    scheduler.after(everyMs + random.between(-900_000, 900_000), run)
    if (world.isAtRest) return
    live(alive, { nowMs, isSettled: oracle.isSettled }, random)
    suffer(database, random, nowMs)
    if (nowMs < database.awayUntilMs || random.chance(0.02)) return
    start()
    // Two cron lines for one database, or somebody trying it by hand.
    if (random.chance(0.03)) scheduler.after(random.between(0, 90_000), () => void start())
  }
  scheduler.after(random.between(0, dayMs), run)
}

export const startDroplets = (world: World): void => {
  for (const [name, alive] of world.alive) {
    const random = world.random.fork(`droplet ${name}`)
    alive.perDay = random.chance(0.7) ? 1 : random.pick([2, 4, 8])
    const isLarge = random.chance(0.3)
    cron(
      world,
      { alive, isLarge, clockAheadMs: 0, awayUntilMs: 0, spool: [], isPushing: false },
      random,
    )
  }
}
