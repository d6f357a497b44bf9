/**
 * Runs SQLite on one snapshot after the other, in a thread that its owner may end at any moment.
 *
 * It starts, tests itself and waits; a snapshot comes with a message, and gets an instance of SQLite
 * that has seen no other. Findings are posted as they come, so that what was answered before the end
 * still counts. The last word says whether the thread may be given another snapshot.
 */
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

import * as check from '../../../rules/kinds/sqlite/checks'
import type { SqliteCheck } from '../../../rules/kinds/sqlite/kind'
import { fingerprintSchema, judgeRows, judgeSchema } from '../../../rules/kinds/sqlite/tables'
import { valuesLimits, valuesOf, valuesSql } from '../../../rules/kinds/sqlite/values'
import type { Finding } from '../../../rules/verdict/verdict'
import { fileBytes } from '../../reading/file-bytes'
import { beReadyToCollect, collectUntilGone } from '../../reading/garbage'
import { rangeBytes } from '../../reading/range-bytes'
import type { RangeOrder, Want } from '../../reading/range-bytes'
import { checkContent } from '../checks/content'
import type { ContentOrder } from '../checks/content'
import { checkReferences } from '../checks/references'
import { countRows, notePages } from '../checks/row-counts'
import type { Noted } from '../checks/row-counts'
import { addRowSums } from '../checks/row-sums'
import { checkStatistics } from '../checks/statistics'
import { checkStructure } from '../checks/structure'
import { columnsOf, toldTables } from '../checks/tables'
import { countVirtual, virtualIn } from '../checks/virtual'
import { secondOpinion } from '../modules/second-opinion'
import type { OwnKept } from '../modules/second-opinion'

import { Unreadable, ask, messageOf, schemaLimits } from './ask'
import type { Session } from './ask'
import { loadEngine, startEngine } from './engine'
import type { Compiled, StartedEngine } from './engine'
import { openDatabase } from './open-database'
import { testReading, testSums } from './self-test'
import type { Tested } from './self-test'

export type WorkerStart = {
  wasmPath: string
  /** SQLite's page cache, what it may ask for in all, and where its memory ends. */
  cacheBytes: number
  heapLimitBytes: number
  memoryCapBytes: number
  /** The most that may be held in memory, where this build cannot read on demand. */
  heldBytes: number
  /** What an earlier thread of this process has found out. */
  kept?: Partial<Kept> | undefined
}

/** Holds for every thread of the process: compiled code, and what the self-tests said of it. */
export type Kept = { compiled: Compiled; reading: Tested; sums: Tested; own: OwnKept }

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
  | { kind: 'values'; values: string[] }
  | { kind: 'unreadable'; why: string }
  | { kind: 'kept'; kept: Partial<Kept> }
  | { kind: 'done'; isFit: boolean }

type Tell = (news: WorkerNews) => void

/** Whoever wants nothing but values waits for no verdict: the copy has one. */
const handOut = (session: Session, sql: string, tell: Tell): void => {
  tell({ kind: 'stage', check: 'assertions' })
  const given = valuesOf(ask(session, valuesSql(sql), valuesLimits))
  tell('values' in given ? { kind: 'values', ...given } : { kind: 'finding', ...given })
}

