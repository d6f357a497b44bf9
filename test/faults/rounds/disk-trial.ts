/** What the trials of disks have in common: the fault, what is said of it, and that it passes. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { startCloud } from '../world/cloud'
import { unmount, whyNoMounts } from '../world/mounts'
import { makeHost, scriptsOf } from '../world/scripts'
import type { Ended, Host } from '../world/scripts'
import { count } from '../world/world'
import type { Told, Trial, World } from '../world/world'
import { askAll } from '../world/writer'

import { bringBack } from './bring-back'
import { checkRound } from './check-round'

export type Scene = {
  told: Told
  world: World
  host: Host
  /** A folder of this trial's own, unmounted at its end. */
  disk: string
  push(args?: readonly string[]): Promise<Ended>
  /** Notes that something broke, and that it was told with this exit, these words and a mend. */
  expectTold(ended: Ended, code: number, words: RegExp): void
  expectQuiet(ended: Ended, what: string): void
}

export const hashOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex')

export const fill = (file: string): void => {
  try {
    for (let at = 0; at < 100_000; at += 1) writeFileSync(file, Buffer.alloc(4096), { flag: 'a' })
  } catch {
    // That was the end of the disk.
  }
}

const sceneOf = (world: World, name: string): Scene => {
  const told: Told = { found: [], counts: { faults: 1 } }
  const host = makeHost(world.folder, name)
  const disk = path.join(host.folder, 'disk')
  mkdirSync(disk)
  return {
    told,
    world,
    host,
    disk,
    push: async (args = []) => {
      count(told.counts, 'pushes')
      return world.scripts.push(host, args, { PATH: world.hurried }).ended
    },
    expectTold: ({ code: ended, stderr }, code, words) => {
      if (ended !== code || !words.test(stderr) || !/^mend: \S/m.test(stderr))
        told.found.push(`exit ${ended} instead of ${code} with ${words}: ${stderr.trim()}`)
    },
    expectQuiet: ({ code, stderr }, what) => {
      if (code !== 0 || stderr !== '') told.found.push(`${what}: exit ${code}: ${stderr.trim()}`)
    },
  }
}

/** The source as it is now comes back from the store, and everything that must hold does. */
const endWell = async ({ told, world, host }: Scene): Promise<void> => {
  const { integrity, n } = askAll(host.file)
  if (integrity !== 'ok') told.found.push(`the source: SQLite says ${integrity}`)
  await bringBack(told, world, { host, leastCommits: n })
  await checkRound(told, world, { host })
}

export const diskTrial = (name: string, work: (scene: Scene) => Promise<void>): Trial => ({
  name,
  whyNot: whyNoMounts,
  run: async (world, _random, label) => {
    const scene = sceneOf(world, label)
    try {
      await work(scene)
      await endWell(scene)
    } finally {
      for (const folder of [
        scene.disk,
        scene.host.spool,
        scene.host.temp,
        path.dirname(scene.host.file),
      ])
        unmount(folder)
    }
    return scene.told
  },
})

/** The same with a store of its own, whose folder the trial may spoil. */
export const storeTrial = (
  name: string,
  prepare: (folder: string) => void,
  work: (scene: Scene, storeFolder: string) => Promise<void>,
): Trial => ({
  name,
  whyNot: whyNoMounts,
  run: async (world, _random, label) => {
    const folder = path.join(world.folder, `${label}-cloud`)
    const storeFolder = path.join(folder, 'store')
    mkdirSync(storeFolder, { recursive: true })
    prepare(storeFolder)
    const cloud = await startCloud(folder, world.built)
    const scene = sceneOf({ ...world, cloud, scripts: scriptsOf(cloud, world.built) }, label)
    try {
      await work(scene, storeFolder)
      await endWell(scene)
    } finally {
      await cloud.platform().kill()
      await cloud.store().kill()
      unmount(storeFolder)
      rmSync(folder, { recursive: true, force: true })
    }
    return scene.told
  },
})
