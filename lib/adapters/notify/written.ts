/**
 * One text out of an alert's parts, for channels that take one. A part is taken whole or left out,
 * so that no markup and no command is cut in two; what to do goes before what was found.
 */
import { lineWords, moreWords } from '../../rules/alerts/told'
import type { Section, Told } from '../../rules/alerts/told'
import { fitted } from '../../rules/plain/shortening'

export type Dress = {
  title(text: string): string
  section(section: Section): string
  heading(text: string): string
  line(text: string): string
  fact(fact: { label: string; text: string }): string
  footer(text: string): string
}

/** `sizeOf` counts as the vendor counts; `items` is how many lines or facts are shown at most. */
export type Room = { budget: number; sizeOf(text: string): number; items: number }

/** What one counts on in the night goes before what one does where all of it was meant. */
export const inNeed = (sections: readonly Section[]): Section[] => [
  ...sections.filter(({ role }) => role !== 'otherwise'),
  ...sections.filter(({ role }) => role === 'otherwise'),
]

const gap = '\n\n'
const shortened = 'Shortened; the status page has the rest.'

export const written = (telling: Told, dress: Dress, room: Room): string => {
  const costOf = (text: string) => (text === '' ? 0 : room.sizeOf(`${text}${gap}`))
  const title = dress.title(telling.title)
  const footer = dress.footer(telling.footer)
  const isBundle = telling.lines.length > 0
  const all = isBundle
    ? telling.lines.map((line) => dress.line(lineWords(line)))
    : telling.facts.map(dress.fact)
  const heading = isBundle || all.length === 0 ? '' : dress.heading('What was found')
  // Room to say that something was left out is kept from the beginning.
  const notes = [moreWords(all.length), shortened].map(dress.line)
  const kept = [title, footer, heading, ...notes].map(costOf).reduce((sum, cost) => sum + cost, 0)
  let left = room.budget - kept
  const taken = new Set<Section>()
  for (const section of inNeed(telling.sections)) {
    const cost = costOf(dress.section(section))
    if (cost > left) continue
    left -= cost
    taken.add(section)
  }
  const sections = telling.sections.filter((one) => taken.has(one)).map(dress.section)
  const { shown } = fitted(all.slice(0, room.items), left, (item) => room.sizeOf(`${item}\n`))
  const more = all.length - shown.length
  const list = [
    ...(heading === '' ? [] : [heading]),
    ...shown,
    ...(more > 0 ? [dress.line(moreWords(more))] : []),
  ].join('\n')
  const note = sections.length < telling.sections.length ? dress.line(shortened) : ''
  const parts = isBundle ? [list, ...sections, note] : [...sections, list, note]
  return [title, ...parts, footer].filter((part) => part !== '').join(gap)
}

/** Without any markup: for mail, for ntfy and for what a ping carries. */
export const plain: Dress = {
  title: (text) => text,
  section: ({ heading, text, command }) =>
    [heading, text, ...(command === undefined ? [] : ['', `    ${command}`])].join('\n'),
  heading: (text) => text,
  line: (text) => `- ${text}`,
  fact: ({ label, text }) => `- ${label}: ${text}`,
  footer: (text) => `-- \n${text}`,
}

/** Where a vendor's markup knows these three entities and nothing else. */
export const inThreeEntities = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Escaped, and shortened before that until it fits, so that no escape is cut in two. */
export const escapedTo = (
  text: string,
  length: number,
  escape: (text: string) => string,
): string => {
  if (escape(text).length <= length) return escape(text)
  const characters = [...text]
  const shorter = (kept: number) => escape(`${characters.slice(0, kept).join('')}…`)
  let kept = Math.min(characters.length, length)
  while (kept > 0 && shorter(kept).length > length) kept -= 1
  return shorter(kept)
}
