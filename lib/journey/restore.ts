import { z } from 'zod'

import { Fault } from '../faults'
import type { Tools } from '../ports'
import { isBeingLetGo, withHold } from '../rules/care'
import { isSoundEntry, provenAt, wordOf } from '../rules/entry'
import type { Entry } from '../rules/entry'
import { isWithin, momentRule, parseMoment } from '../rules/moment'
import type { Moment } from '../rules/moment'
import { databaseNamePattern, databaseNameRule } from '../rules/snapshot'
import type { VerdictWord } from '../rules/verdict'

import { changeEntry, parseTicket, passOverUntrusted, readEntry } from './ledger'
import { isAnnounced, judgedOf, listShelves, storedOf } from './shelves'
import type { Shelf } from './shelves'
import type { Step } from './step'

/**
 * A bad day: a short-lived address of the newest proven copy, or of the one that stood at a time.
 */
export const RestoreRequest = z.strictObject({
  database: z.string().regex(databaseNamePattern, databaseNameRule),
  at: z.string().max(120).optional(),
  list: z.enum(['yes', 'no']).optional(),
})
export type RestoreRequest = z.infer<typeof RestoreRequest>

export type Copy = {
  ticket: string
  verdict: VerdictWord
  takenAt: string
  sizeBytes: number
  verifiedAt: string | undefined
}

export type RestoreAnswer = { copies: Copy[] } | { copy: Copy; get: string; entry: Entry }

/** Long enough to type the command, too short to be worth stealing. */
const addressLifeSeconds = 900

export const copyOf = (entry: Entry): Copy => ({
  ticket: entry.id,
  verdict: wordOf(entry),
  takenAt: entry.claim.takenAt,
  sizeBytes: entry.claim.sizeBytes,
  verifiedAt: provenAt(entry),
})

type Offered = { entry: Entry; isAsJudged: boolean }

/** Entries newest first, one at a time, so that the newest sound one costs a single read. */
async function* entriesOf(shelves: readonly Shelf[], tools: Tools): AsyncGenerator<Offered> {
  for (const shelf of shelves.filter(isAnnounced)) {
    const read = await readEntry(tools, shelf.name).catch(passOverUntrusted)
    if (!read || !storedOf(shelf, read.entry)) continue
    yield { entry: read.entry, isAsJudged: judgedOf(shelf, read.entry) !== undefined }
  }
}

const parseAt = (at: string | undefined): Moment | undefined => {
  if (at === undefined || at === '') return undefined
  const moment = parseMoment(at)
  if (moment) return moment
  throw new Fault({ code: 'bad-request', why: 'The time is not understood.', mend: momentRule })
}

/**
 * Retention must not take a copy away from under a restore. Where this cannot be written down the
 * restore goes on all the same: the newest sound copy is never let go, and a bad day is bad enough.
 */
const hold = async (entry: Entry, tools: Tools): Promise<Entry | undefined> => {
  const name = parseTicket(entry.id)
  const held = (before: Entry) => withHold(before, tools.clock.now())
  return changeEntry(tools, name, held).catch(async (thrown: unknown) => {
    if (thrown instanceof Fault && thrown.code.startsWith('store-')) return entry
    // It kept changing, or it is gone: then it is not handed out.
    return (await readEntry(tools, name).catch(() => undefined))?.entry
  })
}

const run = async (request: RestoreRequest, tools: Tools): Promise<RestoreAnswer> => {
  const moment = parseAt(request.at)
  const all = await listShelves(tools, request.database)
  const shelves = all.filter(({ name }) => isWithin(moment, name))
  if (request.list === 'yes') {
    const copies: Copy[] = []
    for await (const { entry, isAsJudged } of entriesOf(shelves, tools)) {
      copies.push(isAsJudged ? copyOf(entry) : { ...copyOf(entry), verdict: 'pending' })
    }
    return { copies }
  }
  for await (const { entry, isAsJudged } of entriesOf(shelves, tools)) {
    if (!isSoundEntry(entry) || !isAsJudged) continue
    // Asked of the entry as it stands once it is held: retention may have been faster.
    const held = await hold(entry, tools)
    if (!held || isBeingLetGo(held, tools.clock.now())) continue
    const get = await tools.store.downloadAddress({
      key: entry.key,
      expiresInSeconds: addressLifeSeconds,
    })
    return { copy: copyOf(entry), get, entry }
  }
  throw new Fault({
    code: 'nothing-sound',
    why: moment
      ? `There is no sound copy of ${request.database} for the time you gave.`
      : `There is no sound copy of ${request.database}.`,
    mend: 'Run restore.sh --list to see every copy with its verdict, and --at to choose one.',
  })
}

export const restore: Step<RestoreRequest, RestoreAnswer> = {
  request: RestoreRequest,
  access: { scope: 'restore', database: (request) => request.database },
  run,
  lines: (answer) => {
    if ('copies' in answer) {
      return answer.copies.map(
        (copy) =>
          [
            'copy',
            `${copy.ticket} ${copy.verdict} ${copy.takenAt} ${copy.sizeBytes} ${copy.verifiedAt ?? '-'}`,
          ] as const,
      )
    }
    const { copy, get, entry } = answer
    const { claim } = entry
    return [
      ['ticket', copy.ticket],
      ['verdict', copy.verdict],
      ['get', get],
      ['sha256', claim.sha256 ?? '-'],
      ['size_bytes', claim.sizeBytes],
      ['encoding', claim.encoding],
      ...(claim.rawSha256 === undefined ? [] : [['raw_sha256', claim.rawSha256] as const]),
      ...(claim.rawSizeBytes === undefined
        ? []
        : [['raw_size_bytes', claim.rawSizeBytes] as const]),
      ['taken_at', copy.takenAt],
      ['verified_at', copy.verifiedAt ?? '-'],
      ['expires_seconds', addressLifeSeconds],
    ]
  },
}
