/**
 * Which databases are told in full, and which in a line? Whoever has many reads in full of those that need
 * somebody; of what is well a line says how large it is, how old, and how far back one can go.
 */
import { adviceOf } from '../kinds/kinds'
import { ageWords, countWords, sizeWords } from '../plain/wording'

import type { DatabaseDigest } from './database'
import { isWell } from './digest'
import type { Digest } from './digest'

export const signed = (number: number, words: (amount: number) => string): string =>
  number === 0 ? 'unchanged' : `${number > 0 ? '+' : '−'}${words(Math.abs(number))}`

const deltaWords = (delta: number | undefined, words: (amount: number) => string): string =>
  delta === undefined ? '' : ` (${signed(delta, words)})`

export const newestWords = (
  { kind, newestSound, sizeDelta, rowsDelta }: DatabaseDigest,
  now: Date,
): string => {
  if (!newestSound) return 'none'
  const { sizeBytes, rows, arrivedAt } = newestSound
  const size = `${sizeWords(sizeBytes)}${deltaWords(sizeDelta, sizeWords)}`
  const rowsSaid =
    rows === undefined
      ? ''
      : `, ${countWords(rows, ...adviceOf(kind).unit())}${deltaWords(rowsDelta, String)}`
  return `${size}${rowsSaid}, ${ageWords(arrivedAt, now)}`
}

export const markOf = (one: DatabaseDigest): 'good' | 'open' | 'bad' =>
  isWell(one) ? (one.health === 'sound' ? 'good' : 'open') : 'bad'

/** So few are all told in full. */
const fullAtMost = 6

/** A mail has room for so many in detail, and a person reads fewer; and for so many lines. */
const databasesAtMost = 40
const linesAtMost = 100

/** "amber: 40 MiB (+1 MiB), 930 rows, 12 h ago; restorable 7 of 7 days; restored 3 days ago". */
const lineWords = (one: DatabaseDigest, now: Date): string => {
  const { database, days, lastDrill } = one
  const { drill, covered: word } = adviceOf(one.kind)
  const covered = days.filter(({ isCovered }) => isCovered).length
  const practised = lastDrill
    ? `${drill.done} ${ageWords(lastDrill.at, now)}`
    : `not ${drill.done} yet`
  return `${database}: ${newestWords(one, now)}; ${word} ${covered} of ${days.length} days; ${practised}`
}

/** Of a digest's end: whoever is not shown may still need somebody. */
const moreWords = (hidden: readonly DatabaseDigest[], { others }: Digest): string => {
  const more = hidden.length + others.databases
  const unwell = hidden.filter((one) => !isWell(one)).length + others.unwell
  if (more === 0) return ''
  return unwell === 0
    ? `and ${more} more that are well: see the status page`
    : `and ${more} more, of which ${unwell} ${unwell === 1 ? 'needs' : 'need'} you: see the status page`
}

export const partedOf = (digest: Digest) => {
  const { databases, span } = digest
  const isLine = (one: DatabaseDigest) => databases.length > fullAtMost && markOf(one) === 'good'
  const full = databases.filter((one) => !isLine(one))
  const brief = databases.filter(isLine)
  const rows = brief.slice(0, linesAtMost).map((one) => ({
    mark: 'good' as const,
    text: lineWords(one, span.until),
    note: '',
  }))
  return {
    whole: full.slice(0, databasesAtMost),
    lines: rows.length === 0 ? [] : [{ heading: 'Databases that are sound', rows }],
    more: moreWords([...full.slice(databasesAtMost), ...brief.slice(linesAtMost)], digest),
  }
}
