import { listed } from '../fall/drift'
import type { CopyDrill } from '../watching/drill'
import { isWell } from './digest'
import type { Digest } from './digest'
import type { ShownFall } from '../copy/shown'
import type { Count, DatabaseDigest } from './history'
import { otherwiseHeading } from '../troubles/trouble'
import type { Trouble } from '../troubles/trouble'
import { ageWords, countWords, durationWords, instantWords, sizeWords } from '../plain/wording'

/**
 * How is one database of a digest said? A figure stands with what it was before, and what could not
 * be checked is neither good nor bad.
 */
export type Mark = 'good' | 'bad' | 'open'

export type ToldTrouble = {
  what: string
  since: string
  text: string
  command?: string
  /** What to do instead where it was meant. */
  otherwise?: { heading: string; text: string; command?: string }
}

export type ToldDatabase = {
  name: string
  word: string
  mark: Mark
  days: DatabaseDigest['days']
  facts: { label: string; text: string }[]
  troubles: ToldTrouble[]
}

const healthWords: Readonly<Record<string, string>> = {
  sound: 'sound',
  pending: 'waits for its verdict',
  late: 'late',
  trouble: 'needs you',
  never: 'never came',
}

export const signed = (number: number, words: (amount: number) => string): string =>
  number === 0 ? 'unchanged' : `${number > 0 ? '+' : '−'}${words(Math.abs(number))}`

const deltaWords = (delta: number | undefined, words: (amount: number) => string): string =>
  delta === undefined ? '' : ` (${signed(delta, words)})`

/** "7 came: 6 sound, 1 failed". */
export const cameWords = ({ came, sound, failed, unmet, unchecked, pending }: Count): string => {
  if (came === 0) return 'none came'
  const parts = [
    [sound, 'sound'],
    [failed, 'failed'],
    [unmet, 'not what is expected'],
    [unchecked, 'could not be checked'],
    [pending, 'without a verdict yet'],
  ] as const
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return `${came} came: ${said.join(', ')}`
}

const commandOf = ({ command }: { command?: string | undefined }) =>
  command === undefined ? {} : { command }

export const troubleWords = ({ what, since, facts, nextStep }: Trouble): ToldTrouble => {
  const { text, otherwise } = nextStep
  // A table's name stays as it is written.
  const isName = facts.some(({ label }) => what.startsWith(`${label} `))
  return {
    what: isName ? what : `${what.charAt(0).toUpperCase()}${what.slice(1)}`,
    since: instantWords(since),
    text,
    ...commandOf(nextStep),
    ...(otherwise && {
      otherwise: {
        heading: otherwiseHeading(otherwise.text),
        text: otherwise.text,
        ...commandOf(otherwise),
      },
    }),
  }
}

/** "ID, 26 h ago: orders 6181, now 2472". */
const fallWords = ({ before, beforeAt, tables }: ShownFall, now: Date): string => {
  const counts = tables.map((one) => `${one.table} ${one.before}, now ${one.now ?? 'gone'}`)
  return `${before}, ${ageWords(beforeAt, now)}: ${listed(counts)}`
}

const newestWords = ({ newestSound, sizeDelta, rowsDelta }: DatabaseDigest, now: Date): string => {
  if (!newestSound) return 'none'
  const { sizeBytes, rows, arrivedAt } = newestSound
  const size = `${sizeWords(sizeBytes)}${deltaWords(sizeDelta, sizeWords)}`
  const rowsSaid =
    rows === undefined ? '' : `, ${countWords(rows, 'row')}${deltaWords(rowsDelta, String)}`
  return `${size}${rowsSaid}, ${ageWords(arrivedAt, now)}`
}

/** A check that found several things is told by what did not pass, and each of it once. */
const checkWords = ({ checks }: DatabaseDigest): string => {
  const others = checks.filter(({ outcome }) => outcome !== 'passed')
  const told = others.map(({ check, outcome }) => `${check} ${outcome}`)
  const well = checks.filter(({ check }) => !others.some((one) => one.check === check))
  const names = [...new Set(well.map(({ check }) => check))]
  const passed = names.length > 0 ? [`${names.join(', ')} passed`] : []
  return [...new Set(told), ...passed].join('; ')
}

export const outcomeWords = ({ outcome, tookMs, detail }: CopyDrill): string =>
  outcome === 'proven'
    ? `restored, opened and compared in ${durationWords(tookMs)}`
    : `${outcome === 'failed' ? 'failed' : 'could not be done'}: ${detail}`

export const copiesWords = (count: number): string => (count === 1 ? '1 copy' : `${count} copies`)

export const goneWords = ({ letGo, letGoBytes }: Pick<Digest, 'letGo' | 'letGoBytes'>): string =>
  letGo === 0 ? 'none let go' : `${letGo} let go (${sizeWords(letGoBytes)})`

const markOf = (one: DatabaseDigest): Mark =>
  isWell(one) ? (one.health === 'sound' ? 'good' : 'open') : 'bad'

export const databaseWords = (one: DatabaseDigest, now: Date): ToldDatabase => {
  const { lastDrill, newest } = one
  const covered = one.days.filter(({ isCovered }) => isCovered).length
  const isBehind = newest !== undefined && newest.id !== one.newestSound?.id
  return {
    name: one.database,
    word: healthWords[one.health] ?? one.health,
    mark: markOf(one),
    days: one.days,
    facts: [
      { label: 'newest sound', text: newestWords(one, now) },
      ...(one.newestSound ? [{ label: 'its ticket', text: one.newestSound.id }] : []),
      ...(isBehind
        ? [
            {
              label: 'newest',
              text: `${newest.id}: ${newest.word}, ${ageWords(newest.arrivedAt, now)}`,
            },
          ]
        : []),
      ...(one.fall ? [{ label: 'before the fall', text: fallWords(one.fall, now) }] : []),
      { label: 'copies', text: cameWords(one.count) },
      { label: 'restorable', text: `${covered} of the last ${one.days.length} days` },
      ...(one.checks.length > 0 ? [{ label: 'checks', text: checkWords(one) }] : []),
      {
        label: 'last drill',
        text: lastDrill ? `${instantWords(lastDrill.at)}, ${outcomeWords(lastDrill)}` : 'none yet',
      },
      {
        label: 'kept',
        text: `${copiesWords(one.copies)}, ${sizeWords(one.sizeBytes)}; ${goneWords(one)}`,
      },
      { label: 'policy', text: one.policy },
      ...(one.brake === undefined ? [] : [{ label: 'held back', text: one.brake }]),
    ],
    troubles: one.troubles.map(troubleWords),
  }
}
