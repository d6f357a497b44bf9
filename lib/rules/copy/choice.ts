/**
 * Which copy would a restore bring back, and what should a person know before? Said in lines that a
 * script prints as they are; and a question where what comes back may not be what is wanted.
 */
import { tableWords } from '../fall/fall'
import type { Fall } from '../fall/fall'
import { own } from '../plain/own'
import { ageWords, countWords, instantWords, sizeWords } from '../plain/wording'
import { acceptCommand, hostCommand, operatorCommand, someOf } from '../troubles/trouble'
import { mendsOf } from '../verdict/verdict'
import type { Finding } from '../verdict/verdict'

import type { Entry } from './entry'
import { rowsOf, wordOf } from './entry'

export type PassedOver = { id: string; word: string; why: string }

export type Choice = {
  entry: Entry
  says: string[]
  /** Why it is asked, as a sentence; undefined where nothing needs deciding. */
  question: string | undefined
  /** What comes back lacks something that others have: nobody is given that unasked. */
  isGrave: boolean
  /** What to name instead of answering. */
  mend: string
}

export type Chosen = {
  entry: Entry
  /** Newer ones that are not handed out. */
  passed: readonly PassedOver[]
  /** Something has gone in it that nobody has said is right. */
  fall: Fall | undefined
  /** The sound copy before it that one might want instead. */
  before: Entry | undefined
  now: Date
}

/** What spoke against it, or was warned of. */
const against = (entry: Entry): Finding[] =>
  (entry.verdict?.findings ?? []).filter(({ outcome }) => outcome !== 'passed')

export const whyOf = (entry: Entry): string => {
  const word = wordOf(entry)
  const first = against(entry).find(({ outcome }) => outcome === entry.verdict?.outcome)
  return (
    first?.detail ?? (word === 'pending' ? 'It has no verdict yet.' : `Its verdict is ${word}.`)
  )
}

/** A line of two columns, as the script prints it. */
const row = (label: string, text: string): string => `${label.padEnd(12)}${text}`

const sizeAndRows = (entry: Entry): string => {
  const rows = rowsOf(entry)
  const size = sizeWords(entry.claim.rawSizeBytes ?? entry.claim.sizeBytes)
  return rows === undefined ? size : `${size}, ${countWords(rows, 'row')}`
}

const copyWords = (entry: Entry, now: Date): string => {
  const at = entry.arrivedAt ?? entry.claim.ticketAt
  return `${instantWords(at)} (${ageWords(at, now)}), ${sizeAndRows(entry)}`
}

const passedAtMost = 5

const passedLines = (passed: readonly PassedOver[]): string[] => [
  ...passed
    .slice(0, passedAtMost)
    .map(({ id, word, why }, index) =>
      row(index === 0 ? 'passed over' : '', `${id}, ${word}: ${why}`),
    ),
  ...(passed.length > passedAtMost
    ? [row('', `and ${countWords(passed.length - passedAtMost, 'other')}`)]
    : []),
]

const acceptedLines = ({ accepted }: Entry): string[] =>
  accepted ? [row('', `accepted by ${accepted.by}: ${accepted.reason}`)] : []

const fallLines = (fall: Fall | undefined): string[] =>
  fall ? [row('is missing', Object.entries(fall.tables).map(tableWords).join(', '))] : []

const beforeLines = ({ before, now }: Chosen): string[] =>
  before ? [row('before it', before.id), row('', copyWords(before, now))] : []

/** What came later and is good for all that is known here: whole, or written by a build that knows more. */
const laterWords: Readonly<Record<string, string>> = {
  unmet: 'whole',
  unknown: 'of a newer Snapproof',
}

const isLaterState = ({ word }: PassedOver): boolean => own(laterWords, word) !== undefined

/** The gravest reason first. */
const questionOf = ({ entry, passed, fall, before }: Chosen): string | undefined => {
  const later = passed.filter(isLaterState)
  if (fall) {
    return `Rows or tables are gone from this copy${before ? ` that ${before.id} still has` : ''}.`
  }
  if (wordOf(entry) === 'unmet') return 'This copy is not what lib/databases.ts expects.'
  if (later.length > 0) {
    const names = someOf(later.map(({ id }) => id))
    const kinds = [...new Set(later.map(({ word }) => laterWords[word]))].join(', or ')
    return `This brings back an older state: ${names} came later, and ${later.length === 1 ? 'is' : 'are'} ${kinds}.`
  }
  return wordOf(entry) === 'warned' ? 'This copy is sound, with a warning.' : undefined
}

