/**
 * The HTML part of a mail that tells an alert. Tables and inline styles, because some clients know
 * nothing newer; the style sheet only turns the colours round where it is dark. Nothing is fetched
 * from anywhere.
 */
import type { Tone } from '../rules/alerts/alert'
import { moreWords } from '../rules/alerts/told'
import type { Section, Told } from '../rules/alerts/told'
import { fitted } from '../rules/plain/shortening'

import { letterCommand } from './command'
import { lined, verbatim } from './markup'
import type { Markup, Part } from './markup'

/** A list of more than this is no longer read, in a mail either. */
export const rowsAtMost = 100

/** Gmail hides what comes after 102 kB; the rest of a letter takes less than 20. */
const roomForRowsBytes = 80_000

type Paint = { ink: string; wash: string; word: string }

const paints: Record<Tone, Paint> = {
  critical: { ink: '#b42318', wash: '#fee4e2', word: 'Critical' },
  error: { ink: '#d92d20', wash: '#fee4e2', word: 'Error' },
  warning: { ink: '#b54708', wash: '#fef0c7', word: 'Warning' },
  info: { ink: '#175cd3', wash: '#d1e9ff', word: 'For your information' },
  resolved: { ink: '#027a48', wash: '#d1fadf', word: 'Resolved' },
  test: { ink: '#475467', wash: '#eaecf0', word: 'Test' },
}

const sans = verbatim`font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif`
const mono = verbatim`font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace`

const dark = verbatim`
  .page { background-color: #0c111d !important }
  .card { background-color: #161b26 !important; border-color: #333741 !important }
  .ink { color: #f5f5f6 !important }
  .soft { color: #94969c !important }
  .rule { border-color: #333741 !important }
  .code { background-color: #0c111d !important; border-color: #333741 !important; color: #f5f5f6 !important }
  .sound { background-color: #053321 !important; border-color: #17b26a !important }
  .none { background-color: #4e1d09 !important; border-color: #f79009 !important }
`

export const letterHtml = (telling: Told): string => {
  const { title, tone, sections, footer } = telling
  const { ink, wash, word } = paints[tone]
  const list = telling.lines.length > 0 ? [lineRows(telling)] : []
  const found = telling.facts.length > 0 ? [factRows(telling)] : []
  // What a list of mails shows after the subject.
  const preview = sections[0]?.text ?? footer
  const letter = verbatim`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>:root { color-scheme: light dark } @media (prefers-color-scheme: dark) {${dark}}</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#f2f4f7">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preview}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f2f4f7"><tr><td align="center" style="padding:32px 12px">
<table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px;background-color:#ffffff;border:1px solid #eaecf0;border-radius:12px;border-collapse:separate;overflow:hidden">
<tr><td style="height:6px;line-height:6px;font-size:0;background-color:${ink}">&nbsp;</td></tr>
<tr><td style="padding:28px 32px 0 32px"><span style="display:inline-block;padding:4px 12px;border-radius:12px;background-color:${wash};color:${ink};${sans};font-size:12px;line-height:16px;font-weight:600">${word}</span></td></tr>
<tr><td class="ink" style="padding:14px 32px 4px 32px;color:#101828;${sans};font-size:22px;line-height:30px;font-weight:600;overflow-wrap:anywhere">${title}</td></tr>
${lined([...list, ...sections.map(sectionRow), ...found])}
<tr><td style="padding:28px 32px 0 32px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="soft rule" style="padding:16px 0 24px 0;border-top:1px solid #eaecf0;color:#667085;${sans};font-size:13px;line-height:20px;overflow-wrap:anywhere">${footer}</td></tr></table></td></tr>
</table>
</td></tr></table>
</body>
</html>
`
  return letter.text
}

const headingRow = (text: string): Markup =>
  verbatim`<tr><td class="soft" style="padding:22px 32px 4px 32px;color:#667085;${sans};font-size:13px;line-height:18px;font-weight:600">${text}</td></tr>`

const paragraph = (text: string): Part =>
  text !== '' &&
  verbatim`<div class="ink" style="color:#344054;${sans};font-size:15px;line-height:23px;overflow-wrap:anywhere">${text}</div>`

const codeBox = (command: string | undefined): Part =>
  command !== undefined &&
  verbatim`<div class="code" style="margin-top:10px;padding:12px 14px;border:1px solid #eaecf0;border-radius:8px;background-color:#f9fafb;color:#101828;${mono};font-size:13px;line-height:20px;white-space:pre-wrap;overflow-wrap:anywhere">${letterCommand(command)}</div>`

/** The copy one can count on stands in green; that there is none must not be overlooked. */
const sectionRow = ({ role, heading, text, command }: Section): Markup => {
  const inner = [paragraph(text), codeBox(command)]
  if (role !== 'proven')
    return verbatim`${headingRow(heading)}\n<tr><td style="padding:0 32px">${inner}</td></tr>`
  const [name, edge, ground] =
    command === undefined ? ['none', '#dc6803', '#fffaeb'] : ['sound', '#079455', '#ecfdf3']
  return verbatim`${headingRow(heading)}
<tr><td style="padding:4px 32px 0 32px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="${name}" style="padding:14px 16px;border-left:4px solid ${edge};background-color:${ground}">${inner}</td></tr></table></td></tr>`
}

type Cell = { shown: Part; look: string; tint: 'ink' | 'soft' | ''; width?: string }

const rowOf = (cells: Cell[]): Markup => {
  const inner = cells.map(
    ({ shown, look, tint, width }) =>
      verbatim`<td class="rule ${tint}"${width !== undefined && verbatim` width="${width}"`} valign="top" style="padding:9px 12px 9px 0;border-top:1px solid #eaecf0;${sans};font-size:14px;line-height:20px;overflow-wrap:anywhere;${look}">${shown}</td>`,
  )
  return verbatim`<tr>${inner}</tr>`
}

/** As many rows as a mail has room for, and how many there are besides. */
const table = (rows: Markup[]): Markup => {
  const sizeOf = ({ text }: Markup) => Buffer.byteLength(text)
  const { shown } = fitted(rows.slice(0, rowsAtMost), roomForRowsBytes, sizeOf)
  const more = rows.length - shown.length
  const note = verbatim`<tr><td class="soft rule" colspan="2" style="padding:9px 0;border-top:1px solid #eaecf0;color:#667085;${sans};font-size:14px;line-height:20px">${moreWords(more)}</td></tr>`
  return verbatim`<tr><td style="padding:8px 32px 0 32px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${lined([...shown, ...(more > 0 ? [note] : [])])}</table></td></tr>`
}

const lineRows = ({ lines }: Told): Markup =>
  table(
    lines.map(({ text, note, tone }) => {
      const below = verbatim`<br><span class="soft" style="color:#667085;font-size:13px">${note}</span>`
      return rowOf([
        { shown: verbatim`&#9679;`, look: `color:${paints[tone].ink}`, tint: '', width: '16' },
        { shown: [text, note !== '' && below], look: 'color:#344054', tint: 'ink' },
      ])
    }),
  )

const factRows = ({ facts }: Told): Markup => {
  const rows = facts.map(({ label, text }) =>
    rowOf([
      { shown: label, look: 'color:#667085', tint: 'soft', width: '32%' },
      { shown: text, look: 'color:#344054', tint: 'ink' },
    ]),
  )
  return lined([headingRow('What was found'), table(rows)])
}
