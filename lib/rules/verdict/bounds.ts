/**
 * How much of what a file says of itself is kept? Its author makes names as long, and tables as many, as
 * he likes; whoever reads an entry, a state or a page must not pay for it.
 */
import { createHash } from 'node:crypto'

import { rising } from '../plain/order'

import type { Finding } from './verdict'

/** An engine may take a name of a gigabyte. */
const nameAtMost = 128

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`

/** The same for the same name, and another for any other: by it copies are compared. */
export const shortName = (name: string): string =>
  name.length <= nameAtMost
    ? name
    : `${cut(name, nameAtMost - 12)}${createHash('sha256').update(name).digest('hex').slice(0, 12)}`

export const findingsAtMost = 100

const sizes = { check: 60, outcome: 60, code: 60, detail: 1_500, mend: 1_000 } as const

const shortFinding = (
  finding: Finding,
  most: typeof sizes | Record<keyof typeof sizes, number>,
) => ({
  ...finding,
  check: cut(finding.check, most.check),
  outcome: cut(finding.outcome, most.outcome),
  detail: cut(finding.detail, most.detail),
  ...(finding.mend === undefined ? {} : { mend: cut(finding.mend, most.mend) }),
  ...(finding.code === undefined ? {} : { code: cut(finding.code, most.code) }),
})

/** Those that decided before those that did not, and each in its place; how many there were is said. */
const foremost = <One extends Pick<Finding, 'outcome'>>(
  all: readonly One[],
  decided: string | undefined,
  atMost: number,
): One[] => {
  const rankOf = ({ outcome }: One) => (outcome === decided ? 0 : outcome === 'passed' ? 2 : 1)
  const byRank = [...all.entries()].toSorted(rising(([, one]) => rankOf(one)))
  const kept = new Set(byRank.slice(0, atMost).map(([place]) => place))
  return all.filter((_, place) => kept.has(place))
}

/** As they are written down. What is not kept of them is counted in the last one. */
export const keptFindings = (all: readonly Finding[], decided: string): Finding[] => {
  const kept = foremost(all, decided, findingsAtMost).map((one) => shortFinding(one, sizes))
  const more = all.length - kept.length
  const last = kept.at(-1)
  if (more === 0 || !last) return kept
  const { check } = last
  const detail = `Note: ${more} more findings are not written down; those that decided come first.`
  return [...kept, { check, outcome: 'passed', code: 'more', detail }]
}

const remarkSizes = { ...sizes, detail: 600, mend: 600 }

/** What is not well, for lists and states that hold many copies. */
export const remarksOf = (
  all: readonly Finding[],
  decided: string | undefined,
  atMost: number,
): Finding[] =>
  foremost(
    all.filter(({ outcome }) => outcome !== 'passed'),
    decided,
    atMost,
  ).map((one) => shortFinding(one, remarkSizes))

export const tablesAtMost = 1_000

/** Names of tables and columns together; a thousand tables of twenty columns fit. */
const schemaSignsAtMost = 400_000

const figuresSignsAtMost = 100_000

type Opened = {
  findings: Finding[]
  method: string
  schema?: Readonly<Record<string, readonly string[]>>
  rows?: Record<string, number>
  figures?: unknown
}

const beyond = (tables: number): Finding => ({
  check: 'schema',
  outcome: 'warned',
  code: 'too-wide',
  detail: `${tables} tables with their columns are more than is kept of a copy: rows that are gone are not seen.`,
  mend: 'Nothing is wrong with the copy. Floors in lib/databases.ts (rows) still watch the tables that matter.',
})

/** Counted name by name: written out, the schema of a hostile file would not fit into memory. */
const isHeavy = ({ schema = {}, rows = {} }: Opened): boolean => {
  let signs = 0
  for (const [table, columns] of [...Object.entries(schema), ...Object.entries(rows)]) {
    for (const name of [table, ...(typeof columns === 'number' ? [] : columns)]) {
      signs += Math.min(name.length, nameAtMost) + 3
      if (signs > schemaSignsAtMost) return true
    }
  }
  return false
}

const shortTables = ({ schema, rows }: Opened): Pick<Opened, 'schema' | 'rows'> => ({
  ...(schema && {
    schema: Object.fromEntries(
      Object.entries(schema).map(([table, names]) => [shortName(table), names.map(shortName)]),
    ),
  }),
  ...(rows && {
    rows: Object.fromEntries(
      Object.entries(rows).map(([table, count]) => [shortName(table), count]),
    ),
  }),
})

/** The same, with names and lists no longer than can be kept; what is left out is told. */
export const keptOf = <Seen extends Opened>(seen: Seen): Omit<Seen, keyof Opened> & Opened => {
  const { schema = {}, rows = {}, figures, findings, method, ...rest } = seen
  const tables = Math.max(Object.keys(schema).length, Object.keys(rows).length)
  const isTooMuch = isHeavy(seen)
  const isLong = figures !== undefined && JSON.stringify(figures).length > figuresSignsAtMost
  return {
    ...rest,
    method: cut(method, 300),
    findings: isTooMuch || tables > tablesAtMost ? [...findings, beyond(tables)] : findings,
    ...(isTooMuch ? {} : shortTables(seen)),
    ...(figures === undefined || isLong ? {} : { figures }),
  }
}
