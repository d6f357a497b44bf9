/** Rounds of chance, in which kills come most often; then every trial of a disk, once. */
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

import { randomOf } from '../simulation/random'

import { fullDisks } from './rounds/full'
import { kills } from './rounds/kills'
import { overlap } from './rounds/overlap'
import { readOnlyDisks } from './rounds/read-only'
import { replaced } from './rounds/replaced'
import { makeWorld } from './world/world'
import type { Told, Trial, World } from './world/world'

const byChance = (nth: number): Trial => {
  const others = [overlap, ...replaced]
  return nth % 3 === 2 ? (others[Math.floor(nth / 3) % others.length] ?? kills) : kills
}

type Job = { trial: Trial; name: string; seed: string }

export type Plan = { rounds: number; seed: number; only: string }

export const jobsOf = ({ rounds, seed, only }: Plan): Job[] => {
  const isWanted = ({ name }: Trial) => name.startsWith(only)
  const once = [...fullDisks, ...readOnlyDisks].filter(isWanted)
  const drawn = Array.from({ length: 3 * 8 }, (_, nth) => byChance(nth)).filter(isWanted)
  const chances = drawn.length === 0 ? 0 : rounds
  const jobs = Array.from({ length: chances }, (_, nth) => ({
    trial: drawn[nth % drawn.length] ?? kills,
    name: `r${nth + 1}`,
    seed: `${seed} ${nth + 1}`,
  }))
  return [
    ...jobs,
    ...once.map((trial, nth) => ({ trial, name: `d${nth + 1}`, seed: `${seed} disk` })),
  ]
}

const merge = (all: readonly Told[]): Record<string, number> => {
  const sums: Record<string, number> = {}
  for (const { counts } of all)
    for (const [what, times] of Object.entries(counts)) sums[what] = (sums[what] ?? 0) + times
  return sums
}

const runOne = async (world: World, { trial, name, seed }: Job): Promise<Told> => {
  const whyNot = trial.whyNot?.()
  if (whyNot !== undefined)
    return { found: [], counts: { 'not tried': 1 }, note: `not tried: ${whyNot}` }
  const told: Told = await trial.run(world, randomOf(seed), name).catch((thrown: unknown) => ({
    found: [`the trial itself broke off: ${thrown instanceof Error ? thrown.stack : 'thrown'}`],
    counts: {},
  }))
  // Its files are of no more use, and many rounds would fill the disk.
  for (const made of readdirSync(world.folder))
    if (made === name || made.startsWith(`${name}-`))
      rmSync(path.join(world.folder, made), { recursive: true, force: true })
  return { ...told, counts: { ...told.counts, rounds: 1 } }
}

export const runTrials = async (
  plan: Plan,
  tell: (text: string) => void,
  mutate?: Parameters<typeof makeWorld>[0],
): Promise<{ found: number; line: string; all: Told[] }> => {
  const all: Told[] = []
  const world = await makeWorld(mutate)
  try {
    for (const job of jobsOf(plan)) {
      const told = await runOne(world, job)
      all.push(told)
      const about = told.note ?? (told.found.length === 0 ? 'nothing found' : 'FOUND')
      tell(`${job.name} ${job.trial.name} (seed ${job.seed}): ${about}`)
      for (const one of told.found) tell(`  ${one}`)
    }
  } finally {
    await world.close()
  }
  const { rounds = 0, 'not tried': untried = 0, ...sums } = merge(all)
  for (const [what, times] of Object.entries(sums).toSorted()) tell(`  ${times} ${what}`)
  const found = all.reduce((sum, one) => sum + one.found.length, 0)
  const killed = Object.entries(sums).filter(([what]) => what.startsWith('killed '))
  const kinds = killed.map(([what, times]) => `${times} of ${what.slice('killed '.length)}`)
  const killsInAll = killed.reduce((sum, [, times]) => sum + times, 0)
  const line = `${rounds} rounds, ${killsInAll} kills (${kinds.join(', ') || 'none'}), ${sums['faults'] ?? 0} disk faults, ${sums['pushes'] ?? 0} pushes, ${sums['restores'] ?? 0} restores, ${untried} not tried, ${found} violations found`
  return { found, line, all }
}
