import type { File } from '../content'
import type { Random } from '../random'
import type { Task } from '../scheduler'
import type { World } from '../world'

import { parcelOf, send } from './push'
import type { Parcel } from './push'

/**
 * The hosts: a database that lives, and the cron job that pushes it, on good days and on bad ones.
 */
type Database = {
  file: File
  isLarge: boolean
  perDay: number
  clockAheadMs: number
  /** The host is down, or the database is not there, until then. */
  awayUntilMs: number
  spool: Parcel[]
  isPushing: boolean
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const spoolAtMost = 30

/** What a day does to a database. */
const live = (database: Database, random: Random, nowMs: number): void => {
  const { file } = database
  const isChanged = random.chance(0.75)
  if (isChanged) {
    file.serial += 1
    file.rows += random.between(0, 20)
  }
  if (file.kind === 'sound') {
    if (random.chance(0.008)) file.kind = 'corrupt'
    else if (random.chance(0.004)) file.kind = 'encrypted'
    else if (random.chance(0.01)) file.kind = 'dwindled'
  } else if (random.chance(0.35)) file.kind = 'sound'
  if (random.chance(0.01)) file.columns = [...file.columns.slice(-4), `column_${file.serial}`]
  if (random.chance(0.006)) file.rows = Math.floor(file.rows / 5)
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
    parcelOf({ ...database.file }, takenAt, database.isLarge),
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
  const { scheduler, clocks } = world
  const { file } = database
  const start = () =>
    scheduler.spawn(`push-${file.database}`, (task) => push(world, database, random, task))
  const run = () => {
    const nowMs = clocks.nowMs()
    const everyMs = dayMs / database.perDay
    scheduler.after(everyMs + random.between(-900_000, 900_000), run)
    if (world.isAtRest) return
    live(database, random, nowMs)
    if (nowMs < database.awayUntilMs || random.chance(0.02)) return
    start()
    // Two cron lines for one database, or somebody trying it by hand.
    if (random.chance(0.03)) scheduler.after(random.between(0, 90_000), () => void start())
  }
  scheduler.after(random.between(0, dayMs), run)
}

export const startDroplets = (world: World): void => {
  for (const name of Object.keys(world.settings.databases)) {
    const random = world.random.fork(`droplet ${name}`)
    const perDay = random.chance(0.7) ? 1 : random.pick([2, 4, 8])
    const file: File = { database: name, serial: 1, kind: 'sound', rows: 1_000, columns: ['key'] }
    const isLarge = random.chance(0.3)
    cron(
      world,
      { file, isLarge, perDay, clockAheadMs: 0, awayUntilMs: 0, spool: [], isPushing: false },
      random,
    )
  }
}
