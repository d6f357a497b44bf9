/**
 * The world comes to rest: no faults, right clocks, some quiet days; then everything must be in order.
 */
import type { RestoreRequest } from '../../lib/journey/restore'
import { hourMs } from '../../lib/rules/plain/time-units'

import { copyNow } from './actors/life'
import { parcelOf, send } from './actors/push'
import { runPrune, runWatch } from './actors/timers'
import {
  judgeRestored,
  judgeSettled,
  judgedByOthers,
  newestSound,
  waitingIn,
} from './oracle/settled'
import type { Task } from './scheduler'
import { Violation } from './violation'
import { fairWeather } from './weather'
import type { World } from './world'

const restsDays = 4

/** So many runs of the watch open more copies again than any of these worlds holds. */
const roundsAtMost = 40

/** What a thief sent is opened by turns, the newest first: the oldest of it waits for days. */
const roundsAfterSiege = 400

/** Runs everything that happens within so long. */
export const pass = async ({ scheduler, clocks }: World, ms: number): Promise<void> => {
  const untilMs = clocks.nowMs() + ms
  while (await scheduler.step(untilMs));
  clocks.moveTo(untilMs)
}

const pushOnce = (world: World, database: string): void => {
  const { scheduler, clocks } = world
  const alive = world.alive.get(database)
  if (!alive) return
  const file = copyNow(alive, Math.floor(clocks.nowMs() / 1000))
  const random = world.random.fork('rest')
  scheduler.spawn(`rest-${database}`, async (task) => {
    const sent = await send(world, parcelOf(file, new Date(clocks.nowMs()), false), random, task)
    if (sent !== 'sent') {
      throw new Violation(
        7,
        `after the faults stopped a push of ${database} is ${typeof sent === 'object' ? sent.refused : sent}`,
      )
    }
  })
}

const restoreOnce = (world: World, database: string): void => {
  const { scheduler, platform, oracle } = world
  const ask = (request: RestoreRequest, task: Task) =>
    platform.invoke(
      { name: 'restore', request, run: (tools) => platform.steps.restore(request, tools) },
      task,
    )
  scheduler.spawn(`rest-${database}`, async (task) => {
    const unasked = await ask({ database }, task)
    // Whoever is asked, and is sure, gets the newest one all the same.
    const isAsked = 'fault' in unasked && unasked.fault.code === 'ask-first'
    const said = isAsked ? await ask({ database, sure: 'yes' }, task) : unasked
    if ('fault' in said && newestSound(oracle.truth, database)) {
      throw new Violation(7, `restore of ${database} fails at rest: ${said.fault.message}`)
    }
    const answer = 'answer' in said ? said.answer : undefined
    const id = answer && 'copy' in answer ? answer.copy.ticket : undefined
    judgeRestored(oracle.truth, database, id)
  })
}

const seeSiegeOut = async (world: World): Promise<void> => {
  const { truth } = world.oracle
  for (let round = 0; round < roundsAfterSiege && waitingIn(truth).length > 0; round += 1) {
    runWatch(world)
    await pass(world, hourMs / 4)
  }
}

export const comeToRest = async (world: World): Promise<void> => {
  const { weather, postWeather, letterbox, clocks, oracle, trace } = world
  const databases = [...world.alive.keys()]
  world.isAtRest = true
  Object.assign(weather, fairWeather)
  Object.assign(postWeather, fairWeather)
  Object.assign(world.second?.weather ?? {}, fairWeather)
  for (const place of letterbox.places) letterbox.turn(place, 'takes')
  world.mendApp()
  clocks.store.setRight()
  clocks.functions.setRight()
  world.calmSinceMs = clocks.nowMs()
  trace.tell(clocks.nowMs(), 'sky', 'the faults stop')
  // What is under way comes to its end: an upload may take an hour.
  await pass(world, 2 * hourMs)
  if (world.plight.besieged !== undefined) await seeSiegeOut(world)
  for (let day = 0; day < restsDays; day += 1) {
    for (const database of databases) pushOnce(world, database)
    await pass(world, hourMs)
    for (let round = 0; round < 4; round += 1) {
      runWatch(world)
      await pass(world, 2 * hourMs)
    }
    if (!world.plight.isShortOfTriggers) runPrune(world)
    await pass(world, hourMs)
    runWatch(world)
    await pass(world, 14 * hourMs)
  }
  runWatch(world)
  await pass(world, hourMs)
  if (world.plight.isShortOfTriggers) {
    // It may have let something go after it had looked: the next one has seen that.
    runWatch(world)
    await pass(world, hourMs)
  }
  // Those that were judged by what was expected before are taken up a few at a time.
  for (let round = 0; round < roundsAtMost && judgedByOthers(oracle).length > 0; round += 1) {
    runWatch(world)
    await pass(world, hourMs / 4)
  }
  oracle.timersCame()
  judgeSettled(oracle, databases)
  oracle.settled()
  for (const database of databases) restoreOnce(world, database)
  await pass(world, hourMs)
  world.isAtRest = false
  Object.assign(weather, world.usualWeather)
  Object.assign(postWeather, world.usualWeather)
  Object.assign(world.second?.weather ?? {}, world.usualWeather)
  trace.tell(clocks.nowMs(), 'sky', 'the world goes on')
}
