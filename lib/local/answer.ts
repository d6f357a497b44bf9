/**
 * What does the web layer make of a function's answer? As OpenWhisk's does it: what is binary by its type
 * comes in base64, and a body of such a type that is none is refused.
 */
import * as z from 'zod'

const WebResult = z.object({
  statusCode: z.number().default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
})

export type Carried = {
  statusCode: number
  headers: Record<string, string>
  body: Buffer
  /** As the platform counts it, which is before it is decoded. */
  carriedBytes: number
}

/** What goes out as it stands. Everything else is binary to that layer, SVG among it. */
const textTypes = /^(text\/|application\/(json|javascript|xml|xhtml\+xml)\b|[^;]*\+json\b)/i

/** Nothing but its signs, and padding may be missing: so its decoder reads it. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** Undefined for what is no answer at all. */
export const carried = (result: unknown): Carried | undefined => {
  const read = WebResult.safeParse(result).data
  if (!read) return undefined
  const { statusCode, headers, body = '' } = read
  if (typeof body === 'object') return sent({ statusCode, headers }, JSON.stringify(body))
  const [, type = 'text/html'] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? []
  if (textTypes.test(type)) return sent({ statusCode, headers }, body)
  if (base64.test(body)) return sent({ statusCode, headers }, body, 'base64')
  const error = 'Response type in header did not match generated content type.'
  const asJson = { 'content-type': 'application/json' }
  return sent({ statusCode: 400, headers: asJson }, JSON.stringify({ error }))
}

const sent = (
  head: Pick<Carried, 'statusCode' | 'headers'>,
  text: string,
  encoding: 'utf8' | 'base64' = 'utf8',
): Carried => ({
  ...head,
  body: Buffer.from(text, encoding),
  carriedBytes: Buffer.byteLength(text),
})
