/**
 * What did another build write? Whatever we store carries the number of its format, and may be read by
 * an older build or a newer one: functions are replaced one by one, and a bucket outlives them all.
 *
 * Three questions, in this order: does the signature hold, is the format one we know, has it this
 * shape. Within a format names are open, unknown fields are kept, and a word that came later stands
 * beside the nearest one that every build of that format knows.
 */
import * as z from 'zod'

import { wasExpectation, withFacts, withFieldsThen } from '../kinds/first-edition'
import { own } from '../plain/own'

import { parseJson } from './seal'

/** The number that this build writes. */
export const format = 1

/** Which earlier word says nearly the same, for a build that knows no better one. */
const nearest: Readonly<Record<string, string>> = {
  unmet: 'failed',
  'verify.unmet': 'sound.warned',
  'rows.leaving': 'rows.collapsed',
  'content.still': 'content.stale',
  'host.changed': 'sound.warned',
  'copies.many': 'sound.warned',
  'stored.many': 'sound.warned',
  'drill.undone': 'restore.slow',
  'format.newer': 'store.error',
  'second.behind': 'store.error',
  'timer.silent': 'watcher.silent',
  growth: 'rows',
  private: 'assertions',
  secrets: 'assertions',
  owners: 'assertions',
}

export const nearestOf = (word: string): string => own(nearest, word) ?? word

/** The fields that hold such words; the later word stands in a second one, `outcomeNow` and so on. */
const wordFields = ['outcome', 'word', 'kind', 'check', 'checks'] as const

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every object in a value, from the innermost outwards; what does not change is not made anew. */
const throughout = (value: unknown, change: (fields: Fields) => Fields): unknown => {
  if (Array.isArray(value)) {
    const made = value.map((one) => throughout(one, change))
    return made.some((one, index) => one !== value[index]) ? made : value
  }
  if (!isFields(value)) return value
  let isAsBefore = true
  const inner = Object.entries(value).map(([name, one]) => {
    const made = throughout(one, change)
    isAsBefore &&= made === one
    return [name, made]
  })
  return change(isAsBefore ? value : Object.fromEntries(inner))
}

/** The nearest earlier word of one, or of each of a list; undefined where there is no word. */
const nearestIn = (value: unknown): unknown => {
  if (typeof value === 'string') return nearestOf(value)
  const isWords = Array.isArray(value) && value.every((one) => typeof one === 'string')
  return isWords ? value.map(nearestOf) : undefined
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

const withNearest = (fields: Fields): Fields => {
  const later = wordFields.flatMap((field): [string, unknown][] => {
    const said = fields[field]
    const earlier = nearestIn(said)
    if (earlier === undefined || isSame(earlier, said)) return []
    return [
      [field, earlier],
      [`${field}Now`, said],
    ]
  })
  return later.length === 0 ? fields : { ...fields, ...Object.fromEntries(later) }
}

/** A later word that we know ourselves takes its place; one that we do not stays where it stands. */
const withLater = (fields: Fields): Fields => {
  let changed = fields
  for (const field of wordFields) {
    const later = fields[`${field}Now`]
    const earlier = nearestIn(later)
    if (earlier === undefined || !isSame(earlier, fields[field])) continue
    const { [`${field}Now`]: _, ...rest } = changed
    changed = { ...rest, [field]: later }
  }
  return changed
}

/** A word that came later says better what was meant. */
const isExpectation = (fields: Fields): boolean =>
  fields['outcome'] === 'failed' && fields['outcomeNow'] === undefined && wasExpectation(fields)

const Judged = z.array(z.object({ outcome: z.string() }))

const withUnmet = (fields: Fields): Fields => {
  if (isExpectation(fields)) return { ...fields, outcome: 'unmet' }
  const field = fields['findings'] === undefined ? 'word' : 'outcome'
  if (fields[field] !== 'failed' || fields[`${field}Now`] !== undefined) return fields
  const findings = Judged.safeParse(fields['findings'] ?? fields['remarks']).data ?? []
  const has = (wanted: string) => findings.some(({ outcome }) => outcome === wanted)
  if (has('failed') || !has('unmet')) return fields
  return { ...fields, [field]: has('unverifiable') ? 'unverifiable' : 'unmet' }
}

/** What is written: with its format, in words that every build of this format knows. */
export const storedOf = (value: object): unknown =>
  throughout({ format, ...value }, (fields) => withFieldsThen(withNearest(fields)))

export type Read<Value> =
  | { is: 'read'; value: Value }
  /** A build that came later wrote it: it is nobody else's, and not ours to change. */
  | { is: 'newer' }
  | { is: 'unreadable' }

const Formatted = z.looseObject({ format: z.int().optional() })

/** Asked of what is known to be signed by us. */
export const readStored = <Value>(document: unknown, shape: z.ZodType<Value>): Read<Value> => {
  const formatted = Formatted.safeParse(document).data
  if (!formatted) return { is: 'unreadable' }
  const { format: itsFormat = 1, ...fields } = formatted
  if (itsFormat > format) return { is: 'newer' }
  // What has a later word beside it is not the first edition's.
  const today = throughout(throughout(fields, withUnmet), (one) => withFacts(withLater(one)))
  const { data } = shape.safeParse(today)
  return data === undefined ? { is: 'unreadable' } : { is: 'read', value: data }
}

export const readPayload = <Value>(payload: Buffer, shape: z.ZodType<Value>): Read<Value> =>
  readStored(parseJson(payload), shape)

/** The shape of an object that we store: what a later build added to it is kept. */
export const shapeOf = <Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodType<z.infer<z.ZodObject<Shape>>> => z.looseObject(shape)
