/**
 * What may be said of the app's own objects in lib/databases.ts, and what is expected where nothing is said?
 */
import { createHash } from 'node:crypto'

import * as z from 'zod'

import { duration, parseDuration } from '../../plain/duration'
import { dayMs } from '../../plain/time-units'

import { placeOf } from './growth'
import { inOrder } from './inventory'
import { leakOf, ownLeak, usualLeaks } from './leaks'
import type { Leak } from './leaks'
import { ownersExpected, ownersSetting } from './owners'
import type { OwnersExpected } from './owners'
import { keyOfBoth, partsOf, patternOf, short } from './pattern'
import type { Pattern } from './pattern'
import { namesIn, schemaText } from './schema-text'

/** A sentence, in the middle of another one. */
const within = (sentence: string): string =>
  `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '')

const patternText = z.string().superRefine((text, context) => {
  const read = patternOf(text)
  if ('mistake' in read) context.addIssue({ code: 'custom', message: within(read.mistake) })
})

const Collection = z.strictObject({
  /** Which objects: `users/{user}/shopify/{shop}/shopify_data.json`. */
  objects: patternText,
  /** What must stand in each of them, as a schema of zod; without it any JSON will do. */
  schema: z
    .custom<z.ZodType>(
      (value) => value instanceof z.ZodType,
      'expected a schema of zod, such as z.object({ … })',
    )
    .optional(),
  /** Each is a list that only grows; this is where an entry has its name: `message.mid`. */
  grows: z
    .string()
    .refine((text) => placeOf(text) !== undefined, 'expected a place such as message.mid')
    .optional(),
  /** Each of them was written to within this: `26h`. */
  within: duration.optional(),
  /** So many objects at least. */
  atLeast: z.int().nonnegative().optional(),
})
type Collection = z.infer<typeof Collection>

const origin = z
  .string()
  .regex(/^(\*|https?:\/\/[a-z0-9.-]+(:\d+)?)$/, 'expected an origin such as https://app.example')

/** An inventory of many objects may take days: what its first run kept must be there at its end. */
const shortestContentsMs = 7 * dayMs

export const settings = {
  /** By a name of your own, which objects there are and what is expected of them. */
  collections: z.record(z.string().min(1).max(40), Collection).optional(),
  /** By a part of the keys, the database that knows each owner, and no other. */
  owners: ownersSetting.optional(),
  /** Whoever asks without a key is refused. */
  isPrivate: z.literal(true).optional(),
  /** Nothing that looks like an access token stands in them; `secrets` are patterns of your own. */
  secretsNever: z.literal(true).optional(),
  secrets: z.array(ownLeak).optional(),
  /** The origins whose pages read these objects, such as `https://app.example`: `doctor` tries whether they may. */
  cors: z.array(origin).min(1, 'expected one origin or more').optional(),
  /** In what is told, what differs from key to key is shortened: it may be the name of a customer. */
  shortKeys: z.literal(true).optional(),
  /** Every content that was good stays for so long after it was replaced, for `snapproof fetch`: `30d`. */
  keepContents: z
    .string()
    .refine((span) => {
      const keptMs = parseDuration(span)
      return keptMs !== undefined && keptMs >= shortestContentsMs
    }, 'expected a span of 7d or more, such as 30d')
    .optional(),
}

const Settings = z.object(settings)
export type ObjectsSettings = z.infer<typeof Settings>

export type Mistake = { path: readonly string[]; rule: string }

/** A pattern that is none has its own complaint. */
const patternIn = (objects: string): Pattern | undefined => {
  const read = patternOf(objects)
  return 'mistake' in read ? undefined : read
}

type Named = { name: string; pattern: Pattern }

const patternsIn = ({ collections = {} }: ObjectsSettings): Named[] =>
  Object.entries(collections).flatMap(([name, { objects }]) => {
    const pattern = patternIn(objects)
    return pattern ? [{ name, pattern }] : []
  })

/** What is wrong between several fields, each of which is right for itself. */
export const mistakes = (said: ObjectsSettings): Mistake[] => {
  if (Object.keys(said.collections ?? {}).length === 0)
    return [{ path: ['collections'], rule: 'expected one collection or more, by name' }]
  const all = patternsIn(said)
  const parts = [...new Set(all.flatMap(({ pattern }) => pattern.parts))]
  const unnamed = Object.keys(said.owners ?? {}).filter((part) => !parts.includes(part))
  const strange = unnamed.map((part): Mistake => {
    const rule = `no pattern in objects has the part {${part}}`
    return { path: ['owners', part], rule }
  })
  const shared = all.flatMap(({ name, pattern }, place) =>
    all.slice(0, place).flatMap((other): Mistake[] => {
      const key = keyOfBoth(pattern, other.pattern)
      if (key === undefined) return []
      const rule = `${key} would belong to ${other.name} too, and an object belongs to one collection`
      return [{ path: ['collections', name, 'objects'], rule }]
    }),
  )
  return [...strange, ...shared]
}

