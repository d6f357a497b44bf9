/** Processes that a test starts, and ends by their own ids alone. */
import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

export const pause = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms))

export const goneOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode)
    child.once('error', () => resolve(null))
    child.once('exit', (code) => resolve(code))
  })

export type Host = {
  pid: number
  /** The first line it said. */
  address: string
  child: ChildProcess
  isAlive(): boolean
  /** True when it lived until now. */
  kill(): Promise<boolean>
}

/** Starts a server and waits for the line that tells where it answers. */
export const startHost = async (
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Host> => {
  const child = spawn(program, [...args], { ...options, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin?.on('error', () => undefined)
  const address = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')))
    })
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`${args[0]} ended with ${code} before it answered`)),
    )
  })
  const isAlive = () => child.exitCode === null && child.signalCode === null
  return {
    pid: child.pid ?? 0,
    address,
    child,
    isAlive,
    kill: async () => {
      const isKilled = isAlive() && child.kill('SIGKILL')
      await goneOf(child)
      return isKilled
    },
  }
}

/** The processes that one has started and that still live. */
export const childrenOf = (pid: number): number[] => {
  try {
    const told = readdirSync(`/proc/${pid}/task`).map((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'),
    )
    return told.join(' ').split(/\s+/).filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** True when there was something to kill. */
export const killNow = (pid: number): boolean => {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
