/**
 * How does a dump come into PostgreSQL? Statement by statement as the scanner parts it, rows in batches; what
 * is refused is kept with its line, and the rest goes on: one look tells everything that is wrong.
 */
import type { Refused } from '../../../rules/kinds/postgres/restoring/refusals'
import { isScarce } from '../../../rules/kinds/postgres/restoring/refusals'
import * as of from '../../../rules/kinds/postgres/restoring/statements'
import type { Listener, Statement } from '../../../rules/kinds/postgres/scanner'
import { codeOf } from '../../../rules/kinds/postgres/words'

import type { Halted, Restored } from './news'
import type { Session } from './session'
import type { Refusal, Reply } from './wire'

/** It cannot go on here, and that says nothing of the dump. */
export class Halt extends Error {
  readonly halted: Halted
  constructor(halted: Halted) {
    super(halted.detail)
    this.halted = halted
  }
}

/** More than this of one statement, or of the rows of one batch that cannot be parted, is held nowhere. */
export const mostStatementBytes = 32 * 1024 ** 2

const batchBytes = 4 * 1024 ** 2

/** INSERTs go together: each by itself would be a transaction. */
const groupBytes = 512 * 1024
const groupCount = 2000

/** PostgreSQL alone in its process writes its log until it is told to let go of it. */
const checkpointBytes = 32 * 1024 ** 2

const toldAtMost = 20
/** What is refused so often is refused, and need not be tried to its end. */
const refusalsAtMost = 500

/** So many roles and collations may be missing from one statement. */
const attemptsAtMost = 50

const headBytes = 400
const newline = 10
const insertWord = codeOf('insert')
const separator = Buffer.from(';\n')

/** From so many bytes of rows on it is worth what it costs to load a table as a new one. */
const freshBytes = 1024 ** 2

type Sql = { sql: Uint8Array; line: number }

type Copying = Sql & { rows: number; firstLine: number; isText: boolean; isFresh: boolean }

const headOf = (sql: Uint8Array): string =>
  Buffer.from(sql.buffer, sql.byteOffset, Math.min(sql.length, headBytes)).toString('utf8')

const linesIn = (sql: Uint8Array): number => {
  let count = 0
  for (let at = sql.indexOf(newline); at !== -1; at = sql.indexOf(newline, at + 1)) count += 1
  return count
}

const rowsCopied = ({ tags }: Reply): number =>
  tags.reduce((sum, tag) => sum + (tag.startsWith('COPY ') ? Number(tag.slice(5)) : 0), 0)

export type Restoring = {
  listener: Listener
  /** After the last statement. */
  end(): Restored
}

