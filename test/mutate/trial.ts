/**
 * Do these tests pass in that tree? In processes of their own, which are ended with the question.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

import * as z from 'zod'

/** Of CPU, since a busy machine makes no mutant hang; and the clock, for what waits and computes nothing. */
const cpuSeconds = 120
const waitsMs = 600_000

/** Who waits for what never comes says so after so long, and whoever is merely slow is asked again without the mutant. */
const hangsMs = 60_000

/** What CI runs and `npm test` leaves out takes so many times as long. */
const thoroughTimes = 5

/** What a worker may hold, so that a mutant that gathers without end is ended too. */
const heapMegabytes = 1024

type Files = { failed: string[]; passed: string[] }

/** `timed out` by the clock alone: no test said that anything is wrong, and a busy machine is slow too. */
export type Outcome = Files & { is: 'passed' | 'failed' | 'timed out'; tookMs: number }

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ failureMessages: z.array(z.string()) })).optional(),
    }),
  ),
})

/** As vitest says it of a test and of what comes before and after one. */
const isByTheClock = (message: string): boolean => /\b(Test|Hook) timed out in \d+ms/.test(message)

const running = new Set<ChildProcess>()

/** Each leads a group, so that what the tests started ends with them. */
const end = (child: ChildProcess): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It had ended.
  }
}

export const endAll = (): void => {
  for (const child of running) end(child)
}

type Ended = { code: number | null; isTooLong: boolean }

const endOf = (child: ChildProcess, atMostMs: number): Promise<Ended> =>
  new Promise((resolve) => {
    running.add(child)
    let isTooLong = false
    const timer = setTimeout(() => {
      isTooLong = true
      end(child)
    }, atMostMs)
    child.on('exit', (code) => {
      clearTimeout(timer)
      // What a test left running would hold the next one up.
      end(child)
      running.delete(child)
      resolve({ code, isTooLong })
    })
  })

export const readReport = (root: string, file: string): Files & { isByTheClock: boolean } => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return { failed: [], passed: [], isByTheClock: false }
  }
  const { testResults } = Report.parse(JSON.parse(text))
  const named = (status: string) =>
    testResults.filter((one) => one.status === status).map(({ name }) => path.relative(root, name))
  const said = testResults
    .flatMap(({ assertionResults = [] }) => assertionResults)
    .flatMap(({ failureMessages }) => failureMessages)
  return {
    failed: named('failed'),
    passed: named('passed'),
    isByTheClock: said.length > 0 && said.every(isByTheClock),
  }
}

/** The first test that fails ends it. What was built stays as it is, or is built anew by the tests themselves. */
export const tryTests = async (
  root: string,
  tests: readonly string[],
  { isBuilt, isThorough }: { isBuilt: boolean; isThorough: boolean },
): Promise<Outcome> => {
  const times = isThorough ? thoroughTimes : 1
  const report = path.join(root, '.build', 'mutate.json')
  rmSync(report, { force: true })
  // Tests that are ended leave what they had made: there it goes with the copy of the tree.
  const temporary = path.join(root, '.build', 'tmp')
  mkdirSync(temporary, { recursive: true })
  const words = 'run --config test/vitest.config.mts --bail 1 --maxWorkers 1 --reporter json'
  const patience = [`--testTimeout=${hangsMs * times}`, `--hookTimeout=${hangsMs * times}`]
  const args = [...words.split(' '), ...patience, '--outputFile', report, ...tests]
  const limited = `ulimit -t ${cpuSeconds * times}; exec "$@"`
  const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', ...args]
  const began = performance.now()
  const child = spawn('sh', ['-c', limited, 'sh', ...vitest], {
    cwd: root,
    detached: true,
    stdio: 'ignore',
    env: {
      ...process.env,
      TMPDIR: temporary,
      NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}`,
      ...(isBuilt ? { SNAPPROOF_IS_BUILT: 'yes' } : {}),
      ...(isThorough ? { SNAPPROOF_CASES: '2' } : {}),
    },
  })
  const { code, isTooLong } = await endOf(child, waitsMs * times)
  const { failed, passed, isByTheClock: isSlow } = readReport(root, report)
  const is = code === 0 ? 'passed' : isTooLong || isSlow ? 'timed out' : 'failed'
  return { is, failed, passed, tookMs: performance.now() - began }
}
