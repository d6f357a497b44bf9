/**
 * Our whole verification of one dump of PostgreSQL, from a file to its verdict, in one process; and the most
 * memory of the child that it starts.
 */
import { createReadStream, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import { systemClock } from '../../lib/adapters/clock'
import { postgresEngine } from '../../lib/adapters/postgres/examiner'
import { judgeAs } from '../../lib/rules/kinds/kinds'
import { postgresExpected } from '../../lib/rules/kinds/postgres/settings'

export type DumpRun = {
  file: string
  /** Where what restores lies: .build of the tree. */
  assets: string
  memoryBytes: number
  /** Read, and not restored. */
  isReadOnly: boolean
}

export type DumpTold = {
  verdict: string
  method: string
  findings: string[]
  seconds: number
  cpuSeconds: number
  /** Of this process, and of its child. */
  peakBytes: number
  childPeakBytes: number
}

const statusOf = (pid: string, field: 'VmHWM' | 'VmRSS'): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

const children = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean)

const main = async ({ file, assets, memoryBytes, isReadOnly }: DumpRun): Promise<DumpTold> => {
  let childPeakBytes = 0
  setInterval(() => {
    for (const pid of children()) childPeakBytes = Math.max(childPeakBytes, statusOf(pid, 'VmHWM'))
  }, 50).unref()
  const engine = postgresEngine({
    clock: systemClock,
    memoryBytes,
    ...(isReadOnly ? {} : { assets: path.resolve(assets) }),
  })
  const { size } = statSync(file)
  const open = () => Promise.resolve({ sizeBytes: size, chunks: createReadStream(file) })
  const began = performance.now()
  const { findings, method } = await engine.examiner(open)({
    key: 'bench',
    claim: { encoding: file.endsWith('.gz') ? 'gzip' : 'identity', kind: 'postgres' },
    expected: postgresExpected(undefined),
    deadlineAt: new Date(systemClock.now().getTime() + 6 * 3_600_000),
  })
  const { user, system } = process.cpuUsage()
  return {
    verdict: judgeAs('postgres', findings),
    method,
    findings: findings.map(({ check, outcome, detail }) => `${outcome} ${check}: ${detail}`),
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: statusOf('self', 'VmHWM'),
    childPeakBytes,
  }
}

void main(JSON.parse(process.argv[2] ?? '{}')).then((told) => {
  process.stdout.write(JSON.stringify(told))
  process.exit(0)
})
