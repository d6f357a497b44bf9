/** Event to schema to step to response. The one place where faults become statuses. */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'

import type * as z from 'zod'

import { Fault, asFault } from '../faults'
import type { FaultCode } from '../faults'
import type { Step } from '../journey/step'
import type { TellingTools, Tools } from '../ports'
import { databaseNamePattern } from '../rules/copy/snapshot'

import { grantAccess } from './access'
import { readEvent } from './event'
import type { Ask, Context } from './event'
import { tellingToolsFromProcess, toolsFromProcess } from './tools'

const statuses: Record<FaultCode, number> = {
  'bad-request': 400,
  unauthorised: 401,
  forbidden: 403,
  'not-found': 404,
  'not-arrived': 409,
  'nothing-sound': 404,
  'too-large': 413,
  'too-many': 429,
  settings: 500,
  'store-unreachable': 503,
  'store-refused': 500,
  'store-missing': 404,
  'untrusted-entry': 500,
  'newer-format': 500,
  damaged: 409,
  'ask-first': 409,
  contended: 503,
  platform: 503,
  internal: 500,
}

export type Response = { statusCode: number; headers: Record<string, string>; body: string }

export type Main = (event: unknown, context?: Context) => Promise<Response>

/** Where the tools of one call come from: the process, or a test. */
export type MakeTools<Handed extends Tools = Tools> = (context: Context | undefined) => Handed

/** A step that tells nobody anything: what could send a message is not even in its bundle. */
export const serve = <Request, Answer>(step: Step<Request, Answer>, makeTools?: MakeTools): Main =>
  mainOf(step, makeTools ?? toolsFromProcess)

/** A step that tells people something. */
export const serveTelling = <Request, Answer>(
  step: Step<Request, Answer, TellingTools>,
  makeTools?: MakeTools<TellingTools>,
): Main => mainOf(step, makeTools ?? tellingToolsFromProcess)

const mainOf =
  <Request, Answer, Handed extends Tools>(
    step: Step<Request, Answer, Handed>,
    makeTools: MakeTools<Handed>,
  ): Main =>
  async (event, context) => {
    let wantsJson = false
    try {
      const asked = readEvent(event)
      wantsJson = !asked.isWeb || (asked.header('accept') ?? '').includes('application/json')
      const isTimer = step.access === 'platform' && asked.timer !== undefined
      if (!isTimer) refuseMethod(asked)
      const tools = makeTools(context)
      const ask = isTimer && isOurTimer(asked, tools) ? ofPlatform : asked
      wantsJson ||= !ask.isWeb
      const request = parseRequest(step, ask, tools)
      const answer = await step.run(request, tools)
      const body = wantsJson ? JSON.stringify(answer) : linesText(step.lines(answer))
      return respond(200, body, wantsJson)
    } catch (thrown) {
      return refuse(thrown, wantsJson)
    }
  }

/**
 * Nobody says whether the platform's scheduler passes an `http` part with its events. One that does must not
 * stop the timers, and nobody on the web may pass for one: so a timer knows the secret, by project.yml.
 */
const isOurTimer = ({ timer = '' }: Ask, { settings: { secrets } }: Tools): boolean => {
  const hashOf = (text: string) => createHash('sha256').update(text).digest()
  const known = [secrets.current, secrets.previous].filter((secret) => secret !== undefined)
  return known.map((one) => timingSafeEqual(hashOf(one), hashOf(timer))).includes(true)
}

/** A timer asks for nothing but the run itself. */
const ofPlatform: Ask = readEvent({})

/** A step of the path changes something, so it is never a GET: no prefetch may trigger it. */
const refuseMethod = (ask: Ask): void => {
  if (!ask.isWeb || ask.method === 'POST') return
  throw new Fault({
    code: 'bad-request',
    why: 'This address takes POST requests.',
    mend: 'Call it as push.sh and restore.sh do, with form fields in a POST.',
  })
}

/** Who asks comes before what is asked: a stranger learns nothing from our complaints. */
const parseRequest = <Request>(
  step: Pick<Step<Request, unknown>, 'request' | 'access'>,
  ask: Ask,
  tools: Tools,
): Request => {
  const parsed = step.request.safeParse(ask.fields)
  if (step.access === 'platform') {
    if (ask.isWeb) {
      throw new Fault({
        code: 'forbidden',
        why: 'This function is for the platform’s own calls.',
        mend: 'Keep "web: false" for it in project.yml.',
      })
    }
  } else {
    const { scope, database } = step.access
    const named = parsed.success ? database(parsed.data) : undefined
    grantAccess(
      ask.header('authorization'),
      { scope, database: named ?? claimed(ask) },
      tools.settings,
    )
  }
  if (parsed.success) return parsed.data
  throw new Fault({
    code: 'bad-request',
    why: `${parsed.error.issues.map(complaint).join('; ')}.`,
    mend: 'Use the push.sh or restore.sh that belongs to these functions; "enroll" prints how to fetch it.',
  })
}

/** Of a malformed request only the database is looked at, so that its sender may be told more. */
const claimed = (ask: Ask): string => {
  const { database, ticket } = ask.fields
  if (typeof database === 'string') return databaseNamePattern.test(database) ? database : ''
  const known = typeof ticket === 'string' ? ticket.slice(0, longestTicket) : ''
  return /^([a-z0-9][a-z0-9_-]{0,63})_\d{4}-/.exec(known)?.[1] ?? ''
}

/** A name of 64 signs and what a ticket adds to it. */
const longestTicket = 64 + 26

const complaint = (issue: z.core.$ZodIssue): string => {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : []
  if (unknown.length > 0) {
    const some = unknown.slice(0, unknownToldAtMost).map((name) => printable(name).slice(0, 64))
    const left = unknown.length - some.length
    return `unknown field ${some.join(', ')}${left === 0 ? '' : ` and ${left} more`}`
  }
  return `${issue.path.join('.') || 'the request'}: ${printable(issue.message)}`
}

/** Whoever misspelt a field finds it among these; the rest would only be sent back and forth. */
const unknownToldAtMost = 10

/** One line stays one line: whatever came from outside cannot begin a line of its own. */
const printable = (text: string): string =>
  text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 2000)

const linesText = (lines: readonly (readonly [string, string | number])[]): string =>
  lines.map(([key, value]) => `${key} ${printable(String(value))}\n`).join('')

const respond = (statusCode: number, body: string, isJson: boolean): Response => ({
  statusCode,
  headers: {
    'content-type': isJson ? 'application/json' : 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  },
  body,
})

export const refuse = (thrown: unknown, wantsJson: boolean): Response => {
  const reference = randomUUID().slice(0, 8)
  const fault = asFault(thrown, reference)
  if (fault.code === 'internal') console.error(reference, fault.cause)
  const passing = fault.isPassing ? 'yes' : 'no'
  const body = wantsJson
    ? JSON.stringify({ fault: fault.code, why: fault.why, mend: fault.mend, passing })
    : linesText([
        ['fault', fault.code],
        ['why', fault.why],
        ['mend', fault.mend],
        ['passing', passing],
      ])
  return respond(statuses[fault.code], body, wantsJson)
}
