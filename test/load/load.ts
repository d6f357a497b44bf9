/** So many databases push at once; then the truth is read from the store. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { buildInto } from '../faults/world/build'
import { startCloud } from '../faults/world/cloud'
import type { Cloud } from '../faults/world/cloud'
import { pause } from '../faults/world/process'
import { scriptsOf } from '../faults/world/scripts'

import { isLater, pushAgain, pushAll } from './crowd'
import type { Pushed } from './crowd'
import { makeSources } from './databases'
import { cpuOf, makeGauges, spread, watchMemory } from './gauges'
import { besiege, thief } from './thief'
import { checkTruth } from './truth'

export type Load = {
  databases: number
  shells: number
  withinMs: number
  /** So many files are pushed beside them, with the token of one more database, that delay them most. */
  endlessFiles?: number
  /** Falsifies what was told, or what is stored, before the two are compared. */
  spoil?: (told: Pushed[], cloud: Cloud) => Promise<void>
}

export type Outcome = { found: string[]; lines: string[]; pushed: Pushed[] }

const mostRunsOfWatch = 30

/** Runs watch as its timer does until nothing waits any more. */
const settle = async (cloud: Cloud): Promise<number> => {
  for (let runs = 1; runs <= mostRunsOfWatch; runs += 1) {
    const said = JSON.stringify(await cloud.run('watch'))
    if (/\\"waiting\\":0\b/.test(said)) return runs
    await pause(1000)
  }
  return mostRunsOfWatch
}

const againAtMost = 3

export const load = async (plan: Load): Promise<Outcome> => {
  const { databases, shells, withinMs, endlessFiles = 0, spoil } = plan
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-load-'))
  const scratch = path.join(folder, 'scratch')
  mkdirSync(scratch)
  const built = await buildInto(path.join(folder, 'built'))
  const cloud = await startCloud(folder, built)
  try {
    const sources = makeSources(folder, databases)
    const world = { cloud, scripts: scriptsOf(cloud, built), gauges: makeGauges() }
    const memory = watchMemory(() => cloud.platform().pid)
    const everyNth = shells === 0 ? Infinity : databases / shells
    const isBesieged = endlessFiles > 0
    if (isBesieged) {
      const token = cloud.token('push', thief)
      besiege(
        { folder, endlessFiles },
        { url: cloud.url, token: () => token, gauges: makeGauges() },
      )
    }
    const beganMs = performance.now()
    const isShell = (nth: number) => Math.floor(nth % everyNth) === 0 && shells > 0
    const first = await pushAll(sources, world, { isShell, withinMs })
    const tookMs = performance.now() - beganMs
    const cpu = cpuOf({ store: cloud.store().pid, platform: cloud.platform().pid })
    const settledFirst = first.filter(({ code }) => code === 0)

    const last = new Map(first.map((one) => [one.source.name, one]))
    const unclear = first.filter((one) => one.code !== 0 && !isLater(one))
    for (let again = 0; again < againAtMost; again += 1) {
      const late = [...last.values()].filter(isLater)
      if (late.length === 0) break
      for (const one of await pushAgain(late, world)) last.set(one.source.name, one)
    }
    // His copies come to no end: one run is what everybody else may have to wait for.
    const watched = isBesieged ? await cloud.run('watch').then(() => 1) : await settle(cloud)
    memory.stop()
    await spoil?.([...last.values()], cloud)
    const found = [
      ...unclear.map(
        (one) => `${one.source.name} ended with ${one.code}: ${one.why ?? 'nothing said'}`,
      ),
      ...(await checkTruth([...last.values()], cloud, {
        scratch,
        others: isBesieged ? [thief] : [],
      })),
      ...cloud.ownEnds(),
    ]
    const bytes = settledFirst.reduce((sum, { source }) => sum + source.sizeBytes, 0)
    const perMinute = (settledFirst.length / tookMs) * 60_000
    const later = first.length - settledFirst.length - unclear.length
    const { ownMib, allMib, processes } = memory.most
    return {
      found,
      pushed: first,
      lines: [
        `${databases} databases, ${first.filter((one) => one.isShell).length} of them pushed by push.sh, started within ${Math.round(withinMs / 1000)} s`,
        `${settledFirst.length} verdicts in ${Math.round(tookMs / 1000)} s: ${perMinute.toFixed(0)} pushes a minute, ${((bytes / tookMs / 1024 / 1024) * 1000).toFixed(2)} MiB/s; ${later} were told "later"`,
        `push.sh  ${spread(first.filter((one) => one.isShell).map((one) => one.tookMs))}`,
        `in code  ${spread(first.filter((one) => !one.isShell).map((one) => one.tookMs))}; ${world.gauges.counted('retries')} retries`,
        ...world.gauges.lines(),
        `CPU, ms a verdict: ${[...cpu].map(([name, seconds]) => `${name} ${Math.round((seconds / settledFirst.length) * 1000)}`).join(', ')}`,
        `the platform held ${ownMib.toFixed(0)} MiB, with its ${processes} containers ${allMib.toFixed(0)} MiB; ${isBesieged ? 'the watch ran once' : `watch was quiet after ${watched} runs`}`,
      ],
    }
  } finally {
    await cloud.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
