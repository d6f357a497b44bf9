/** The store of the simulation, with somebody who lets its time pass. */
import { afterEach, describe, expect, test } from 'vitest'

import { storeContract } from '../../adapters/store.contract'
import { clocksFrom } from '../clock'
import { randomOf } from '../random'
import { schedulerOf } from '../scheduler'
import type { Task } from '../scheduler'
import { traceOf } from '../trace'
import { fairWeather } from '../weather'
import type { Weather } from '../weather'

import { bucketOf } from './bucket'
import { faultyStore } from './faulty-store'

let isOver = false
const pumps: Promise<void>[] = []
afterEach(async () => {
  isOver = true
  await Promise.all(pumps.splice(0))
  isOver = false
})

const madeIn = (weather: Weather) => {
  const clocks = clocksFrom(Date.now())
  const trace = traceOf()
  const scheduler = schedulerOf(clocks, trace)
  const bucket = bucketOf(clocks)
  const task: Task = { name: 'test', isDead: false, hasEnded: false }
  const by = { role: 'test', name: 'test', task }
  const parts = {
    bucket,
    clocks,
    scheduler,
    trace,
    weather,
    addressMark: 'mark',
    trespass: () => undefined,
    unsteady: () => undefined,
  }
  const store = faultyStore({ ...parts, random: randomOf('store') }, { by, task })
  const pump = async () => {
    while (!isOver) {
      const isIdle = !(await scheduler.step(Infinity))
      if (isIdle) await new Promise((resolve) => void setImmediate(resolve))
    }
  }
  pumps.push(pump())
  return { store, bucket, by, clocks }
}

describe('in fair weather it is a store like the others', () => {
  storeContract(async () => {
    const { store, bucket, by, clocks } = madeIn({ ...fairWeather })
    return {
      store,
      upload: async ({ url }, bytes) => bucket.upload(url, bytes, clocks.nowMs(), by),
    }
  })
})

describe('in foul weather', () => {
  test('a call that is refused did nothing', async () => {
    const { store, bucket } = madeIn({ ...fairWeather, refused: 1 })
    await expect(store.put('backups/a', Buffer.from('1'))).rejects.toThrow('store-unreachable')
    expect(bucket.objects.size).toBe(0)
  })

  test('a call whose answer was lost did everything', async () => {
    const { store, bucket } = madeIn({ ...fairWeather, lost: 1 })
    await expect(store.put('backups/a', Buffer.from('1'))).rejects.toThrow('store-unreachable')
    expect(bucket.objects.size).toBe(1)
  })

  test('a body that ends early is a fault, never a short file', async () => {
    const { store, bucket, by } = madeIn({ ...fairWeather, truncated: 1 })
    bucket.write('backups/a', Buffer.from('1234'), 'put', by)
    const found = await store.stream('backups/a')
    const read = async () => {
      for await (const _ of found?.chunks ?? []);
    }
    await expect(read()).rejects.toThrow('store-unreachable')
  })
})
