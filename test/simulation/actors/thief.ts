/**
 * Who holds the push token of one database and means ill: a thief, who asks for tickets all at once and
 * sends copies that are slow to check; and an author, whose schema is made to be too much.
 */
import { dayMs, hourMs, minuteMs, secondMs } from '../../../lib/rules/plain/time-units'
import type { File } from '../cloud/content'
import type { Random } from '../random'
import type { World } from '../world'

import { copyNow } from './life'
import type { Alive } from './life'
import { announce, parcelOf } from './push'

/** More than an hour's tickets. */
const atOnce = 30

const everyMs = 9 * minuteMs

/** An engine takes a name of a gigabyte; this is enough to fill what is kept without measure. */
const longName = 'x'.repeat(20_000)

const slowOf = (alive: Alive, random: Random): File => ({
  ...copyNow(alive, random.between(1, 1_000_000_000)),
  slowMs: random.between(20 * secondMs, 2 * hourMs),
})

const hugeOf = (alive: Alive, random: Random): File => {
  const file = copyNow(alive, random.between(1, 1_000_000_000))
  const huge = { columns: [`${longName}_${random.hex(2)}`], rows: 0 }
  return { ...file, tables: { ...file.tables, [`${longName}_table`]: huge } }
}

const sendOne = (world: World, file: File, random: Random): void => {
  const { scheduler, clocks, bucket, trace } = world
  const { database } = file
  const task = scheduler.spawn(`thief-${database}`, async (itself) => {
    const parcel = parcelOf(file, new Date(clocks.nowMs()), random.chance(0.5))
    const said = await announce(world, parcel, itself)
    if ('fault' in said || 'unchanged' in said.answer) return
    const { ticket, put } = said.answer
    const status = bucket.upload(put, parcel.bytes, clocks.nowMs(), {
      role: 'host',
      name: itself.name,
      task: itself,
    })
    trace.tell(clocks.nowMs(), itself.name, `uploads ${ticket}: ${status}`)
  })
  scheduler.after(hourMs, () => scheduler.kill(task, 'since it took too long'), task)
}

/** Some hours of it, every few weeks. */
const besiege = (
  world: World,
  { alive, label, fileOf }: { alive: Alive; label: string; fileOf: typeof slowOf },
): void => {
  const { scheduler, trace, clocks } = world
  const random = world.random.fork(label)
  const spell = () => {
    scheduler.after(random.between(6, 20) * dayMs, spell)
    if (world.isAtRest) return
    trace.tell(clocks.nowMs(), label, `begins with ${alive.file.database}`)
    for (let sent = 0; sent < atOnce; sent += 1) sendOne(world, fileOf(alive, random), random)
    const turns = random.between(8, 30)
    const again = (left: number) => {
      if (world.isAtRest || left === 0) return
      sendOne(world, fileOf(alive, random), random)
      scheduler.after(everyMs, () => again(left - 1))
    }
    scheduler.after(everyMs, () => again(turns))
  }
  scheduler.after(random.between(1, 5) * dayMs, spell)
}

export const startThief = (world: World): void => {
  const alive = world.alive.get(world.plight.besieged ?? '')
  if (!alive) return
  besiege(world, { alive, label: 'thief', fileOf: slowOf })
  besiege(world, { alive, label: 'author', fileOf: hugeOf })
}
