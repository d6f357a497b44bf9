/**
 * How is an alert said to a person who was asleep? First what happened, then what it means and what
 * to do, then the copy one can count on, and what was found last. Channels dress these words, and
 * shorten them from the end; they add none of their own.
 */
import { fitted, oneLine } from '../plain/shortening'
import { countWords } from '../plain/wording'
import { otherwiseHeading } from '../troubles/trouble'

import { byUrgency, isTrouble, summaryOf, toneOf } from './alert'
import type { Alert, Message, Tone } from './alert'

export type Section = {
  role: 'meaning' | 'step' | 'otherwise' | 'proven'
  heading: string
  text: string
  command: string | undefined
}

export type Told = {
  /** One line: it is the subject of a mail and the whole of what a locked phone shows. */
  title: string
  /** What decides the colour. */
  tone: Tone
  /** A bundle's alerts, a line each, what is to be read first standing first. Empty for one. */
  lines: { text: string; note: string; tone: Tone }[]
  sections: Section[]
  /** Of one alert; a bundle has none. */
  facts: { label: string; text: string }[]
  footer: string
}

/** So much of each is told anywhere; the rest stands in the status. UTF-16 units. */
const atMost = { headline: 120, label: 64, text: 600, command: 500, name: 100, kinds: 4 }

/** A list longer than this is not read on a phone. Mail has room for more. */
export const linesInChat = 12

/** A line of a list as one text. */
export const lineWords = ({ text, note }: Told['lines'][number]): string =>
  note === '' ? text : `${text} (${note})`

export const moreWords = (count: number): string => `and ${count} more, see the status page`

export const tell = (message: Message): Told => {
  const alerts = byUrgency(message.alerts)
  const [first] = alerts
  if (!first) throw new RangeError('a message holds at least one alert')
  const installation = oneLine(message.installation, atMost.name)
  if (alerts.length === 1) return { ...tellOne(first), footer: footerOf(first, installation) }
  return {
    title: bundleWords(alerts, installation),
    tone: toneOf(first),
    lines: alerts.map(lineOf),
    sections: worded([nextStepOf(first, `What to do first, for ${subjectOf(first)}`)]),
    facts: [],
    footer: footerOfMany(alerts, installation),
  }
}

const tellOne = (alert: Alert): Omit<Told, 'footer'> => ({
  title: titleOf(alert),
  tone: toneOf(alert),
  lines: [],
  sections: worded([
    {
      role: 'meaning',
      heading: 'What it means',
      text: oneLine(alert.meaning, atMost.text),
      command: undefined,
    },
    nextStepOf(alert, 'What to do now'),
    ...otherwiseOf(alert),
    ...provenOf(alert),
  ]),
  facts: alert.facts.map(({ label, text }) => ({
    label: oneLine(label, atMost.label),
    text: oneLine(text, atMost.text),
  })),
})

const worded = (sections: Section[]): Section[] =>
  sections.filter(({ text, command }) => text !== '' || command !== undefined)

/** Trouble itself needs no word before it. */
const prefixes = {
  firing: '',
  reminder: 'Reminder: ',
  resolved: 'Resolved: ',
  test: 'Test: ',
  success: '',
}

const titleOf = (alert: Alert): string =>
  `${prefixes[alert.status]}${oneLine(alert.headline, atMost.headline)}`

const subjectOf = (alert: Alert): string =>
  oneLine(alert.database ?? alert.installation, atMost.name)

/** In a list, the age of what one can count on decides where to begin. */
const lineOf = (alert: Alert): Told['lines'][number] => {
  const age = alert.newestProven && oneLine(alert.newestProven.age, atMost.label)
  const proof = age === undefined ? 'no proven copy' : `newest proven copy ${age}`
  const isAsked = isTrouble(alert) && alert.database !== undefined
  return { text: titleOf(alert), note: isAsked ? proof : '', tone: toneOf(alert) }
}

/** A command is shown whole or not at all: half of one, pasted at night, does something else. */
const whole = (command: string | undefined): string | undefined => {
  const line = oneLine(command ?? '', Number.POSITIVE_INFINITY)
  return line === '' || line.length > atMost.command ? undefined : line
}

const stepOf = (
  role: Section['role'],
  heading: string,
  said: { text: string; command?: string | undefined },
): Section => {
  const command = whole(said.command)
  const text = oneLine(said.text, atMost.text)
  const isLeftOut = command === undefined && (said.command ?? '') !== ''
  return { role, heading, text: isLeftOut ? `${text} ${leftOut}`.trim() : text, command }
}

