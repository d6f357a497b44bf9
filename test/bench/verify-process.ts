/**
 * Our whole verification of one snapshot, from the store to its verdict, in one process: once, as in a
 * container that has just been started, and again, as in one that has been asked before.
 */
// First of all, as a function that opens copies imports edge/ahead.ts.
// oxlint-disable-next-line import/no-unassigned-import
import './verify-ahead'
import { readFileSync } from 'node:fs'

import { systemClock } from '../../lib/adapters/clock'
import { spaces } from '../../lib/adapters/spaces/store'
import { enginesOf, openIn } from '../../lib/edge/tools'
import type { Store } from '../../lib/ports'
import { judgeAs } from '../../lib/rules/kinds/kinds'
import { expectationsOf } from '../../lib/rules/settings/databases'

export type Run = {
  endpoint: string
  key: string
  sizeBytes: number
  sha256: string
  memoryBytes: number
  spoolBytes: number
  assets: string
  /** How many times it is verified, one after the other. */
  times: number
}

export type Time = { seconds: number; cpuSeconds: number }

export type Told = {
  verdicts: string[]
  method: string
  /** Of each time, within the process. */
  times: Time[]
  /** Of the process from its start. */
  cpuSeconds: number
  peakBytes: number
  /** Each time. */
  fetchedBytes: number
}

const counting = (store: Store): { store: Store; fetched(): number } => {
  let bytes = 0
  async function* counted(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      yield chunk
    }
  }
  const counter: Store = {
    ...store,
    stream: async (key, etag) => {
      const found = await store.stream(key, etag)
      return found && { ...found, chunks: counted(found.chunks) }
    },
    range: async (key, part) => {
      const found = await store.range(key, part)
      return found && counted(found)
    },
  }
  return { store: counter, fetched: () => bytes }
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const main = async (run: Run): Promise<Told> => {
  const engines = enginesOf({ ...run, clock: systemClock })
  const { store, fetched } = counting(
    spaces({
      endpoint: run.endpoint,
      region: 'local',
      bucket: 'bench',
      accessKey: 'access',
      secretKey: 'secret',
      prefix: 'backups/',
    }),
  )
  const examine = engines.sqlite.examiner(openIn(store))
  const verdicts: string[] = []
  const times: Time[] = []
  let method = ''
  for (let time = 0; time < run.times; time += 1) {
    const began = { at: performance.now(), cpu: cpuSeconds() }
    const examination = await examine({
      key: run.key,
      claim: { encoding: 'identity', sizeBytes: run.sizeBytes, sha256: run.sha256 },
      expected: expectationsOf({}, '').asked,
      deadlineAt: new Date(systemClock.now().getTime() + 3_600_000),
    })
    const seconds = (performance.now() - began.at) / 1000
    times.push({ seconds, cpuSeconds: cpuSeconds() - began.cpu })
    verdicts.push(judgeAs('sqlite', examination.findings))
    method = examination.method
  }
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return {
    verdicts,
    method,
    times,
    cpuSeconds: cpuSeconds(),
    peakBytes: Number(peak) * 1024,
    fetchedBytes: fetched() / run.times,
  }
}

void main(JSON.parse(process.argv[2] ?? '{}')).then((told) => {
  process.stdout.write(JSON.stringify(told))
  process.exit(0)
})
