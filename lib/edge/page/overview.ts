/** The first page: one look, and then whatever it takes to believe it. */
import type { View } from '../../journey/gather/view'
import { gravestFirst } from '../../rules/alerts/alert'
import {
  dollars,
  functionsPrice,
  monthlyPrice,
  prices,
  priceWords,
} from '../../rules/keeping/prices'
import { adviceOf } from '../../rules/kinds/kinds'
import { ageWords, countWords, instantWords, sizeWords } from '../../rules/plain/wording'
import { behindWords } from '../../rules/second/second-state'
import { hasLasted } from '../../rules/troubles/trouble'
import type { Trouble } from '../../rules/troubles/trouble'
import { gravestAtMost } from '../../rules/watching/head'
import type { Head } from '../../rules/watching/head'
import { roundWords } from '../../rules/watching/running'
import { healths, inOrder } from '../../rules/watching/standing'
import { html, Markup } from '../../show/markup'
import type { Part } from '../../show/markup'

import { alertParts, foot, isAlarmed } from './alerts'
import type { At } from './alerts'
import { calendarLegend } from './calendar'
import { documentOf } from './document'
import { headlineOf } from './headline'
import { moreOf, pageLinks, searchForm } from './list'
import { chip, healthsMark } from './marks'
import { databaseCard, databaseRow, figureList } from './overview-cards'
import type { Around, Figure } from './overview-cards'
import { commandBlock, troubleList } from './troubles'
import { figureWords, timeTag } from './words'

/** With so few, each has room for a card of its own. */
const cardsAtMost = 4

/** A copy that has just come is opened by itself: a trouble that waits for that is nobody's yet. */
const troubles = ({ head, list }: View, now: Date): Markup | false => {
  const { troubles: own, gravest, totals } = head
  const waiting = list.lines.filter(({ health }) => health === 'pending')
  const isQuiet = (one: Trouble) =>
    waiting.some(({ database }) => database === one.database) && !hasLasted(one, now)
  const some = gravestFirst([...own, ...gravest]).filter((one) => !isQuiet(one))
  const shown = some.slice(0, gravestAtMost)
  const more = some.length + totals.troubles - gravest.length - shown.length
  if (shown.length === 0) return false
  return html`<section aria-labelledby="h-troubles">
    <h2 id="h-troubles">What needs you</h2>
    ${troubleList(shown, now)}${more > 0 && html`<p>${figureWords(more)} more: each stands on the page of its database.</p>`}
  </section>`
}

/** How much there is of it, in a line. */
const summaryLine = ({ totals: { databases, copies, sizeBytes } }: Head): string =>
  `${countWords(databases, 'database')}, ${figureWords(copies)} ${copies === 1 ? 'copy' : 'copies'}, ${sizeWords(sizeBytes)}`

/** Only as it was measured: without a whole week there is no figure. */
const runningFigures = (running: Head['running']): Figure[] => {
  const month = 'in a month'
  if (!running) {
    const more = 'not before a whole week was'
    return [{ name: `Functions and requests ${month}`, value: 'not measured yet', more }]
  }
  const { gibSeconds, requests, weeks } = running
  const free = figureWords(prices.freeGibSeconds)
  return [
    {
      name: `Functions ${month}, GiB-seconds`,
      value: roundWords(gibSeconds),
      more: `${dollars(functionsPrice(gibSeconds))}; ${free} are free`,
    },
    {
      name: `Requests ${month}`,
      value: roundWords(requests),
      more: `no price is listed; both measured over ${countWords(weeks, 'week')}`,
    },
  ]
}

/** Of all of them together, as it is paid for; folded, as nobody's data are safer for it. */
const costSection = ({ totals, running }: Head): Markup | false => {
  const { copies, sizeBytes, inAYearBytes } = totals
  if (copies === 0) return false
  const price = monthlyPrice(sizeBytes) + functionsPrice(running?.gibSeconds ?? 0)
  const without = running ? '' : ' without the functions'
  const figures: Figure[] = [
    { name: 'Stored now', value: sizeWords(sizeBytes), more: priceWords(sizeBytes) },
    ...(inAYearBytes === undefined
      ? []
      : [
          {
            name: 'Stored in a year, about',
            value: sizeWords(inAYearBytes),
            more: priceWords(inAYearBytes),
          },
        ]),
    ...runningFigures(running),
  ]
  return html`<section aria-labelledby="h-cost">
    <details class="self">
      <summary>
        <h2 id="h-cost">What it costs</h2>
        <span class="since"
          >${dollars(price)} a month${without}, by DigitalOcean’s lists of ${prices.asOf}</span
        >
      </summary>
      ${figureList(figures)}
    </details>
  </section>`
}

const unlisted = html`<p>
  More stand in the bucket than can be read for one page. They are listed as soon as the watch has
  run; until then each has its own page, at databases/ and its name.
</p>`

