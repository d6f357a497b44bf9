/**
 * What is in a dump, and what is wrong with how it is built? Gathered while it streams by, in a memory that
 * does not grow with it: tables and counts, and no row.
 */
import { createdTable, insertTarget, namesProgram } from './names'
import type { InsertTarget } from './names'
import { heard, noRemarks } from './remarks'
import type { Remarks } from './remarks'
import { scanner } from './scanner'
import type { Ending, Statement } from './scanner'
import { textOf } from './text'
import { codeOf } from './words'

export type TableSeen = { columns: readonly string[]; rows: number }

export type Ragged = { table: string; line: number; fields: number; expected: number }

export type Outline = Ending & {
  sizeBytes: number
  /** Its first bytes. */
  head: Buffer
  remarks: Remarks
  /** The end that it announces is the last thing in it. */
  isEnded: boolean
  tables: ReadonlyMap<string, TableSeen>
  /** There are more than are kept: of those nothing can be said. */
  isBeyond: boolean
  created: number
  copies: number
  inserts: number
  extensions: readonly string[]
  /** Rows that have not the fields they should: how many, and the first. */
  ragged: { count: number; first: Ragged } | undefined
  /** Of the longest row or statement. */
  longestBytes: number
  /** The COPY that was open when the dump ended. */
  cut: { table: string; rows: number } | undefined
  /** That it speaks of; a connection made anew to the same one is no other. */
  databases: number
  /** An end of rows where none had begun. */
  looseEndLine: number | undefined
  /** What pg_dump does not write, and psql or the server would obey. */
  command: { name: string; line: number } | undefined
  /** The first line that may have a server start a program, now or when something is called. */
  programLine: number | undefined
  /** The place of a byte that no text holds. */
  nulAt: number | undefined
}

export type Outliner = { feed(chunk: Uint8Array): void; end(): Outline }

/** More columns than a table may have, in names as long as they may be. */
const keepBytes = 256 * 1024
export const headBytes = 512
const mostTables = 50_000
const mostExtensions = 200

/** What some editors and shells of Windows put before a text. */
const mark = [0xef, 0xbb, 0xbf]

type Into = InsertTarget & { bytes: Buffer }

const createWord = codeOf('create')
const insertWord = codeOf('insert')
const copyWord = codeOf('copy')
const doWord = codeOf('do')

const extensionPattern = /^create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)/i

const settled: ReadonlySet<string> = new Set(['\\restrict', '\\unrestrict'])
/** What pg_dump -C writes before it connects to a database whose name is not plain. */
const anyEncoding = '\\encoding SQL_ASCII'
const connecting: ReadonlySet<string> = new Set(['\\connect', '\\c'])

