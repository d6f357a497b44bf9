/**
 * Whoever is answerable for a database: says what is expected of it after a migration, or too early, or
 * never; and does something about rows that are gone, or says that they were to go.
 */
import type { RestoreAnswer, RestoreRequest } from '../../../lib/journey/restore'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { keyOf, readFile } from '../cloud/content'
import type { Outcome } from '../cloud/functions'
import { keyExpectedIn } from '../oracle/expected'
import type { Random } from '../random'
import type { Task } from '../scheduler'
import type { World } from '../world'

import { bringBack, enterAgain } from './life'
import type { Alive } from './life'

const expectedOf = ({ settings }: World, database: string): string | undefined =>
  keyExpectedIn(settings.databases[database], database)

/** What the database holds, or will hold after the next migration, is what is expected from now on. */
const settle = (world: World, { file, nextKey }: Alive): void => {
  const key = nextKey ?? keyOf(file)
  if (expectedOf(world, file.database) !== key) world.expect(file.database, key)
}

/** Changed before the app is: for some days everything that is pushed is unmet. */
const announce = (world: World, alive: Alive): void => {
  alive.nextKey = `key_to_come_${alive.file.serial}`
  world.expect(alive.file.database, alive.nextKey)
}

const ask = (world: World, request: RestoreRequest, task: Task) =>
  world.platform.invoke(
    { name: 'restore', request, run: (tools) => world.platform.steps.restore(request, tools) },
    task,
  )

/** A person reads what is asked and decides: this one all the same, or the one that is named instead. */
const decide = (
  said: Outcome<RestoreAnswer>,
  { request, random }: { request: RestoreRequest; random: Random },
): RestoreRequest | undefined => {
  if (!('fault' in said) || said.fault.code !== 'ask-first') return undefined
  if (random.chance(0.2)) return { ...request, sure: 'yes' }
  const named = /--at (\S+) for the (?:one before|newer one)/.exec(said.fault.mend)?.[1]
  return named === undefined ? undefined : { ...request, at: named }
}

/** What is handed out is put in place of the live database. */
const restore = async (world: World, alive: Alive, random: Random, task: Task) => {
  const { bucket, second, oracle } = world
  const { database } = alive.file
  let request: RestoreRequest = { database }
  if (random.chance(0.5)) await ask(world, { ...request, look: 'yes' }, task)
  let said = await ask(world, request, task)
  const decided = decide(said, { request, random })
  if (decided) {
    request = decided
    said = await ask(world, request, task)
  }
  if (!('answer' in said) || !('get' in said.answer)) return
  const { entry, place } = said.answer
  const stored = (place === 'second' ? second?.bucket : bucket)?.objects.get(entry.key)
  const copy = stored && readFile(stored.bytes)
  if (copy?.kind === 'sound') bringBack(alive, copy, oracle.isSettled)
}

/** By the ticket that the alert names: the newest copy that tells of it. */
const accept = (world: World, { file }: Alive): void => {
  const { start, steps } = world.platform
  const id = world.oracle.toAccept(file.database)
  if (id !== undefined)
    start({ name: 'accept', request: { id }, run: (tools) => steps.accept({ id }, tools) })
}

const respond = (world: World, alive: Alive, random: Random): void => {
  const { lacks, database } = alive.file
  if (world.isForgetful && random.chance(0.8)) return
  if (lacks && !world.oracle.isSettled(lacks.accident)) {
    const draw = random.next()
    if (draw < 0.3) {
      const fork = random.fork(`restore ${world.clocks.nowMs()}`)
      world.scheduler.spawn(`operator-${database}`, (task) => restore(world, alive, fork, task))
    } else if (draw < 0.5) accept(world, alive)
    else if (draw < 0.56) enterAgain(alive)
  } else if (alive.nextKey === undefined && expectedOf(world, database) !== keyOf(alive.file)) {
    if (random.chance(world.isForgetful ? 0.1 : 0.4)) settle(world, alive)
    else if (random.chance(0.1)) accept(world, alive)
  } else if (random.chance(0.03)) announce(world, alive)
}

export const startOperators = (world: World): void => {
  const { scheduler } = world
  for (const [name, alive] of world.alive) {
    const random = world.random.fork(`operator of ${name}`)
    const turn = () => {
      scheduler.after(random.between(hourMs, 2 * dayMs), turn)
      if (!world.isAtRest) respond(world, alive, random)
    }
    scheduler.after(random.between(0, dayMs), turn)
  }
}
