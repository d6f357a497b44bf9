/** What is wrong, what it means and what to do: in the words that alerts use too. */
import { databaseNamePattern } from '../../rules/copy/snapshot'
import { ageWords } from '../../rules/plain/wording'
import { otherwiseHeading } from '../../rules/troubles/trouble'
import type { Trouble } from '../../rules/troubles/trouble'
import { isOverdue } from '../../rules/watching/standing'
import { commandWords } from '../../show/command'
import { html, Markup } from '../../show/markup'

import { chip, wrongMark } from './marks'
import type { Mark } from './marks'
import { capital, timeTag } from './words'

const severityWords = { info: 'note', warning: 'warning', error: 'trouble', critical: 'critical' }

export const commandBlock = (command: string): Markup =>
  html`<code class="command">${commandWords(command)}</code>`

/**
 * A command is there to be copied into a shell. One that would hold a folder's name which is no
 * database's is not shown: whoever can write to the bucket may have chosen it.
 */
export const isNamed = (database: string | undefined): boolean =>
  database === undefined || databaseNamePattern.test(database)

/** Late is a state of its own, and looks like it everywhere on the page. */
const markOfTrouble = (trouble: Trouble): { mark: Mark; word: string } =>
  isOverdue(trouble)
    ? { mark: 'late', word: 'late' }
    : { mark: wrongMark(trouble), word: severityWords[trouble.severity] }

const headOf = (trouble: Trouble, now: Date): Markup => {
  const { database, what, since } = trouble
  const { mark, word } = markOfTrouble(trouble)
  return html`${chip(mark, word)}
    <h3>${database === undefined ? capital(what) : `${database}: ${what}`}</h3>
    <span class="since">since ${timeTag(since)}, ${ageWords(since, now)}</span>`
}

const troubleCard = (trouble: Trouble, now: Date, isOpen: boolean): Markup => {
  const { database, meaning, facts, nextStep } = trouble
  const { command, otherwise } = nextStep
  const listed = facts.map(
    ({ label, text }) =>
      html`<div>
        <dt>${label}</dt>
        <dd>${text}</dd>
      </div>`,
  )
  return html`<li class="trouble ${markOfTrouble(trouble).mark}">
    <details${isOpen && new Markup(' open')}>
      <summary>${headOf(trouble, now)}</summary>
      <p>${meaning}</p>
      ${listed.length > 0 && html`<dl class="facts">${listed}</dl>`}
      <p><b>Next:</b> ${nextStep.text}</p>
      ${command !== undefined && isNamed(database) && commandBlock(command)}
      ${otherwise && html`<p><b>${otherwiseHeading(otherwise.text)}:</b> ${otherwise.text}</p>`}
      ${otherwise?.command !== undefined && isNamed(database) && commandBlock(otherwise.command)}
    </details>
  </li>`
}

/** So many are shown whole; of more only the gravest is, for the list below must not be lost. */
const openAtMost = 2

export const troubleList = (troubles: readonly Trouble[], now: Date): Markup | false =>
  troubles.length > 0 &&
  html`<ul class="troubles">
    ${troubles.map((one, index) =>
      troubleCard(one, now, troubles.length <= openAtMost || index === 0),
    )}
  </ul>`
