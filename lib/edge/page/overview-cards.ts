/** How a database stands in the list of all: a card where there are few, a line where there are many. */
import type { DatabaseOverview } from '../../journey/gather/standing'
import { capturedAt } from '../../rules/copy/shown'
import type { Shown } from '../../rules/copy/shown'
import { calendarBy, coveredBy } from '../../rules/keeping/cover'
import { adviceOf } from '../../rules/kinds/kinds'
import { rising } from '../../rules/plain/order'
import { ageWords, countWords, durationWords, sizeWords } from '../../rules/plain/wording'
import { behindWords } from '../../rules/second/second-state'
import { isSound } from '../../rules/verdict/verdict'
import { fromWords } from '../../rules/watching/drill'
import type { Standing } from '../../rules/watching/standing'
import { html, Markup } from '../../show/markup'
import type { Part } from '../../show/markup'

import { calendarSpans, calendarStrip } from './calendar'
import { chip, healthMark } from './marks'
import { sparkline } from './plots'
import type { Point } from './plots'
import { commandBlock, isNamed } from './troubles'
import { fallCounts, wayBackOf, wayBackWords } from './way-back'
import { timeTag, untilWords } from './words'

/** One that is long takes the whole width. */
export type Figure = { name: string; value: Part; more?: Part; isLong?: boolean }

/** Old to new, of sound copies alone: a broken one says nothing of how the data grow. */
export const pointsOf = (
  copies: readonly Shown[],
  valueOf: (copy: Shown) => number | undefined,
): Point[] =>
  copies
    .filter(({ word }) => isSound(word))
    .flatMap((copy) => {
      const value = valueOf(copy)
      return value === undefined ? [] : [{ at: Date.parse(capturedAt(copy)), value }]
    })
    .toSorted(rising(({ at }) => at))

const provenFigure = ({ newestSound }: Standing, now: Date): Figure => {
  const name = 'Newest proven copy'
  if (!newestSound) return { name, value: 'none' }
  const at = capturedAt(newestSound)
  return {
    name,
    value: timeTag(at, ageWords(at, now)),
    more: timeTag(at),
  }
}

const nextFigure = (one: Standing, now: Date): Figure => {
  const name = 'Next expected'
  const { nextBy } = one
  if (nextBy === undefined) return { name, value: 'no schedule' }
  const isOver = Date.parse(nextBy) < now.getTime()
  return {
    name,
    value: timeTag(nextBy, isOver ? `due ${ageWords(nextBy, now)}` : untilWords(nextBy, now)),
    more: timeTag(nextBy),
  }
}

const practiceFigure = ({ kind, lastDrill: last }: Standing, now: Date): Figure => {
  const { name, provenBriefly } = adviceOf(kind).drill
  if (!last) return { name, value: 'not yet', more: 'one is made every week' }
  const outcomes = {
    proven: `${provenBriefly(fromWords(last))} in ${durationWords(last.tookMs)}`,
    failed: `failed${fromWords(last)}`,
    undone: `could not be done${fromWords(last)}`,
  }
  return { name, value: timeTag(last.at, ageWords(last.at, now)), more: outcomes[last.outcome] }
}

/** The newest proven copy lacks what has gone: the one that still has it stands before it. */
const fallFigure = ({ fall }: Standing, now: Date): Figure[] =>
  fall === undefined
    ? []
    : [
        {
          name: 'Copy from before the fall',
          value: timeTag(fall.beforeAt, ageWords(fall.beforeAt, now)),
          more: timeTag(fall.beforeAt),
        },
      ]

const usualFigures = (one: Standing, now: Date): Figure[] => [
  provenFigure(one, now),
  nextFigure(one, now),
  practiceFigure(one, now),
]

const secondFigure = ({ second }: Standing, now: Date): Figure[] => {
  if (!second) return []
  const { behind, contents = 0, newestAt } = second
  const value = newestAt === undefined ? 'nothing yet' : timeTag(newestAt, ageWords(newestAt, now))
  const more = behind + contents === 0 ? undefined : `${behindWords(second)} to be carried`
  return [{ name: 'At the second place', value, more }]
}

export const figuresOf = (one: Standing, now: Date): Figure[] => [
  ...fallFigure(one, now),
  ...usualFigures(one, now),
  ...secondFigure(one, now),
]

export const figureList = (figures: readonly Figure[]): Markup =>
  html`<dl class="figures">
    ${figures.map(({ name, value, more, isLong = false }) => {
      const told = html`<dt>${name}</dt>
        <dd>${value}${more !== undefined && html`<small>${more}</small>`}</dd>`
      return isLong ? html`<div class="long">${told}</div>` : html`<div>${told}</div>`
    })}
  </dl>`

export const addressOf = (root: string, database: string): string =>
  `${root}databases/${encodeURIComponent(database)}`

/** What every entry of the list needs to know of the whole. */
export type Around = { now: Date; root: string; isSilent: boolean }

export const databaseCard = (one: DatabaseOverview, { now, root, isSilent }: Around): Markup => {
  const { database, fall, calendar, copies, sizeBytes, leaving } = one
  const back = isNamed(database) ? wayBackOf(one) : undefined
  const { mark, word } = healthMark(one, isSilent)
  const going = leaving ? `; ${leaving.copies} on the way out` : ''
  const stored = `${countWords(copies.length, 'copy', 'copies')}, ${sizeWords(sizeBytes)}${going}`
  return html`<li class="card">
    <header>
      <h3 class="name"><a href="${addressOf(root, database)}">${database}</a></h3>
      ${chip(mark, word)}
    </header>
    ${figureList(figuresOf(one, now))}
    <div class="tail">
      ${calendarSpans(calendar)}
      <div class="grown">
        ${sparkline(pointsOf(copies, (copy) => copy.sizeBytes))}<small>${stored}</small>
      </div>
    </div>
    ${
      back &&
      html`<details${fall && new Markup(' open')}>
        <summary>${wayBackWords(back, now)}</summary>
        ${fall && fallCounts(fall)} ${commandBlock(back.command)}
      </details>`
    }
  </li>`
}

export const databaseRow = (one: Standing, { now, root, isSilent }: Around): Markup => {
  const { database, sizeBytes, stock } = one
  const { mark, word } = healthMark(one, isSilent)
  const names = ['Proven copy', 'Next expected', 'Practice']
  const shown = usualFigures(one, now).map(({ value }, index) => ({ name: names[index], value }))
  const points = coveredBy(stock?.cover ?? [])
    .toReversed()
    .map(({ at, sizeBytes: value }) => ({ at: at.getTime(), value }))
  return html`<li>
    ${chip(mark, word)}
    <h3><a href="${addressOf(root, database)}">${database}</a></h3>
    <dl>
      ${shown.map(
        ({ name, value }) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <div class="cover">${stock && calendarStrip(calendarBy(stock.cover, now))}</div>
    <div class="grown">${sparkline(points)}<small>${sizeWords(sizeBytes)}</small></div>
  </li>`
}