export const outliner = (): Outliner => {
  const remarks = noRemarks()
  const tables = new Map<string, TableSeen>()
  /** Tables that the dump needs while it is loaded: no database holds them afterwards, nor their rows. */
  const passing = new Map<string, TableSeen>()
  const extensions: string[] = []
  let head = Buffer.alloc(0)
  let sizeBytes = 0
  let isEnded = false
  let isBeyond = false
  let created = 0
  let copies = 0
  let inserts = 0
  let databases = 0
  let connected: string | undefined
  let longestBytes = 0
  let ragged: Outline['ragged']
  let copying = ''
  let isCopying = false
  let looseEndLine: number | undefined
  let command: Outline['command']
  let programLine: number | undefined
  let nulAt: number | undefined
  let into: Into | undefined

  const keep = (among: Map<string, TableSeen>, table: string, seen: TableSeen): void => {
    if (tables.size + passing.size >= mostTables) isBeyond = true
    else among.set(table, seen)
  }

  const tableNamed = (table: string, columns: readonly string[] = []): TableSeen => {
    const known = tables.get(table) ?? passing.get(table)
    const seen = known ?? { columns, rows: 0 }
    if (known === undefined) keep(tables, table, seen)
    return seen
  }

  const atCreate = (statement: Statement): void => {
    const sql = textOf(statement)
    const table = createdTable(sql)
    const extension = extensionPattern.exec(sql)?.[1]
    if (table?.isPassing) {
      keep(passing, table.table, { columns: [], rows: 0 })
    } else if (table) {
      created += 1
      // One that stays is told by the same name; what is counted then is too much rather than too little.
      passing.delete(table.table)
      tableNamed(table.table, table.columns)
    }
    if (extension && extensions.length < mostExtensions) extensions.push(extension)
  }

  /** A COPY with its rows behind it is no statement here: this one is about a file, or a program. */
  const atProgram = ({ first, line }: Statement, sql: string): void => {
    const isNamed = first === copyWord || namesProgram(sql)
    // pg_dump writes no DO, and what one does is not to be seen from here.
    if (isNamed || first === doWord) programLine ??= line
    if (isNamed && (first === copyWord || first === doWord)) command ??= { name: 'COPY', line }
  }

  /** Millions of them begin alike: only the first is read. */
  const isLike = ({ bytes }: Into, { buffer, start, end }: Statement): boolean =>
    end - start >= bytes.length && bytes.compare(buffer, start, start + bytes.length) === 0

  const atInsert = (statement: Statement): void => {
    inserts += 1
    if (!into || !isLike(into, statement)) {
      const target = insertTarget(textOf(statement))
      if (!target) return
      into = { ...target, bytes: Buffer.from(target.head) }
    }
    tableNamed(into.table).rows += Math.max(1, statement.groups - (into.hasColumns ? 1 : 0))
  }

  /** pg_dump -C connects to the one that it makes, before any table, and again after its settings. */
  const connect = (to: string): void => {
    if (to === connected) return
    const isFirst = connected === undefined && created + copies + inserts === 0
    connected = to
    databases = isFirst ? 1 : 2
  }

  const scanning = scanner(
    {
      statement: (statement) => {
        isEnded = false
        longestBytes = Math.max(longestBytes, statement.sizeBytes)
        if (statement.first === createWord) atCreate(statement)
        if (statement.first === insertWord) atInsert(statement)
        else atProgram(statement, textOf(statement))
      },
      copy: ({ table, columns }) => {
        isEnded = false
        copies += 1
        copying = table
        isCopying = true
        tableNamed(table, columns)
      },
      data: () => undefined,
      copied: ({ rows, longestRowBytes, ragged: some }) => {
        longestBytes = Math.max(longestBytes, longestRowBytes)
        const table = copying
        isCopying = false
        tableNamed(table).rows += rows
        if (!some) return
        const { firstLine: line, firstFields: fields, expected } = some
        const first = { table, line, fields, expected }
        ragged = { count: (ragged?.count ?? 0) + some.count, first: ragged?.first ?? first }
      },
      comment: (text) => {
        if (heard(remarks, text)) isEnded = true
      },
      command: (text, line) => {
        const [name = ''] = text.split(/\s/)
        if (settled.has(name) || text.trim() === anyEncoding) return
        isEnded = false
        if (connecting.has(name)) connect(text.slice(name.length).trim())
        else if (name === '\\.') looseEndLine ??= line
        else command ??= { name, line }
      },
    },
    { keepBytes },
  )

  return {
    feed: (chunk) => {
      let from = 0
      while (sizeBytes + from < mark.length && chunk[from] === mark[sizeBytes + from]) from += 1
      if (head.length < headBytes)
        head = Buffer.concat([head, chunk.subarray(from, from + headBytes - head.length)])
      const nul = nulAt === undefined ? chunk.indexOf(0) : -1
      if (nul !== -1) nulAt = sizeBytes + nul
      sizeBytes += chunk.length
      scanning.feed(chunk.subarray(from))
    },
    end: () => {
      const ending = scanning.end()
      return {
        ...ending,
        sizeBytes,
        head,
        remarks,
        isEnded,
        tables,
        isBeyond,
        created,
        copies,
        inserts,
        extensions,
        ragged,
        longestBytes,
        cut: isCopying ? { table: copying, rows: ending.rows } : undefined,
        databases,
        looseEndLine,
        command,
        programLine,
        nulAt,
      }
    },
  }
}