const nextStepOf = ({ nextStep }: Alert, heading: string): Section =>
  stepOf('step', heading, nextStep)

const otherwiseOf = ({ nextStep: { otherwise } }: Alert): Section[] =>
  otherwise ? [stepOf('otherwise', otherwiseHeading(otherwise.text), otherwise)] : []

const leftOut = 'The command is too long for a message; the status page shows it.'

const provenOf = (alert: Alert): Section[] => {
  const role = 'proven' as const
  const heading = alert.newestProven?.isBeforeFall
    ? 'The copy from before it'
    : 'Newest proven copy'
  if (alert.newestProven) {
    const { ticket, age, restoreCommand } = alert.newestProven
    // What is to be done now is not told a second time.
    if (restoreCommand === alert.nextStep.command) return []
    const command = whole(restoreCommand)
    const { isDoubted } = alert.newestProven
    const doubt = isDoubted ? ' It is the one in question. To see the others:' : ' To restore it:'
    const copy = `${oneLine(ticket, atMost.name)}, ${oneLine(age, atMost.label)}.`
    return [{ role, heading, text: `${copy}${command ? doubt : ` ${leftOut}`}`, command }]
  }
  if (!isTrouble(alert) || alert.database === undefined) return []
  const text = `There is no proven copy of ${subjectOf(alert)}.`
  return [{ role, heading, text, command: undefined }]
}

const footerOf = (alert: Alert, installation: string): string => {
  const since = timeWords(alert.since)
  return [
    `Snapproof · ${installation}`,
    ...(isTrouble(alert) ? [alert.severity] : []),
    ...(since && alert.status !== 'test' && alert.status !== 'success' ? [`since ${since}`] : []),
    ...(alert.status === 'reminder' ? [`reminder ${alert.told}`] : []),
  ].join(' · ')
}

const footerOfMany = (alerts: readonly Alert[], installation: string): string => {
  const isGood = alerts.every(({ status }) => status === 'success')
  const many = countWords(alerts.length, 'alert')
  return [`Snapproof · ${installation}`, ...(isGood ? [] : [many])].join(' · ')
}

/** "2025-07-04 01:00 UTC"; undefined for what is no instant. */
const timeWords = (iso: string): string | undefined => {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d+)?)?Z$/.exec(iso)
  return match ? `${match[1]} ${match[2]} UTC` : undefined
}

/** "12 databases in trouble: 9 damaged, 3 late; 2 resolved" */
const bundleWords = (alerts: readonly Alert[], installation: string): string => {
  const troubles = alerts.filter(isTrouble)
  const resolved = alerts.filter(({ status }) => status === 'resolved').length
  const proven = alerts.filter(({ status }) => status === 'success').length
  const rest = alerts.length - troubles.length - resolved - proven
  const parts = [
    ...(troubles.length > 0 ? [troubleWords(troubles, installation)] : []),
    ...(resolved > 0 ? [`${resolved} resolved`] : []),
    ...(rest > 0 ? [countWords(rest, 'test')] : []),
    ...(proven > 0 ? [`${countWords(proven, 'copy', 'copies')} proven`] : []),
  ]
  const isReminder = troubles.length > 0 && troubles.every(({ status }) => status === 'reminder')
  const prefix = isReminder ? prefixes.reminder : ''
  return `${prefix}${parts.join('; ')}${troubles.length > 0 ? '' : ` on ${installation}`}`
}

const troubleWords = (troubles: readonly Alert[], installation: string): string => {
  const names = [...new Set(troubles.map(({ database }) => database ?? ''))]
  const counts = new Map<string, number>()
  for (const { kind } of troubles) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const { shown, more } = fitted([...counts], atMost.kinds, () => 1)
  const isOne = names.length === 1
  const words = shown.map(([kind, count]) => `${isOne ? '' : `${count} `}${summaryOf(kind)}`)
  const others = countWords(names.length - 1, 'database')
  const some = names.includes('') ? `${others} and ${installation}` : `${names.length} databases`
  const who = isOne ? oneLine(names.join(''), atMost.name) || installation : some
  return `${who} in trouble: ${words.join(', ')}${more > 0 ? ' and more' : ''}`
}
