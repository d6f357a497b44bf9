/**
 * Which databases are told in full, and which in a line? Whoever has many reads in full of those that need
 * somebody, the gravest first; of each other a line says how old it is, how large, and how far back one can go.
 */
import { adviceOf } from '../kinds/kinds'
import { ageWords, countWords, instantWords, sizeWords } from '../plain/wording'
import { isInDanger } from '../watching/danger'
import type { Health } from '../watching/standing'

import type { DatabaseDigest } from './database'
import { isWell } from './digest'
import type { Digest } from './digest'

export const signed = (number: number, words: (amount: number) => string): string => {
  if (number > 0) return `+${words(number)}`
  return number < 0 ? `−${words(-number)}` : 'unchanged'
}

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

export const healthWords: Readonly<Record<Health, string>> = {
  sound: 'sound',
  pending: 'waits for its verdict',
  late: 'late',
  trouble: 'needs you',
  never: 'never came',
}

/** As on the status page: red alone is what is damaged or gone, and `late` is what needs somebody besides. */
export type Mark = 'good' | 'bad' | 'late' | 'open'

export const markOf = (one: DatabaseDigest): Mark => {
  if (isWell(one)) return one.health === 'sound' ? 'good' : 'open'
  return isInDanger(one) ? 'bad' : 'late'
}

/** So few are all told in full; of more, so many of those that need somebody. */
export const fullAtMost = 6

/** A mail has room for so many lines. */
const linesAtMost = 100

/** A line each, in columns, with what the columns say. */
export type Brief = {
  heading: string
  columns: readonly string[]
  rows: { mark: Mark; cells: string[] }[]
  legend: string
}

const wantingBrief = (databases: readonly DatabaseDigest[]): Brief => ({
  heading: 'Others that need you',
  columns: ['database', 'what is wrong', 'since'],
  rows: databases.map((one) => {
    const [first] = one.troubles
    const cells = [
      one.database,
      first?.what ?? healthWords[one.health],
      first ? instantWords(first.since) : '',
    ]
    return { mark: markOf(one), cells }
  }),
  legend: 'What to do stands on the status page of each.',
})

const wellBrief = (databases: readonly DatabaseDigest[], now: Date): Brief => ({
  heading: 'Databases that are well',
  columns: ['database', 'newest', 'size', 'days', 'practice'],
  rows: databases.map((one) => {
    const { database, newestSound, days, lastDrill } = one
    const covered = days.filter(({ isCovered }) => isCovered).length
    const cells = [
      database,
      newestSound ? ageWords(newestSound.arrivedAt, now) : 'none',
      newestSound ? sizeWords(newestSound.sizeBytes) : '',
      `${covered} of ${days.length}`,
      lastDrill ? ageWords(lastDrill.at, now) : 'not yet',
    ]
    return { mark: markOf(one), cells }
  }),
  legend:
    'newest: when the newest sound copy came, with its size. days: to how many of the last days one can go back. practice: the last drill.',
})

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
  const full = databases.length <= fullAtMost ? databases : databases.filter((one) => !isWell(one))
  const whole = full.slice(0, fullAtMost)
  const rest = databases.filter((one) => !whole.includes(one))
  const shown = rest.slice(0, linesAtMost)
  const briefs = [
    wantingBrief(shown.filter((one) => !isWell(one))),
    wellBrief(shown.filter(isWell), span.until),
  ]
  return {
    whole,
    briefs: briefs.filter(({ rows }) => rows.length > 0),
    more: moreWords(rest.slice(linesAtMost), digest),
  }
}
