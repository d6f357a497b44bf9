/**
 * Shows the status page from this machine. On a host name that others share the page is no place to type a
 * token into: here the token stays in `.env`, and goes to the functions as a header alone.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

import { randomHex } from '../../adapters/clock'
import { Fault } from '../../faults'
import { exits, parse, print } from '../command'
import type { Command } from '../command'
import { readTokenOf } from '../droplet/settings'
import { findHome, functionVariables, localSecrets } from '../home'
import { findRunning } from '../machine'

/** What the functions have to answer within: the platform ends them after 25 s. */
const answerWithinMs = 30_000

/** What of an answer is the page's own: nothing that would set a cookie or keep a copy here. */
const passedOn = [
  'content-type',
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'referrer-policy',
  'refresh',
  'x-content-type-options',
]

type Behind = { url: string; token: string }

const refuse = (response: ServerResponse, statusCode: number, why: string): void =>
  void response
    .writeHead(statusCode, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    })
    .end(`${why}\n`)

/** Who looks sits here: the page shows the times of this place beside those of UTC. */
const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

const pass = async (asked: string, { url, token }: Behind, response: ServerResponse) => {
  const answer = await fetch(`${url}/status${asked}`, {
    headers: { authorization: `Bearer ${token}`, 'x-time-zone': ownZone() },
    // An address that leads elsewhere would be handed the token.
    redirect: 'error',
    signal: AbortSignal.timeout(answerWithinMs),
  })
  const body = Buffer.from(await answer.arrayBuffer())
  const headers = passedOn.flatMap((name): [string, string][] => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  response
    .writeHead(answer.status, { ...Object.fromEntries(headers), 'cache-control': 'no-store' })
    .end(body)
}

export type OpenPage = { address: string; close(): Promise<void> }

/**
 * On 127.0.0.1 alone, under a name that nobody can guess: other people on this machine do not know it, and a
 * page of somebody else's that has its own name lead here is known by the Host that its browser sends.
 */
export const showPage = async (behind: Behind): Promise<OpenPage> => {
  const secret = randomHex(32)
  const root = `/${secret}/status`
  let host = ''
  const serve = (
    { method, url = '', headers }: IncomingMessage,
    response: ServerResponse,
  ): void => {
    const rest = url.slice(root.length)
    // What climbs out of the pages would be asked of another function, with the token.
    const isOurs = url.startsWith(root) && /^([/?]|$)/.test(rest) && !/\.\.|%2e/i.test(rest)
    if (headers.host !== host || !isOurs) return refuse(response, 404, 'There is nothing here.')
    if (method !== 'GET') return refuse(response, 405, 'Nothing is kept here: end it with Ctrl-C.')
    pass(rest, behind, response).catch(() =>
      refuse(
        response,
        502,
        'The functions did not answer. Try: npm run --silent snapproof -- doctor',
      ),
    )
  }
  const server: Server = createServer(serve)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const bound = server.address()
  host = `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`
  return {
    address: `http://${host}${root}/`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

const unknownUrl = (): Fault =>
  new Fault({
    code: 'settings',
    why: 'Where the functions answer is not known.',
    mend: 'Set SNAPPROOF_URL in .env, give --url, or start them here with "npm start".',
  })

const noSecret = (): Fault =>
  new Fault({
    code: 'settings',
    why: 'SNAPPROOF_SECRET is not set, and the token is made from it.',
    mend: 'Fill in .env as for the deploy, on the machine that deployed the functions.',
  })

const isSet = (value: string | undefined): boolean =>
  value !== undefined && value !== '' && value !== 'off'

export const page: Command = {
  help: `usage: npm run --silent snapproof -- page [--url ADDRESS]

Shows the status page from this machine, at an address of 127.0.0.1 that nobody can guess, until Ctrl-C.
The token is made from the secret in .env: it is typed nowhere, and no browser and no address holds it.

  --url ADDRESS   where the functions answer (default: SNAPPROOF_URL, or the running "npm start")`,
  run: async (args, root) => {
    const { values } = parse(args, { url: { type: 'string' } })
    const home = findHome(root)
    const variables = home.isEmbedded
      ? { ...functionVariables(home, undefined), SNAPPROOF_SECRET: localSecrets(home).secret }
      : functionVariables(home, undefined)
    const set = variables['SNAPPROOF_URL']
    const url = values.url ?? (isSet(set) ? set : findRunning(home))
    const secret = variables['SNAPPROOF_SECRET']
    if (url === undefined) throw unknownUrl()
    if (secret === undefined || !isSet(secret)) throw noSecret()
    const shown = await showPage({ url: url.replace(/\/+$/, ''), token: readTokenOf(secret) })
    print(`The page: ${shown.address}\nCtrl-C ends it.`)
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
    await shown.close()
    return exits.sound
  },
}
