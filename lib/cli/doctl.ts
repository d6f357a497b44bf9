/** Is doctl here, and connected; and what did it say? The program that sends functions to the cloud, as a child. */
import { spawn } from 'node:child_process'

import type { Variables } from '../edge/variables'
import { Fault } from '../faults'

import { exits } from './command'

const noDoctl = (cause: unknown): Fault =>
  new Fault(
    {
      code: 'settings',
      why: 'doctl, which deploys the functions, is not on this machine; nothing was deployed.',
      mend: 'Install it (https://docs.digitalocean.com/reference/doctl/how-to/install/), then: doctl auth init && doctl serverless install && doctl serverless connect',
    },
    { cause },
  )

const notConnected = (): Fault =>
  new Fault({
    code: 'settings',
    why: 'doctl is here, and not connected to a namespace for functions; nothing was deployed.',
    mend: 'doctl auth init && doctl serverless install && doctl serverless connect; where there is no namespace yet: doctl serverless namespaces create --label snapproof --region fra1',
  })

export type Ended = { code: number; lines: readonly string[] }

export type Surroundings = { env: Variables; cwd: string }

/** Runs doctl, and tells each line as it comes. */
export const doctl = (
  args: readonly string[],
  options: Surroundings & { tell: (line: string) => void },
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const { env, cwd, tell } = options
    const child = spawn('doctl', [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const lines: string[] = []
    const hear = (line: string) => {
      lines.push(line)
      tell(line)
    }
    const ears = [child.stdout, child.stderr].map((stream) => {
      let rest = ''
      stream.setEncoding('utf8').on('data', (text: string) => {
        const parts = `${rest}${text}`.split('\n')
        rest = parts.pop() ?? ''
        for (const part of parts) hear(part)
      })
      return () => (rest === '' ? undefined : hear(rest))
    })
    child.on('error', (thrown) => reject(noDoctl(thrown)))
    child.on('close', (code) => {
      for (const end of ears) end()
      resolve({ code: code ?? exits.couldNot, lines })
    })
  })

const connected = 'Connected to functions namespace '

/** To which namespace is it connected? In doctl's own words; a Fault where it is to none. */
export const namespaceOf = async (options: Surroundings): Promise<string> => {
  const { code, lines } = await doctl(['serverless', 'status'], {
    ...options,
    tell: () => undefined,
  })
  const said = lines.find((line) => line.startsWith(connected))
  if (code !== 0 || said === undefined) throw notConnected()
  return said.slice(connected.length).trim()
}
