/**
 * The SQL of a database that nobody thought of: tables, indexes, rows and names drawn from a seed.
 *
 * Only statements that leave a sound file: whatever SQLite makes of them is sound by construction.
 */
import { randomOf } from '../../simulation/random'
import type { Random } from '../../simulation/random'

export type Made = { sql: string[]; later: string[] }

/** Stands in every row, so that a text that tells of a row gives itself away. */
export const marker = 'PRIVATE-ROW-CONTENT'

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

const oddNames = [
  'plain',
  'select',
  "it's",
  'a "b"; --',
  'line\nbreak',
  'tab\there',
  'é𝄞',
  '%s%n',
  'back\\slash',
  'null\u2400',
  '100',
  'rowid',
  'corrupt malformed',
] as const

const oneName = (random: Random, prefix: string): string =>
  random.chance(0.25) ? `${prefix} ${random.pick(oddNames)}` : prefix

type Column = { name: string; declared: string; value: string; isText: boolean }

type Kind = { type: string; value: string; isText: boolean }

const looseTypes: readonly Kind[] = [
  { type: 'TEXT', value: `'${marker} ' || (i * 7919 % 1009)`, isText: true },
  { type: 'TEXT COLLATE NOCASE', value: `'${marker}' || hex(i * 31)`, isText: true },
  { type: 'TEXT COLLATE RTRIM', value: `'${marker}' || substr('    ', i % 4)`, isText: true },
  {
    type: 'VARCHAR(20)',
    value: `CASE i % 7 WHEN 0 THEN NULL ELSE '${marker}' || i END`,
    isText: true,
  },
  { type: 'INTEGER', value: 'i * 104729 % 100003 - 500', isText: false },
  { type: 'INTEGER', value: '9007199254740993 + i', isText: false },
  { type: 'REAL', value: 'CASE i % 3 WHEN 0 THEN i ELSE i / 3.0 END', isText: false },
  { type: 'NUMERIC', value: `CASE i % 3 WHEN 0 THEN i ELSE '${marker}' END`, isText: false },
  { type: 'BLOB', value: `CAST('${marker}' || i AS BLOB)`, isText: false },
  {
    type: '',
    value: `CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN i WHEN 2 THEN i * 0.5 ELSE '${marker}' END`,
    isText: false,
  },
]

const strictTypes: readonly Kind[] = [
  { type: 'TEXT', value: `'${marker} ' || i`, isText: true },
  { type: 'INT', value: 'i * 31 % 97', isText: false },
  { type: 'REAL', value: 'i / 7.0', isText: false },
  { type: 'ANY', value: `CASE i % 2 WHEN 0 THEN i ELSE '${marker}' END`, isText: false },
]

const columnsOf = (random: Random, isStrict: boolean): Column[] =>
  Array.from({ length: random.between(1, 5) }, (_, place) => {
    const kind = random.anyOf(isStrict ? strictTypes : looseTypes)
    const { type, value, isText } = kind ?? { type: '', value: 'i', isText: false }
    const name = oneName(random, `c${place}`)
    const check = random.chance(0.2) ? ` CHECK (length(${quote(name)}) >= 0)` : ''
    return { name, declared: `${quote(name)} ${type}${check}`, value, isText }
  })

const generated = (random: Random, columns: readonly Column[], isStrict: boolean): string[] => {
  const from = random.anyOf(columns.filter(({ isText }) => isText))
  if (!from || !random.chance(0.25)) return []
  const type = isStrict ? 'ANY' : ''
  return [`"g" ${type} AS (length(${quote(from.name)})) ${random.pick(['VIRTUAL', 'STORED'])}`]
}

type Table = { name: string; columns: Column[]; rows: number }

const indexOf = (random: Random, { name, columns }: Table, place: number): string => {
  const [one, other] = [random.anyOf(columns), random.anyOf(columns)]
  const [a, b] = [quote(one?.name ?? 'id'), quote(other?.name ?? 'id')]
  const on = `ON ${quote(name)}`
  // Reals become text in another way in each few versions of SQLite: of them no key is computed.
  const text = quote(random.anyOf(columns.filter(({ isText }) => isText))?.name ?? 'id')
  const title = quote(oneName(random, `${name} i${place}`))
  return random.pick([
    `CREATE INDEX ${title} ${on}(${a})`,
    `CREATE INDEX ${title} ${on}(${a} DESC, ${b})`,
    `CREATE UNIQUE INDEX ${title} ${on}(${a}, id)`,
    `CREATE INDEX ${title} ${on}(${a} COLLATE NOCASE, id)`,
    `CREATE INDEX ${title} ${on}(${a}) WHERE id % 2 = 0`,
    `CREATE INDEX ${title} ${on}(length(${text}), ${b})`,
    `CREATE INDEX ${title} ${on}(lower(${text}))`,
  ])
}

