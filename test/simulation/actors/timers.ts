/**
 * The platform's timers: they miss a turn, fire twice, and do not ask whether the last run has ended.
 */
import { dayMs } from '../../../lib/rules/plain/time-units'
import type { Steps } from '../cloud/functions'
import type { World } from '../world'

import { runDrill } from './onlookers'

export const runWatch = ({ platform: { start, steps } }: World): void =>
  start({ name: 'watch', request: {}, run: (tools) => steps.round({}, tools) })

export const runPrune = ({ platform: { start, steps } }: World): void =>
  start({ name: 'prune', request: {}, run: (tools) => steps.prune({}, tools) })

const every = (world: World, name: keyof Steps, everyMs: number, run: () => void): void => {
  const { scheduler } = world
  const random = world.random.fork(`timer ${name}`)
  const fire = () => {
    scheduler.after(everyMs + random.between(-everyMs / 20, everyMs / 20), fire)
    if (world.isAtRest || random.chance(0.03)) return
    run()
    if (random.chance(0.06)) scheduler.after(random.between(0, 30_000), run)
  }
  scheduler.after(random.between(0, everyMs), fire)
}

export const startTimers = (world: World): void => {
  every(world, 'watch', world.watchEveryMs, () => runWatch(world))
  // Where the namespace had no room for more, the one that there is does what the others would.
  if (world.plight.isShortOfTriggers) return
  every(world, 'drill', 7 * dayMs, () => runDrill(world))
  every(world, 'prune', dayMs, () => {
    runPrune(world)
  })
}