/** One collection, as its objects are read. */
export type Reading = {
  name: string
  pattern: Pattern
  schema: z.ZodType | undefined
  /** Names that the schema says itself. */
  names: ReadonlySet<string>
  grows: readonly string[] | undefined
  leaks: readonly Leak[]
  by: string
}

/** What objects are read by, in a word: another one, and they are read again. */
const readBy = ({ objects, schema, grows }: Collection, leaks: readonly Leak[]): string =>
  createHash('sha256')
    .update(JSON.stringify([objects, schemaText(schema), grows ?? null, leaks.map(sourceOf)]))
    .digest('hex')
    .slice(0, 16)

const sourceOf = ({ looksLike }: Leak): string => looksLike.source

const leaksOf = ({ secretsNever, secrets }: ObjectsSettings): readonly Leak[] =>
  secretsNever ? [...usualLeaks, ...(secrets ?? []).map(leakOf)] : []

export const readingsOf = (said: ObjectsSettings): Reading[] => {
  const leaks = leaksOf(said)
  return Object.entries(said.collections ?? {}).flatMap(([name, collection]) => {
    const { objects, schema, grows } = collection
    const pattern = patternIn(objects)
    if (!pattern) return []
    return [
      {
        name,
        pattern,
        schema,
        names: namesIn(schema),
        grows: grows === undefined ? undefined : placeOf(grows),
        leaks,
        by: readBy(collection, leaks),
      },
    ]
  })
}

/** What must be listed to find all of them, in the order of the keys; nothing twice. */
export const prefixesOf = (readings: readonly Reading[]): string[] => {
  const all = [...new Set(readings.map(({ pattern }) => pattern.prefix))].toSorted(inOrder)
  return all.filter((one) => !all.some((other) => other !== one && one.startsWith(other)))
}

/** Which collection a key belongs to. */
export const collectionOf = (readings: readonly Reading[], key: string): Reading | undefined =>
  readings.find((reading) => partsOf(reading.pattern, key) !== undefined)

export type CollectionExpected = {
  objects: string
  by: string
  grows?: string
  withinMs?: number
  atLeast?: number
}

/** In an order that stays: what a copy was judged by is told by a fingerprint of this. */
export type ObjectsExpected = {
  collections: Readonly<Record<string, CollectionExpected>>
  isPrivate?: true
  secrets?: readonly string[]
  areKeysShort?: true
  owners?: OwnersExpected
}

const collectionExpected = (collection: Collection, leaks: readonly Leak[]): CollectionExpected => {
  const { objects, grows, within: span, atLeast } = collection
  const withinMs = parseDuration(span ?? '')
  return {
    objects,
    by: readBy(collection, leaks),
    ...(grows !== undefined && { grows }),
    ...(withinMs !== undefined && { withinMs }),
    ...(atLeast !== undefined && { atLeast }),
  }
}

export const objectsExpected = (said: ObjectsSettings = {}): ObjectsExpected => {
  const leaks = leaksOf(said)
  return {
    collections: Object.fromEntries(
      Object.entries(said.collections ?? {}).map(([name, one]) => [
        name,
        collectionExpected(one, leaks),
      ]),
    ),
    ...(said.isPrivate && { isPrivate: true }),
    ...(said.secretsNever && { secrets: leaks.map(({ name }) => name) }),
    ...(said.shortKeys && { areKeysShort: true }),
    ...(said.owners && { owners: ownersExpected(said.owners) }),
  }
}

/** How long contents are kept; undefined where none are. */
export const contentsMs = ({ keepContents }: ObjectsSettings): number | undefined =>
  parseDuration(keepContents ?? '')

/** A key as it is told: whole, or with what differs from key to key cut short. */
export const toldKey = (
  key: string,
  { objects }: CollectionExpected,
  { areKeysShort }: ObjectsExpected,
): string => {
  const pattern = areKeysShort ? patternIn(objects) : undefined
  const parts = pattern && partsOf(pattern, key)
  if (!parts) return key
  return Object.entries(parts).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, () => short(value)),
    objects,
  )
}