const mendOf = ({ entry, passed, fall, before }: Chosen): string => {
  const unmet = passed.find(({ word }) => word === 'unmet')
  const others = [
    ...(before && (fall || wordOf(entry) !== 'passed')
      ? [`--at ${before.id} for the one before`]
      : []),
    ...(unmet ? [`--at ${unmet.id} for the newer one`] : []),
  ]
  return `Name the copy you want: ${[`--at ${entry.id} for this one`, ...others].join(', ')}.`
}

export const choiceOf = (chosen: Chosen): Choice => {
  const { entry, passed, fall, now } = chosen
  const word = wordOf(entry)
  const question = questionOf(chosen)
  return {
    entry,
    question,
    isGrave: fall !== undefined || word === 'unmet' || passed.some(isLaterState),
    mend: mendOf(chosen),
    says: [
      row('copy', entry.id),
      row('', copyWords(entry, now)),
      row('verdict', word),
      ...acceptedLines(entry),
      ...against(entry)
        .filter(({ code }) => fall === undefined || code !== 'fall')
        .map(({ check, detail }) => row('', `${check}: ${detail}`)),
      ...fallLines(fall),
      ...(question === undefined ? [] : beforeLines(chosen)),
      ...passedLines(passed),
    ],
  }
}

export const listCommand = (database: string): string => hostCommand('restore.sh --list', database)

const salvageWords = (id: string, database: string): string =>
  `to look at what is left of it beside the live file, run ${hostCommand(`restore.sh --salvage --at ${id}`, database)}`

/** Why a copy that was named is not put in place, and what to do instead. */
export const refusalOf = (entry: Entry): { why: string; mend: string } => {
  const { id, claim, verdict = { findings: [], outcome: '' } } = entry
  const { database } = claim
  const salvage = salvageWords(id, database)
  const list = listCommand(database)
  switch (wordOf(entry)) {
    case 'failed':
      return {
        why: `${id} is damaged: ${whyOf(entry)}`,
        mend: `Take another one: ${list} shows them. Or ${salvage}`,
      }
    case 'pending':
      return {
        why: `${id} has no verdict yet.`,
        mend: `The watch opens it within ten minutes. Or take another one: ${list} shows them. Or ${salvage}`,
      }
    default:
      return {
        why: `${id} could not be checked: ${whyOf(entry)}`,
        mend: [
          ...mendsOf(verdict.findings, verdict.outcome),
          `If you know that it is good, say so on your own machine: ${operatorCommand(`accept ${id} --reason 'checked by hand'`)}`,
          `Or ${salvage}`,
        ].join(' '),
      }
  }
}

/** Nothing sound is there: what is nearest to it? */
export const nothingSound = (
  database: string,
  passed: readonly PassedOver[],
  isTimed: boolean,
): { why: string; mend: string } => {
  const why = `There is no sound copy of ${database}${isTimed ? ' for the time you gave' : ''}.`
  const unmet = passed.find(({ word }) => word === 'unmet')
  if (unmet) {
    return {
      why: `${why} ${unmet.id} is whole, and not what is expected: ${unmet.why}`,
      mend: `To bring it back all the same: ${hostCommand(`restore.sh --at ${unmet.id}`, database)} To let it count, on your own machine: ${acceptCommand(unmet.id)}`,
    }
  }
  const [first] = passed
  if (first) {
    return {
      why: `${why} The newest, ${first.id}, is ${first.word}: ${first.why}`,
      mend: `${listCommand(database)} shows them all; ${salvageWords(first.id, database)}`,
    }
  }
  return {
    why,
    mend: isTimed
      ? `${listCommand(database)} shows which copies there are, and of which times.`
      : 'Nothing of it is stored: check SNAPPROOF_DATABASE in the settings file.',
  }
}