const databaseSection = ({ head, list, whole }: View, around: Around): Markup => {
  const heading = html`<h2 id="h-databases">
    Databases <span class="since">${summaryLine(head)}</span>
  </h2>`
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
  return html`<section aria-labelledby="h-databases">
    ${heading}${searchForm(list, all)}${groups({ head, list, whole }, around)}${pageLinks(list)}${list.lines.length > 0 && calendarLegend}
  </section>`
}

/** So few are taken in at a glance. */
const unfoldedAtMost = 12

/**
 * The gravest first, and what is well or was never used folded, once it would hide the others. Whoever
 * looks for a name sees whatever has it.
 */
const groups = ({ head, list }: View, around: Around): Part =>
  healths.map((health) => {
    const lines = list.lines.filter((one) => one.health === health)
    if (lines.length === 0) return undefined
    const count = list.query === '' ? head.totals.byHealth[health] : lines.length
    const { mark, word } = healthsMark(health, lines, around.isSilent)
    const isMany = list.found > unfoldedAtMost
    const isQuiet =
      health === 'never' ? isMany || lines.length < list.found : health === 'sound' && isMany
    const isOpen = list.query !== '' || !isQuiet
    return html`<details class="group" ${isOpen && new Markup(' open')}>
      <summary>${chip(mark, `${figureWords(count)} ${word}`)}</summary>
      <ul class="rows">
        ${lines.map((one) => databaseRow(one, around))}
      </ul>
    </details>`
  })

const secondFigure = ({ second }: Head): Figure[] => {
  if (!second) return []
  const { place, behind, contents = 0, since, newestAt, fault } = second
  if (behind + contents > 0) {
    const value = `${behindWords(second)} to be carried`
    const waits = since === undefined ? '' : `, since ${instantWords(since)}`
    // Only beside what waits: nothing is tried where nothing does, so that a fault may be mended and still be noted.
    const hindered = fault
      ? `. Not all could be carried, since ${instantWords(fault.since)}: ${fault.why}`
      : ''
    const isLong = fault !== undefined
    return [{ name: 'Second place', value, more: `${place}${waits}${hindered}`, isLong }]
  }
  const value = newestAt === undefined ? 'not yet' : 'has every proven copy'
  return [{ name: 'Second place', value, more: place }]
}

const jobFigures = (head: Head, now: Date): Figure[] => {
  const { watch, jobs, alarm } = head
  const figure = (name: string, at: string | undefined, more?: string): Figure => ({
    name,
    value: at === undefined ? 'not yet' : timeTag(at, ageWords(at, now)),
    more,
  })
  return [
    figure(
      'Last looked',
      watch.ranAt,
      watch.isSilent ? 'it should look every ten minutes' : undefined,
    ),
    figure('Old copies deleted', jobs.prune),
    figure('Practice restores', jobs.drill),
    figure('Alarm tested and heard', alarm.provenAt),
    ...secondFigure(head),
  ]
}

/** Folded where there is nothing to tell of it: whoever asks whether the data are safe need not read it. */
const selfSection = (head: Head, now: Date): Markup => {
  const isOpen = isAlarmed(head) || head.watch.isSilent
  return html`<section aria-labelledby="h-self">
    <details class="self" ${isOpen && new Markup(' open')}>
      <summary>
        <h2 id="h-self">Snapproof itself</h2>
        <span class="since">alerts, and when it last did its work</span>
      </summary>
      ${figureList(jobFigures(head, now))} ${alertParts(head, now)}
    </details>
  </section>`
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

/** What a host has to be set up for comes first: an inventory comes by itself. */
const firstSteps = (
  databases: readonly { database: string; kind?: string | undefined }[],
): Markup => {
  const pushed = databases.find(({ kind }) => adviceOf(kind) === adviceOf(undefined))
  const { database, kind } = pushed ?? databases[0] ?? { database: 'tokens' }
  const { text, command } = adviceOf(kind).first(database)
  return html`<section aria-labelledby="h-first">
    <h2 id="h-first">The first copy</h2>
    <p>${text}</p>
    ${command !== undefined && commandBlock(command)}
  </section>`
}

export const aboveOf = (
  { installation }: Pick<Head, 'installation'>,
  asOf: string,
  back?: Markup,
): Markup =>
  html`<span>${back ?? html`<b>Snapproof</b>`} · ${installation}</span>
    <span>as of ${timeTag(asOf, instantWords(asOf))}</span>`

export const overviewPage = (view: View, at: At): string => {
  const { head, whole } = view
  const { root } = at
  const now = new Date(head.generatedAt)
  const { mark, text, lead } = headlineOf(head)
  const isEmpty = whole?.databases.every(({ health }) => health === 'never') ?? false
  return documentOf({
    title: text,
    mark,
    heading: text,
    above: aboveOf(head, head.asOf),
    lead,
    body: html`${troubles(view, now)}${isEmpty && firstSteps(head.totals.first)}
    ${databaseSection(view, { now, root, isSilent: head.watch.isSilent })}${setSection(head)}${costSection(head)}${selfSection(head, now)}${foot(head, at)}`,
  })
}
