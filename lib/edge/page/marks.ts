/**
 * One shape for each state, so that none is told by its colour alone: a disc with a tick, a ring, a
 * diamond, an octagon, a broken ring. Each is defined once in a document and used by its name.
 */
import type { Severity } from '../../rules/alerts/alert'
import { isKnownWord } from '../../rules/verdict/verdict'
import type { VerdictWord } from '../../rules/verdict/verdict'
import { isInDanger, isRed } from '../../rules/watching/danger'
import type { Health, Standing } from '../../rules/watching/standing'
import { html, Markup } from '../../show/markup'

export type Mark = 'good' | 'open' | 'late' | 'bad' | 'none'

/** Drawn on 24 by 24; the sign inside is cut out, and so takes the colour of what is behind it. */
const shapes: Record<Mark, string> = {
  good: 'M12 1a11 11 0 1 0 0 22a11 11 0 0 0 0-22zM10.4 17.2L5.6 12.4L7.5 10.5L10.4 13.4L16.6 7.2L18.5 9.1z',
  open: 'M12 1a11 11 0 1 0 0 22a11 11 0 0 0 0-22zM12 3.6a8.4 8.4 0 1 1 0 16.8a8.4 8.4 0 0 1 0-16.8zM10.9 6.5h2.2v5l3.6 2.1l-1.1 1.9l-4.7-2.8z',
  late: 'M12 .6L23.4 12L12 23.4L.6 12zM10.8 6.2v7h2.4v-7zM10.8 15.2v2.5h2.4v-2.5z',
  bad: 'M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4zM8.3 6.5L6.5 8.3L10.2 12L6.5 15.7L8.3 17.5L12 13.8L15.7 17.5L17.5 15.7L13.8 12L17.5 8.3L15.7 6.5L12 10.2z',
  none: 'M10.5 1.1a11 11 0 0 1 3 0v2.7a8.4 8.4 0 0 0-3 0zM17.5 2.5a11 11 0 0 1 4 4l-2.4 1.3a8.4 8.4 0 0 0-2.9-2.9zM22.9 10.5a11 11 0 0 1 0 3h-2.7a8.4 8.4 0 0 0 0-3zM21.5 17.5a11 11 0 0 1-4 4l-1.3-2.4a8.4 8.4 0 0 0 2.9-2.9zM13.5 22.9a11 11 0 0 1-3 0v-2.7a8.4 8.4 0 0 0 3 0zM6.5 21.5a11 11 0 0 1-4-4l2.4-1.3a8.4 8.4 0 0 0 2.9 2.9zM1.1 13.5a11 11 0 0 1 0-3h2.7a8.4 8.4 0 0 0 0 3zM2.5 6.5a11 11 0 0 1 4-4l1.3 2.4a8.4 8.4 0 0 0-2.9 2.9z',
}

export const markShapes = new Markup(
  `<svg class="defs" aria-hidden="true">${Object.entries(shapes)
    .map(
      ([name, path]) =>
        `<symbol id="m-${name}" viewBox="0 0 24 24"><path fill-rule="evenodd" d="${path}"/></symbol>`,
    )
    .join('')}</svg>`,
)

/** Always beside a word: a screen reader passes it over. */
export const markOf = (mark: Mark): Markup =>
  html`<svg class="mark" aria-hidden="true"><use href="#m-${mark}" /></svg>`

export const chip = (mark: Mark, word: string): Markup =>
  html`<span class="chip ${mark}">${markOf(mark)}${word}</span>`

const colours: Record<Mark, string> = {
  good: '#1f7a46',
  open: '#4a6785',
  late: '#b26a00',
  bad: '#c0332b',
  none: '#6b7280',
}

/** The tab shows the state too, while the page is behind others. */
export const iconAddress = (mark: Mark): string =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="${colours[mark]}" fill-rule="evenodd" d="${shapes[mark]}"/></svg>`,
  )}`

const healthMarks: Record<Health, { mark: Mark; word: string }> = {
  sound: { mark: 'good', word: 'safe' },
  pending: { mark: 'open', word: 'waits' },
  late: { mark: 'late', word: 'late' },
  trouble: { mark: 'late', word: 'needs you' },
  never: { mark: 'none', word: 'no copy yet' },
}

export const wrongMark = (wrong: Parameters<typeof isRed>[0]): Mark =>
  isRed(wrong) ? 'bad' : severityMarks[wrong.severity]

/** What nobody watches is not called safe, however well it stood when it was last looked at. */
export const healthMark = (
  one: Pick<Standing, 'health' | 'troubles' | 'newest'>,
  isSilent: boolean,
): { mark: Mark; word: string } => {
  if (isSilent && one.health === 'sound') return { mark: 'open', word: 'not watched' }
  if (one.health === 'trouble' && isInDanger(one)) return { mark: 'bad', word: 'in danger' }
  return healthMarks[one.health]
}

/** Of many, in one word: the gravest of them stands for all. */
export const healthsMark = (
  health: Health,
  some: readonly Pick<Standing, 'troubles' | 'newest'>[],
  isSilent: boolean,
): { mark: Mark; word: string } => {
  const { mark, word } = healthMark({ health, troubles: [], newest: undefined }, isSilent)
  const isSomeInDanger = health === 'trouble' && some.some(isInDanger)
  return { mark: isSomeInDanger ? 'bad' : mark, word: health === 'trouble' ? 'in trouble' : word }
}

const verdictMarks: Record<VerdictWord, Mark> = {
  passed: 'good',
  warned: 'late',
  accepted: 'good',
  unmet: 'late',
  failed: 'bad',
  unverifiable: 'open',
  pending: 'open',
}

/** A word of another build's is shown as it is, and taken for open. */
export const verdictMark = (word: string): Mark => (isKnownWord(word) ? verdictMarks[word] : 'open')

const severityMarks: Record<Severity, Mark> = {
  info: 'open',
  warning: 'late',
  error: 'late',
  critical: 'late',
}
