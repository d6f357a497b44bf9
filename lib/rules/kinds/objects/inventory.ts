/**
 * What is written of the app's objects? One inventory is a text of lines: what it is an inventory of, then
 * a line for each object in the order of the keys, then how many they were. So it can be written and read
 * as it streams by, at any size, and one that was cut is seen to be.
 */
import * as z from 'zod'

import { parseJson } from '../../trust/seal'

import { Owned } from './owners'

/** What must be remembered of a list that only grows. */
const Remembered = z.object({ count: z.int().nonnegative(), sha256: z.string() })

/** The number of this shape. */
export const inventoryFormat = 1

const text = z.string()
const instant = z.iso.datetime()

export const Head = z.looseObject({
  inventory: z.int().positive(),
  database: text,
  /** When the walk through the objects began: by this they are fresh or not. */
  takenAt: instant,
  /** By the name of each collection, what its objects were read by. */
  collections: z.record(text, text),
})
export type Head = z.infer<typeof Head>

/** What was read in one object. Nothing of its content: how many, a hash, and what is not as expected. */
export const Found = z.looseObject({
  /** Why it is not what is expected, in words that hold nothing of it. */
  invalid: text.optional(),
  list: Remembered.optional(),
  growth: text.optional(),
  /** Where its list has lost something: what the last whole one was, and when that was first seen. */
  held: Remembered.optional(),
  since: instant.optional(),
  /** The names of what looks like an access token in it. */
  leaks: z.array(text).optional(),
  /** Whoever asked without a key was given it. */
  isOpen: z.literal(true).optional(),
  /** The SHA-256 of all of it, where that is not the last part of `kept`. */
  content: text.optional(),
  /** It is kept under this name: the day, and the SHA-256. */
  kept: text.optional(),
  /** Where it is not good: what was kept of it when it last was, and when that had been written. */
  good: z.looseObject({ kept: text, at: instant }).optional(),
})
export type Found = z.infer<typeof Found>

export const ObjectLine = z.looseObject({
  key: text,
  of: text,
  sizeBytes: z.int().nonnegative(),
  etag: text,
  at: instant,
  found: Found.optional(),
})
export type ObjectLine = z.infer<typeof ObjectLine>

/** What was tried without a key besides what was read. */
export const Tried = z.looseObject({
  /** The last key that had its turn. */
  after: text.optional(),
  /** Those that were handed out, where their own lines do not say so. */
  open: z.array(z.looseObject({ key: text, of: text })),
})
export type Tried = z.infer<typeof Tried>

export const Foot = z.looseObject({
  lines: z.int().nonnegative(),
  /** Whether whoever has no key is refused a list of them; absent where nobody asked, or no answer came. */
  isPrivate: z.boolean().optional(),
  tried: Tried.optional(),
  /** By the part that names them. */
  owners: z.record(text, Owned).optional(),
})
export type Foot = z.infer<typeof Foot>

export const lineOf = (value: Head | ObjectLine | Foot): string => `${JSON.stringify(value)}\n`

export type Read =
  | { is: 'head'; head: Head }
  | { is: 'object'; object: ObjectLine }
  | { is: 'foot'; foot: Foot }
  /** Written by a build that came later. */
  | { is: 'newer' }
  | { is: 'unreadable' }

/** One line, without its end. */
export const readLine = (bytes: Buffer): Read => {
  const said = parseJson(bytes)
  const object = ObjectLine.safeParse(said)
  if (object.success) return { is: 'object', object: object.data }
  const head = Head.safeParse(said)
  if (head.success)
    return head.data.inventory > inventoryFormat ? { is: 'newer' } : { is: 'head', head: head.data }
  const foot = Foot.safeParse(said)
  return foot.success ? { is: 'foot', foot: foot.data } : { is: 'unreadable' }
}

/** The order of the store's own listing, which is not that of JavaScript's texts. */
export const inOrder = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other))

const begun = '{"inventory":'

export const beginsLikeOne = (head: Uint8Array): boolean =>
  Buffer.from(head).subarray(0, begun.length).toString('latin1') === begun

/** Does a text begin as one that this build writes, or an earlier one did? */
export const beginsLikeOurs = (lines: string): boolean => {
  const [, number] = /^\{"inventory":(\d+)[,}]/.exec(lines) ?? []
  return number !== undefined && Number(number) <= inventoryFormat
}
