// A short form of `npm run faults`; and that it can fail.
// @module-tag slow
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { randomOf } from '../simulation/random'

import { kills } from './rounds/kills'
import { overlap } from './rounds/overlap'
import { scriptsOf } from './world/scripts'
import { makeWorld } from './world/world'
import type { Trial, World } from './world/world'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world.close())

const run = async (trial: Trial, seed: string, where = world): Promise<string[]> => {
  const { found } = await trial.run(where, randomOf(seed), seed.replaceAll(' ', '-'))
  return found
}

/** The same cloud, with push.sh changed in one place; fails when that place is gone. */
const withPush = (change: [from: string, to: string]): World => {
  const scripts = path.join(world.folder, `scripts-${change[1].length}`)
  cpSync(world.built.scripts, scripts, { recursive: true })
  const file = path.join(scripts, 'push.sh')
  const text = readFileSync(file, 'utf8')
  expect(text).toContain(change[0])
  writeFileSync(file, text.replace(...change))
  return { ...world, scripts: scriptsOf(world.cloud, { scripts }) }
}

test('killed anywhere while an app commits, nothing is wrong and the next push completes', async () => {
  expect(await run(kills, 'kill 1')).toEqual([])
})

test('several pushes of one database at once leave one copy of each state', async () => {
  expect(await run(overlap, 'overlap 1')).toEqual([])
})

test('a push.sh without its lock is found out', async () => {
  const unlocked = withPush(['flock -n 9 ||', 'true ||'])
  expect(await run(overlap, 'unlocked 1', unlocked)).not.toEqual([])
})

test('disks that are full or read-only are told with their mend, where small ones can be mounted', ({
  skip,
}) => {
  const args = [
    'test/faults/launch.mjs',
    '--as-built',
    '--rounds',
    '0',
    '--only',
    'full: the store, d',
  ]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const why = /not tried: (.*)/.exec(stdout)?.[1]
  if (why !== undefined) skip(why)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('1 rounds, 0 kills (none), 1 disk faults')
})
