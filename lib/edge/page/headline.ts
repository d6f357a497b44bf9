/**
 * Am I safe? The one answer of the page, in words. Nothing that is not proven, or that nobody
 * watches, is ever called safe.
 */
import type { DatabaseOverview, Health } from '../../journey/gather/standing'
import type { Overview } from '../../journey/overview'
import { gravestFirst } from '../../rules/alerts/alert'
import { own } from '../../rules/plain/own'
import { cut } from '../../rules/plain/shortening'
import { ageWords, countWords } from '../../rules/plain/wording'
import { isWhole } from '../../rules/verdict/verdict'

import type { Mark } from './marks'
import { capital, capturedAt, namesWords, untilWords } from './words'

export type Headline = { mark: Mark; text: string; lead: string }

/** From the gravest on: the order in which the page tells them. */
export const gravity: readonly Health[] = ['trouble', 'late', 'pending', 'never', 'sound']

/** The gravest first: by how they stand, and then by what is wrong with each. */
export const inOrder = (databases: readonly DatabaseOverview[]): DatabaseOverview[] =>
  gravity.flatMap((health) => {
    const those = databases.filter((one) => one.health === health)
    const wrong = those.flatMap((one) =>
      one.troubles.slice(0, 1).map(({ severity, kind }) => ({ severity, kind, one })),
    )
    return [
      ...gravestFirst(wrong).map(({ one }) => one),
      ...those.filter(({ troubles }) => troubles.length === 0),
    ]
  })

/** An answer about the state is worth nothing without somebody who looks. */
export const unwatchedWords = ({ watch, generatedAt }: Overview): string | undefined => {
  if (!watch.isSilent) return undefined
  return watch.ranAt === undefined
    ? 'Not watched: the watch has never run'
    : `Not watched: the watch last ran ${ageWords(watch.ranAt, new Date(generatedAt))}`
}

/** Where nothing else is wrong that has a name. A word of another build's is shown as it is. */
const newestWords: Readonly<Record<string, string>> = {
  failed: 'the newest copy is damaged',
  unmet: 'the newest copy is not what is expected',
  unverifiable: 'the newest copy was not judged',
}

/** A table may be called by thousands of letters. */
const headlineAtMost = 120

const troubleWords = ({ troubles, newest }: DatabaseOverview): string => {
  const { word = 'unverifiable' } = newest ?? {}
  const what = troubles[0]?.what ?? own(newestWords, word) ?? `the newest copy is ${word}`
  return cut(what, headlineAtMost)
}

/** What one can go back to: after a fall that is the copy from before, and not the newest proven one. */
const provenWords = (one: DatabaseOverview, now: Date): string => {
  const { fall, troubles, newest, newestSound } = one
  if (fall) {
    const gone = troubles.find(({ kind }) => kind === 'rows.collapsed')
    // Where something graver is the headline, this is said here.
    const what = gone && gone !== troubles[0] ? `Besides, ${cut(gone.what, headlineAtMost)}. ` : ''
    return `${what}The copy from before, ${fall.before}, came ${ageWords(fall.beforeAt, now)} and still has what is gone.`
  }
  const isWholeNewer = newest !== undefined && newest.id !== newestSound?.id && isWhole(newest.word)
  const newer = isWholeNewer ? 'The newest copy is whole. ' : ''
  if (!newestSound) return `${newer}There is no proven copy to go back to.`
  return `${newer}The newest proven copy was taken ${ageWords(capturedAt(newestSound), now)}.`
}

/** One database, said of it alone; the text stands without its name. */
export const databaseAnswer = (one: DatabaseOverview, now: Date): Headline => {
  const lead = provenWords(one, now)
  const { mark, text } = answers[one.health](one)
  return { mark, text, lead }
}

const answers: Record<Health, (one: DatabaseOverview) => { mark: Mark; text: string }> = {
  sound: () => ({ mark: 'good', text: 'is safe' }),
  pending: () => ({ mark: 'open', text: 'waits for a verdict' }),
  late: () => ({ mark: 'late', text: 'is late' }),
  trouble: (one) => ({ mark: 'bad', text: troubleWords(one) }),
  never: () => ({ mark: 'none', text: 'was never pushed' }),
}

/** "tokens is late", "tokens: the newest copy is damaged". */
export const joined = (name: string, { mark, text }: { mark: Mark; text: string }): string =>
  mark === 'bad' ? `${name}: ${text}` : `${name} ${text}`