/** Puts every question, cheapest first; ends where going on would say nothing more. */
const interview = (first: Session, order: WorkerOrder, tell: Tell, plan: Plan): void => {
  const { expected } = order
  if (expected.values !== undefined) return handOut(first, expected.values, tell)
  const finding = (found: Finding): boolean => {
    tell({ kind: 'finding', finding: found })
    return found.outcome !== 'failed'
  }
  const planned = plan.isWhole ? 'integrity_check' : 'quick_check and linear index check'
  tell({ kind: 'method', method: `${planned}, ${plan.words}` })
  const { finding: structure, way, counts: scanned } = checkStructure(first, plan)
  tell({ kind: 'method', method: `${way}, ${plan.words}` })
  // Of a schema that cannot be read to its end nothing else can be asked.
  if (first.schemaError !== undefined) return void finding(structure)
  const { findings, second, words } = secondOpinion(first, structure, plan.own())
  if (words !== '') tell({ kind: 'method', method: `${way}, ${plan.words}${words}` })
  if (!findings.map(finding).every((isWhole) => isWhole)) return
  const session = { ...first, second }

  tell({ kind: 'stage', check: 'references' })
  for (const answer of checkReferences(session, plan.isWhole))
    finding(check.judgeReferences(answer, expected.areReferencesStrict))

  tell({ kind: 'stage', check: 'schema' })
  const schemaSql = `SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema`
  const schema = ask(session, schemaSql, schemaLimits)
  if ('error' in schema) return void finding(check.judgeError('schema', schema.error))
  const { counted: tables, books, tallied, behind } = toldTables(session)
  const columns = [...tables, ...books]
    .toSorted()
    .map((table) => [table, columnsOf(session, table).map(({ name }) => name)] as const)
  const fingerprint = fingerprintSchema(schema.rows)
  tell({ kind: 'schema', fingerprint, schema: Object.fromEntries(columns) })
  const virtual = virtualIn(session)
  const known = new Map([...columns, ...virtual.columns])
  const { untold } = virtual
  finding(judgeSchema(known, expected.tables, { untold, behind, atLeast: expected.tablesAtLeast }))
  const statistics = checkStatistics(session, schema.rows)
  if (statistics) finding(statistics)

  tell({ kind: 'stage', check: 'rows' })
  const counted = countRows(session, tables, { scanned, noted: plan.noted, tallied })
  if ('error' in counted) return void finding(check.judgeError('rows', counted.error))
  const { counts } = counted
  tell({ kind: 'rows', counts })
  const more = countVirtual(session, { virtual, books, known: counts }, expected.rows)
  finding(judgeRows({ ...counts, ...more.counts }, expected.rows, more.untold))

  checkContent(session, order, {
    stage: (asked) => tell({ kind: 'stage', check: asked }),
    finding: (found) => void finding(found),
  })
}

type Plan = Parameters<typeof checkStructure>[1] & {
  words: string
  noted: Noted
  own(): Parameters<typeof secondOpinion>[2]
}

type Ready = { engine: StartedEngine; reading: Tested; testedSums(): Tested }

type Hearing = { order: WorkerOrder; tell: Tell; onThrown(): void }

const examine = (
  { engine, reading, testedSums }: Ready,
  start: WorkerStart,
  hearing: Hearing,
): void => {
  const { order, tell, onThrown } = hearing
  const { source: given } = order
  const noted = notePages(
    given.kind === 'file'
      ? fileBytes(given.fd, given.sizeBytes)
      : rangeBytes(given, (wanted) => tell({ kind: 'want', wanted })),
  )
  const { source } = noted
  const isHeld = reading.trouble !== undefined
  if (isHeld && (given.kind === 'ranges' || given.sizeBytes > start.heldBytes)) {
    throw new Error(`this build cannot read on demand (${reading.trouble})`)
  }
  const isSmall = given.sizeBytes <= start.cacheBytes
  // Of a file that is scanned for certain before it is opened: nothing of it is in the engine yet.
  const before = isSmall ? undefined : testedSums()
  const opened = openDatabase(engine.SQL, source, { ...start, isHeld })
  if (source.trouble !== undefined) throw new Unreadable(source.trouble)
  if ('error' in opened) {
    onThrown()
    tell({ kind: 'finding', finding: check.judgeError('structure', opened.error) })
    return
  }
  const session = { ...opened, source, onThrown }
  const sums = onceAsked(() =>
    (before ?? testedSums()).trouble === undefined ? addRowSums(engine, opened.db) : undefined,
  )
  const isLocal = given.kind === 'file'
  const isWhole = isSmall || (isLocal && sums() === undefined)
  const version = ask(session, 'SELECT sqlite_version()')
  const by = 'rows' in version ? `, SQLite ${version.rows[0]?.[0]}` : ''
  const way = isHeld ? 'in memory: this build of sql.js cannot read on demand' : given.words
  const words = `${way}${by}`
  const { hostSays } = order
  // What sql.js has taken by then is not there for another.
  const own = () => ({
    wasmPath: path.join(path.dirname(start.wasmPath), 'sqlite3.wasm'),
    roomBytes: start.memoryCapBytes - (engine.memory?.buffer.byteLength ?? 0),
    known: start.kept?.own,
    onKept: (kept: OwnKept) => tell({ kind: 'kept', kept: { own: kept } }),
  })
  interview(session, order, tell, { isWhole, isLocal, sums, words, hostSays, noted, own })
}

