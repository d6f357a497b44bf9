// What does the operator's command print and answer? Starting a process takes half a second of a
// core each time: here one process runs command after command, as lib/cli/launch.mjs would.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export type Ended = { code: number | null; stdout: string; stderr: string }

/** Each call has an environment and a folder of its own, and what it printed is its own too. */
const script = `
  const root = ${JSON.stringify(path.resolve('.'))}
  const { main } = require(root + '/.build/snapproof.cjs')
  process.on('message', async ({ args, env, cwd }) => {
    for (const name of Object.keys(process.env)) delete process.env[name]
    Object.assign(process.env, env)
    process.chdir(cwd)
    const ended = { stdout: '', stderr: '' }
    for (const to of ['stdout', 'stderr']) process[to].write = (text) => void (ended[to] += text)
    const code = await main(args, root)
    process.send({ ...ended, code })
  })`

export type Command = {
  run(args: readonly string[], env: Record<string, string>): Promise<Ended>
  end(): void
}

export const startCommand = ({ cwd = path.resolve('.') } = {}): Command => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-command-'))
  const file = path.join(folder, 'command.cjs')
  writeFileSync(file, script)
  let child: ChildProcess | undefined
  let last: Promise<unknown> = Promise.resolve()

  const ask = (args: readonly string[], given: Record<string, string>): Promise<Ended> =>
    new Promise((resolve, reject) => {
      child ??= fork(file, { env: {}, execArgv: [], stdio: 'inherit' })
      const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...given }
      const died = (code: number | null) => reject(new Error(`the command ended itself: ${code}`))
      child.once('exit', died)
      child.once('message', (ended: Ended) => {
        child?.off('exit', died)
        resolve(ended)
      })
      child.send({ args, env, cwd })
    })

  return {
    /** One after the other, in the order in which they were asked for. */
    run: (args, env) => {
      const answer = last.then(() => ask(args, env))
      last = answer.catch(() => undefined)
      return answer
    },
    end: () => {
      child?.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
