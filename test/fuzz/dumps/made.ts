/**
 * A dump that nobody thought of, and damage to it: the same one from the same seed. As it is made PostgreSQL takes
 * all of it, whatever stands in its texts.
 */
import { header, trailer } from '../../fixtures/dumps'
import type { Random } from '../../simulation/random'

/** What stands in rows, and must be told to nobody. */
export const marker = 'keptamongus'

const oddTexts = [
  "it's",
  ';',
  String.raw`\.`,
  '\\',
  '$$',
  '$a$;',
  '--',
  '/*',
  '*/',
  '\t',
  '\n',
  '\r',
  '"',
  'COPY t FROM stdin;',
  '-- PostgreSQL database dump complete',
  '\n\\.\n',
  String.raw`\restrict x`,
  'ü€𝄞',
  'BEGIN ATOMIC',
  'E',
  '',
] as const

type Column = { name: string; type: 'integer' | 'text' | 'numeric' | 'bytea' | 'text[]' }

type Table = { name: string; columns: readonly Column[]; rows: readonly (readonly string[])[] }

const valueOf = ({ type }: Column, random: Random, at: number): string => {
  switch (type) {
    case 'integer':
      return `${at}`
    case 'numeric':
      return `${random.between(-9999, 9999)}.5`
    case 'bytea':
      return String.raw`\x${random.hex(random.between(0, 8) * 2)}`
    case 'text[]':
      return `{a,"b ${at}",NULL}`
    case 'text':
      return `${random.pick(oddTexts)}${marker}${random.pick(oddTexts)}`
    default:
      return type satisfies never
  }
}

const tableOf = (random: Random, place: number): Table => {
  const types = ['text', 'numeric', 'bytea', 'text[]', 'text', 'integer'] as const
  const more = Array.from({ length: random.between(0, 5) }, (_, at): Column => {
    const name = random.chance(0.2) ? `"c;'${at}"` : `c${at}`
    return { name, type: random.pick(types) }
  })
  const columns: Column[] = [{ name: 'id', type: 'integer' }, ...more]
  const rows = Array.from({ length: random.between(0, 40) }, (_, at) =>
    columns.map((column) => valueOf(column, random, at)),
  )
  return { name: random.chance(0.2) ? `"t;$$${place}"` : `t${place}`, columns, rows }
}

