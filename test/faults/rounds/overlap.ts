/**
 * A cron line that comes round before the last run has ended: two or five pushes of one database at
 * once; and one that is killed while it holds the lock.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'

import type { Random } from '../../simulation/random'
import { readCopies } from '../oracle'
import { pause } from '../world/process'
import { makeHost } from '../world/scripts'
import type { Host, Running } from '../world/scripts'
import { count } from '../world/world'
import type { Told, Trial, World } from '../world/world'
import { makeDatabase, startWriter } from '../world/writer'

import { bringBack } from './bring-back'
import { checkRound } from './check-round'
import { lastPush } from './kills'

const isAtWork = (host: Host): boolean =>
  existsSync(path.join(host.spool, `.snapproof-${host.name}`, 'tmp', 'item'))

const killAtWork = async (told: Told, host: Host, push: Running): Promise<void> => {
  for (let waited = 0; waited < 200 && !isAtWork(host); waited += 1) await pause(2)
  if (push.killAll()) count(told.counts, 'killed push with the lock')
}

const judgeTogether = async (told: Told, pushes: readonly Running[]): Promise<void> => {
  let through = 0
  for (const { code, stderr } of await Promise.all(pushes.map(({ ended }) => ended))) {
    if (code === 0) through += 1
    else if (code === 2 && stderr.includes('Another push of')) count(told.counts, 'kept out')
    else if (code !== null) told.found.push(`of several at once one ended with ${code}: ${stderr}`)
  }
  if (through === 0) told.found.push('of several pushes at once none came through')
}

const run = async (world: World, random: Random, name: string): Promise<Told> => {
  const told: Told = { found: [], counts: {} }
  const host = makeHost(world.folder, name)
  makeDatabase(host.file, { mode: random.pick(['wal', 'delete']), rows: random.between(200, 9000) })
  const writer = await startWriter(host.file)
  const start = () => world.scripts.push(host, [], { PATH: world.hurried })

  const doomed = start()
  await killAtWork(told, host, doomed)
  const pushes: Running[] = []
  for (let nth = random.pick([2, 5]); nth > 0; nth -= 1) {
    pushes.push(start())
    await pause(random.between(0, 30))
  }
  count(told.counts, 'pushes', pushes.length + 1)
  await judgeTogether(told, pushes)
  const leastCommits = writer.committed()
  await lastPush(told, world, { host, args: [] })
  const { copies } = await readCopies(host.name, world.cloud.tools())
  const hashes = copies.map(({ entry }) => entry.claim.sha256)
  if (new Set(hashes).size !== hashes.length) told.found.push('the same bytes were stored twice')
  if (copies.length > pushes.length + 1)
    told.found.push(`${pushes.length + 1} pushes left ${copies.length} copies`)
  await bringBack(told, world, { host, leastCommits })
  await checkRound(told, world, { host, writer })
  return told
}

export const overlap: Trial = { name: 'overlap', run }