const manyWords: Record<Exclude<Health, 'sound'>, (count: number) => string> = {
  trouble: (count) => `${count} databases are in trouble`,
  late: (count) => `${count} databases are late`,
  pending: (count) => `${count} databases wait for a verdict`,
  never: (count) => `${count} databases were never pushed`,
}

const otherWords = [
  { health: 'late', words: 'late' },
  { health: 'pending', words: 'waiting' },
  { health: 'never', words: 'without a copy' },
  { health: 'sound', words: 'safe' },
] as const

/** " Of the others 2 are late and 57 are safe.", or nothing where there are none. */
const othersWords = (others: readonly DatabaseOverview[]): string => {
  const told = otherWords.flatMap(({ health, words }) => {
    const { length } = others.filter((one) => one.health === health)
    return length === 0 ? [] : [`${length} ${length === 1 ? 'is' : 'are'} ${words}`]
  })
  const [only] = others
  if (!only) return ''
  if (others.length === 1)
    return ` The other, ${only.database}, ${answers[only.health](only).text}.`
  return ` Of the others ${told.join(', ').replace(/, ([^,]*)$/, ' and $1')}.`
}

const aboutSome = (
  health: Exclude<Health, 'sound'>,
  some: readonly DatabaseOverview[],
  { databases, generatedAt }: Overview,
): Headline | undefined => {
  const now = new Date(generatedAt)
  const [first] = some
  if (!first) return undefined
  const { mark, text, lead } = databaseAnswer(first, now)
  const others = othersWords(databases.filter((one) => !some.includes(one)))
  if (some.length === 1) {
    return { mark, text: joined(first.database, { mark, text }), lead: `${lead}${others}` }
  }
  return { mark, text: manyWords[health](some.length), lead: `${someWords(health, some)}${others}` }
}

const namedAtMost = 6
const toldAtMost = 3

/** Of a few in trouble it is said what is wrong with each. */
const someWords = (health: Health, some: readonly DatabaseOverview[]): string => {
  const names = some.map(({ database }) => database)
  if (health !== 'trouble' || some.length > toldAtMost)
    return `They are ${namesWords(names, namedAtMost)}.`
  return `${some.map((one) => joined(one.database, answers[one.health](one))).join('; ')}.`
}

const allSafe = ({ databases, generatedAt }: Overview): Headline => {
  const now = new Date(generatedAt)
  const [only] = databases
  const due = databases.flatMap(({ nextBy }) => nextBy ?? []).toSorted()[0]
  const next =
    due === undefined ? '' : ` The next is expected ${untilWords(due, now)} at the latest.`
  const text =
    databases.length === 1 && only
      ? `${only.database} is safe`
      : `All ${databases.length} databases are safe`
  if (only && databases.length === 1) {
    return { mark: 'good', text, lead: `${provenWords(only, now)}${next}` }
  }
  const oldest = databases
    .flatMap(({ newestSound }) => newestSound ?? [])
    .map(capturedAt)
    .toSorted()[0]
  const lead =
    oldest === undefined
      ? ''
      : `Each has a proven copy; the oldest of these was taken ${ageWords(oldest, now)}.`
  return { mark: 'good', text, lead: `${lead}${next}` }
}

const nothingYet: Headline = {
  mark: 'none',
  text: 'Nothing has been pushed yet',
  lead: 'As soon as the first copy has come, this page says whether it is sound.',
}

const safeWords = (count: number): string =>
  `The copies of ${countWords(count, 'database')} are safe.`

/** The gravest first; what is wrong with the installation itself comes after what is damaged. */
export const headlineOf = (overview: Overview): Headline => {
  const { databases } = overview
  const ordered = inOrder(databases)
  const those = (health: Health) => ordered.filter((one) => one.health === health)
  const damaged = aboutSome('trouble', those('trouble'), overview)
  const unwatched = unwatchedWords(overview)
  if (damaged) return unwatched ? { ...damaged, lead: `${damaged.lead} ${unwatched}.` } : damaged
  if (unwatched) {
    const lead =
      'What this page says of the copies may be old, and nobody would be told of a change.'
    return { mark: 'bad', text: unwatched, lead }
  }
  const late = aboutSome('late', those('late'), overview)
  if (late) return late
  const [wrong] = overview.troubles
  if (wrong && overview.health === 'trouble') {
    const { length } = those('sound')
    const lead = length === 0 ? wrong.meaning : `${wrong.meaning} ${safeWords(length)}`
    return { mark: 'bad', text: capital(wrong.what), lead }
  }
  if (those('never').length === databases.length) return nothingYet
  return (
    aboutSome('pending', those('pending'), overview) ??
    aboutSome('never', those('never'), overview) ??
    allSafe(overview)
  )
}
