/** One database whole: what was found of every copy, why it is kept, and how to bring it back. */
import type { DatabaseOverview } from '../../journey/gather/standing'
import type { Alone } from '../../journey/gather/view'
import { capturedAt } from '../../rules/copy/shown'
import type { Shown } from '../../rules/copy/shown'
import { outlookWords } from '../../rules/keeping/outlook'
import { adviceOf } from '../../rules/kinds/kinds'
import { own } from '../../rules/plain/own'
import {
  ageWords,
  countWords,
  durationWords,
  instantWords,
  sizeWords,
} from '../../rules/plain/wording'
import { acceptCommand, hasLasted } from '../../rules/troubles/trouble'
import { isSound, isWhole } from '../../rules/verdict/verdict'
import type { Finding } from '../../rules/verdict/verdict'
import { html } from '../../show/markup'
import type { Markup } from '../../show/markup'
import { partOf } from '../part'
import type { Part, ToldCopy, WantedPart } from '../part'

import { foot } from './alerts'
import type { At } from './alerts'
import { calendarWhole } from './calendar'
import type { Around } from './calendar'
import { documentOf } from './document'
import { databaseAnswer, joined, unwatchedWords } from './headline'
import { pageLinks } from './list'
import { chip, verdictMark } from './marks'
import { aboveOf } from './overview'
import { figureList, figuresOf, pointsOf } from './overview-cards'
import { plot } from './plots'
import { commandBlock, isNamed, troubleList } from './troubles'
import { adviceFor, fallCounts, insteadOfBackOf, restoreCommand, wayBackOf } from './way-back'
import type { WayBack } from './way-back'
import { capital, figureWords, timeTag } from './words'

/** A copy that this page has no room for has one of its own. */
const aloneAddress = (id: string): string =>
  `?${new URLSearchParams({ copy: id }).toString()}#${id}`

const findingItem = ({ check, outcome, detail, mend }: Finding): Markup =>
  html`<li>
    ${chip(verdictMark(outcome), outcome)} <b>${check}</b>: ${detail}
    ${mend !== undefined && html` <span class="soft">${mend}</span>`}
  </li>`

const verdictNotes: Readonly<Record<string, string>> = {
  accepted: 'A person has looked at what was found, and lets this copy count all the same.',
  pending: 'Nobody has opened it yet; the watch does within ten minutes.',
}

/** Why it is not handed out. A word of another build's is shown as it is. */
const refusals: Readonly<Record<string, string>> = {
  failed: 'it is damaged',
  unverifiable: 'it could not be checked',
  pending: 'it is not proven yet',
}

const whyKept = ({ keep, reasons, pinnedBy, provenAt }: Shown, now: Date): string => {
  const pinned = pinnedBy === undefined ? '' : ` by ${pinnedBy}`
  const verb = keep ? 'kept' : 'deleted next'
  const why = reasons.length === 0 ? '' : `: ${reasons.join(', ')}${pinned}`
  const opened = provenAt === undefined ? '' : `; last opened ${ageWords(provenAt, now)}`
  return `${capital(verb)}${why}${opened}`
}

const toLetCount = (id: string): Markup =>
  html`<p>To let this one copy count as it is, on your own machine:</p>
    ${commandBlock(acceptCommand(id))}`

const restoreDetails = ({ id, word, ...copy }: Shown, database: string): Markup | false => {
  if (adviceFor(copy).insteadOfBack !== undefined)
    return (
      word === 'unmet' &&
      html`<details>
        <summary>Let this copy count</summary>
        ${toLetCount(id)}
      </details>`
    )
  if (!isWhole(word) || !isNamed(database)) {
    return html`<p class="why">
      Not for a restore: ${own(refusals, word) ?? `its verdict is ${word}`}.
    </p>`
  }
  const of = html`<span class="sr"> of ${instantWords(capturedAt(copy))}</span>`
  if (isSound(word)) {
    return html`<details>
      <summary>Restore this copy${of}</summary>
      ${commandBlock(restoreCommand(database, id))}
    </details>`
  }
  return html`<details>
    <summary>Restore this copy all the same, or let it count${of}</summary>
    <p>Run this on the Droplet; it says once more why the copy is unmet:</p>
    ${commandBlock(restoreCommand(database, id))} ${toLetCount(id)}
  </details>`
}

