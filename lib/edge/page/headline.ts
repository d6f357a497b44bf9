/**
 * Am I safe? The one answer of the page, in words. Nothing that is not proven, or that nobody
 * watches, is ever called safe.
 */
import { capturedAt } from '../../rules/copy/shown'
import { own } from '../../rules/plain/own'
import { cut } from '../../rules/plain/shortening'
import { ageWords, countWords } from '../../rules/plain/wording'
import { isWhole } from '../../rules/verdict/verdict'
import { isInDanger } from '../../rules/watching/danger'
import type { Head, Totals } from '../../rules/watching/head'
import type { Health, Standing } from '../../rules/watching/standing'

import type { Mark } from './marks'
import { capital, figureWords, listWords, namesWords, untilWords } from './words'

/** Is its text a sentence of its own, or does it go on from a name? */
type Answer = { mark: Mark; text: string; isSentence?: boolean }

export type Headline = Answer & { lead: string }

/** An answer about the state is worth nothing without somebody who looks. */
export const unwatchedWords = ({
  watch,
  generatedAt,
}: Pick<Head, 'watch' | 'generatedAt'>): string | undefined => {
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

const troubleWords = ({ troubles, newest }: Standing): string => {
  const { word = 'unverifiable' } = newest ?? {}
  const what = troubles[0]?.what ?? own(newestWords, word) ?? `the newest copy is ${word}`
  return cut(what, headlineAtMost)
}

/** What one can go back to: after a fall that is the copy from before, and not the newest proven one. */
const provenWords = (one: Standing, now: Date): string => {
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
export const databaseAnswer = (one: Standing, now: Date): Headline => {
  const lead = provenWords(one, now)
  return { ...answers[one.health](one), lead }
}

const answers: Record<Health, (one: Standing) => Answer> = {
  sound: () => ({ mark: 'good', text: 'is safe' }),
  pending: () => ({ mark: 'open', text: 'waits for a verdict' }),
  late: () => ({ mark: 'late', text: 'is late' }),
  trouble: (one) => ({
    mark: isInDanger(one) ? 'bad' : 'late',
    text: troubleWords(one),
    isSentence: true,
  }),
  never: () => ({ mark: 'none', text: 'has no copy yet' }),
}

/** "tokens is late", "tokens: the newest copy is damaged". */
export const joined = (name: string, { text, isSentence }: Answer): string =>
  isSentence ? `${name}: ${text}` : `${name} ${text}`

const manyWords: Record<Exclude<Health, 'sound'>, (count: number) => string> = {
  trouble: (count) => `${figureWords(count)} databases are in trouble`,
  late: (count) => `${figureWords(count)} databases are late`,
  pending: (count) => `${figureWords(count)} databases wait for a verdict`,
  never: (count) => `${figureWords(count)} databases have no copy yet`,
}

const otherWords = [
  { health: 'late', words: 'late' },
  { health: 'pending', words: 'waiting' },
  { health: 'never', words: 'without a copy' },
  { health: 'sound', words: 'safe' },
] as const

/** " Of the others 2 are late and 57 are safe.", or nothing where there are none. */
const othersWords = (health: Health, { byHealth, databases, first }: Totals): string => {
  const others = databases - byHealth[health]
  const told = otherWords.flatMap(({ health: other, words }) => {
    const count = other === health ? 0 : byHealth[other]
    return count === 0 ? [] : [`${figureWords(count)} ${count === 1 ? 'is' : 'are'} ${words}`]
  })
  if (others === 0) return ''
  const only = others === 1 ? first.find((one) => one.health !== health) : undefined
  if (only) return ` The other, ${only.database}, ${answers[only.health](only).text}.`
  return ` Of the others ${listWords(told)}.`
}

const aboutSome = (
  health: Exclude<Health, 'sound'>,
  { totals, generatedAt }: Head,
): Headline | undefined => {
  const now = new Date(generatedAt)
  // The list begins with the gravest: where some are told of, none that stands before them is graver.
  const some = totals.first.filter((one) => one.health === health)
  const [first] = some
  if (!first) return undefined
  const { lead, ...answer } = databaseAnswer(first, now)
  const mark = some.some(isInDanger) ? 'bad' : answer.mark
  const others = othersWords(health, totals)
  const count = totals.byHealth[health]
  if (count === 1) {
    return { mark, text: joined(first.database, answer), lead: `${lead}${others}` }
  }
  const words = someWords(health, some, count)
  return { mark, text: manyWords[health](count), lead: `${words}${others}` }
}

const namedAtMost = 6
const toldAtMost = 3

/** Of a few in trouble it is said what is wrong with each. */
const someWords = (health: Health, some: readonly Standing[], count: number): string => {
  const names = some.map(({ database }) => database)
  if (health !== 'trouble' || count > toldAtMost)
    return `They are ${namesWords(names, { count, most: namedAtMost })}.`
  return `${some.map((one) => joined(one.database, answers[one.health](one))).join('; ')}.`
}

const allSafe = ({ totals, generatedAt }: Head): Headline => {
  const now = new Date(generatedAt)
  const { databases, nextBy: due, oldestAt: oldest, first } = totals
  const [only] = first
  const next =
    due === undefined ? '' : ` The next is expected ${untilWords(due, now)} at the latest.`
  if (only && databases === 1) {
    const lead = `${provenWords(only, now)}${next}`
    return { mark: 'good', text: `${only.database} is safe`, lead }
  }
  const lead =
    oldest === undefined
      ? ''
      : `Each has a proven copy; the oldest of these was taken ${ageWords(oldest, now)}.`
  return {
    mark: 'good',
    text:
      databases === 2
        ? 'Both databases are safe'
        : `All ${figureWords(databases)} databases are safe`,
    lead: `${lead}${next}`,
  }
}

const nothingYet: Headline = {
  mark: 'none',
  text: 'Nothing has been pushed yet',
  lead: 'As soon as the first copy has come, this page says whether it is sound.',
}

const safeWords = (count: number): string =>
  `The copies of ${countWords(count, 'database')} are safe.`

/** The gravest first; what is wrong with the installation itself comes after what is damaged. */
export const headlineOf = (head: Head): Headline => {
  const { byHealth, databases } = head.totals
  const damaged = aboutSome('trouble', head)
  const unwatched = unwatchedWords(head)
  if (damaged) return unwatched ? { ...damaged, lead: `${damaged.lead} ${unwatched}.` } : damaged
  if (unwatched) {
    const lead =
      'What this page says of the copies may be old, and nobody would be told of a change.'
    return { mark: 'late', text: unwatched, lead }
  }
  const late = aboutSome('late', head)
  if (late) return late
  const [wrong] = head.troubles
  if (wrong && head.health === 'trouble') {
    const safe = byHealth.sound
    const lead = safe === 0 ? wrong.meaning : `${wrong.meaning} ${safeWords(safe)}`
    return { mark: 'late', text: capital(wrong.what), lead }
  }
  if (byHealth.never === databases) return nothingYet
  return aboutSome('pending', head) ?? aboutSome('never', head) ?? allSafe(head)
}
