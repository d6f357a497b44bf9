/** A digest as plain text, 72 columns wide: for a terminal, and for who reads mail as text. */
import type { Brief, Mark } from '../rules/digest/parts'
import type { Told, ToldDatabase, ToldTrouble } from '../rules/digest/words'

const width = 72
const labelWidth = 16
const tileWidth = 9

const marks: Readonly<Record<Mark, string>> = {
  good: '+',
  bad: '!',
  late: '!',
  open: '?',
}

/** Words that are longer than a line, such as commands, stay whole: they are to be copied. */
export const wrapped = (text: string, first: string, rest = ' '.repeat(first.length)): string[] => {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(' ').filter((one) => one !== '')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = rest
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line.trimEnd()]
}

const heading = (text: string): string[] => ['', '', text.toUpperCase(), '-'.repeat(width)]

const labelled = (label: string, text: string): string[] =>
  wrapped(text, `  ${label.padEnd(labelWidth)}`)

const commandLine = (command: string | undefined): string[] =>
  command === undefined ? [] : ['', `      ${command}`, '']

const troubleLines = ({ what, since, text, command, otherwise }: ToldTrouble): string[] => [
  ...wrapped(`${what}, since ${since}.`, '  ! '),
  ...wrapped(text, '    '),
  ...commandLine(command),
  ...(otherwise ? wrapped(`${otherwise.heading}: ${otherwise.text}`, '    ') : []),
  ...commandLine(otherwise?.command),
]

const calendarLine = ({ days }: ToldDatabase): string =>
  days
    .map(({ label, isCovered, isOwn }) => `${label.slice(8)}${isOwn ? '#' : isCovered ? '=' : '.'}`)
    .join(' ')

const databaseLines = (one: ToldDatabase): string[] => [
  '',
  `${marks[one.mark]} ${one.name}: ${one.word}`,
  ...one.troubles.flatMap(troubleLines),
  ...one.facts.flatMap(({ label, text }) => labelled(label, text)),
  ...labelled('days', calendarLine(one)),
]

/** A longer cell would push the others out of the line: its row is told as a sentence. */
const cellAtMost = 26

const briefLines = ({ heading: name, columns, rows, legend }: Brief): string[] => {
  const all = [columns, ...rows.map(({ cells }) => cells)]
  const widths = columns.map((_, at) =>
    Math.max(
      ...all
        .flatMap((cells) => cells.slice(at, at + 1))
        .map((cell) => cell.length)
        .filter((size) => size <= cellAtMost),
    ),
  )
  const lineOf = (cells: readonly string[], mark: string): string[] => {
    const line = cells.map((cell, at) => cell.padEnd(Number(widths[at]))).join('  ')
    const isFitting = cells.every((cell) => cell.length <= cellAtMost)
    if (isFitting && line.trimEnd().length + 2 <= width) return [`${mark} ${line}`.trimEnd()]
    const [first = '', ...rest] = cells
    return wrapped(`${first}: ${rest.filter((cell) => cell !== '').join(', ')}`, `${mark} `)
  }
  return [
    ...heading(name),
    ...lineOf(columns, ' '),
    ...rows.flatMap(({ mark, cells }) => lineOf(cells, marks[mark])),
    '',
    ...wrapped(legend, ''),
  ]
}

export const digestText = (told: Told): string => {
  const { headline, period, tiles, troubles, databases, briefs, more, lists, advice, footer } = told
  const lines = [
    ...wrapped(headline, ''),
    `${told.installation}, ${period}`,
    '='.repeat(width),
    ...tiles.flatMap(({ figure, label, note }) =>
      wrapped(note, `  ${figure.padStart(tileWidth)} ${label.padEnd(labelWidth)} `),
    ),
    ...(troubles.length > 0 ? heading('The installation') : []),
    ...troubles.flatMap(troubleLines),
    ...(databases.length > 0
      ? [
          ...heading('Databases'),
          'days: # has a copy of its own, = an older one reaches it, . none',
        ]
      : []),
    ...databases.flatMap(databaseLines),
    ...briefs.flatMap(briefLines),
    ...(more === '' ? [] : ['', more]),
    ...lists.flatMap(({ heading: name, rows }) => [
      ...heading(name),
      ...rows.flatMap(({ mark, text, note }) =>
        wrapped(note === '' ? text : `${text}: ${note}`, `${marks[mark]} `),
      ),
    ]),
    ...(advice.length > 0 ? heading('What would make it better') : []),
    ...advice.flatMap(({ text, command }) => [...wrapped(text, '- '), ...commandLine(command)]),
    '',
    '',
    '='.repeat(width),
    ...wrapped(footer, ''),
  ]
  return `${lines.join('\n').replaceAll(/\n{4,}/g, '\n\n\n')}\n`
}
