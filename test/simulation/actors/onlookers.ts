/** Who only looks: people at the page, at any hour; and a thief with a token that was revoked. */
import { grantAccess } from '../../../lib/edge/access'
import { dayMs } from '../../../lib/rules/plain/time-units'
import { firstFile } from '../cloud/content'
import type { World } from '../world'

import { parcelOf } from './push'

export const runStatus = ({ platform: { start, steps } }: World): void =>
  start({ name: 'status', request: {}, run: (tools) => steps.status({}, tools) })

export const runDrill = ({ platform: { start, steps } }: World): void =>
  start({ name: 'drill', request: {}, run: (tools) => steps.drill({}, tools) })

/** Tries to push with the old token, of which everybody was told that it is worth nothing. */
const steal = (world: World, token: string): void => {
  const { platform, clocks, oracle } = world
  const [database = ''] = Object.keys(world.settings.databases)
  const { request } = parcelOf(firstFile(database), new Date(clocks.nowMs()), false)
  platform.start({
    name: 'ticket',
    request,
    run: async (tools) => {
      grantAccess(`Bearer ${token}`, { scope: 'push', database }, tools.settings)
      oracle.opened('a revoked token')
      return platform.steps.ticket(request, tools)
    },
  })
}

/** One day the secret is changed, and later the tokens; what is stolen is revoked. */
const startRotation = (world: World): void => {
  const { scheduler, settings, trace, clocks } = world
  const random = world.random.fork('rotation')
  const said = (what: string) => trace.tell(clocks.nowMs(), 'operator', what)
  scheduler.after(random.between(5, 40) * dayMs, () => {
    const { current } = settings.secrets
    const next = `${current.slice(0, 8)}-next-${random.hex(24)}`
    settings.secrets = { current: next, previous: current }
    world.oracle.secrets.push(next)
    said('changes the secret')
    scheduler.after(random.between(1, 10) * dayMs, () => {
      const [database = ''] = Object.keys(settings.databases)
      const stolen = world.tokenOf(database)
      world.enrol()
      said('gives every host a new token, and revokes the old ones')
      const turn = () => {
        scheduler.after(random.between(1, 9) * dayMs, turn)
        if (!world.isAtRest) steal(world, stolen)
      }
      turn()
    })
  })
}

export const startOnlookers = (world: World): void => {
  const random = world.random.fork('onlookers')
  const look = () => {
    world.scheduler.after(random.between(0, 2 * dayMs), look)
    if (!world.isAtRest) runStatus(world)
  }
  world.scheduler.after(random.between(0, dayMs), look)
  startRotation(world)
}
