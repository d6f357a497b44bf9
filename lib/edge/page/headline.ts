import type { Overview } from '../../journey/overview'
import type { DatabaseOverview, Health } from '../../journey/overview-database'
import { severities } from '../../rules/alert'
import type { Trouble } from '../../rules/trouble'
import { ageWords, countWords } from '../../rules/wording'

import type { Mark } from './marks'
import { capital, capturedAt, namesWords, untilWords } from './words'

/**
 * Am I safe? The one answer of the page, in words. Nothing that is not proven, or that nobody
 * watches, is ever called safe.
 */
export type Headline = { mark: Mark; text: string; lead: string }

const gravest = (troubles: readonly Trouble[]): Trouble | undefined =>
  troubles.toSorted(
    (one, other) => severities.indexOf(other.severity) - severities.indexOf(one.severity),
  )[0]

/** An answer about the state is worth nothing without somebody who looks. */
export const unwatchedWords = ({ watch, generatedAt }: Overview): string | undefined => {
  if (!watch.isSilent) return undefined
  return watch.ranAt === undefined
    ? 'Not watched: the watch has never run'
    : `Not watched: the watch last ran ${ageWords(watch.ranAt, new Date(generatedAt))}`
}

const troubleWords = ({ troubles, newest }: DatabaseOverview): string =>
  gravest(troubles)?.what ??
  (newest?.word === 'failed' ? 'the newest copy is damaged' : 'the newest copy was not judged')

const provenWords = (one: DatabaseOverview, now: Date): string => {
  if (!one.newestSound) return 'There is no proven copy to go back to.'
  return `The newest proven copy was taken ${ageWords(capturedAt(one.newestSound), now)}.`
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
  const names = namesWords(
    some.map(({ database }) => database),
    6,
  )
  return { mark, text: manyWords[health](some.length), lead: `They are ${names}.${others}` }
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
  const those = (health: Health) => databases.filter((one) => one.health === health)
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
  const own = gravest(overview.troubles)
  if (own && overview.health === 'trouble') {
    const { length } = those('sound')
    const lead = length === 0 ? own.meaning : `${own.meaning} ${safeWords(length)}`
    return { mark: 'bad', text: capital(own.what), lead }
  }
  if (those('never').length === databases.length) return nothingYet
  return (
    aboutSome('pending', those('pending'), overview) ??
    aboutSome('never', those('never'), overview) ??
    allSafe(overview)
  )
}
