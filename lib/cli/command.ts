/**
 * What do all verbs of the operator's command share? How one is called and told, what its exit code
 * means, and how tables are printed.
 */
import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'

import { Fault } from '../faults'
import { nearestTo } from '../rules/plain/nearest'

import { clearProgress } from './progress'

/** One verb of the operator's command. */
export type Command = {
  /** What `--help` prints, whole. */
  help: string
  run(args: readonly string[], root: string): Promise<number>
}

/** Exit codes, the same as the scripts' on the Droplet. */
export const exits = { sound: 0, damaged: 1, couldNot: 2, noVerdict: 3, unmet: 4 } as const

type Options = NonNullable<ParseArgsConfig['options']>

const misused = (why: string, mend: string): Fault => new Fault({ code: 'bad-request', why, mend })

const noSuchOption = (typed: string, options: Options): Fault => {
  const known = Object.keys(options).map((name) => `--${name}`)
  const near = nearestTo(typed, known)
  const those = known.length === 0 ? 'It takes no options.' : `There are: ${known.join(', ')}.`
  const mend = near === undefined ? `${those} --help says what each does.` : `You may mean ${near}.`
  return misused(`There is no option ${typed} here.`, mend)
}

/** What Node would say of it names no way on. The first that is wrong is told. */
const mustBeUnderstood = (args: readonly string[], options: Options): void => {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    const option = Object.hasOwn(options, name) ? options[name] : undefined
    if (!option) throw noSuchOption(rawName, options)
    if (option.type === 'boolean' && value !== undefined)
      throw misused(`${rawName} takes no value.`, `Write ${rawName} alone.`)
    const isMissing = value === undefined || (value.startsWith('-') && !token.inlineValue)
    if (option.type === 'string' && isMissing)
      throw misused(
        `${rawName} needs a value behind it.`,
        `Write ${rawName} VALUE; --help says what it may be. One that begins with "-" is written ${rawName}=VALUE.`,
      )
  }
}

export const parse = <Known extends Options>(args: readonly string[], options: Known) => {
  mustBeUnderstood(args, options)
  return parseArgs({ args: [...args], options, allowPositionals: true })
}

/** `mend` where one thing is meant; else its help says how it is called. */
export const usage = (why: string, mend = 'Add --help to see how it is called.'): Fault =>
  misused(why, mend)

/** Where a person finds what a verb takes. */
export const ticketsShown = '"npx snapproof list" shows the ticket of each copy.'

export const print = (text: string): void => {
  clearProgress()
  process.stdout.write(`${text}\n`)
}

/** Rows under one another, each column as wide as its widest cell. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}
