/**
 * Is the dump restored, and what came of it? Where it cannot be here, why not, and what it would take.
 */
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'

import type { Clock, ExaminationOrder } from '../../ports'
import { judgeRestore } from '../../rules/kinds/postgres/content'
import type { Outline, TableSeen } from '../../rules/kinds/postgres/outline'
import {
  judgeLeftOut,
  judgeReferences,
  judgeTaken,
  judgeUpkeep,
} from '../../rules/kinds/postgres/restoring/checks'
import type { Told } from '../../rules/kinds/postgres/restoring/checks'
import { haltWords } from '../../rules/kinds/postgres/restoring/halts'
import { patienceMs, planRestore } from '../../rules/kinds/postgres/restoring/limits'
import type { Beyond, Plan } from '../../rules/kinds/postgres/restoring/limits'
import { isOfPart, judgeRestored } from '../../rules/kinds/postgres/restoring/outcome'
import { isForeignVersion } from '../../rules/kinds/postgres/restoring/refusals'
import { archiveOf } from '../../rules/kinds/postgres/restoring/statements'
import type { PostgresExpected } from '../../rules/kinds/postgres/settings'
import type { Finding } from '../../rules/verdict/verdict'
import type { Open } from '../reading/engine'
import { letGo } from '../reading/source'
import { openSpool, spoolRoom } from '../reading/spool'
import type { SpoolOptions } from '../reading/spool'

import type { Restored, TableCounted } from './engine/news'
import { partsIn, pgliteVersion } from './parts'
import type { Parts } from './parts'
import { restoreDump } from './restoring'
import type { Restoration } from './restoring'

export type PostgresOptions = {
  clock: Clock
  /** Where what restores lies; without it dumps are read, and not restored. */
  assets?: string
  /** What the process may use in all. */
  memoryBytes?: number
  tempFolder?: string
  spoolBytes?: number
  /** What a restore is given at the least, where there is so much time. */
  patienceMs?: number
}

export const notRestored = 'structure read, not restored'

export type Trying = { options: PostgresOptions; order: ExaminationOrder; open: Open }

/** As its first reading has seen it. */
export type Dump = { outline: Outline; sha256: string; sizeBytes: number }

type Tables = ReadonlyMap<string, TableSeen>

/** A row that refers to one that is not there. */
const missingRow = '23503'

/** What came with an extension is no table of the app, whatever rows the dump puts into it. */
const isOurs = ({ isBorrowed }: TableCounted): boolean => !isBorrowed

/** What is damaged, or but a part, is not asked for more: what it would say only follows from that. */
export const isToldAlone = (found: readonly Finding[]): boolean =>
  found.some((one) => one.outcome === 'failed' || isOfPart(one))

type Tried = { findings: Finding[]; method: string }

/** Left to say what was found, and to write it down. */
const afterwardsMs = 5_000

/** A timer of Node's that is set to more than this ends at once. */
const longestTimerMs = 2 ** 31 - 1

const usualMemoryBytes = 512 * 1024 ** 2

const leftMs = ({ options, order }: Trying): number => {
  const untilMs = order.deadlineAt.getTime() - options.clock.now().getTime() - afterwardsMs
  return Math.min(untilMs, longestTimerMs)
}

const spoolOptions = ({ options }: Trying): SpoolOptions => ({
  folder: options.tempFolder ?? tmpdir(),
  limitBytes: options.spoolBytes ?? Infinity,
  // What lies there would be taken from the memory that PostgreSQL needs.
  limitInMemoryBytes: 0,
  clock: options.clock,
  randomHex: (digits) => randomBytes(digits / 2).toString('hex'),
})

const questionsOf = ({ freshness, assertions = [] }: PostgresExpected): string[] => [
  ...(freshness ? [freshness.sql] : []),
  ...assertions.map(({ sql }) => sql),
]

