/**
 * A digest as one file: no scripts, and nothing fetched from anywhere. It is also the HTML part of a
 * mail, so it is laid out in tables, which every client knows.
 */
import type { Brief } from '../rules/digest/parts'
import type { Told, ToldDatabase, ToldTrouble } from '../rules/digest/words'

import { commandWords } from './command'
import { digestStyle } from './digest-style'
import { lined, Markup, verbatim } from './markup'
import type { Part } from './markup'

const table = (classes: string, rows: Part): Markup =>
  verbatim`<table role="presentation" class="${classes}" width="100%" cellpadding="0" cellspacing="0" border="0">${rows}</table>`

const heading = (text: string): Markup => verbatim`<h2>${text}</h2>`

const commandBox = (command: string | undefined): Part =>
  command !== undefined && verbatim`<pre>${commandWords(command)}</pre>`

const tileCells = ({ tiles }: Told): Markup[] =>
  tiles.map(
    ({ figure, label, note }) =>
      verbatim`<td class="tile" width="25%" valign="top"><div class="figure">${figure}</div><div class="label">${label}</div><div class="note">${note}</div></td>`,
  )

const otherwiseBox = ({ otherwise }: ToldTrouble): Part =>
  otherwise &&
  verbatim`<div class="note"><b>${otherwise.heading}:</b> ${otherwise.text}</div>${commandBox(otherwise.command)}`

const troubleBox = (trouble: ToldTrouble): Markup => {
  const { mark, what, since, text, command } = trouble
  return verbatim`<div class="trouble ${mark}"><b>${what}</b>, since ${since}.<br>${text}${commandBox(command)}${otherwiseBox(trouble)}</div>`
}

/** A full square is a copy of that very day; a pale one means that an older copy reaches it. */
const calendar = ({ days }: ToldDatabase): Markup => {
  const cells = days.map(({ label, isCovered, isOwn }) => {
    const [kind, words] = isOwn
      ? ['own', 'has a copy of its own']
      : isCovered
        ? ['older', 'an older copy reaches it']
        : ['none', 'no copy']
    const title = `${label}: ${words}`
    return verbatim`<td class="day ${kind}" title="${title}" align="center">${label.slice(8)}</td>`
  })
  return verbatim`<table role="presentation" class="days" cellpadding="0" cellspacing="3" border="0" align="right"><tr>${cells}</tr></table>`
}

const databaseCards = (databases: readonly ToldDatabase[]): Part =>
  databases.length > 0 &&
  verbatim`${heading('Databases')}
${lined(databases.map(databaseCard))}
<p class="note legend">Squares are the last days: green with a copy of its own, pale where an older copy reaches, grey without any.</p>`

/** Ids and addresses may be longer than a column: they break where they must. */
const factRows = ({ facts }: ToldDatabase): Markup =>
  lined(
    facts.map(
      ({ label, text }) =>
        verbatim`<tr><th scope="row" valign="top">${label}</th><td valign="top">${text}</td></tr>`,
    ),
  )

const databaseCard = (one: ToldDatabase): Markup => {
  const { mark, name, word, troubles } = one
  const top = verbatim`<tr><td valign="middle"><h3>${name}</h3> <span class="pill ${mark}">${word}</span></td><td valign="middle">${calendar(one)}</td></tr>`
  return verbatim`<div class="card ${mark}">
${table('top', top)}
${lined(troubles.map(troubleBox))}
${table('facts', factRows(one))}
</div>`
}

/** A table for the eye and the ear alike; on paper its head stands on every sheet. */
const briefBlock = ({ heading: name, columns, rows, legend }: Brief): Markup => {
  const head = columns.map((column) => verbatim`<th scope="col">${column}</th>`)
  const lines = rows.map(({ mark, cells: [first = '', ...rest] }) => {
    const others = rest.map((cell) => verbatim`<td valign="top">${cell}</td>`)
    return verbatim`<tr><th scope="row" valign="top"><span class="dot ${mark}">&#9679;</span> ${first}</th>${others}</tr>`
  })
  return verbatim`${heading(name)}
<table class="brief" width="100%" cellpadding="0" cellspacing="0" border="0"><thead><tr>${head}</tr></thead><tbody>
${lined(lines)}
</tbody></table>
<p class="note legend">${legend}</p>`
}

const listBlock = ({ heading: name, rows }: Told['lists'][number]): Markup => {
  const lines = rows.map(
    ({ mark, text, note }) =>
      verbatim`<tr><td class="dot ${mark}" valign="top" width="14">&#9679;</td><td valign="top">${text}${note !== '' && verbatim`<div class="note">${note}</div>`}</td></tr>`,
  )
  return lined([heading(name), table('list', lined(lines))])
}

const adviceBlock = ({ advice }: Told): Part => {
  const items = advice.map(({ text, command }) => verbatim`<li>${text}${commandBox(command)}</li>`)
  return (
    items.length > 0 &&
    lined([heading('What would make it better'), verbatim`<ul>${lined(items)}</ul>`])
  )
}

export const digestPage = (told: Told): string => {
  const { subject, headline, mark, period, troubles, databases, briefs, more, lists, footer } = told
  const page = verbatim`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${subject}</title>
<style>${new Markup(digestStyle)}</style>
</head>
<body>
<div class="page">
<div class="head ${mark}"><div class="kind">Backups of ${told.installation}</div><h1>${headline}</h1><div class="period">${period}</div></div>
${table('tiles', verbatim`<tr>${tileCells(told)}</tr>`)}
${troubles.length > 0 && heading('The installation')}
${lined(troubles.map(troubleBox))}
${databaseCards(databases)}
${lined(briefs.map(briefBlock))}
${more !== '' && verbatim`<p class="note">${more}</p>`}
${lined(lists.map(listBlock))}
${adviceBlock(told)}
<div class="foot">${footer}</div>
</div>
</body>
</html>
`
  return page.text
}