const tableSql = (random: Random, place: number, before: readonly Table[]) => {
  const isStrict = random.chance(0.2)
  const isWithout = random.chance(0.2)
  const columns = columnsOf(random, isStrict)
  const parent = random.chance(0.4) ? random.anyOf(before) : undefined
  const rows = random.pick([0, 3, 40, 150])
  const reference = `"ref" INTEGER REFERENCES ${quote(parent?.name ?? '')}(id)`
  const parts = [
    'id INTEGER PRIMARY KEY',
    ...columns.map(({ declared }) => declared),
    ...(parent ? [reference] : []),
    ...generated(random, columns, isStrict),
  ]
  const options = [...(isStrict ? ['STRICT'] : []), ...(isWithout ? ['WITHOUT ROWID'] : [])]
  const table = { name: oneName(random, `t${place}`), columns, rows }
  const names = ['id', ...columns.map(({ name }) => quote(name)), ...(parent ? ['"ref"'] : [])]
  const refers = parent && parent.rows > 0 ? `i % ${parent.rows} + 1` : 'NULL'
  const values = ['i', ...columns.map(({ value }) => value), ...(parent ? [refers] : [])]
  const into = `INSERT OR IGNORE INTO ${quote(table.name)}(${names.join(', ')})`
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`
  const text = columns.find(({ isText }) => isText)
  const huge = `INSERT INTO ${quote(table.name)}(id, ${quote(text?.name ?? '')})
    VALUES (100000, '${marker}' || hex(zeroblob(${random.between(100, 20_000)})))`
  const sql = [
    `CREATE TABLE ${quote(table.name)} (${parts.join(', ')}) ${options.join(', ')}`,
    ...(rows > 0 ? [`${numbers} ${into} SELECT ${values.join(', ')} FROM n`] : []),
    ...(text && random.chance(0.3) ? [huge] : []),
    ...Array.from({ length: random.between(0, 3) }, (_, at) => indexOf(random, table, at)),
  ]
  const later = text
    ? [
        `UPDATE ${quote(table.name)} SET ${quote(text.name)} = '${marker} later ' || id WHERE id % 5 = 0`,
      ]
    : []
  return { table, sql, later }
}

const extras = (random: Random, tables: readonly Table[]): string[] => {
  const last = tables.at(-1)
  const name = quote(last?.name ?? '')
  return [
    ...(random.chance(0.3) ? [`CREATE VIEW "v w" AS SELECT *, abs(id) FROM ${name}`] : []),
    ...(random.chance(0.2)
      ? [`CREATE TRIGGER g AFTER INSERT ON ${name} BEGIN SELECT upper('${marker}'); END`]
      : []),
    ...(random.chance(0.15)
      ? [`CREATE VIRTUAL TABLE f USING fts4(body)`, `INSERT INTO f VALUES ('${marker} words')`]
      : []),
    ...(random.chance(0.35) ? [`DELETE FROM ${name} WHERE id % 3 > 0`] : []),
    ...(random.chance(0.15) ? ['ANALYZE'] : []),
  ]
}

export const randomDatabase = (seed: string): Made => {
  const random = randomOf(`database ${seed}`)
  const pageSize = random.pick([512, 512, 512, 1024, 1024, 2048, 4096, 8192, 65_536])
  const sql = [`PRAGMA page_size=${pageSize}`]
  if (random.chance(0.2)) sql.push(`PRAGMA auto_vacuum=${random.between(1, 2)}`)
  if (random.chance(0.15)) sql.push(`PRAGMA encoding='${random.pick(['UTF-16le', 'UTF-16be'])}'`)
  const tables: Table[] = []
  const later: string[] = []
  for (let place = random.between(1, 3); place > 0; place -= 1) {
    const made = tableSql(random, tables.length, tables)
    tables.push(made.table)
    sql.push(...made.sql)
    later.push(...made.later)
  }
  sql.push(...extras(random, tables))
  return { sql, later }
}
