/**
 * What was asked, and did it come from the web? The platform's event in one shape, whichever names it
 * came under; what is malformed is a bad question, and never a call of the platform's own.
 */
import * as z from 'zod'

import { Fault } from '../faults'

/** What the platform passes beside the event; a local run may pass less. */
export type Context = { getRemainingTimeInMillis?: () => number }

/** What is no text counts as not sent: what is left of the call still came from the web. */
const textIfAny = z.string().optional().catch(undefined)

/** What the platform hands to a function, turned into the fields that were asked with. */
const Http = z
  .object({
    body: textIfAny,
    headers: z.record(z.string(), z.unknown()).optional().catch(undefined),
    isBase64Encoded: z.boolean().optional().catch(undefined),
    method: textIfAny,
    path: textIfAny,
    queryString: textIfAny,
  })
  .catch({})
type Http = z.infer<typeof Http>

const Event = z.record(z.string(), z.unknown()).catch({})

/** The same under the platform's older names, which some runtimes still use. */
const legacyNames = {
  method: '__ow_method',
  body: '__ow_body',
  headers: '__ow_headers',
  path: '__ow_path',
  queryString: '__ow_query',
  isBase64Encoded: '__ow_isBase64Encoded',
} as const

/**
 * Undefined only where there is nothing of the web at all: a call that is malformed, or made up to
 * look so, must never pass for one of the platform's own.
 */
const httpOf = (event: Readonly<Record<string, unknown>>): Http | undefined => {
  if (Object.hasOwn(event, 'http')) return Http.parse(event['http'])
  const legacy = Object.entries(legacyNames).filter(([, name]) => Object.hasOwn(event, name))
  if (legacy.length === 0) return undefined
  return Http.parse(Object.fromEntries(legacy.map(([part, name]) => [part, event[name]])))
}

export type Ask = {
  /** False for a call by the scheduler or the platform's own API. */
  isWeb: boolean
  method: string
  path: string
  header(name: string): string | undefined
  fields: Record<string, unknown>
  /** What a timer of ours says of itself, in its own event. It may stand beside what looks like the web. */
  timer: string | undefined
  /** Those of the body alone: what stands in an address is kept by histories and logs. */
  posted: Record<string, unknown>
}

/** The forms are small: a megabyte of them is no mistake of a cron script. */
const largestBody = 16 * 1024

/** No page of ours lies so deep. */
const longestPath = 1024

export const readEvent = (event: unknown): Ask => {
  const given = Event.parse(event ?? {})
  const http = httpOf(given)
  if (!http) {
    const nothing = { method: 'POST', path: '', header: () => undefined }
    return { isWeb: false, ...nothing, fields: given, timer: undefined, posted: given }
  }
  const headers = headersOf(http.headers ?? {})
  const header = (name: string) => headers.get(name)
  const { path = '', queryString = '' } = http
  if (path.length > longestPath) throw tooLong('path', longestPath)
  if (queryString.length > largestBody) throw tooLong('query', largestBody)
  const body = bodyText(http.body ?? '', http.isBase64Encoded)
  const posted = bodyFields(body, header('content-type'))
  return {
    isWeb: true,
    method: (http.method ?? 'GET').toUpperCase(),
    path,
    header,
    fields: { ...formFields(queryString), ...posted },
    timer: textIfAny.parse(given['timer']),
    posted,
  }
}

/** A header that came twice is one with both values, as HTTP has it: neither is taken for the one. */
const headersOf = (given: Readonly<Record<string, unknown>>): Map<string, string> => {
  const headers = new Map<string, string>()
  for (const [anyCase, value] of Object.entries(given)) {
    const name = anyCase.toLowerCase()
    const before = headers.get(name)
    const values = [before, value].flat().filter((one) => typeof one === 'string')
    if (values.length > 0) headers.set(name, values.join(name === 'cookie' ? '; ' : ', '))
  }
  return headers
}

/**
 * Raw bodies come in base64, but not always and not always marked so. A form has "=" between its
 * names and values, and JSON begins with "{": neither can be taken for base64 by mistake.
 */
const bodyText = (body: string, isBase64: boolean | undefined): string => {
  if (body.length > largestBody * 2) throw tooLong('request', largestBody)
  const couldBe = body.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(body)
  const decoded = couldBe ? Buffer.from(body, 'base64').toString('utf8') : body
  const text = isBase64 === true || /^\s*\{|^[\w.-]+=/.test(decoded) ? decoded : body
  if (text.length > largestBody) throw tooLong('request', largestBody)
  return text
}

const tooLong = (what: string, most: number): Fault =>
  new Fault({
    code: 'bad-request',
    why: `The ${what} is longer than ${most} bytes.`,
    mend: 'Send the fields of the call and nothing else; the snapshot goes to the upload address.',
  })

const bodyFields = (body: string, type: string | undefined): Record<string, unknown> => {
  if (body.trim() === '') return {}
  if (!(type ?? '').includes('json') && !body.trimStart().startsWith('{')) return formFields(body)
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(body))
  } catch {
    throw new Fault({
      code: 'bad-request',
      why: 'The body is no JSON object.',
      mend: 'Send form fields, or one JSON object with the same names.',
    })
  }
}

/** A field given twice is refused by the schema that reads it: which of the two would be meant? */
const formFields = (text: string): Record<string, unknown> => {
  const fields = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields.get(name)
    if (Array.isArray(before)) before.push(value)
    else fields.set(name, before === undefined ? value : [before, value])
  }
  return Object.fromEntries(fields)
}
