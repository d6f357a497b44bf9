/**
 * Which table does a statement name, as a person would write it? In the usual schema by its name alone.
 *
 * Read word by word, each byte once: a statement may be made to be read for ever by a pattern.
 */

const words =
  /"(?:[^"]|"")*(?:"|$)|'(?:[^']|'')*(?:'|$)|--[^\n]*|\/\*[^]*?(?:\*\/|$)|[(),.=]|[^\s"'(),.=]+/g

type Word = { text: string; end: number }

const isComment = (text: string): boolean => text.startsWith('--') || text.startsWith('/*')

/** One after the other, as far as somebody asks. */
function* wordsOf(sql: string): Generator<Word, undefined> {
  for (const { 0: text, index } of sql.matchAll(words))
    if (!isComment(text)) yield { text, end: index + text.length }
  return undefined
}

const reading = (sql: string) => {
  const rest = wordsOf(sql)
  const next = (): Word | undefined => rest.next().value
  let word = next()
  /** The next word, if it is this one, whatever its letters. */
  const takes = (text: string): boolean => {
    if (word?.text.toLowerCase() !== text) return false
    word = next()
    return true
  }
  const take = (): string => {
    const text = word?.text ?? ''
    word = next()
    return text
  }
  return {
    takes,
    take,
    get end() {
      return word?.end
    },
    get text() {
      return word?.text
    },
    /** `users`, `app.users`. */
    table: (): string => {
      const first = take()
      return takes('.') ? tableWord(first, take()) : tableWord(undefined, first)
    },
    /** The first word of each part in these parentheses. */
    parts: (): string[] => {
      const firsts: string[] = []
      let depth = 0
      let isFirst = false
      do {
        const text = take()
        if (isFirst && text !== ')') firsts.push(text)
        isFirst = (text === '(' && depth === 0) || (text === ',' && depth === 1)
        if (text === '(') depth += 1
        if (text === ')') depth -= 1
      } while (depth > 0 && word !== undefined)
      return firsts
    },
  }
}

/** Names without quotes are in small letters, whatever they were written in. */
const unquoted = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()

const quotedWhereNeeded = (name: string): string =>
  /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name

const usualSchema = 'public'

/** `users`, `app.users`. */
export const tableWord = (schema: string | undefined, name: string): string => {
  const own = quotedWhereNeeded(unquoted(name))
  const of = schema === undefined ? usualSchema : unquoted(schema)
  return of === usualSchema ? own : `${quotedWhereNeeded(of)}.${own}`
}

export type CopyTarget = {
  table: string
  columns: readonly string[] | undefined
  /** With options it may be CSV, or have another mark between its fields. */
  isText: boolean
}

/** Undefined for a COPY that is not followed by its rows. */
export const copyTarget = (sql: string): CopyTarget | undefined => {
  const said = reading(sql)
  if (!said.takes('copy') || said.text === '(') return undefined
  const table = said.table()
  const columns = said.text === '(' ? said.parts().map(unquoted) : undefined
  // Before PostgreSQL 12 a row could have a number of its own, before its first column.
  const hasNumbers = said.takes('with') && said.takes('oids')
  if (!said.takes('from') || !said.takes('stdin')) return undefined
  return {
    table,
    columns: hasNumbers ? undefined : columns,
    isText: said.text === undefined,
  }
}

/** What a part of a table begins with that is no column. */
const noColumn: ReadonlySet<string> = new Set(
  'constraint primary unique check foreign exclude like'.split(' '),
)

export type CreatedTable = {
  table: string
  columns: readonly string[]
  /** It is gone when the session that loads the dump ends: a TEMPORARY one. */
  isPassing: boolean
}

/** Undefined for what creates something else. */
export const createdTable = (sql: string): CreatedTable | undefined => {
  const said = reading(sql)
  said.take()
  while (['unlogged', 'foreign', 'global', 'local'].some(said.takes));
  const isTemporary = ['temp', 'temporary'].some(said.takes)
  if (!said.takes('table')) return undefined
  if (said.takes('if')) ['not', 'exists'].forEach(said.takes)
  const table = said.table()
  const parts = said.text === '(' ? said.parts() : []
  return {
    table,
    columns: parts.filter((part) => !noColumn.has(part.toLowerCase())).map(unquoted),
    isPassing: isTemporary || table.startsWith('pg_temp.'),
  }
}

/**
 * May a COPY in it start a program? Two searches, each in one go: that it says so in other words, pieced together
 * as it runs, cannot be seen by any.
 */
export const namesProgram = (sql: string): boolean =>
  /\bcopy\b/i.test(sql) && /\bprogram\b/i.test(sql)

/** `head` is what stands before the values: the next statement may begin with the same bytes. */
export type InsertTarget = { table: string; hasColumns: boolean; head: string }

export const insertTarget = (sql: string): InsertTarget | undefined => {
  const said = reading(sql)
  said.take()
  if (!said.takes('into')) return undefined
  const table = said.table()
  const hasColumns = said.text === '('
  if (hasColumns) said.parts()
  if (said.takes('overriding')) ['system', 'user', 'value'].forEach(said.takes)
  const { end } = said
  return end === undefined ? undefined : { table, hasColumns, head: sql.slice(0, end) }
}
