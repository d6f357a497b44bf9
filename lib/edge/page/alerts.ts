/** Who has been told of what, what could not be told, and would the alarm ring? */
import { heardWords, standingWords } from '../../rules/alerts/open-incidents'
import { ageWords, countWords } from '../../rules/plain/wording'
import type { Head } from '../../rules/watching/head'
import { html } from '../../show/markup'
import type { Markup } from '../../show/markup'

import { moreOf } from './list'
import { chip, wrongMark } from './marks'
import { timeTag } from './words'

const incidentList = ({ incidents, all }: Head, now: Date): Markup => {
  if (incidents.length === 0) return html`<p class="soft">Nothing is open.</p>`
  const items = incidents.map((one) => {
    const { what, database, since, held } = one
    const mark = held ? chip('open', 'held open') : chip(wrongMark(one), 'open')
    const standing = held ? `; ${standingWords(one)}` : ''
    return html`<li>
      ${mark} ${database !== undefined && html`<b>${database}</b>: `}${what}
      <span class="since">since ${timeTag(since)}, ${heardWords(one, now)}${standing}</span>
    </li>`
  })
  return html`<ul class="told">
      ${items}
    </ul>
    ${moreOf(all.incidents - incidents.length)}`
}

const outbox = ({ undelivered, unsent, all }: Head, now: Date): Markup => {
  const untried = `${countWords(unsent, 'message')} not sent yet.`
  if (undelivered.length === 0) {
    return html`<p class="soft">${unsent > 0 ? untried : 'Every message was delivered.'}</p>`
  }
  const items = undelivered.map(
    ({ channel, since, why, isRefused }) =>
      html`<li>
        ${chip('late', isRefused ? 'refused' : 'waits')} <b>${channel}</b>: ${why}
        <span class="since">since ${ageWords(since, now)}</span>
      </li>`,
  )
  return html`<ul class="told">
      ${items}
    </ul>
    ${moreOf(all.undelivered - undelivered.length)}${unsent > 0 && html`<p class="soft">${untried}</p>`}`
}

const channelWords = ({ channels }: Head): Markup =>
  channels.length === 0
    ? html`<p>${chip('late', 'nobody is told')} Set ALERTS in .env, and deploy again.</p>`
    : html`<p>${channels.join(', ')}</p>`

const rings = ({ alarm }: Head, now: Date): Markup => {
  if (alarm.rings.length === 0) {
    return html`<p class="soft">It has not been tested yet; that is done every week.</p>`
  }
  const items = alarm.rings.map(
    ({ name, isHeard, detail }) =>
      html`<li>
        ${chip(isHeard ? 'good' : 'late', isHeard ? 'heard' : 'not heard')} ${name}
        ${!isHeard && html`: ${detail}`}
      </li>`,
  )
  const proven =
    alarm.provenAt !== undefined &&
    html`<p class="since">all of them heard ${ageWords(alarm.provenAt, now)}</p>`
  return html`<ul class="told">
      ${items}
    </ul>
    ${proven}`
}

/** Is there anything of it that nobody would hear of otherwise? What is open is told above already. */
export const isAlarmed = ({ undelivered, channels, alarm }: Head): boolean =>
  undelivered.length > 0 || channels.length === 0 || alarm.rings.some(({ isHeard }) => !isHeard)

export const alertParts = (head: Head, now: Date): Markup =>
  html`<div class="two">
    <div>
      <h3>Open alerts</h3>
      ${incidentList(head, now)}
    </div>
    <div>
      <h3>Messages</h3>
      ${outbox(head, now)}
    </div>
    <div>
      <h3>Who is told</h3>
      ${channelWords(head)}
    </div>
    <div>
      <h3>Does the alarm ring?</h3>
      ${rings(head, now)}
    </div>
  </div>`

/** The first digits are what people compare; the JSON has all of them. */
const buildWords = ({ version, sha256 }: Head['build']): string =>
  `Snapproof ${version}${sha256 === undefined ? '' : `, build ${sha256.slice(0, 12)}`}`

/** For programs, for whoever checks a signature, and for whoever uses another person's machine. */
export const refreshSeconds = 300

/** Where the pages begin, from this one, and whether it is to stay as it is. */
export type At = { root: string; isStill: boolean }

const refreshing = (isStill: boolean): Markup =>
  isStill
    ? html`<span>This page stays as it is. <a href="?">Let it refresh itself</a></span>`
    : html`<span
        >This page refreshes itself every ${refreshSeconds / 60} minutes.
        <a href="?still=yes">Hold it still</a></span
      >`

export const foot = ({ publicKey, build }: Head, { root, isStill }: At): Markup =>
  html`<footer>
    ${refreshing(isStill)}
    <span
      >For programs: <a href="${root}json">JSON</a>, <a href="${root}metrics">metrics</a>,
      <a href="${root}verification">verification</a>, <a href="${root}badge.svg">badge</a></span
    >
    <form method="post">
      <input type="hidden" name="leave" value="yes" /><button>
        Forget the token in this browser
      </button>
    </form>
    <details>
      <summary>Public key of the verdicts’ signatures</summary>
      <pre><code>${publicKey
        .trim()
        .split('\n')
        .map((line) => [line, html`<br />`])}</code></pre>
    </details>
    <span>${buildWords(build)}</span>
  </footer>`
