/** The first page: one look, and then whatever it takes to believe it. */
import type { View } from '../../journey/gather/view'
import { gravestFirst } from '../../rules/alerts/alert'
import { ageWords, countWords, instantWords, sizeWords } from '../../rules/plain/wording'
import { gravestAtMost } from '../../rules/watching/head'
import type { Head } from '../../rules/watching/head'
import { healths, inOrder } from '../../rules/watching/standing'
import { html } from '../../show/markup'
import type { Markup } from '../../show/markup'

import { alertSection, foot } from './alerts'
import { calendarLegend } from './calendar'
import { documentOf } from './document'
import { headlineOf } from './headline'
import { moreOf, pageLinks, searchForm } from './list'
import { chip, healthMark } from './marks'
import { databaseCard, databaseRow, figureList } from './overview-cards'
import type { Around } from './overview-cards'
import { commandBlock, troubleList } from './troubles'
import { figureWords, timeTag } from './words'

/** With so few, each has room for a card of its own. */
const cardsAtMost = 4

const troubles = ({ troubles: own, gravest, totals }: Head, now: Date): Markup | false => {
  const shown = gravestFirst([...own, ...gravest]).slice(0, gravestAtMost)
  const more = own.length + totals.troubles - shown.length
  if (shown.length === 0) return false
  return html`<section aria-labelledby="h-troubles">
    <h2 id="h-troubles">What needs you</h2>
    ${troubleList(shown, now)}${more > 0 && html`<p>${countWords(more, 'more')}: each stands on the page of its database.</p>`}
  </section>`
}

const counted = ({ totals, watch }: Head): Markup =>
  html`<p class="legend">
    ${healths.flatMap((health) => {
      const count = totals.byHealth[health]
      const { mark, word } = healthMark(health, watch.isSilent)
      return count === 0 ? [] : [html`${chip(mark, `${figureWords(count)} ${word}`)} `]
    })}
  </p>`

const unlisted = html`<p>
  More stand in the bucket than can be read for one page. They are listed as soon as the watch has
  run; until then each has its own page, at databases/ and its name.
</p>`

const databaseSection = ({ head, list, whole }: View, around: Around): Markup => {
  const heading = html`<h2 id="h-databases">Databases</h2>`
  const all = head.totals.databases
  if (all === 0)
    return whole
      ? html``
      : html`<section aria-labelledby="h-databases">${heading}${unlisted}</section>`
  if (whole && all <= cardsAtMost && list.query === '') {
    const cards = inOrder(whole.databases).map((one) => databaseCard(one, around))
    return html`<section aria-labelledby="h-databases">
      ${heading}
      <ul class="cards">
        ${cards}
      </ul>
      ${calendarLegend}
    </section>`
  }
  const rows = list.lines.map((one) => databaseRow(one, around))
  return html`<section aria-labelledby="h-databases">
    ${heading}${counted(head)}${searchForm(list, all)}
    ${
      rows.length > 0 &&
      html`<ul class="rows">
        ${rows}
      </ul>`
    }${pageLinks(list)}${rows.length > 0 && calendarLegend}
  </section>`
}

const totals = (
  { totals: { databases, copies, sizeBytes }, watch, jobs, alarm }: Head,
  now: Date,
): Markup => {
  const never = 'not yet'
  return figureList([
    { name: 'Databases', value: figureWords(databases) },
    { name: 'Snapshots', value: figureWords(copies), more: `${sizeWords(sizeBytes)} stored` },
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

const setSection = ({ sets, all }: Head): Markup | false =>
  sets.length > 0 &&
  html`<section aria-labelledby="h-sets">
    <h2 id="h-sets">Pushed together</h2>
    <ul class="told">
      ${sets.map(({ databases, state, why }) => {
        const mark = state === 'restorable' ? 'good' : state === 'waiting' ? 'open' : 'late'
        return html`<li>${chip(mark, state)} <b>${databases.join(' + ')}</b>: ${why}</li>`
      })}
    </ul>
    ${moreOf(all.sets - sets.length)}
  </section>`

const firstSteps = (database: string): Markup =>
  html`<section aria-labelledby="h-first">
    <h2 id="h-first">The first copy</h2>
    <p>Set the Droplet up. Run on your own machine, this prints what to paste there:</p>
    ${commandBlock(`npm run --silent snapproof -- enroll ${database}`)}
  </section>`

export const aboveOf = (
  { installation }: Pick<Head, 'installation'>,
  asOf: string,
  back?: Markup,
): Markup =>
  html`<span>${back ?? html`<b>Snapproof</b>`} · ${installation}</span>
    <span>as of ${timeTag(asOf, instantWords(asOf))}</span>`

export const overviewPage = (view: View, root: string): string => {
  const { head, whole } = view
  const now = new Date(head.generatedAt)
  const { mark, text, lead } = headlineOf(head)
  const isEmpty = whole?.databases.every(({ health }) => health === 'never') ?? false
  const first = head.totals.first[0]?.database ?? 'tokens'
  return documentOf({
    title: text,
    mark,
    heading: text,
    above: aboveOf(head, head.asOf),
    lead,
    body: html`${totals(head, now)}${troubles(head, now)}${isEmpty && firstSteps(first)}
    ${databaseSection(view, { now, root, isSilent: head.watch.isSilent })}${setSection(head)}${alertSection(head, now)}${foot(head, root)}`,
  })
}