export const restoring = (db: Session, guard: () => void): Restoring => {
  const refused: Refused[] = []
  const skipped: Record<string, number> = {}
  const missing: string[] = []
  const made = new Set<string>()
  let refusals = 0
  let statements = 0
  let sinceCheckpoint = 0
  let line = 0
  let group: Sql[] = []
  let grouped = 0
  let copying: Copying | undefined

  const refuse = ({ code, message }: Refusal, told: Omit<Refused, 'code' | 'message'>): void => {
    if (isScarce({ code })) {
      const by = code === '53100' ? 'space' : 'memory'
      throw new Halt({ by, line: told.line, detail: message })
    }
    refusals += 1
    if (refused.length < toldAtMost) refused.push({ code, message, ...told })
  }

  const wrote = (bytes: number): void => {
    sinceCheckpoint += bytes
    if (sinceCheckpoint > checkpointBytes) {
      db.run('CHECKPOINT')
      sinceCheckpoint = 0
    }
    guard()
  }

  /** What a dump takes for granted is made when it is missed. */
  const runMaking = (sql: Uint8Array): Refusal | undefined => {
    for (let attempt = 0; ; attempt += 1) {
      const { refusal } = db.run(sql)
      const wanted = refusal && of.wantedBy(refusal)
      const key = wanted ? `${wanted.kind} ${wanted.name}` : ''
      if (!wanted || made.has(key) || attempt >= attemptsAtMost) return refusal
      made.add(key)
      if (db.run(of.makingOf(wanted)).refusal) return refusal
    }
  }

  const note = (list: string[], text: string): void => {
    if (list.length < toldAtMost && !list.includes(text)) list.push(text)
  }

  const runOne = ({ sql, line: at }: Sql): void => {
    statements += 1
    const head = headOf(sql)
    const why = of.skippedAs(head)
    if (why !== undefined) {
      skipped[why] = (skipped[why] ?? 0) + 1
      return
    }
    const refusal = runMaking(sql)
    if (!refusal) return
    const extension = of.extensionOf(head)
    if (extension !== undefined) return note(missing, extension)
    if (!isScarce(refusal) && of.isUnneeded(head)) return undefined
    const what = of.namedAs(head)
    const isOfRows = /^insert\b/i.test(head)
    refuse(refusal, { line: at, what, isOfRows })
    // So that the rows that refer to nothing can be counted afterwards.
    if (refusal.code === '23503') db.run(Buffer.concat([sql, Buffer.from(' NOT VALID')]))
  }

  const runGroup = (): void => {
    if (group.length === 0) return
    const held = group
    const bytes = grouped
    group = []
    grouped = 0
    const together = db.run(Buffer.concat(held.flatMap(({ sql }) => [sql, separator])))
    if (together.refusal) held.forEach(runOne)
    else statements += held.length
    wrote(bytes)
  }

  /**
   * A table that is empty is made anew, in the transaction that fills it: PostgreSQL then writes no log of its rows,
   * and they need no second look to be known as committed. What is in them is read and refused as ever.
   */
  const beginFresh = (rows: Copying): void => {
    const fresh = of.freshCopy(Buffer.from(rows.sql).toString('latin1'))
    if (!fresh) return
    const seen = db.run(fresh.isThere)
    if (seen.refusal || !seen.isIdle || seen.tags[0] !== 'SELECT 0') return
    db.run('BEGIN')
    rows.isFresh = db.run(fresh.empty).refusal === undefined
    if (rows.isFresh) rows.sql = Buffer.from(fresh.copy, 'latin1')
    else db.run('ROLLBACK')
  }

  const endFresh = (rows: Copying, isKept: boolean): Refusal | undefined => {
    if (!rows.isFresh) return undefined
    rows.isFresh = false
    return db.run(isKept ? 'COMMIT' : 'ROLLBACK').refusal
  }

  const sendRows = (): void => {
    const rows = copying
    if (!rows || db.gatheredBytes === 0) return
    const bytes = db.gatheredBytes
    if (rows.rows === 0 && bytes >= freshBytes) beginFresh(rows)
    const reply = db.copy(rows.sql)
    if (reply.refusal) {
      endFresh(rows, false)
      const inCopy = /, line (\d+)/.exec(reply.refusal.where ?? '')?.[1]
      const at = inCopy === undefined ? rows.line : rows.firstLine + rows.rows + Number(inCopy) - 1
      copying = undefined
      refuse(reply.refusal, { line: at, what: 'COPY', isOfRows: inCopy !== undefined })
    } else {
      rows.rows += rowsCopied(reply)
    }
    wrote(rows.isFresh ? 0 : bytes)
  }

  const bytesOf = ({ buffer, start, end, sizeBytes, line: at }: Statement): Sql => {
    line = at
    if (sizeBytes > end - start)
      throw new Halt({ by: 'statement', line: at, detail: 'the statement is too long' })
    // What is handed over is good for this call alone.
    return { sql: Uint8Array.from(buffer.subarray(start, end)), line: at }
  }

  const gatherRows = (piece: Uint8Array): void => {
    if (!copying) return
    if (db.gatheredBytes + piece.length < batchBytes) return db.gather(piece)
    const cut = copying.isText ? piece.lastIndexOf(newline) + 1 : 0
    db.gather(piece.subarray(0, cut))
    if (cut > 0) sendRows()
    if (copying) db.gather(piece.subarray(cut))
    if (db.gatheredBytes > mostStatementBytes)
      throw new Halt({ by: 'statement', line, detail: 'a row is too long' })
  }

  return {
    listener: {
      statement: (statement) => {
        const held = bytesOf(statement)
        if (refusals > refusalsAtMost) return
        if (statement.first !== insertWord) {
          runGroup()
          runOne(held)
          wrote(held.sql.length)
          return
        }
        group.push(held)
        grouped += held.sql.length
        if (grouped > groupBytes || group.length >= groupCount) runGroup()
      },
      copy: ({ isText }, statement) => {
        const held = bytesOf(statement)
        runGroup()
        statements += 1
        const firstLine = held.line + linesIn(held.sql) + 1
        copying =
          refusals > refusalsAtMost
            ? undefined
            : { ...held, rows: 0, firstLine, isText, isFresh: false }
      },
      data: gatherRows,
      copied: () => {
        sendRows()
        const rows = copying
        copying = undefined
        const refusal = rows && endFresh(rows, true)
        if (refusal) refuse(refusal, { line: rows.line, what: 'COPY', isOfRows: true })
      },
      comment: () => undefined,
      // Those that may stand in a dump are known by now, and mean nothing to PostgreSQL.
      command: () => undefined,
    },
    end: () => {
      runGroup()
      // A transaction that the dump has begun, and not ended, is not to be asked into.
      db.run('ROLLBACK')
      db.run('CHECKPOINT')
      return { statements, refused, refusals, skipped, missing }
    },
  }
}
