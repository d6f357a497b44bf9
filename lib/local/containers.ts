/** The containers of one function: started when needed, one call at a time in each. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

import * as z from 'zod'

import type { LocalFunction } from './project'

export type Outcome =
  | { kind: 'result'; result: unknown }
  | { kind: 'out-of-time' }
  | { kind: 'died' }

export type Containers = {
  call(event: unknown): Promise<Outcome>
  /** Ends every container at once, as the platform may; what they were doing is lost. */
  kill(): void
}

/** The SDK's notice about Node 20, once in every container, helps nobody who runs this. */
const quiet = { PATH: '/usr/bin:/bin', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }

/** Read by the runtime when a process begins; of whoever runs this, for all that it starts. */
const certificates = (): Record<string, string> => {
  const file = process.env['NODE_EXTRA_CA_CERTS']
  return file === undefined ? {} : { NODE_EXTRA_CA_CERTS: file }
}

type Container = { process: ChildProcess; isReady: Promise<void> }

const Answer = z.object({ result: z.unknown() })

export const containersOf = (options: {
  fn: LocalFunction
  folder: string
  containerScript: string
  environment: Readonly<Record<string, string>>
  /** More calls than this wait for their turn. */
  most: number
}): Containers => {
  const idle: Container[] = []
  const all = new Set<Container>()
  const waiting: (() => void)[] = []
  const { fn } = options

  const start = (): Container => {
    const child = fork(options.containerScript, [options.folder, fn.main], {
      env: { ...quiet, ...options.environment, ...fn.environment, ...certificates() },
      execArgv: [`--max-old-space-size=${fn.limits.memory}`],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const container = {
      process: child,
      isReady: new Promise<void>((resolve) => {
        child.once('message', () => resolve())
        child.once('exit', () => resolve())
      }),
    }
    all.add(container)
    // One that was killed a moment ago cannot be told anything: its exit says what is to be known.
    child.on('error', () => undefined)
    child.once('exit', () => {
      all.delete(container)
      const place = idle.indexOf(container)
      if (place >= 0) idle.splice(place, 1)
      waiting.shift()?.()
    })
    return container
  }

  const take = async (): Promise<Container> => {
    while (idle.length === 0 && all.size >= options.most) {
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    const container = idle.pop() ?? start()
    await container.isReady
    return container
  }

  const give = (container: Container): void => {
    if (!all.has(container)) return
    idle.push(container)
    waiting.shift()?.()
  }

  return {
    call: async (event) => {
      const container = await take()
      const child = container.process
      // Its exit may have come before its channel was seen to close; it would not come again.
      if (!all.has(container) || !child.connected) return { kind: 'died' }
      const outcome = await new Promise<Outcome>((resolve) => {
        const end = (answer: Outcome) => {
          clearTimeout(timer)
          child.removeListener('message', onMessage)
          child.removeListener('exit', onExit)
          resolve(answer)
        }
        const onMessage = (message: unknown) =>
          end({ kind: 'result', result: Answer.parse(message).result })
        const onExit = () => end({ kind: 'died' })
        const timer = setTimeout(() => {
          child.kill('SIGKILL')
          end({ kind: 'out-of-time' })
        }, fn.limits.timeout)
        child.on('message', onMessage)
        child.once('exit', onExit)
        child.send({ event, deadlineAt: Date.now() + fn.limits.timeout })
      })
      give(container)
      return outcome
    },
    kill: () => {
      for (const { process: child } of all) child.kill('SIGKILL')
    },
  }
}
