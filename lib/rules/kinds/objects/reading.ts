/**
 * What is to be remembered of one object? Whether it is what is expected, how long its list is and whether it
 * has only grown, and whether it gives a secret away. Never its content.
 */
import { createHash } from 'node:crypto'

import type * as z from 'zod'

import { parseJson } from '../../trust/seal'

import { lastGood } from './contents'
import { grown } from './growth'
import type { Found, ObjectLine } from './inventory'
import { leaksIn } from './leaks'
import type { Reading } from './settings'

type Kept = NonNullable<Found['held']>

/** The place of a mistake, by names that the schema says: what else stands in a path is content. */
const placeWords = (path: readonly PropertyKey[], names: ReadonlySet<string>): string =>
  path
    .map((step) => {
      if (typeof step === 'number') return '[]'
      return names.has(String(step)) ? `.${String(step)}` : '.*'
    })
    .join('')
    .replace(/^\./, '')

/** What a schema says of a value by itself may hold the value; of what type it should be does not. */
const ruleOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' ? `expected ${issue.expected}` : `not as the schema has it`

const invalidBy = (value: unknown, { schema, names }: Reading): string | undefined => {
  if (!schema) return undefined
  try {
    const { error } = schema.safeParse(value)
    const issue = error?.issues[0]
    if (!issue) return undefined
    const place = placeWords(issue.path, names)
    return place === '' ? ruleOf(issue) : `${place}: ${ruleOf(issue)}`
  } catch {
    // A value that lies too deep for it, or a question of one's own that throws.
    return 'the schema could not be asked'
  }
}

/** What it is held against from now on: once something is lost, what there was before. */
const heldOf = (before: Found | undefined): Kept | undefined => before?.held ?? before?.list

/** Its list could not be read: what is known of it stays, and is compared when it can be. */
const unlisted = (before: Found | undefined): Found => {
  const held = heldOf(before)
  return held ? { held, ...(before?.since !== undefined && { since: before.since }) } : {}
}

const listIn = (
  value: unknown,
  { grows, before, at }: { grows: readonly string[]; before: Found | undefined; at: string },
): Found => {
  if (!Array.isArray(value)) return { invalid: 'expected a list', ...unlisted(before) }
  const held = heldOf(before)
  const { growth, now, unnamed } = grown(held, { entries: value, place: grows })
  const invalid = unnamed === 0 ? {} : { invalid: 'an entry has no name' }
  const isLost = growth === 'shrunk' || growth === 'rewritten'
  return {
    ...invalid,
    list: now,
    growth,
    ...(isLost && held && { held, since: before?.since ?? at }),
  }
}

export type Asked = {
  reading: Reading
  /** What was found in it the last time, unless somebody said since that it is right as it is. */
  before: Found | undefined
  at: string
}

export const foundIn = (bytes: Uint8Array, { reading, before, at }: Asked): Found => {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const leaks = leaksIn(content.toString('latin1'), reading.leaks)
  const leaked = leaks.length === 0 ? {} : { leaks: [...leaks] }
  const all = { ...leaked, content: createHash('sha256').update(content).digest('hex') }
  const value = parseJson(content)
  if (value === undefined) return { invalid: 'no JSON', ...unlisted(before), ...all }
  const list = reading.grows ? listIn(value, { grows: reading.grows, before, at }) : {}
  const invalid = invalidBy(value, reading) ?? list.invalid
  return { ...list, ...(invalid !== undefined && { invalid }), ...all }
}

/** One that is larger than is read of any. */
export const foundUnread = (before: Found | undefined): Found => ({
  invalid: 'larger than is read',
  ...unlisted(before),
})

/** As it stands when it has not changed since. */
export const foundUnchanged = (found: Found | undefined): Found | undefined => {
  if (!found?.growth) return found
  const isLost = found.held !== undefined
  return isLost || found.growth === 'unchanged' ? found : { ...found, growth: 'unchanged' }
}

/** A list that stood there and does not any more; undefined where nothing of it was known. */
export const goneLine = (line: ObjectLine, at: string): ObjectLine | undefined => {
  const { found } = line
  if (found?.growth === 'gone') return line
  const held = heldOf(found)
  if (!held) return undefined
  const since = found?.since ?? at
  const good = lastGood(line)
  const lost: Found = { growth: 'gone', held, since, ...(good && { good }) }
  return { ...line, sizeBytes: 0, etag: '', found: lost }
}

/** Somebody said that it is right as it is: from here on it may only grow again. */
export const begunAnew = (found: Found | undefined): Found | undefined => {
  if (!found || found.growth === 'gone') return undefined
  const { held: _, since: __, ...rest } = found
  return rest
}