const restoreBy = async (
  trying: Trying,
  { outline, sha256 }: Dump,
  { plan, parts, questions }: { plan: Plan; parts: Parts; questions: readonly string[] },
): Promise<Restoration> => {
  const source = await trying.open(trying.order)
  if (!source) return { ended: { by: 'start' } }
  const leastMs = trying.options.patienceMs
  const longestMs = patienceMs({ plainBytes: outline.sizeBytes }, leastMs)
  const withinMs = Math.max(0, leftMs(trying))
  const spill = plan.spillBytes > 0 ? await openSpool(spoolOptions(trying)) : undefined
  try {
    const seen = await restoreDump({
      parts,
      plan,
      spill,
      extensions: [...new Set(outline.extensions.map(archiveOf))],
      questions,
      source,
      encoding: trying.order.claim.encoding,
      sha256,
      leftMs: Math.min(longestMs, withinMs),
    })
    const isLate = seen.ended?.by === 'time' && longestMs < withinMs
    return isLate ? { ...seen, ended: { by: 'patience' } } : seen
  } finally {
    await spill?.close()
    void letGo(source)
  }
}

/** What PostgreSQL said of it, in the words of the verdict. */
const judgeSeen = (
  { version, restored, references, upkeep, ended }: Restoration & { restored: Restored },
  all: readonly TableCounted[],
  { outline, expected }: { outline: Outline; expected: PostgresExpected },
): Tried => {
  const tables = all.filter(isOurs)
  const engine = `PostgreSQL ${version} (PGlite ${pgliteVersion})`
  const orphans = references?.orphans.some(({ rows }) => rows > 0) ?? false
  // Rows that refer to nothing are counted, and told by their count.
  const refused = restored.refused.filter(({ code }) => !orphans || code !== missingRow)
  const outcome = judgeRestored({
    ...restored,
    refused,
    refusals: restored.refusals - restored.refused.length + refused.length,
    engine,
    tables: tables.length,
    rows: tables.reduce((sum, { rows, isDivided }) => sum + (isDivided ? 0 : rows), 0),
    isForeign: isForeignVersion(outline.remarks.serverVersion),
    made: outline.remarks.made,
    dumps: outline.remarks.headers,
    programLine: outline.programLine,
  })
  const counted = new Map(tables.map(({ table, ...one }) => [table, one]))
  const read = new Map(outline.tables)
  for (const { table, isBorrowed } of all) if (isBorrowed) read.delete(table)
  const taken = restored.refusals === 0 ? judgeTaken(read, counted) : undefined
  const method = `restored into ${engine}`
  if (isToldAlone(outcome)) return { method, findings: outcome }
  return {
    method,
    findings: [
      ...outcome,
      ...(taken ? [taken] : []),
      upkeep ? judgeUpkeep(upkeep.refusal) : judgeLeftOut(haltWords(ended).limit),
      ...(references ? [judgeReferences(references, expected.areReferencesLax ?? false)] : []),
    ],
  }
}

export const tryRestore = async (
  trying: Trying,
  expected: PostgresExpected,
  dump: Dump,
): Promise<Tried & { tables: Tables | undefined; answers: readonly Told[] }> => {
  const { restore } = expected
  const untried = (beyond?: Beyond) => {
    const finding = judgeRestore(restore, { beyond, programLine: dump.outline.programLine })
    const findings = finding ? [finding] : []
    return { findings, method: notRestored, tables: undefined, answers: [] }
  }
  const { assets, memoryBytes = usualMemoryBytes } = trying.options
  if (restore === 'unasked' || assets === undefined) return untried()
  const parts = await partsIn(assets)
  if (!parts) {
    return untried({
      limit: 'what restores it is not here',
      takes: 'a database of this kind in lib/databases.ts, and a deploy',
    })
  }
  const { outline, sizeBytes } = dump
  const need = {
    storedBytes: sizeBytes,
    plainBytes: outline.sizeBytes,
    longestBytes: outline.longestBytes,
  }
  const diskBytes = await spoolRoom(spoolOptions(trying))
  const plan = planRestore(need, { memoryBytes, diskBytes, leftMs: leftMs(trying) })
  if ('limit' in plan) return untried(plan)
  const seen = await restoreBy(trying, dump, { plan, parts, questions: questionsOf(expected) })
  const { restored, tables, answers = [] } = seen
  if (!restored || !tables) return untried(haltWords(seen.ended))
  return {
    ...judgeSeen({ ...seen, restored }, tables, { outline, expected }),
    tables: new Map(
      tables.filter(isOurs).map(({ table, rows, columns }) => [table, { rows, columns }]),
    ),
    answers,
  }
}
