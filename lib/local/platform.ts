/**
 * The functions platform for one machine: the same addresses, the same raw web events, the same
 * limits. Each function runs its built bundle in processes of its own.
 */
import { randomUUID, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'

import { carried } from './answer'
import { containersOf } from './containers'
import type { Containers, Outcome } from './containers'
import type { LocalFunction } from './project'
import { cloudLimits, throttleOf } from './throttle'
import type { NamespaceLimits } from './throttle'

export type Platform = {
  /** Where the functions answer: add the name of one. */
  url: string
  /** Starts a function as the scheduler does, and answers when it has ended. */
  run(functionName: string, event: Record<string, string>): Promise<Outcome>
  kill(functionName: string): void
  close(): Promise<void>
}

export type PlatformOptions = {
  functions: readonly LocalFunction[]
  packagesFolder: string
  containerScript: string
  /** The key for calls by the platform's own API. */
  namespaceKey: string
  port?: number
  /** Those of the cloud, unless set. */
  limits?: NamespaceLimits
}

/** Limits of the cloud: more than this goes neither in nor out. */
const largestBody = 1024 ** 2

/** How many containers of one function may run beside one another here. */
const containersPerFunction = 4

export const startPlatform = async (options: PlatformOptions): Promise<Platform> => {
  const throttle = throttleOf(options.limits ?? cloudLimits)
  const named = new Map<string, { fn: LocalFunction; containers: Containers }>()
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const origin = `http://127.0.0.1:${port}`

  for (const fn of options.functions) {
    const containers = containersOf({
      fn,
      folder: path.join(options.packagesFolder, fn.packageName, fn.name),
      containerScript: options.containerScript,
      environment: { __OW_API_HOST: origin, __OW_NAMESPACE: 'local', __OW_ACTION_NAME: fn.name },
      most: containersPerFunction,
    })
    named.set(`${fn.packageName}/${fn.name}`, { fn, containers })
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = urlOf(request.url ?? '/', origin)
    if (!url) return send(response, 400, { error: 'The address cannot be read.' })
    const body = await readBody(request)
    if (!body) return send(response, 413, { error: 'The body is larger than 1 MB.' })
    const web = /^\/api\/v1\/web\/local\/([^/]+\/[^/]+)(\/.*)?$/.exec(url.pathname)
    if (web) {
      const target = named.get(web[1] ?? '')
      if (!target || target.fn.web === false)
        return send(response, 404, { error: 'No such function.' })
      const refusal = throttle.enter()
      if (refusal !== undefined) return send(response, 429, { error: refusal })
      const event = rawEvent(request, url, web[2] ?? '', body)
      const outcome = await target.containers.call(event).finally(throttle.leave)
      return sendOutcome(response, outcome)
    }
    const action = /^\/api\/v1\/namespaces\/_\/actions\/([^/]+\/[^/]+)$/.exec(url.pathname)
    const target = action && named.get(action[1] ?? '')
    if (!target) return send(response, 404, { error: 'No such address.' })
    if (!isKey(request.headers.authorization, options.namespaceKey)) {
      return send(response, 401, { error: 'The namespace key is not valid.' })
    }
    const event = eventOf(body)
    if (event === undefined) return send(response, 400, { error: 'The body is no JSON.' })
    const refusal = throttle.enter()
    if (refusal !== undefined) return send(response, 429, { error: refusal })
    const running = target.containers.call(event).finally(throttle.leave)
    if (url.searchParams.get('blocking') === 'true') return sendOutcome(response, await running)
    return send(response, 202, { activationId: randomUUID().replaceAll('-', '') })
  }

  return {
    url: `${origin}/api/v1/web/local/snapshots`,
    run: (functionName, event) => {
      const target = named.get(`snapshots/${functionName}`)
      return target ? target.containers.call(event) : Promise.resolve({ kind: 'died' })
    },
    kill: (functionName) => named.get(`snapshots/${functionName}`)?.containers.kill(),
    close: async () => {
      for (const { containers } of named.values()) containers.kill()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** Undefined for what is no address, as some scanners send. */
const urlOf = (target: string, origin: string): URL | undefined =>
  URL.canParse(target, origin) ? new URL(target, origin) : undefined

const eventOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8') || '{}')
  } catch {
    return undefined
  }
}

/** Undefined when the body is larger than the platform takes. */
const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > largestBody) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

const rawEvent = (request: IncomingMessage, url: URL, rest: string, body: Buffer) => {
  // Who looks sits at this machine: the page shows the times of this place beside those of UTC.
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  const headers: Record<string, string> = { 'x-time-zone': timeZone }
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return {
    http: {
      body: body.toString('base64'),
      headers,
      isBase64Encoded: true,
      method: request.method ?? 'GET',
      path: rest,
      queryString: url.search.slice(1),
    },
  }
}

const isKey = (authorization: string | undefined, key: string): boolean => {
  const given = Buffer.from(authorization ?? '')
  const wanted = Buffer.from(`Basic ${Buffer.from(key).toString('base64')}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const sendOutcome = (response: ServerResponse, outcome: Outcome): void => {
  if (outcome.kind === 'out-of-time')
    return send(response, 504, { error: 'The function ran out of time.' })
  const answer = outcome.kind === 'result' ? carried(outcome.result) : undefined
  if (!answer) return send(response, 502, { error: 'The function did not answer.' })
  if (answer.carriedBytes > largestBody)
    return send(response, 502, { error: 'The answer is too large.' })
  response.writeHead(answer.statusCode, answer.headers).end(answer.body)
}

const send = (response: ServerResponse, status: number, body: Record<string, string>): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
