/**
 * Runs SQLite on one snapshot, in a thread of its own that its owner may end at any moment.
 *
 * It starts, tests itself and waits; the snapshot comes with a message. Findings are posted as
 * they come, so that what was answered before the end still counts.
 */
import { parentPort, workerData } from 'node:worker_threads'

import * as check from '../../../rules/kinds/sqlite/checks'
import type { SqliteCheck } from '../../../rules/kinds/sqlite/kind'
import { fingerprintSchema, judgeRows, judgeSchema } from '../../../rules/kinds/sqlite/tables'
import type { Finding } from '../../../rules/verdict/verdict'
import { fileBytes } from '../../reading/file-bytes'
import { rangeBytes } from '../../reading/range-bytes'
import type { RangeOrder, Want } from '../../reading/range-bytes'
import { checkContent } from '../checks/content'
import type { ContentOrder } from '../checks/content'
import { checkReferences } from '../checks/references'
import { addRowSums } from '../checks/row-sums'
import { checkStructure } from '../checks/structure'
import { columnsOf, ordinaryTables, virtualTables } from '../checks/tables'

import { Unreadable, ask, messageOf, quote, schemaLimits } from './ask'
import type { Session } from './ask'
import { startEngine } from './engine'
import type { Engine } from './engine'
import { openDatabase } from './open-database'
import { selfTest } from './self-test'
import type { SelfTest } from './self-test'

export type WorkerStart = {
  wasmPath: string
  /** SQLite's page cache, what it may ask for in all, and where its memory ends. */
  cacheBytes: number
  heapLimitBytes: number
  memoryCapBytes: number
  /** The most that may be held in memory, where this build cannot read on demand. */
  heldBytes: number
}

export type WorkerOrder = {
  source:
    | { kind: 'file'; fd: number; sizeBytes: number; words: string }
    | ({ kind: 'ranges'; words: string } & RangeOrder)
  /** What the host's own SQLite said of what is computed in it. */
  hostSays: string
} & ContentOrder

export type WorkerNews =
  | { kind: 'stage'; check: SqliteCheck }
  | { kind: 'want'; wanted: Want }
  | { kind: 'method'; method: string }
  | { kind: 'finding'; finding: Finding }
  | { kind: 'schema'; fingerprint: string; schema: Record<string, string[]> }
  | { kind: 'rows'; counts: Record<string, number> }
  | { kind: 'unreadable'; why: string }
  | { kind: 'done' }

type Tell = (news: WorkerNews) => void

/** Puts every question, cheapest first; ends where going on would say nothing more. */
const interview = (session: Session, order: WorkerOrder, tell: Tell, plan: Plan): void => {
  const { expected } = order
  const finding = (found: Finding): boolean => {
    tell({ kind: 'finding', finding: found })
    return found.outcome !== 'failed'
  }
  const planned = plan.isWhole ? 'integrity_check' : 'quick_check and linear index check'
  tell({ kind: 'method', method: `${planned}, ${plan.words}` })
  const { finding: structure, way, counts: seen } = checkStructure(session, plan)
  tell({ kind: 'method', method: `${way}, ${plan.words}` })
  if (!finding(structure)) return

  tell({ kind: 'stage', check: 'references' })
  for (const answer of checkReferences(session, plan.isWhole))
    finding(check.judgeReferences(answer, expected.areReferencesStrict))

  tell({ kind: 'stage', check: 'schema' })
  const schemaSql = `SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema`
  const schema = ask(session, schemaSql, schemaLimits)
  if ('error' in schema) return void finding(check.judgeError('schema', schema.error))
  const tables = ordinaryTables(session)
  const columns = tables.map(
    (table) => [table, columnsOf(session, table).map(({ name }) => name)] as const,
  )
  const fingerprint = fingerprintSchema(schema.rows)
  tell({ kind: 'schema', fingerprint, schema: Object.fromEntries(columns) })
  const virtual = virtualTables(session)
  finding(judgeSchema(new Map(columns), expected.tables, virtual))

  tell({ kind: 'stage', check: 'rows' })
  const counts: Record<string, number> = {}
  for (const table of tables) {
    const known = seen?.get(table)
    if (known !== undefined) {
      counts[table] = known
      continue
    }
    const count = ask(session, `SELECT count(*) FROM main.${quote(table)}`)
    if ('error' in count) return void finding(check.judgeError('rows', count.error))
    counts[table] = Number(count.rows[0]?.[0] ?? 0)
  }
  tell({ kind: 'rows', counts })
  finding(judgeRows(counts, expected.rows, virtual))

  checkContent(session, order, {
    stage: (asked) => tell({ kind: 'stage', check: asked }),
    finding: (found) => void finding(found),
  })
}

type Plan = Parameters<typeof checkStructure>[1] & { words: string }

type Ready = { engine: Engine; tested: SelfTest }

const examine = ({ engine, tested }: Ready, start: WorkerStart, order: WorkerOrder, tell: Tell) => {
  const { source: given } = order
  const source =
    given.kind === 'file'
      ? fileBytes(given.fd, given.sizeBytes)
      : rangeBytes(given, (wanted) => tell({ kind: 'want', wanted }))
  const { lazyTrouble, sumsTrouble } = tested
  const isHeld = lazyTrouble !== undefined
  if (isHeld && (given.kind === 'ranges' || given.sizeBytes > start.heldBytes)) {
    throw new Error(`this build cannot read on demand (${lazyTrouble})`)
  }
  const opened = openDatabase(engine.SQL, source, { ...start, isHeld })
  if (source.trouble !== undefined) throw new Unreadable(source.trouble)
  if ('error' in opened) {
    tell({ kind: 'finding', finding: check.judgeError('structure', opened.error) })
    return
  }
  const session = { db: opened.db, source }
  const sums = sumsTrouble === undefined ? addRowSums(engine, opened.db) : undefined
  const isLocal = given.kind === 'file'
  const isWhole = given.sizeBytes <= start.cacheBytes || (sums === undefined && isLocal)
  const words = isHeld ? 'in memory: this build of sql.js cannot read on demand' : given.words
  const { hostSays } = order
  interview(session, order, tell, { isWhole, isLocal, sums, words, hostSays })
}

/** Whatever ends the interview early becomes news: nothing is swallowed. */
const run = (ready: Ready, start: WorkerStart, order: WorkerOrder, tell: Tell): void => {
  let stage: SqliteCheck = 'structure'
  const remember: Tell = (news) => {
    if (news.kind === 'stage') stage = news.check
    tell(news)
  }
  try {
    remember({ kind: 'stage', check: 'structure' })
    examine(ready, start, order, remember)
  } catch (thrown) {
    const why = messageOf(thrown)
    if (thrown instanceof Unreadable) tell({ kind: 'unreadable', why })
    else tell({ kind: 'finding', finding: check.judgeError(stage, why) })
  }
  tell({ kind: 'done' })
}

const port = parentPort
if (port) {
  const start: WorkerStart = workerData
  const tell: Tell = (news) => port.postMessage(news)
  // Before the snapshot is there: starting and testing cost nothing while it downloads.
  const ready = startEngine(start.wasmPath, start.memoryCapBytes).then((engine) => ({
    engine,
    tested: selfTest(engine),
  }))
  // A rejection reaches the owner as the worker's error.
  port.once('message', (order: WorkerOrder) => {
    void ready.then((started) => run(started, start, order, tell))
  })
}
