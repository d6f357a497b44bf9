/** One cloud, the scripts that talk to it, and folders of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Random } from '../../simulation/random'

import { buildInto } from './build'
import type { Built } from './build'
import { startCloud } from './cloud'
import type { Cloud } from './cloud'
import { scriptsOf } from './scripts'
import type { Scripts } from './scripts'

export type World = {
  folder: string
  scratch: string
  built: Built
  cloud: Cloud
  scripts: Scripts
  /** A search path on which every wait of a script is a short one. */
  hurried: string
  close(): Promise<void>
}

/** What one round tried, and what it found; a finding is always a violation. */
export type Told = {
  found: string[]
  /** How often each thing was done: kills by kind, faults, pushes, how they ended. */
  counts: Record<string, number>
  /** Why it was not tried. */
  note?: string
}

export type Trial = {
  name: string
  /** Why this machine cannot try it; undefined when it can. */
  whyNot?: () => string | undefined
  run(world: World, random: Random, name: string): Promise<Told>
}

export const count = (counts: Record<string, number>, what: string, times = 1): void =>
  void (counts[what] = (counts[what] ?? 0) + times)

const shortSleep = '#!/bin/sh\nexec /bin/sleep 0.2\n'

/** `mutate` may change the copies of the scripts and of the functions that this world uses. */
export const makeWorld = async (mutate?: (built: Built) => void): Promise<World> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-faults-'))
  const built = await buildInto(path.join(folder, 'built'))
  mutate?.(built)
  const cloud = await startCloud(folder, built)
  const bin = path.join(folder, 'bin')
  const scratch = path.join(folder, 'scratch')
  for (const made of [bin, scratch]) mkdirSync(made)
  writeFileSync(path.join(bin, 'sleep'), shortSleep, { mode: 0o755 })
  return {
    folder,
    scratch,
    built,
    cloud,
    scripts: scriptsOf(cloud, built),
    hurried: `${bin}:${process.env['PATH'] ?? ''}`,
    close: async () => {
      await cloud.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
