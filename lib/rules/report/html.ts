import { reportStyle } from './style'
import type { Told } from './told'
import type { ToldDatabase, ToldTrouble } from './words'

/**
 * A digest as one file: no scripts, and nothing fetched from anywhere. It is also the HTML part of a
 * mail, so it is laid out in tables, which every client knows.
 */
/** Names and findings come from files that anybody may have made. */
const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

const table = (classes: string, rows: string): string =>
  `<table role="presentation" class="${classes}" width="100%" cellpadding="0" cellspacing="0" border="0">${rows}</table>`

const heading = (text: string): string => `<h2>${escaped(text)}</h2>`

const commandBox = (command: string | undefined): string =>
  command === undefined ? '' : `<pre>${escaped(command)}</pre>`

const tileCells = ({ tiles }: Told): string =>
  tiles
    .map(
      ({ figure, label, note }) =>
        `<td class="tile" width="25%" valign="top"><div class="figure">${escaped(figure)}</div><div class="label">${escaped(label)}</div><div class="note">${escaped(note)}</div></td>`,
    )
    .join('')

const otherwiseBox = ({ otherwise }: ToldTrouble): string =>
  otherwise
    ? `<div class="note"><b>${escaped(otherwise.heading)}:</b> ${escaped(otherwise.text)}</div>${commandBox(otherwise.command)}`
    : ''

const troubleBox = (trouble: ToldTrouble): string => {
  const { what, since, text, command } = trouble
  return `<div class="trouble"><b>${escaped(what)}</b>, since ${escaped(since)}.<br>${escaped(text)}${commandBox(command)}${otherwiseBox(trouble)}</div>`
}

/** A full square is a copy of that very day; a pale one means that an older copy reaches it. */
const calendar = ({ days }: ToldDatabase): string => {
  const cells = days.map(({ label, isCovered, isOwn }) => {
    const [kind, words] = isOwn
      ? ['own', 'has a copy of its own']
      : isCovered
        ? ['older', 'an older copy reaches it']
        : ['none', 'no copy']
    const title = `${label}: ${words}`
    return `<td class="day ${kind}" title="${escaped(title)}" align="center">${escaped(label.slice(8))}</td>`
  })
  return `<table role="presentation" class="days" cellpadding="0" cellspacing="3" border="0" align="right"><tr>${cells.join('')}</tr></table>`
}

/** Ids and addresses may be longer than a column: they break where they must. */
const factRows = ({ facts }: ToldDatabase): string =>
  facts
    .map(
      ({ label, text }) =>
        `<tr><th scope="row" valign="top">${escaped(label)}</th><td valign="top">${escaped(text)}</td></tr>`,
    )
    .join('\n')

const databaseCard = (one: ToldDatabase): string =>
  `<div class="card ${one.mark}">
${table('top', `<tr><td valign="middle"><h3>${escaped(one.name)}</h3> <span class="pill ${one.mark}">${escaped(one.word)}</span></td><td valign="middle">${calendar(one)}</td></tr>`)}
${one.troubles.map(troubleBox).join('\n')}
${table('facts', factRows(one))}
</div>`

const listBlock = ({ heading: name, rows }: Told['lists'][number]): string => {
  const lines = rows.map(
    ({ mark, text, note }) =>
      `<tr><td class="dot ${mark}" valign="top" width="14">&#9679;</td><td valign="top">${escaped(text)}${note === '' ? '' : `<div class="note">${escaped(note)}</div>`}</td></tr>`,
  )
  return `${heading(name)}\n${table('list', lines.join('\n'))}`
}

const adviceBlock = ({ advice }: Told): string =>
  advice.length === 0
    ? ''
    : `${heading('What would make it better')}
<ul>${advice.map(({ text, command }) => `<li>${escaped(text)}${commandBox(command)}</li>`).join('\n')}</ul>`

export const reportHtml = (told: Told): string => {
  const { subject, headline, isCalm, period, troubles, databases, more, lists, footer } = told
  const state = isCalm ? 'good' : 'bad'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(subject)}</title>
<style>${reportStyle}</style>
</head>
<body>
<div class="page">
<div class="head ${state}"><div class="kind">Backups of ${escaped(told.installation)}</div><h1>${escaped(headline)}</h1><div class="period">${escaped(period)}</div></div>
${table('tiles', `<tr>${tileCells(told)}</tr>`)}
${troubles.length > 0 ? heading('The installation') : ''}
${troubles.map(troubleBox).join('\n')}
${heading('Databases')}
${databases.map(databaseCard).join('\n')}
<p class="note legend">Squares are the last days: green with a copy of its own, pale where an older copy reaches, grey without any.</p>
${more > 0 ? `<p class="note">and ${more} more that are well: see the status page</p>` : ''}
${lists.map(listBlock).join('\n')}
${adviceBlock(told)}
<div class="foot">${escaped(footer)}</div>
</div>
</body>
</html>
`
}
