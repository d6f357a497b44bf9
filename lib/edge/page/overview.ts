/** The first page: one look, and then whatever it takes to believe it. */
import type { DatabaseOverview } from '../../journey/gather/standing'
import type { Overview } from '../../journey/overview'
import { gravestFirst } from '../../rules/alerts/alert'
import { ageWords, countWords, instantWords, sizeWords } from '../../rules/plain/wording'
import { html } from '../../show/markup'
import type { Markup } from '../../show/markup'

import { alertSection, foot } from './alerts'
import { calendarLegend } from './calendar'
import { documentOf } from './document'
import { gravity, headlineOf, inOrder } from './headline'
import { chip, healthMark } from './marks'
import { addressOf, databaseCard, databaseRow, figureList } from './overview-cards'
import type { Around } from './overview-cards'
import { commandBlock, troubleList } from './troubles'
import { figureWords, timeTag } from './words'

/** With so few, each has room for a card of its own. */
const cardsAtMost = 4

/** More lines than these nobody reads; the rest stand there by name. */
const rowsAtMost = 150

/** More troubles than these are read one database at a time. */
const troublesAtMost = 12

const troubles = (
  overview: Overview,
  ordered: readonly DatabaseOverview[],
  now: Date,
): Markup | false => {
  const all = gravestFirst([...overview.troubles, ...ordered.flatMap((one) => one.troubles)])
  const shown = all.slice(0, troublesAtMost)
  const more = all.length - shown.length
  if (all.length === 0) return false
  return html`<section aria-labelledby="h-troubles">
    <h2 id="h-troubles">What needs you</h2>
    ${troubleList(shown, now)}${more > 0 && html`<p>${countWords(more, 'more')}: each stands on the page of its database.</p>`}
  </section>`
}

const counted = (databases: readonly DatabaseOverview[], isSilent: boolean): Markup =>
  html`<p class="legend">
    ${gravity.flatMap((health) => {
      const { length } = databases.filter((one) => one.health === health)
      const { mark, word } = healthMark(health, isSilent)
      return length === 0 ? [] : [html`${chip(mark, `${length} ${word}`)} `]
    })}
  </p>`

const databaseSection = (ordered: readonly DatabaseOverview[], around: Around): Markup => {
  const heading = html`<h2 id="h-databases">Databases</h2>`
  if (ordered.length === 0) return html``
  if (ordered.length <= cardsAtMost) {
    const cards = ordered.map((one) => databaseCard(one, around))
    return html`<section aria-labelledby="h-databases">
      ${heading}
      <ul class="cards">
        ${cards}
      </ul>
      ${calendarLegend}
    </section>`
  }
  const rows = ordered.slice(0, rowsAtMost).map((one) => databaseRow(one, around))
  const rest = ordered.slice(rowsAtMost)
  const names = rest.map(({ database, health }) => {
    const state = health === 'sound' ? '' : `, ${healthMark(health, around.isSilent).word}`
    return html`<li><a href="${addressOf(around.root, database)}">${database}</a>${state}</li>`
  })
  return html`<section aria-labelledby="h-databases">
    ${heading}${counted(ordered, around.isSilent)}
    <ul class="rows">
      ${rows}
    </ul>
    ${
      rest.length > 0 &&
      html`<ul class="more">
        ${names}
      </ul>`
    }${calendarLegend}
  </section>`
}

const totals = ({ databases, watch, jobs, alarm }: Overview, now: Date): Markup => {
  const copies = databases.reduce((sum, one) => sum + one.copies.length, 0)
  const bytes = databases.reduce((sum, one) => sum + one.sizeBytes, 0)
  const never = 'not yet'
  return figureList([
    { name: 'Databases', value: databases.length },
    { name: 'Snapshots', value: figureWords(copies), more: `${sizeWords(bytes)} stored` },
    {
      name: 'Watch ran',
      value: watch.ranAt === undefined ? never : timeTag(watch.ranAt, ageWords(watch.ranAt, now)),
      more: watch.isSilent ? 'it should every ten minutes' : undefined,
    },
    ...(['prune', 'drill'] as const).map((name) => {
      const ranAt = jobs[name]
      return {
        name: name === 'prune' ? 'Prune ran' : 'Drill ran',
        value: ranAt === undefined ? never : timeTag(ranAt, ageWords(ranAt, now)),
      }
    }),
    {
      name: 'Alarm last rung and heard',
      value:
        alarm.provenAt === undefined
          ? never
          : timeTag(alarm.provenAt, ageWords(alarm.provenAt, now)),
    },
  ])
}

const setSection = ({ sets }: Overview): Markup | false =>
  sets.length > 0 &&
  html`<section aria-labelledby="h-sets">
    <h2 id="h-sets">Pushed together</h2>
    <ul class="told">
      ${sets.map(({ databases, state, why }) => {
        const mark = state === 'restorable' ? 'good' : state === 'waiting' ? 'open' : 'late'
        return html`<li>${chip(mark, state)} <b>${databases.join(' + ')}</b>: ${why}</li>`
      })}
    </ul>
  </section>`

const firstSteps = (database: string): Markup =>
  html`<section aria-labelledby="h-first">
    <h2 id="h-first">The first copy</h2>
    <p>Set the Droplet up. Run on your own machine, this prints what to paste there:</p>
    ${commandBlock(`npm run --silent snapproof -- enroll ${database}`)}
  </section>`

export const aboveOf = (overview: Overview, back?: Markup): Markup =>
  html`<span>${back ?? html`<b>Snapproof</b>`} · ${overview.installation}</span>
    <span>as of ${timeTag(overview.generatedAt, instantWords(overview.generatedAt))}</span>`

export const overviewPage = (overview: Overview, root: string): string => {
  const now = new Date(overview.generatedAt)
  const { mark, text, lead } = headlineOf(overview)
  const ordered = inOrder(overview.databases)
  const isEmpty = overview.databases.every(({ health }) => health === 'never')
  return documentOf({
    title: text,
    mark,
    heading: text,
    above: aboveOf(overview),
    lead,
    body: html`${totals(overview, now)}${troubles(overview, ordered, now)}${isEmpty && firstSteps(ordered[0]?.database ?? 'tokens')}
    ${databaseSection(ordered, { now, root, isSilent: overview.watch.isSilent })}${setSection(overview)}${alertSection(overview, now)}${foot(overview, root)}`,
  })
}
