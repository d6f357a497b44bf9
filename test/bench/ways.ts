/** In which ways is a stored copy verified? By hand, and by ours, each timed by clock and by CPU. */
import { execFileSync, spawnSync } from 'node:child_process'
import path from 'node:path'

import type { Run, Time, Told } from './verify-process'

export type Stored = { key: string; sizeBytes: number; sha256: string; url: string }

export type Ours = Time & { peakBytes: number; fetchedBytes: number; method: string }

export type Ways = {
  /** What a careful person does by hand. */
  pipeline(): Time
  /** No check at all can be faster than having read and hashed it. */
  floor(): Time
  /** A process that is started for it, from its start to its end. */
  cold(reading: Reading): Ours
  /** One that has been asked before. */
  warm(reading: Reading): Ours
}

export const readings = ['spooled', 'ranges'] as const
export type Reading = (typeof readings)[number]

const mebibyte = 1024 ** 2

/** As functions have it, of which project.yml gives most of those that open snapshots twice as much. */
const memoryBytes = 256 * mebibyte

/** What the temp folder may take: by ranges far less than any of the files. */
const spoolBytes: Record<Reading, number> = { spooled: 1e15, ranges: 1 }

/** Asked so often before it is timed, and so often when it is. */
const warmTimes = (sizeBytes: number) =>
  sizeBytes < 20e6
    ? { before: 6, timed: 9 }
    : sizeBytes < 200e6
      ? { before: 1, timed: 3 }
      : { before: 1, timed: 1 }

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** The shell says what its children used: minutes and seconds, of the user and of the system. */
export const shell = (
  script: string,
  { args, env }: { args: readonly string[]; env?: Record<string, string> },
): Time & { stdout: string } => {
  const startedAt = performance.now()
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', `${script}\ntimes`, 'sh', ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * mebibyte,
    ...(env && { env }),
  })
  const seconds = (performance.now() - startedAt) / 1000
  if (status !== 0) throw new Error(`${script}: ${stderr}`)
  const used =
    stdout
      .trim()
      .split('\n')
      .at(-1)
      ?.matchAll(/(\d+)m([\d.]+)s/g) ?? []
  const cpuSeconds = [...used].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0)
  return { seconds, cpuSeconds, stdout }
}

const pipeline = `curl -sf -o "$2" "$1"; sha256sum "$2"
  test "$(sqlite3 "$2" 'PRAGMA integrity_check; PRAGMA foreign_key_check;')" = ok; rm -f "$2"`

const floor = `curl -sf "$1" | sha256sum`

export const waysOf = (
  stored: Stored,
  { endpoint, folder, assets }: { endpoint: string; folder: string; assets: string },
): Ways => {
  const { url, ...copy } = stored
  const file = path.join(folder, 'pipeline.db')

  const verify = (reading: Reading, times: number): Told => {
    const run: Run = {
      ...copy,
      endpoint,
      memoryBytes,
      assets,
      times,
      spoolBytes: spoolBytes[reading],
    }
    const args = [path.join(assets, 'verify-process.cjs'), JSON.stringify(run)]
    const told: Told = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
    if (told.verdicts.some((verdict) => verdict !== 'passed')) throw new Error(JSON.stringify(told))
    return told
  }

  return {
    pipeline: () => shell(pipeline, { args: [url, file] }),
    floor: () => shell(floor, { args: [url] }),
    cold: (reading) => {
      const startedAt = performance.now()
      const told = verify(reading, 1)
      return { ...told, seconds: (performance.now() - startedAt) / 1000 }
    },
    warm: (reading) => {
      const { before, timed } = warmTimes(stored.sizeBytes)
      const { times, ...told } = verify(reading, before + timed)
      const last = times.slice(before)
      const seconds = median(last.map((time) => time.seconds))
      return { ...told, seconds, cpuSeconds: median(last.map((time) => time.cpuSeconds)) }
    },
  }
}