const onceAsked = <Answer>(find: () => Answer): (() => Answer) => {
  let known: { answer: Answer } | undefined
  return () => (known ??= { answer: find() }).answer
}

/** A file of so much, in a memory of so much, leaves little: V8 comes upon that in time by itself. */
const small = { fileBytes: 2 * 1024 ** 2, heldBytes: 1024 ** 2 * 24 }

/** What has grown beyond this goes with its thread: that gives the memory back at once. */
const mostKeptBytes = 64 * 1024 ** 2

const heldBytesOf = ({ memory }: StartedEngine, { source }: WorkerOrder): number =>
  (memory?.buffer.byteLength ?? Infinity) +
  (source.kind === 'ranges' ? Math.min(source.slots.byteLength, source.sizeBytes) : 0)

/** Whatever ends the interview early becomes news: nothing is swallowed. */
const run = (
  ready: Ready,
  start: WorkerStart,
  { order, tell }: Omit<Hearing, 'onThrown'>,
): { isLarge: boolean; left: WeakRef<object> } => {
  let stage: SqliteCheck = 'structure'
  let isQuiet = true
  const onThrown = (): void => void (isQuiet = false)
  const remember: Tell = (news) => {
    if (news.kind === 'stage') stage = news.check
    tell(news)
  }
  try {
    remember({ kind: 'stage', check: 'structure' })
    examine(ready, start, { order, tell: remember, onThrown })
  } catch (thrown) {
    onThrown()
    const why = messageOf(thrown)
    if (thrown instanceof Unreadable) tell({ kind: 'unreadable', why })
    else tell({ kind: 'finding', finding: check.judgeError(stage, why) })
  }
  // SQLite complained of something, or was refused memory, or took much: the next one is not to know.
  const { engine } = ready
  const heldBytes = heldBytesOf(engine, order)
  const isFit = isQuiet && !engine.wasRefused && heldBytes <= mostKeptBytes
  tell({ kind: 'done', isFit })
  const isLarge = order.source.sizeBytes > small.fileBytes || heldBytes > small.heldBytes
  return { isLarge, left: new WeakRef(engine.memory ?? engine) }
}

const port = parentPort
if (port) {
  const start: WorkerStart = workerData
  const tell: Tell = (news) => port.postMessage(news)
  const code = loadEngine(start.wasmPath, start.kept?.compiled)
  let reading = start.kept?.reading
  let sums = start.kept?.sums
  const prepare = async (): Promise<Ready> => {
    const engine = await startEngine(code, start.memoryCapBytes)
    if (!reading) {
      reading = testReading(engine)
      tell({ kind: 'kept', kept: { compiled: new Map([[start.wasmPath, code.module]]), reading } })
    }
    const testedSums = (): Tested => {
      if (sums) return sums
      const tested = testSums(engine)
      // A hostile file that is open may make it fail: that is no word on the build.
      if (tested.trouble !== undefined) return tested
      tell({ kind: 'kept', kept: { sums: tested } })
      return (sums = tested)
    }
    return { engine, reading, testedSums }
  }
  // Before the snapshot is there: starting and testing cost nothing while it downloads.
  let ready = prepare()
  // A rejection reaches the owner as the worker's error.
  port.on('message', (order: WorkerOrder) => {
    ready = ready
      .then((started) => {
        beReadyToCollect()
        return run(started, start, { order, tell })
      })
      // Here nothing of ours leads to the last instance any more.
      .then(({ isLarge, left }) => (isLarge ? collectUntilGone(left) : undefined))
      .then(prepare)
  })
}
