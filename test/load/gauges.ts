/** What is measured while a crowd pushes. */
import { readFileSync } from 'node:fs'

import { childrenOf } from '../faults/world/process'

export type Gauges = {
  note(what: string): void
  counted(what: string): number
  /** Times one call and counts its status. */
  time<T extends { status: number }>(name: string, work: () => Promise<T>): Promise<T>
  /** One line for each function and for the store. */
  lines(): string[]
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

export const spread = (timesMs: readonly number[]): string => {
  const sorted = [...timesMs].sort((a, b) => a - b)
  const [median, most, slowest] = [at(sorted, 0.5), at(sorted, 0.95), sorted.at(-1) ?? 0]
  return `median ${seconds(median)}, 95 % within ${seconds(most)}, slowest ${seconds(slowest)}`
}

export const makeGauges = (): Gauges => {
  const counts = new Map<string, number>()
  const times = new Map<string, number[]>()
  const note = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1)
  return {
    note,
    counted: (what) => counts.get(what) ?? 0,
    time: async (name, work) => {
      const beganMs = performance.now()
      const taken = times.get(name) ?? []
      times.set(name, taken)
      try {
        const reply = await work()
        note(`${name} ${reply.status}`)
        // How fast a refusal comes says nothing about the work.
        if (reply.status < 400) taken.push(performance.now() - beganMs)
        return reply
      } catch (thrown) {
        note(`${name} without an answer`)
        throw thrown
      }
    },
    lines: () =>
      [...times].map(([name, taken]) => {
        const statuses = [...counts].filter(([what]) => what.startsWith(`${name} `))
        const said = statuses.map(([what, times_]) => `${times_} × ${what.slice(name.length + 1)}`)
        return `${name.padEnd(8)} ${spread(taken)}; ${said.toSorted().join(', ')}`
      }),
  }
}

const residentMib = (pid: number): number => {
  try {
    const said = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+)/m.exec(said)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** The most memory that a process and the processes it started held together. */
export const watchMemory = (pidOf: () => number) => {
  const most = { ownMib: 0, allMib: 0, processes: 0 }
  const look = () => {
    const own = residentMib(pidOf())
    const children = childrenOf(pidOf())
    const all = children.reduce((sum, child) => sum + residentMib(child), own)
    most.ownMib = Math.max(most.ownMib, own)
    most.allMib = Math.max(most.allMib, all)
    most.processes = Math.max(most.processes, children.length)
  }
  const timer = setInterval(look, 250)
  look()
  return { most, stop: () => clearInterval(timer) }
}

/** Ticks of /proc, a hundred a second wherever Linux runs Node. */
const ticksPerSecond = 100

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** What a process has used itself; nothing of one that has ended. */
const cpuSecondsOf = (pid: number): number => {
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond
}

/** A container is started with the folder of its function. */
const functionOf = (pid: number): string =>
  /snapshots\/([a-z]+)\0/.exec(read(`/proc/${pid}/cmdline`))?.[1] ?? 'others'

/** CPU of all of the cloud's processes, by what they are: steadier than the clock on a busy machine. */
export const cpuOf = ({
  store,
  platform,
}: {
  store: number
  platform: number
}): ReadonlyMap<string, number> => {
  const used = new Map([
    ['store', cpuSecondsOf(store)],
    ['platform', cpuSecondsOf(platform)],
  ])
  for (const child of childrenOf(platform)) {
    const name = functionOf(child)
    used.set(name, (used.get(name) ?? 0) + cpuSecondsOf(child))
  }
  return used
}