const rowsWords = (count: number, [one, many]: readonly [string, string]): string =>
  `${figureWords(count)} ${count === 1 ? one : many}`

const snapshotItem = (copy: ToldCopy, database: string, now: Date): Markup => {
  const { id, word, sizeBytes, rows, change, tookMs, remarks, moreRemarks } = copy
  const at = capturedAt(copy)
  const { unit, unmetNote } = adviceFor(copy)
  const note = word === 'unmet' ? unmetNote : own(verdictNotes, word)
  return html`<li id="${id}">
    <div class="line">
      ${chip(verdictMark(word), word)}
      <h3>${timeTag(at)} <span class="since">${ageWords(at, now)}</span></h3>
      <span>${sizeWords(sizeBytes)}</span
      ><span>${rows === undefined ? '' : rowsWords(rows, unit())}</span>
      <span>${tookMs === undefined ? '' : `checked in ${durationWords(tookMs)}`}</span>
    </div>
    ${change !== undefined && html`<p class="why">Since the copy before it: ${change}</p>`}
    ${note !== undefined && html`<p class="why">${note}</p>`}
    ${
      remarks.length > 0 &&
      html`<ul class="findings">
        ${remarks.map(findingItem)}
      </ul>`
    }
    ${
      moreRemarks > 0 &&
      html`<p class="why">
        <a href="${aloneAddress(id)}">and ${figureWords(moreRemarks)} more that was found</a>
      </p>`
    }
    <div class="tail">
      <p class="why">${whyKept(copy, now)}</p>
      ${restoreDetails(copy, database)}
    </div>
  </li>`
}

const retention = ({ policy, brake, leaving, copies, outlook }: DatabaseOverview): Markup => {
  const going = copies.filter(({ keep }) => !keep).length
  const first = leaving && ` The first goes after ${instantWords(leaving.firstAt)}.`
  const next =
    going === 0
      ? 'No copy is on its way out.'
      : `On the way out: ${countWords(going, 'copy', 'copies')}. Each is deleted a day after the plan that first lets it go.${first ?? ''}`
  return html`<section aria-labelledby="h-keep">
    <h2 id="h-keep">Which copies are kept</h2>
    <p>Kept are ${policy}. ${brake === undefined ? next : html`<b>Held back:</b> ${brake}`}</p>
    ${outlook && html`<p>${outlookWords(outlook)}</p>`}
  </section>`
}

const trends = ({ kind, copies, drills }: DatabaseOverview): Markup => {
  const { unit, drill } = adviceOf(kind)
  const [, counted] = unit()
  const restored = drills
    .filter(({ outcome, place }) => outcome === 'proven' && place === undefined)
    .map(({ at, tookMs }) => ({ at: Date.parse(at), value: tookMs }))
  return html`<section aria-labelledby="h-trends">
    <h2 id="h-trends">How it has grown</h2>
    <div class="plots">
      ${plot({ title: 'Size', points: pointsOf(copies, (copy) => copy.sizeBytes), words: sizeWords, none: 'No proven copy yet.' })}
      ${plot({ title: capital(counted), points: pointsOf(copies, ({ rows }) => rows), words: figureWords, none: `No ${counted} were counted yet.` })}
      ${plot({ title: 'Time to verify', points: pointsOf(copies, ({ tookMs }) => tookMs), words: durationWords, none: 'Nothing was verified yet.' })}
      ${plot({ title: drill.time, points: restored, words: durationWords, none: drill.none })}
    </div>
  </section>`
}

const backWords = (
  one: DatabaseOverview,
  { is, at }: WayBack,
  { now, addressOf }: Around,
): Markup => {
  const link = (id: string): Markup => html`<a href="${addressOf(id)}">${id}</a>`
  const { fall, newestSound } = one
  if (fall) {
    return html`<p>
        Rows or tables are gone since ${timeTag(fall.sinceAt)}. The copy from before that,
        ${link(fall.before)}, of ${ageWords(at, now)}, still has them.
      </p>
      ${fallCounts(fall)}
      <p>
        Run this on the Droplet. It brings that copy back, and keeps what stood there before; what
        was written since then is not in it.
      </p>`
  }
  if (is === 'passed over') {
    return html`<p>
      A newer copy is whole, and not what is expected: each stands below with its own command. Run
      this on the Droplet to bring back the newest proven one, ${link(newestSound?.id ?? '')}, of
      ${ageWords(at, now)}. It keeps what stood there before.
    </p>`
  }
  return is === 'unmet'
    ? html`<p>
        No copy is proven. Run this on the Droplet: it brings back the newest one that is whole, of
        ${ageWords(at, now)}, and keeps what stood there before.
      </p>`
    : html`<p>
        Run this on the Droplet. It brings back the newest proven copy, and keeps what stood there
        before.
      </p>`
}

