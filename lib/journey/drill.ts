/**
 * On a timer, every week: restore copies as a person would, and ring the alarm on purpose.
 *
 * A copy goes the whole way: the address that `restore` hands out, a fresh file, its hash, every
 * check, and what its entry says of it. The time this takes is the time a bad day would take.
 */
import * as z from 'zod'

import { asFault } from '../faults'
import type { Rehearsed, TellingTools, Tools } from '../ports'
import type { Entry } from '../rules/copy/entry'
import { copiesOf, isSoundCopy } from '../rules/copy/held'
import { places } from '../rules/copy/place'
import type { Place } from '../rules/copy/place'
import { databaseNamePattern, databaseNameRule } from '../rules/copy/snapshot'
import { lastWeek } from '../rules/digest/span'
import { adviceOf, judgeAs } from '../rules/kinds/kinds'
import { rising } from '../rules/plain/order'
import { cut } from '../rules/plain/shortening'
import { minuteMs } from '../rules/plain/time-units'
import { countWords } from '../rules/plain/wording'
import { expectationsOf } from '../rules/settings/databases'
import { keptOf } from '../rules/verdict/bounds'
import { isWhole } from '../rules/verdict/verdict'
import {
  drillPlace,
  longestUndrilled,
  nothingSound,
  provenOf,
  turnsOf,
} from '../rules/watching/drill'
import type { CopyDrill, DrillReport, DrillState } from '../rules/watching/drill'

import { ringAlarms } from './alarm'
import { noteDrill, readDrillState } from './bucket/drill-state'
import { readHoldings } from './bucket/holdings'
import { listShelves } from './bucket/shelves'
import { databaseNames } from './bucket/survey'
import { writeDigest } from './digest'
import { restore } from './restore'
import { atPlace } from './second/at-second'
import type { Step } from './step'

export const DrillRequest = z.object({
  database: z.string().regex(databaseNamePattern, databaseNameRule).optional(),
  /** One copy, named as for a restore; without it those whose turn it is. */
  at: z.string().optional(),
  /** From this place; unsaid, the two take turns where a second one is set. */
  place: z.enum(places).optional(),
  /** Alarms are delivered to the channels, and not only written. */
  ring: z.enum(['yes', 'no']).optional(),
})
export type DrillRequest = z.infer<typeof DrillRequest>

/** What was found, the gravest first, and how much more of it stands in the report. */
export type DrillAnswer = DrillReport & { untold?: number }

/** The platform carries a megabyte, and a run may come to thousands of copies. */
const toldAtMost = 400

const answerOf = (report: DrillReport): DrillAnswer => {
  const isGood = ({ outcome }: CopyDrill) => outcome === 'proven'
  const gravestFirst = [
    ...report.copies.filter((one) => !isGood(one)),
    ...report.copies.filter(isGood),
  ]
  const copies =
    report.copies.length > toldAtMost ? gravestFirst.slice(0, toldAtMost) : report.copies
  const left = report.left.slice(0, toldAtMost)
  const untold = report.copies.length - copies.length + report.left.length - left.length
  return untold === 0 ? report : { ...report, copies, left, untold }
}

/** A file's author writes what is found in it. */
const detailAtMost = 600

/** A run that has less than this left begins no further copy. */
const leastLeftMs = minuteMs

const hasTime = ({ deadlineAt, clock }: Tools): boolean =>
  deadlineAt.getTime() - clock.now().getTime() >= leastLeftMs

const noTime = 'there was no time left'

/** What the entry says of the copy, and what the restored file says of itself. */
const differenceOf = (
  { examination }: Rehearsed,
  { verdict, claim }: Entry,
): string | undefined => {
  if (!examination) return undefined
  const word = judgeAs(claim.kind, examination.findings)
  const against = examination.findings.find(({ outcome }) => outcome === word)
  // What is expected today says nothing of whether this copy can be restored.
  if (!isWhole(word)) return `The restored file is ${word}: ${against?.detail ?? ''}`
  const isSame = (key: 'rows' | 'schemaFingerprint') =>
    verdict?.[key] === undefined ||
    JSON.stringify(sorted(verdict[key])) === JSON.stringify(sorted(examination[key]))
  if (!isSame('schemaFingerprint')) return 'The restored file has other tables than the copy had.'
  if (!isSame('rows')) return adviceOf(claim.kind).otherCounts
  return undefined
}

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).toSorted(rising(([name]) => name))
    : value

const told = (rehearsed: Rehearsed, entry: Entry): Pick<CopyDrill, 'outcome' | 'detail'> => {
  const { failed, undone, examination, again } = rehearsed
  if (failed !== undefined) return { outcome: 'failed', detail: failed }
  if (undone !== undefined || !examination) {
    return { outcome: 'undone', detail: undone ?? 'It was not opened.' }
  }
  if (judgeAs(entry.claim.kind, examination.findings) === 'unverifiable') {
    return { outcome: 'undone', detail: 'The restored file could not be checked.' }
  }
  const difference = differenceOf(rehearsed, entry)
  if (difference !== undefined) return { outcome: 'failed', detail: difference }
  const counted = adviceOf(entry.claim.kind).countedAll(examination.rows ?? {})
  const opened = `restored, opened and compared: ${counted}`
  if (!again) return { outcome: 'proven', detail: opened }
  if (again.others > 0)
    return {
      outcome: 'failed',
      detail: `Nobody has written to them since, and they hold something else: ${countWords(again.others, 'object')} of ${again.others + again.agreeing} that were read again, such as ${again.named.join(', ')}.`,
    }
  return { outcome: 'proven', detail: `${opened}; ${again.agreeing} read again, and as they were` }
}

