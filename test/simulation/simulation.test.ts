// A short run of the simulation, always the same; `npm run simulate` goes on from here.
import { describe, expect, test } from 'vitest'

import { isThorough, slow, some } from '../cases'

import { simulate } from './simulate'
import { worldOf } from './world'

/** Among them rows that are lost, migrations, many kills and faults, and people who are asked. */
test.each(some([17, 8, 30], 1))('nothing goes wrong for good in world %i', async (seed) => {
  const days = isThorough ? 15 : 2
  const { report, tally } = await simulate({ seed, days, watchEveryHours: 12 })
  expect(report).toBe('')
  expect(tally.steps).toBeGreaterThan(days * 33)
})

test('a third of a year of daily pushes and prunes', slow, async () => {
  const { report, tally, days } = await simulate({ seed: 20, days: 120, watchEveryHours: 48 })
  expect(report).toBe('')
  expect(days).toBeGreaterThan(120)
  expect(tally.pushes).toBeGreaterThan(100)
  expect(tally.deletions).toBeGreaterThan(100)
  expect(tally.kills).toBeGreaterThan(10)
  expect(tally.faults).toBeGreaterThan(50)
})

describe('the simulation itself', () => {
  test('a seed replays to the very same events', async () => {
    const days = isThorough ? 5 : 1
    const once = await simulate({ seed: 5, days })
    const again = await simulate({ seed: 5, days })
    expect([again.tally, again.hash]).toEqual([once.tally, once.hash])
    const other = await simulate({ seed: 6, days })
    expect(other.hash).not.toBe(once.hash)
  })

  test('a report tells the seed, the time, the last events and how to see them again', async () => {
    const { report } = await simulate({
      seed: 5,
      days: 20,
      steps: () => ({
        watch: async (_, { store }) => {
          await store.remove('backups/nothing')
          await store.put('elsewhere', Buffer.from('x'))
          throw new Error('it never comes this far')
        },
      }),
    })
    const lines = report.split('\n')
    expect(lines[0]).toMatch(/^VIOLATION of invariant 8: watch#\d+ touched elsewhere, outside/)
    expect(lines[1]).toMatch(/^seed 5, virtual time 2025-01-0\dT\S+Z; the last events:$/)
    expect(report).toMatch(/watch#\d+ +remove backups\/nothing: done/)
    expect(lines.at(-1)).toBe('replay: npm run simulate -- --seed 5 --days 20')
  })

  test('a step that stumbles is no quiet run', async () => {
    const stumbling = simulate({
      seed: 5,
      days: 5,
      steps: () => ({ watch: () => Promise.reject(new TypeError('undefined is not a function')) }),
    })
    await expect(stumbling).rejects.toThrow('The simulation of seed 5 broke.')
  })

  test('a listing of some minutes ago shows what stood there then', () => {
    const { bucket, clocks } = worldOf({ seed: 1, days: 1 })
    const by = { role: 'stranger', name: 'test' }
    bucket.write('backups/a', Buffer.from('1'), 'put', by)
    bucket.write('backups/b', Buffer.from('1'), 'put', by)
    clocks.moveTo(clocks.nowMs() + 60_000)
    const [, then] = bucket.view('backups/', 0)
    bucket.write('backups/b', Buffer.from('2'), 'put', by)
    bucket.remove('backups/a', by)
    bucket.write('backups/c', Buffer.from('1'), 'put', by)
    const keysOf = (agoMs: number) => bucket.view('backups/', agoMs).map(({ key }) => key)
    expect(keysOf(0)).toEqual(['backups/b', 'backups/c'])
    expect(keysOf(30_000)).toEqual(['backups/a', 'backups/b'])
    expect(bucket.view('backups/', 30_000)[1]).toEqual(then)
  })
})
