/**
 * The journal of what was deleted: signed, only added to, and read by people and auditors. And which of it, and
 * of the reports, is old enough to go? They are walked a part at a time; nothing is deleted here.
 */
import type * as z from 'zod'

import type { StoredObject, Tools } from '../../ports'
import { journalType, planIdOf, planPath, PrunePlan, PruneResult } from '../../rules/copy/journal'
import type { Leftover, PruneState } from '../../rules/copy/journal'
import { journalKey, reportKey } from '../../rules/copy/snapshot'
import { spanWords } from '../../rules/keeping/periods'
import {
  isAged,
  isLastProof,
  recordsBrakeOf,
  stillNamedBy,
  writtenOf,
} from '../../rules/keeping/records'
import type { Written } from '../../rules/keeping/records'
import { readPayload } from '../../rules/trust/stored'
import { DrillReport, drillReportType } from '../../rules/watching/drill'
import type { DrillState } from '../../rules/watching/drill'

import { readDrillState } from './drill-state'
import { openSealed, sealValue } from './sealed'

const write = async (tools: Tools, path: string, document: PrunePlan | PruneResult) => {
  const bytes = sealValue(tools.settings, journalType, document)
  await tools.store.put(journalKey(tools.settings.prefix, `${path}.json`), bytes)
}

/** Before anything is deleted: a plan that cannot be written down is not carried out. */
export const writePlan = (tools: Tools, plan: PrunePlan): Promise<void> =>
  write(tools, `${planPath(plan.database, plan.id)}.plan`, plan)

export const writeResult = (tools: Tools, result: PruneResult): Promise<void> =>
  write(tools, `${planPath(result.database, result.plan)}.result`, result)

/** So it is called in the journal, where the name of a database stands; no database begins so. */
export const recordsName = '_records'

/** A run reads so many records, and so many pages of the listing; the next goes on where it ended. */
const readAtMost = 200
const pagesAtMost = 40

type Old = Written & { objects: StoredObject[] }

/** `after` is how far it has come, absent at the end of all. */
type Walked = { old: Old[]; after: string | undefined }

/** The newest of a folder is told by what comes after it: a record goes only where another one follows. */
const walkFrom = async (
  { store, settings: { prefix } }: Tools,
  about: { from: string | undefined; ageMs: number; now: Date },
): Promise<Walked> => {
  const old: Old[] = []
  let pages = 0
  for (const root of [journalKey(prefix, ''), reportKey(prefix, '')]) {
    let after = about.from?.startsWith(root) ? about.from : undefined
    if (after === undefined && about.from !== undefined && about.from > root) continue
    let last: Old | undefined
    for await (const page of store.pages(root, after)) {
      if (old.length >= readAtMost || pages >= pagesAtMost) return { old, after: after ?? root }
      pages += 1
      for (const object of page) {
        const written = writtenOf(prefix, object.key)
        if (written && last?.stem === written.stem) last.objects.push(object)
        if (!written || last?.stem === written.stem) continue
        if (last?.folder === written.folder && isOld(last, about)) old.push(last)
        after = last?.objects.at(-1)?.key ?? after
        last = { ...written, objects: [object] }
        if (old.length >= readAtMost) return { old, after }
      }
    }
  }
  return { old, after: undefined }
}

const isOld = ({ at, objects }: Old, about: { now: Date; ageMs: number }): boolean =>
  objects.every(({ modifiedAt }) => isAged({ at, modifiedAt }, about))

/** Undefined for what is not there, not ours, or of a newer build: that one is not ours to let go. */
const readAs = async <Value>(
  tools: Tools,
  object: StoredObject | undefined,
  { type, shape }: { type: string; shape: z.ZodType<Value> },
): Promise<Value | undefined> => {
  const found = object && (await tools.store.read(object.key))
  const payload = found && openSealed(tools.settings, type, found.bytes)
  const read = payload && readPayload(payload, shape)
  return read?.is === 'read' ? read.value : undefined
}

const isJournalNeeded = async ({ objects }: Old, tools: Tools): Promise<boolean> => {
  const ending = (name: string) => objects.find(({ key }) => key.endsWith(`.${name}.json`))
  const plan = await readAs(tools, ending('plan'), { type: journalType, shape: PrunePlan })
  const said = ending('result')
  const result = await readAs(tools, said, { type: journalType, shape: PruneResult })
  if (!plan || (said && !result)) return true
  for (const key of stillNamedBy(plan, result)) if (await tools.store.head(key)) return true
  return false
}

/** What somebody may still ask for, or nobody here can say; of a digest nothing depends on it. */
const isNeeded = async (
  one: Old,
  state: DrillState | undefined,
  tools: Tools,
): Promise<boolean> => {
  if (one.kind === 'journal') return isJournalNeeded(one, tools)
  if (one.kind === 'digest') return false
  const kept = { type: drillReportType, shape: DrillReport }
  const report = await readAs(tools, one.objects[0], kept)
  return !report || isLastProof(report, state)
}

/** With a brake it is what would go, and the next run begins where this one did. */
export type RecordsPlan = { plan: PrunePlan; after: string | undefined }

/** Undefined where every record is kept. */
export const planRecords = async (
  tools: Tools,
  { now, before }: { now: Date; before: PruneState | undefined },
): Promise<RecordsPlan | undefined> => {
  const { keepRecordsMs: ageMs } = tools.settings
  if (ageMs === undefined) return undefined
  const from = before?.recordsAfter
  const { old, after } = await walkFrom(tools, { from, ageMs, now })
  const state = old.some(({ kind }) => kind === 'drill') ? await readDrillState(tools) : undefined
  const leftovers: Leftover[] = []
  for (const one of old) {
    if (await isNeeded(one, state, tools)) continue
    const keys = one.objects.map(({ key }) => key)
    leftovers.push({ id: one.stem, keys, reason: `written more than ${spanWords(ageMs)} ago` })
  }
  const clockSkewMs = tools.clock.now().getTime() - now.getTime()
  const brake = recordsBrakeOf({ now, clockSkewMs, ranAt: before?.ranAt })
  const plan: PrunePlan = {
    id: planIdOf(now, tools.randomHex(6)),
    database: recordsName,
    at: now.toISOString(),
    policy: `every record for ${spanWords(ageMs)}`,
    brake,
    notes: [],
    copies: [],
    leftovers,
  }
  return { plan, after: brake === undefined ? after : from }
}