const drillCopy = async (
  { database, at, place }: { database: string; at: string; place: Place },
  tools: Tools,
): Promise<CopyDrill> => {
  const began = tools.clock.now()
  // From that place alone: that the other would have helped out proves nothing of this one.
  const answer = await restore.run({ database, at, sure: 'yes', place }, tools)
  if (!('get' in answer)) throw new TypeError('restore told where it was to hand out')
  const { entry, get, copy } = answer
  const asked = tools.clock.now().getTime() - began.getTime()
  const { examination, ...rehearsed } = await tools.rehearsal.restore({
    get,
    again: { app: tools.appObjects, seed: began.toISOString() },
    claim: entry.claim,
    expected: expectationsOf(tools.settings.databases, database, entry.claim.kind).asked,
    deadlineAt: tools.deadlineAt,
  })
  const kept = { ...rehearsed, ...(examination && { examination: keptOf(examination) }) }
  const { outcome, detail } = told(kept, entry)
  return {
    database,
    id: copy.ticket,
    at: began.toISOString(),
    outcome,
    detail: cut(detail, detailAtMost),
    sizeBytes: entry.claim.sizeBytes,
    steps: [{ step: 'address', tookMs: asked }, ...rehearsed.steps],
    tookMs: tools.clock.now().getTime() - began.getTime(),
    ...ofPlace(place),
  }
}

/** As it is written down: the first is not named, as before there was a second. */
const ofPlace = (place: Place) => (place === 'first' ? {} : { place })

type From = { place: Place; names: string[] }

/** Whose turn it is; a second place that is away has its turn next week, and the first is drilled once more. */
const whereFrom = async (
  { database, place: asked }: DrillRequest,
  before: DrillState | undefined,
  tools: Tools,
): Promise<From> => {
  if (database !== undefined) return { place: asked ?? 'first', names: [database] }
  const place = drillPlace(before, { hasSecond: tools.second !== undefined, asked })
  const names = databaseNames(atPlace(place, tools))
  if (place === 'first' || asked !== undefined) return { place, names: await names }
  return names.then(
    (found) => ({ place, names: found }),
    async () => ({ place: 'first' as const, names: await databaseNames(tools) }),
  )
}

const run = async (request: DrillRequest, tools: TellingTools): Promise<DrillAnswer> => {
  const now = tools.clock.now()
  const before = await readDrillState(tools)
  const isOfAll = request.database === undefined
  const { place, names: all } = await whereFrom(request, before, tools)
  const at = atPlace(place, tools)
  const names = longestUndrilled(all, before)
  const report: DrillReport = {
    at: now.toISOString(),
    copies: [],
    rings: [],
    left: [],
    isOfAll,
    ...ofPlace(place),
  }
  const kept: Record<string, string[]> = {}
  // The alarm comes first: it is quick, and what is wrong with it is wrong everywhere.
  const isLoud = request.ring === 'yes'
  report.rings = await ringAlarms({ now, isLoud }, tools)
  for (const database of names) {
    // Thousands that it has no time for are not asked for either: what was found must be written down.
    if (!hasTime(tools)) {
      report.left.push({ database, why: noTime })
      continue
    }
    try {
      const shelves = await listShelves(at, database)
      const sound = copiesOf(await readHoldings(at, database, shelves)).filter(isSoundCopy)
      kept[database] = sound.map(({ id }) => id)
      const known = before?.databases[database]
      const turns =
        request.at === undefined
          ? turnsOf(sound, known ? provenOf(known, place === 'second') : {})
          : [request.at]
      if (turns.length === 0) report.left.push({ database, why: nothingSound })
      for (const one of turns) {
        if (hasTime(tools)) report.copies.push(await drillCopy({ database, at: one, place }, tools))
        else report.left.push({ database, why: noTime })
      }
    } catch (thrown) {
      report.left.push({ database, why: cut(asFault(thrown).why, detailAtMost) })
    }
  }
  await noteDrill(report, kept, tools)
  // The weekly run tells the week; a drill of one database by hand does not.
  if (isOfAll && request.ring !== 'no') {
    await writeDigest(tools, lastWeek(await tools.store.now().catch(() => now)))
  }
  return answerOf(report)
}

export const drill: Step<DrillRequest, DrillAnswer, TellingTools> = {
  request: DrillRequest,
  access: 'platform',
  run,
  lines: ({ copies, rings, left, untold = 0 }) => [
    ...copies.map(
      ({ outcome, id, tookMs, detail }) => [outcome, `${id} in ${tookMs} ms: ${detail}`] as const,
    ),
    ...rings.map(
      ({ name, isHeard, detail }) => [isHeard ? 'heard' : 'unheard', `${name}: ${detail}`] as const,
    ),
    ...left.map(({ database, why }) => ['left', `${database}: ${why}`] as const),
    ...(untold === 0 ? [] : [['untold', untold] as const]),
  ],
}
