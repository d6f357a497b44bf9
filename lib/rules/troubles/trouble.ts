/**
 * Something that is wrong, in words for the person who is woken by it. Whether and when anybody is
 * told is decided in `alerts/incidents.ts`.
 */
import type { AlertKind, NextStep, Severity } from '../alerts/alert'
import type { Advice } from '../kinds/kind'
import type { Finding } from '../verdict/verdict'
import type { DatabaseState } from '../watching/watch-state'

export type Trouble = {
  kind: AlertKind
  severity: Severity
  database: string | undefined
  /** When it began, as far as that can be known. */
  since: string
  /** "the newest copy is damaged": the headline, without the name and the time. */
  what: string
  facts: { label: string; text: string }[]
  meaning: string
  nextStep: NextStep
  /** The copy that it is about: not one to go back to then. */
  copy?: string | undefined
  /** It is not told before it has lasted so long: most of it passes by itself. */
  graceMs: number
  /** Something that happened, and not a state: told once, and never as over. */
  isEvent: boolean
}

type Parts = Omit<Trouble, 'graceMs' | 'isEvent'> & Partial<Pick<Trouble, 'graceMs' | 'isEvent'>>

export const troubleOf = (parts: Parts): Trouble => ({ graceMs: 0, isEvent: false, ...parts })

/**
 * Does it count by now? What a clock that was ahead has dated into the future is there all the same:
 * no page may stay green over it until that day.
 */
export const hasLasted = ({ since, graceMs }: Trouble, now: Date): boolean => {
  const lastedMs = now.getTime() - Date.parse(since)
  return lastedMs < 0 || lastedMs >= graceMs
}

/** A list in an alert is read on a phone. */
const toldAtMost = 5

export const someOf = (items: readonly string[]): string => {
  const more = items.length - toldAtMost
  return items.slice(0, toldAtMost).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** The watch makes no longer list than this: behind a full one there may be more. */
const listedAtMost = 20

export const manyWords = (count: number, noun: string, nouns = `${noun}s`): string =>
  count < listedAtMost
    ? count === 1
      ? `1 ${noun}`
      : `${count} ${nouns}`
    : `${count} or more ${nouns}`

/** What a person types on the own machine, in the checkout that deployed the functions. */
export const operatorCommand = (words: string): string => `npm run --silent snapproof -- ${words}`

export const acceptCommand = (ticket: string): string =>
  operatorCommand(`accept ${ticket} --reason 'it was meant'`)

/** What is typed on the Droplet. */
export const hostCommand = (script: string, database: string): string =>
  `${script} /etc/snapproof/${database}.env`

/** How the other way is begun: some of these texts say by themselves when it holds. */
export const otherwiseHeading = (text: string): string =>
  text.startsWith('If ') ? 'Otherwise' : 'If it was meant'

export const factsOf = (remarks: readonly Finding[]) =>
  remarks.slice(0, toldAtMost).map(({ check, detail }) => ({ label: check, text: detail }))

/** What is asked of one database's state; `now` is the store's, `advice` is its kind's. */
export type Asked = { database: string; state: DatabaseState; now: Date; advice: Advice }
