/**
 * To which days, weeks and months can one go back? As a strip beside other things, and whole, with
 * the copy that each of them would be restored from.
 */
import type { Calendar, Cell } from '../../rules/keeping/calendar'
import { ageWords, countWords } from '../../rules/plain/wording'
import { html } from '../../show/markup'
import type { Markup, Part } from '../../show/markup'

type Kind = 'own' | 'earlier' | 'gone'

/** A full block, a low one, a line: told apart by height, and not by colour alone. */
const kindOf = ({ copy, isOwn }: Cell): Kind => (copy ? (isOwn ? 'own' : 'earlier') : 'gone')

const groups = [
  { key: 'days', title: 'Last 7 days', unit: 'day' },
  { key: 'weeks', title: 'Last 4 weeks', unit: 'week' },
  { key: 'months', title: 'Last 12 months', unit: 'month' },
] as const

/** "5 of 7 days": those with a copy of their own. */
const ownWords = (cells: readonly Cell[], unit: string): string =>
  `${cells.filter(({ isOwn }) => isOwn).length} of ${countWords(cells.length, unit)}`

/** "5 of 7 days, 4 of 4 weeks, 6 of 12 months have a copy of their own". */
export const coverageWords = (calendar: Calendar): string =>
  `${groups.map(({ key, unit }) => ownWords(calendar[key], unit)).join(', ')} have a copy of their own`

const cellWidth = 7
const cellGap = 2
const groupGap = 9
const stripHeight = 18

const stripPaths: Record<Kind, string> = {
  own: `v${stripHeight}h${cellWidth}v-${stripHeight}z`,
  earlier: `m0 ${stripHeight - 7}v7h${cellWidth}v-7z`,
  gone: `m0 ${stripHeight - 2}v2h${cellWidth}v-2z`,
}

/** All cells of a kind are one path: the strip of a database must stay small where there are many. */
const stripOf = (groupsOfCells: readonly (readonly Cell[])[]): { drawn: Part; width: number } => {
  const paths: Record<Kind, string> = { own: '', earlier: '', gone: '' }
  let x = 0
  for (const cells of groupsOfCells) {
    for (const cell of cells) {
      const kind = kindOf(cell)
      paths[kind] += `M${x} 0${stripPaths[kind]}`
      x += cellWidth + cellGap
    }
    x += groupGap - cellGap
  }
  const drawn = Object.entries(paths).map(
    ([kind, path]) => path !== '' && html`<path class="${kind}" d="${path}" />`,
  )
  return { drawn, width: x - groupGap }
}

export const calendarStrip = (calendar: Calendar): Markup => {
  const { drawn, width } = stripOf(groups.map(({ key }) => calendar[key]))
  const box = `0 0 ${width} ${stripHeight}`
  return html`<svg
    class="strip"
    viewBox="${box}"
    role="img"
    aria-label="${coverageWords(calendar)}"
  >
    ${drawn}
  </svg>`
}

/** The same with room for words, which are what a screen reader reads. */
export const calendarSpans = (calendar: Calendar): Markup => {
  const spans = groups.map(({ key, unit }) => {
    const { drawn, width } = stripOf([calendar[key]])
    const box = `0 0 ${width} ${stripHeight}`
    return html`<div>
      <svg class="strip" viewBox="${box}" aria-hidden="true">${drawn}</svg>
      <small>${ownWords(calendar[key], unit)}</small>
    </div>`
  })
  return html`<div class="spans">${spans}</div>`
}

const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

const dayWords = (at: Date): string => `${at.getUTCDate()} ${monthNames[at.getUTCMonth()]}`

/** The day on which an ISO week begins; the fourth of January is always in the first. */
const mondayOf = (week: string): Date => {
  const fourth = new Date(`${week.slice(0, 4)}-01-04T00:00:00Z`)
  const monday = fourth.getUTCDate() - ((fourth.getUTCDay() + 6) % 7)
  return new Date(Date.UTC(fourth.getUTCFullYear(), 0, monday + (Number(week.slice(6)) - 1) * 7))
}

/** What stands under a cell: as short as a finger is wide. */
const shortLabel = (label: string, unit: (typeof groups)[number]['unit']): [string, string] => {
  const month = monthNames[Number(label.slice(5, 7)) - 1] ?? ''
  if (unit === 'week') return [label.slice(5), dayWords(mondayOf(label))]
  if (unit === 'month') return [month, label.slice(0, 4)]
  const day = new Date(`${label}T00:00:00Z`)
  return [weekday[day.getUTCDay()] ?? '', dayWords(day)]
}

/** Where a copy is told of: on this page, or on one of its own. */
export type Around = { now: Date; addressOf: (id: string) => string }

const cellOf = (
  cell: Cell,
  unit: (typeof groups)[number]['unit'],
  { now, addressOf }: Around,
): Markup => {
  const [top, below] = shortLabel(cell.label, unit)
  const kind = kindOf(cell)
  const face = html`<span class="block ${kind}"></span><span class="top">${top}</span>
    <span class="below">${below}</span>`
  const { copy } = cell
  if (!copy) {
    return html`<li>
      <span class="cell">${face}<span class="sr">: nothing reaches back so far</span></span>
    </li>`
  }
  const proven = copy.provenAt === undefined ? '' : `, last proven ${ageWords(copy.provenAt, now)}`
  const said = `: ${cell.isOwn ? `its own copy` : 'an earlier copy'}, ${copy.at.slice(0, 10)} ${copy.at.slice(11, 16)} UTC${proven}`
  return html`<li>
    <a class="cell" href="${addressOf(copy.id)}" title="${copy.id}${proven}"
      >${face}<span class="sr">${said}</span></a
    >
  </li>`
}

export const calendarWhole = (calendar: Calendar, around: Around): Markup => {
  const drawn = groups.map(
    ({ key, title, unit }) =>
      html`<div class="group ${key}">
        <h3>${title}</h3>
        <ul>
          ${calendar[key].map((cell) => cellOf(cell, unit, around))}
        </ul>
      </div>`,
  )
  return html`<div class="calendar">${drawn}</div>
    ${calendarLegend}`
}

export const calendarLegend = html`<p class="legend">
  <span><span class="block own"></span> a copy of that very day, week or month</span>
  <span><span class="block earlier"></span> an earlier copy would be used</span>
  <span><span class="block gone"></span> nothing reaches back so far</span>
</p>`