const bringBack = (one: DatabaseOverview, around: Around): Markup | false => {
  const instead = insteadOfBackOf(one)
  if (instead !== undefined)
    return html`<section aria-labelledby="h-back">
      <h2 id="h-back">On a bad day</h2>
      <p>${instead}</p>
    </section>`
  const back = wayBackOf(one)
  if (!back || !isNamed(one.database)) return false
  return html`<section aria-labelledby="h-back">
    <h2 id="h-back">On a bad day</h2>
    ${backWords(one, back, around)} ${commandBlock(back.command)}
  </section>`
}

/** Which of them are shown, and how one gets to the others. */
const snapshots = ({ database, copies }: DatabaseOverview, part: Part, now: Date): Markup => {
  if (copies.length === 0) return html`<p>There are none.</p>`
  const { found, page, size, isAlone } = part
  const first = (page - 1) * size + 1
  return html`${
      isAlone
        ? html`<p class="soft">One of ${figureWords(found)} copies. <a href="?">Show all</a></p>`
        : found > size &&
          html`<p class="soft">
            ${figureWords(first)} to ${figureWords(Math.min(found, page * size))} of
            ${figureWords(found)} copies, the newest first.
          </p>`
    }
    <ol class="snapshots">
      ${part.copies.map((copy) => snapshotItem(copy, database, now))}
    </ol>
    ${pageLinks({ ...part, query: '' })}`
}

export const databasePage = ({ head, one }: Alone, at: At & { wanted: WantedPart }): string => {
  const { root, wanted } = at
  const now = new Date(head.generatedAt)
  const part = partOf(one.copies, wanted)
  const shown = new Set(part.copies.map(({ id }) => id))
  const addressOf = (id: string): string => (shown.has(id) ? `#${id}` : aloneAddress(id))
  const { database, copies, sizeBytes, outlook, calendar } = one
  const isWaiting = one.health === 'pending'
  const troubles = one.troubles.filter((wrong) => !isWaiting || hasLasted(wrong, now))
  const answer = databaseAnswer(one, now)
  const unwatched = unwatchedWords(head)
  const isDown = unwatched !== undefined && one.health !== 'trouble'
  const text = isDown ? `${database}: not watched` : joined(database, answer)
  const stored = {
    name: 'Stored',
    value: countWords(copies.length, 'copy', 'copies'),
    more: outlook
      ? `${sizeWords(sizeBytes)}, in a year about ${sizeWords(outlook.sizeBytes)}`
      : sizeWords(sizeBytes),
  }
  return documentOf({
    title: text,
    mark: isDown ? 'late' : answer.mark,
    heading: text,
    above: aboveOf(head, head.generatedAt, html`<a href="${root}">All databases</a>`),
    lead: unwatched === undefined ? answer.lead : `${unwatched}. ${answer.lead}`,
    body: html`${figureList([...figuresOf(one, now), stored])}
      ${
        troubles.length > 0 &&
        html`<section aria-labelledby="h-troubles">
          <h2 id="h-troubles">What needs you</h2>
          ${troubleList(troubles, now)}
        </section>`
      }
      <section aria-labelledby="h-reach">
        <h2 id="h-reach">How far back one can go</h2>
        ${copies.length > 0 && html`<p class="soft">${adviceOf(one.kind).reach}</p>`}
        ${calendarWhole(calendar, { now, addressOf })}
      </section>
      ${bringBack(one, { now, addressOf })}${trends(one)}${retention(one)}
      <section aria-labelledby="h-all">
        <h2 id="h-all">Copies</h2>
        ${snapshots(one, part, now)}
      </section>
      ${foot(head, at)}`,
  })
}