const escaped = (value: string): string =>
  value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`)

const copyOf = ({ name, columns, rows }: Table): string =>
  [
    `COPY public.${name} (${columns.map((column) => column.name).join(', ')}) FROM stdin;`,
    ...rows.map((row) => row.map(escaped).join('\t')),
    '\\.\n\n',
  ].join('\n')

const quoted = (value: string, isMarked: boolean): string => {
  const text = value.replaceAll("'", "''")
  return isMarked ? `E'${text.replaceAll('\\', '\\\\')}'` : `'${text}'`
}

const insertsOf = ({ name, rows }: Table, random: Random): string => {
  const perInsert = random.pick([1, 1, 3])
  const isMarked = random.chance(0.3)
  const values = rows.map((row) => `(${row.map((value) => quoted(value, isMarked)).join(', ')})`)
  return Array.from(
    { length: Math.ceil(values.length / perInsert) },
    (_, at) =>
      `INSERT INTO public.${name} VALUES ${values.slice(at * perInsert, (at + 1) * perInsert).join(',\n\t')};\n`,
  ).join('')
}

const oddStatements = [
  "CREATE FUNCTION public.f() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN ';$$'; END; $f$;\n",
  'CREATE FUNCTION public.g(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN a END; END;\n',
  "COMMENT ON SCHEMA public IS 'a; ''b'' -- c';\n",
  "SELECT pg_catalog.set_config('search_path', '', false);\n",
  '/* a /* ; */ b; */ CREATE VIEW public.v AS SELECT 1 AS one;\n',
  "SET standard_conforming_strings = off; SELECT 'a\\';b'; SET standard_conforming_strings = on;\n",
  "CREATE TYPE public.mood AS ENUM ('sad; \"x\"', 'ok');\n",
] as const

export type MadeDump = { sql: string; rows: number }

export const madeDump = (random: Random): MadeDump => {
  const tables = Array.from({ length: random.between(1, 4) }, (_, at) => tableOf(random, at))
  const created = tables.map(
    ({ name, columns }) =>
      `CREATE TABLE public.${name} (${columns.map((one) => `${one.name} ${one.type}`).join(', ')});\n`,
  )
  const filled = tables.map((table) =>
    random.chance(0.6) ? copyOf(table) : insertsOf(table, random),
  )
  const keys = tables.map(({ name }) => `ALTER TABLE ONLY public.${name} ADD PRIMARY KEY (id);\n`)
  const odd = oddStatements.filter(() => random.chance(0.4))
  const sql = [header, ...created, ...odd, ...filled, ...keys, trailer].join('')
  return { sql, rows: tables.reduce((sum, { rows }) => sum + rows.length, 0) }
}

const signs = [
  "'",
  '"',
  '$$',
  '\\',
  '\\.\n',
  ';',
  '--',
  '/*',
  '*/',
  '(',
  ')',
  'E',
  '\0',
  '\n',
  '$a$',
] as const

const linesOf = (sql: string): string[] => sql.split('\n')

/** Each says what it did; where it comes to nothing the dump is as it was. */
const damages: readonly [Damage, ...Damage[]] = [
  { name: 'cut', do: (sql, random) => sql.slice(0, random.between(0, sql.length - 1)) },
  {
    name: 'a sign put in',
    do: (sql, random) => {
      const at = random.between(0, sql.length)
      return sql.slice(0, at) + random.pick(signs) + sql.slice(at)
    },
  },
  {
    name: 'a sign taken out',
    do: (sql, random) => {
      const at = random.between(0, sql.length - 1)
      return sql.slice(0, at) + sql.slice(at + 1)
    },
  },
  {
    name: 'a line gone',
    do: (sql, random) => {
      const lines = linesOf(sql)
      return lines.toSpliced(random.between(0, lines.length - 1), random.between(1, 3)).join('\n')
    },
  },
  {
    name: 'a line twice',
    do: (sql, random) => {
      const lines = linesOf(sql)
      const at = random.between(0, lines.length - 1)
      return lines.toSpliced(at, 0, lines[at] ?? '').join('\n')
    },
  },
  {
    name: 'two lines exchanged',
    do: (sql, random) => {
      const lines = linesOf(sql)
      const [one, other] = [0, 0].map(() => random.between(0, lines.length - 1))
      const [first = '', second = ''] = [lines[one ?? 0], lines[other ?? 0]]
      return lines
        .with(one ?? 0, second)
        .with(other ?? 0, first)
        .join('\n')
    },
  },
  {
    name: 'a part moved',
    do: (sql, random) => {
      const [from, length] = [random.between(0, sql.length), random.between(1, 400)]
      const part = sql.slice(from, from + length)
      const rest = sql.slice(0, from) + sql.slice(from + length)
      const at = random.between(0, rest.length)
      return rest.slice(0, at) + part + rest.slice(at)
    },
  },
  {
    name: 'much of one sign',
    do: (sql, random) => {
      const at = random.between(0, sql.length)
      return (
        sql.slice(0, at) + random.pick(signs).repeat(random.between(100, 30_000)) + sql.slice(at)
      )
    },
  },
]

type Damage = { name: string; do(sql: string, random: Random): string }

export type Damaged = { sql: string; names: string[] }

export const damaged = (sql: string, random: Random): Damaged => {
  const names: string[] = []
  let now = sql
  for (let left = random.pick([1, 1, 1, 2, 4]); left > 0; left -= 1) {
    const damage = random.pick(damages)
    now = damage.do(now, random)
    names.push(damage.name)
  }
  return { sql: now, names }
}
