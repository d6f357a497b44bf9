/**
 * People: they pin and unpin, overrule a verdict, and have a bad day every few weeks.
 */
import type { RestoreRequest } from '../../../lib/journey/restore'
import { dayMs } from '../../../lib/rules/plain/time-units'
import { wordSeen } from '../oracle/truth'
import type { Random } from '../random'
import type { World } from '../world'

const say = (world: World, name: 'pin' | 'unpin' | 'accept', id: string): void => {
  const { start, steps } = world.platform
  start({ name, request: { id }, run: (tools) => steps[name]({ id }, tools) })
}

const idOf = (world: World, random: Random, isMeant: (pinned: boolean) => boolean) => {
  const copies = world.oracle.truth.copies()
  return random.anyOf(copies.filter(({ entry }) => isMeant(entry.pin !== undefined)))?.entry.id
}

const doubted: readonly string[] = ['failed', 'unverifiable', 'unmet']

const ownDoubted = (world: World, random: Random): string | undefined =>
  random.anyOf(world.oracle.truth.copies().filter(({ entry }) => doubted.includes(wordSeen(entry))))
    ?.entry.id

const restoreRequest = (world: World, random: Random): RestoreRequest | undefined => {
  const database = random.anyOf([...world.alive.keys()])
  if (database === undefined) return undefined
  if (random.chance(0.2)) return { database, list: 'yes' }
  if (random.chance(0.1)) return { database, look: 'yes' }
  if (random.chance(0.1)) return { database, sure: 'yes' }
  if (random.chance(0.3)) {
    const at = new Date(world.clocks.nowMs() - random.between(0, 60) * dayMs)
    return { database, at: at.toISOString().slice(0, 10) }
  }
  // By its id, as the list shows it: often just what retention is about to let go.
  const id = random.chance(0.4) ? idOf(world, random, () => true) : undefined
  if (id === undefined) return { database }
  const named = { database: id.slice(0, -26), at: id }
  return random.chance(0.1) ? { ...named, salvage: 'yes' } : named
}

const act = (world: World, random: Random): void => {
  const { start, steps } = world.platform
  const draw = random.next()
  if (draw < 0.15) {
    const id = idOf(world, random, (isPinned) => !isPinned)
    if (id !== undefined) say(world, 'pin', id)
  } else if (draw < 0.35) {
    const id = idOf(world, random, (isPinned) => isPinned)
    if (id !== undefined) say(world, 'unpin', id)
  } else if (draw < 0.45) {
    const id = ownDoubted(world, random)
    if (id !== undefined) say(world, 'accept', id)
  } else {
    const request = restoreRequest(world, random)
    if (request) start({ name: 'restore', request, run: (tools) => steps.restore(request, tools) })
  }
}

/** Just what retention may be about to let go: one pins it, the other fetches it. */
const interfere = (world: World, random: Random): void => {
  const { start, steps } = world.platform
  const id = idOf(world, random, (isPinned) => !isPinned)
  if (id === undefined) return
  if (random.chance(0.4)) return say(world, 'pin', id)
  const request = { database: id.slice(0, -26), at: id }
  start({ name: 'restore', request, run: (tools) => steps.restore(request, tools) })
}

/** Once a day on average; and sometimes just while prune is at work. */
export const startPeople = (world: World): void => {
  const { scheduler } = world
  const random = world.random.fork('people')
  const turn = () => {
    scheduler.after(random.between(0, 2 * dayMs), turn)
    if (!world.isAtRest) act(world, random)
  }
  scheduler.after(random.between(0, dayMs), turn)

  const besides = world.isRough ? 0.2 : 0.07
  world.bucket.onChange(({ by, key }) => {
    const isPlan = by.role === 'prune' && key.endsWith('.plan.json')
    if (!isPlan || world.isAtRest) return
    while (random.chance(besides * 3)) {
      scheduler.after(random.between(0, 2_000), () => interfere(world, random))
    }
  })
}
