/** Two databases that belong together, pushed at one moment: `push.sh --set`. */
import { dayMs } from '../../../lib/rules/plain/time-units'
import type { World } from '../world'

import { copyNow } from './life'
import { parcelOf, send } from './push'

export const startSets = (world: World): void => {
  const { scheduler, clocks } = world
  const random = world.random.fork('sets')
  const [one, other] = [...world.alive.keys()]
  if (one === undefined || other === undefined) return
  let serial = 0
  const turn = () => {
    scheduler.after(random.between(2, 9) * dayMs, turn)
    if (world.isAtRest) return
    const takenAt = new Date(clocks.nowMs())
    const set = `set-${random.hex(8)}`
    serial += 1
    for (const database of [one, other]) {
      const kind = random.chance(0.1) ? ('corrupt' as const) : ('sound' as const)
      const alive = world.alive.get(database)
      if (!alive) continue
      const parcel = parcelOf({ ...copyNow(alive, -serial), kind }, takenAt, false)
      const request = { ...parcel.request, set, set_size: 2 }
      scheduler.spawn(`set-${database}`, async (task) => {
        await send(world, { ...parcel, request }, random.fork(`${set} ${database}`), task)
      })
    }
  }
  scheduler.after(random.between(0, 9) * dayMs, turn)
}
