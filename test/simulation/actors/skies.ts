/**
 * What nobody can help: storms over the store and the platform, and clocks that jump.
 */
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { jumpAtMostMs } from '../cloud/functions'
import { badMoods } from '../cloud/letterbox'
import type { Random } from '../random'
import { stormNames, stormOf } from '../weather'
import type { World } from '../world'

import { runWatch } from './timers'

const slotMs = 6 * hourMs

/** That the store is away is told in the first minutes of every sixth hour: let a run fall there. */
const callInTime = (world: World, random: Random): void => {
  const { scheduler, clocks } = world
  const inMs = slotMs - (clocks.nowMs() % slotMs) + random.between(minuteMs, 8 * minuteMs)
  scheduler.after(inMs, () => {
    if (!world.isAtRest) runWatch(world)
  })
}

const startStorms = (world: World): void => {
  const { scheduler, weather, postWeather, trace, clocks } = world
  const random = world.random.fork('storms')
  const begin = () => {
    const name = random.anyOf(stormNames) ?? ''
    const lastsMs = random.between(10 * minuteMs, random.chance(0.2) ? 30 * hourMs : 5 * hourMs)
    scheduler.after(lastsMs, end)
    if (world.isAtRest) return
    const storm = stormOf(name)
    if (storm.refused === 1) callInTime(world, random)
    Object.assign(weather, storm)
    world.calmSinceMs = Infinity
    postWeather.killed = storm.killed
    trace.tell(clocks.nowMs(), 'sky', `${name}, for ${Math.round(lastsMs / minuteMs)} minutes`)
  }
  const end = () => {
    scheduler.after(random.between(6 * hourMs, world.isRough ? 3 * dayMs : 8 * dayMs), begin)
    if (world.isAtRest) return
    Object.assign(weather, world.usualWeather)
    Object.assign(postWeather, world.usualWeather)
    if (!world.isRough) world.calmSinceMs = clocks.nowMs()
  }
  scheduler.after(random.between(hourMs, 4 * dayMs), begin)
}

/** Days off, for some hours: a container that was thawed, a host without NTP. */
const startClockJumps = (world: World): void => {
  const { scheduler, clocks, trace } = world
  const random = world.random.fork('clocks')
  const jump = () => {
    scheduler.after(random.between(dayMs, world.isRough ? 12 * dayMs : 60 * dayMs), jump)
    if (world.isAtRest) return
    const isStore = random.chance(0.4)
    const clock = isStore ? clocks.store : clocks.functions
    const farMs = jumpAtMostMs * (random.chance(0.5) ? 1 : 0.005)
    clock.aheadMs = isStore ? random.between(-9, 9) * minuteMs : random.between(-farMs, farMs)
    clock.driftPpm = random.between(-50, 50)
    const who = isStore ? 'the store' : 'the functions'
    trace.tell(clocks.nowMs(), 'sky', `the clock of ${who} jumps by ${clock.aheadMs} ms`)
    scheduler.after(
      random.between(minuteMs, random.chance(0.5) ? hourMs : 30 * hourMs),
      clock.setRight,
    )
  }
  scheduler.after(random.between(dayMs, 30 * dayMs), jump)
}

/** Each place is deaf now and then, for an hour or for days, and in its own way. */
const startDeafness = (world: World): void => {
  const { scheduler, letterbox, trace, clocks } = world
  for (const place of letterbox.places) {
    const random = world.random.fork(`deafness of ${place.id}`)
    const begin = () => {
      const mood = random.pick(badMoods)
      const lastsMs = random.chance(0.4)
        ? random.between(1, 9) * dayMs
        : random.between(1, 300) * minuteMs
      scheduler.after(lastsMs, end)
      if (world.isAtRest) return
      letterbox.turn(place, mood)
      trace.tell(
        clocks.nowMs(),
        'sky',
        `${place.id} ${mood}, for ${Math.round(lastsMs / hourMs)} hours`,
      )
    }
    const end = () => {
      scheduler.after(random.between(dayMs, 20 * dayMs), begin)
      letterbox.turn(place, 'takes')
    }
    scheduler.after(random.between(hourMs, 20 * dayMs), begin)
  }
}

/** The second place has a provider of its own: away for hours or for days, and in its own ways. */
const startSecondStorms = (world: World): void => {
  const { second, scheduler, trace, clocks, usualWeather } = world
  if (!second) return
  const random = world.random.fork('second storms')
  const { weather } = second
  Object.assign(weather, usualWeather)
  const begin = () => {
    const name = random.chance(0.5) ? 'the store is away' : (random.anyOf(stormNames) ?? '')
    const lastsMs = random.chance(0.4)
      ? random.between(1, 6) * dayMs
      : random.between(10 * minuteMs, 20 * hourMs)
    scheduler.after(lastsMs, end)
    if (world.isAtRest) return
    Object.assign(weather, stormOf(name))
    trace.tell(clocks.nowMs(), 'other sky', `${name}, for ${Math.round(lastsMs / hourMs)} hours`)
  }
  const end = () => {
    scheduler.after(random.between(hourMs, 9 * dayMs), begin)
    if (!world.isAtRest) Object.assign(weather, usualWeather)
  }
  scheduler.after(random.between(0, 5 * dayMs), begin)
}

export const startSkies = (world: World): void => {
  Object.assign(world.weather, world.usualWeather)
  Object.assign(world.postWeather, world.usualWeather)
  startDeafness(world)
  startSecondStorms(world)
  startStorms(world)
  startClockJumps(world)
}
