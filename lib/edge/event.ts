import { z } from 'zod'

import { Fault } from '../faults'

/** What the platform hands to a function, turned into the fields that were asked with. */
const Http = z.object({
  body: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  isBase64Encoded: z.boolean().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  queryString: z.string().optional(),
})

const Event = z.looseObject({ http: Http.optional() })

/** The same under the platform's older names, which some runtimes still use. */
const LegacyEvent = z.object({
  __ow_method: z.string(),
  __ow_body: z.string().optional(),
  __ow_headers: z.record(z.string(), z.string()).optional(),
  __ow_path: z.string().optional(),
  __ow_query: z.string().optional(),
})

export type Ask = {
  /** False for a call by the scheduler or the platform's own API. */
  isWeb: boolean
  method: string
  path: string
  header(name: string): string | undefined
  fields: Record<string, unknown>
}

/** The forms are small: a megabyte of them is no mistake of a cron script. */
const largestBody = 16 * 1024

export const readEvent = (event: unknown): Ask => {
  const legacy = LegacyEvent.safeParse(event).data
  const parsed = Event.safeParse(event ?? {})
  const http =
    parsed.data?.http ??
    (legacy && {
      body: legacy.__ow_body,
      headers: legacy.__ow_headers,
      method: legacy.__ow_method,
      path: legacy.__ow_path,
      queryString: legacy.__ow_query,
    })
  if (!http) {
    const fields = parsed.data ?? {}
    return { isWeb: false, method: 'POST', path: '', header: () => undefined, fields }
  }
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(http.headers ?? {}))
    headers.set(name.toLowerCase(), value)
  const header = (name: string) => headers.get(name)
  const body = bodyText(http.body ?? '', http.isBase64Encoded)
  return {
    isWeb: true,
    method: (http.method ?? 'GET').toUpperCase(),
    path: http.path ?? '',
    header,
    fields: { ...formFields(http.queryString ?? ''), ...bodyFields(body, header('content-type')) },
  }
}

/**
 * Raw bodies come in base64, but not always and not always marked so. A form has "=" between its
 * names and values, and JSON begins with "{": neither can be taken for base64 by mistake.
 */
const bodyText = (body: string, isBase64: boolean | undefined): string => {
  if (body.length > largestBody * 2) throw tooLong()
  const couldBe = body.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(body)
  const decoded = couldBe ? Buffer.from(body, 'base64').toString('utf8') : body
  const text = isBase64 === true || /^\s*\{|^[\w.-]+=/.test(decoded) ? decoded : body
  if (text.length > largestBody) throw tooLong()
  return text
}

const tooLong = (): Fault =>
  new Fault({
    code: 'bad-request',
    why: `The request is longer than ${largestBody} bytes.`,
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
  const fields: Record<string, unknown> = {}
  const form = new URLSearchParams(text)
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name)
    fields[name] = values.length === 1 ? values[0] : values
  }
  return fields
}
