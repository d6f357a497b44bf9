/**
 * Has a list only grown? Entries may be added at its end; none may change, move or go.
 *
 * Of a list is remembered how long it was and a hash of all its entries in full: hashing as many of its
 * first entries again then proves that what was there is still there, and nothing of it is kept.
 */
import { createHash } from 'node:crypto'

import { own } from '../../plain/own'

/** What must be remembered of a list. */
export type Remembered = { count: number; sha256: string }

/**
 * `new`: never seen before. `continued`: all that was there, and more after it. `unchanged`: exactly what was
 * there. `shrunk`: fewer entries. `rewritten`: as many or more, and what was there is not there any more.
 */
export type Growth = 'new' | 'continued' | 'unchanged' | 'shrunk' | 'rewritten'

export type Grown = {
  growth: Growth
  now: Remembered
  /** Entries that have no name where the settings say that it stands. */
  unnamed: number
  /** Entries whose name an earlier one has: the same message, written twice. */
  repeated: number
}

/** Where the name of an entry stands, such as `message.mid`; undefined for a text that says no such place. */
export const placeOf = (text: string): readonly string[] | undefined => {
  const steps = text.split('.')
  return steps.every((step) => step !== '') ? steps : undefined
}

/** What the list is now, held against what was remembered of it. */
export const grown = (
  before: Remembered | undefined,
  { entries, place }: { entries: readonly unknown[]; place: readonly string[] },
): Grown => {
  const hash = createHash('sha256')
  const names = new Set<string>()
  let unnamed = 0
  let asBefore = hash.copy()
  for (const [at, entry] of entries.entries()) {
    if (at === before?.count) asBefore = hash.copy()
    hash.update(written(entry))
    const name = nameAt(entry, place)
    if (name === undefined) unnamed += 1
    else names.add(name)
  }
  if (entries.length === before?.count) asBefore = hash.copy()
  const now = { count: entries.length, sha256: hash.digest('hex') }
  const isKept = asBefore.digest('hex') === before?.sha256
  return {
    growth: growthOf({ before, count: now.count, isKept }),
    now,
    unnamed,
    repeated: entries.length - unnamed - names.size,
  }
}

const growthOf = (seen: {
  before: Remembered | undefined
  count: number
  isKept: boolean
}): Growth => {
  const { before, count, isKept } = seen
  if (!before) return 'new'
  if (count < before.count) return 'shrunk'
  if (!isKept) return 'rewritten'
  return count === before.count ? 'unchanged' : 'continued'
}

/** A text or a number; `1` and `"1"` are two names. */
const nameAt = (entry: unknown, place: readonly string[]): string | undefined => {
  let found = entry
  for (const step of place) found = isFields(found) ? own(found, step) : undefined
  return typeof found === 'string' || typeof found === 'number' ? JSON.stringify(found) : undefined
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is left to write of an entry: a text, or a value that is still to be taken apart. */
type Left = { text: string } | { value: unknown }

/**
 * An entry as it is hashed: the order in which an app happens to write its fields, and the space between
 * them, are no change. What is left stands in a list and not on the stack: a hostile entry may lie as
 * deep as it likes. A line end, which stands nowhere else, ends it.
 */
const written = (entry: unknown): string => {
  const texts: string[] = []
  const left: Left[] = [{ value: entry }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if ('text' in next) texts.push(next.text)
    else if (Array.isArray(next.value)) takeList(next.value, left)
    else if (isFields(next.value)) takeFields(next.value, left)
    else texts.push(JSON.stringify(next.value))
  }
  return `${texts.join('')}\n`
}

/** What is written last is put down first. */
const takeList = (values: readonly unknown[], left: Left[]): void => {
  left.push({ text: ']' })
  for (const value of values.toReversed()) left.push({ text: ',' }, { value })
  left.push({ text: '[' })
}

const takeFields = (group: Readonly<Record<string, unknown>>, left: Left[]): void => {
  left.push({ text: '}' })
  const names = Object.keys(group).toSorted()
  for (const name of names.toReversed())
    left.push({ text: ',' }, { value: own(group, name) }, { text: `${JSON.stringify(name)}:` })
  left.push({ text: '{' })
}
