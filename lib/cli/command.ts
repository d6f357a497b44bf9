/**
 * What do all verbs of the operator's command share? How one is called and told, what its exit code
 * means, and how tables are printed.
 */
import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'

import { Fault } from '../faults'

import { clearProgress } from './progress'

/** One verb of the operator's command. */
export type Command = {
  /** What `--help` prints, whole. */
  help: string
  run(args: readonly string[], root: string): Promise<number>
}

/** Exit codes, the same as the scripts' on the Droplet. */
export const exits = { sound: 0, damaged: 1, couldNot: 2, noVerdict: 3, unmet: 4 } as const

export const parse = <Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (thrown) {
    throw usage(thrown instanceof Error ? thrown.message : 'The arguments are not understood.')
  }
}

export const usage = (why: string): Fault =>
  new Fault({ code: 'bad-request', why, mend: 'Add --help to see how it is called.' })

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
