/**
 * A bad day: what would come back, said before anything is done; and then a short-lived address of it.
 */
import * as z from 'zod'

import { Fault } from '../faults'
import type { Tools } from '../ports'
import { isBeingLetGo, withHold } from '../rules/copy/care'
import type { Choice } from '../rules/copy/choice'
import { wordOf } from '../rules/copy/entry'
import type { Entry } from '../rules/copy/entry'
import { placeLine, places } from '../rules/copy/place'
import type { Place } from '../rules/copy/place'
import { databaseNamePattern, databaseNameRule } from '../rules/copy/snapshot'
import { adviceOf } from '../rules/kinds/kinds'
import { operatorCommand } from '../rules/troubles/trouble'

import { changeEntry, parseTicket, readEntry } from './bucket/ledger'
import { compareCopies, listedCopy, listSets } from './gather/copies'
import type { ListedCopy, SetCopy } from './gather/copies'
import { askEither, chooseEither } from './second/either'
import { listEither } from './second/list-either'
import type { AnswerLine, Step } from './step'

export const RestoreRequest = z.strictObject({
  database: z.string().regex(databaseNamePattern, databaseNameRule),
  at: z.string().max(120).optional(),
  /** `sets`: of which sets there is a sound copy. */
  list: z.enum(['yes', 'no', 'sets']).optional(),
  /** Only say which copy it would be, and what is to be known of it. */
  look: z.enum(['yes', 'no']).optional(),
  /** A second ticket: what came and went between the two? */
  diff: z.string().max(120).optional(),
  /** A copy that is not sound, named by its ticket, to be looked at and never to be put in place. */
  salvage: z.enum(['yes', 'no']).optional(),
  /** Whoever asks has decided: a copy that lacks something is handed out unnamed. */
  sure: z.enum(['yes', 'no']).optional(),
  /** From one of the two places alone; unsaid, the second is asked where the first does not have it. */
  place: z.enum(places).optional(),
  /** Which restore.sh asks; the first one did not say. */
  script: z.string().max(20).optional(),
})
export type RestoreRequest = z.infer<typeof RestoreRequest>

export type RestoreAnswer =
  | { copies: ListedCopy[] }
  | { sets: SetCopy[] }
  | { difference: string[] }
  | { choice: Choice }
  | { copy: ListedCopy; get: string; entry: Entry; place: Place; why?: string }

/** Long enough to type the command, too short to be worth stealing. */
const addressLifeSeconds = 900

/**
 * Retention must not take a copy away from under a restore. Where this cannot be written down the
 * restore goes on all the same: the newest sound copy is never let go, and a bad day is bad enough.
 */
const hold = async (entry: Entry, tools: Tools): Promise<Entry | undefined> => {
  const name = parseTicket(entry.id)
  const held = (before: Entry) => withHold(before, tools.clock.now())
  return changeEntry(tools, name, held).catch(async (thrown: unknown) => {
    const isAway = thrown instanceof Fault && thrown.code.startsWith('store-')
    // It kept changing, or it is gone, perhaps just before the store was away: as it stands now it counts.
    return (await readEntry(tools, name).catch(() => (isAway ? { entry } : undefined)))?.entry
  })
}

/** A script is told in a sentence what it could not make use of; a drill takes the copy as it is. */
const refuseWhatIsNotBroughtBack = (
  { claim }: Entry,
  { script, database }: RestoreRequest,
): void => {
  const why = script === undefined ? undefined : adviceOf(claim.kind).insteadOfBack
  if (why === undefined) return
  const mend = `What came and went, on your own machine: ${operatorCommand(`list ${database}`)}`
  throw new Fault({ code: 'bad-request', why, mend })
}

const attempts = 5

const handOut = async (request: RestoreRequest, tools: Tools): Promise<RestoreAnswer> => {
  // Retention may be faster than a restore: then the next best one is chosen.
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { choice, tools: at, place, why } = await chooseEither(request, tools)
    const { entry } = choice
    refuseWhatIsNotBroughtBack(entry, request)
    // Our key there only reads: what is handed out of it is let go of by no plan of these days.
    const held = place === 'second' ? entry : await hold(entry, at)
    if (!held || isBeingLetGo(held, tools.clock.now())) continue
    const get = await at.store.downloadAddress({
      key: entry.key,
      expiresInSeconds: addressLifeSeconds,
    })
    const copy = listedCopy({ ...parseTicket(entry.id), word: wordOf(entry), entry })
    return { copy, get, entry, place, ...(why === undefined ? {} : { why }) }
  }
  throw new Fault({
    code: 'contended',
    why: 'Every copy that was to be handed out was let go of in that moment.',
    mend: 'Run restore.sh again.',
  })
}

/** What was told of one place is missing where it does not know the copy that was named. */
const isMissing = ({ code }: Fault): boolean => code === 'not-found' || code === 'untrusted-entry'

const look = async (request: RestoreRequest, tools: Tools): Promise<Choice> => {
  const { choice, place, why } = await chooseEither(request, tools)
  refuseWhatIsNotBroughtBack(choice.entry, request)
  const { passed: _, ...told } = choice
  if (place === 'first') return told
  return { ...told, says: [...told.says, placeLine(why ?? 'as you asked')] }
}

const run = async (request: RestoreRequest, tools: Tools): Promise<RestoreAnswer> => {
  const { database, at, diff } = request
  if (diff !== undefined) {
    const tickets = [at ?? '', diff] as const
    const compare = (one: Tools) => compareCopies({ database, tickets }, one)
    return { difference: (await askEither(tools, compare, isMissing)).answer }
  }
  if (request.list === 'sets')
    return { sets: (await askEither(tools, (one) => listSets(request, one))).answer }
  if (request.list === 'yes') return { copies: await listEither(request, tools) }
  return request.look === 'yes' ? { choice: await look(request, tools) } : handOut(request, tools)
}

const choiceLines = ({ entry, question, mend, says }: Choice): AnswerLine[] => [
  ['ticket', entry.id],
  ...(question === undefined
    ? []
    : ([
        ['ask', question],
        ['instead', mend],
      ] as const)),
  ...says.map((text) => ['say', text] as const),
]

export const restore: Step<RestoreRequest, RestoreAnswer> = {
  request: RestoreRequest,
  access: { scope: 'restore', database: (request) => request.database },
  run,
  lines: (answer) => {
    if ('choice' in answer) return choiceLines(answer.choice)
    if ('difference' in answer) return answer.difference.map((text) => ['say', text] as const)
    if ('sets' in answer)
      return answer.sets.map(({ id, size, ticket }) => ['set', `${id} ${size} ${ticket}`])
    if ('copies' in answer) {
      // The first edition's restore.sh reads five words of each; what came later stands behind them.
      return answer.copies.map(
        ({ ticket, verdict, takenAt, sizeBytes, verifiedAt, rows, change }) => [
          'copy',
          `${ticket} ${verdict} ${takenAt} ${sizeBytes} ${verifiedAt ?? '-'} ${rows ?? '-'} ${change}`,
        ],
      )
    }
    const { copy, get, entry, place, why } = answer
    const { claim, verdict } = entry
    return [
      ['ticket', copy.ticket],
      ['verdict', copy.verdict],
      ['get', get],
      ...(place === 'first'
        ? []
        : ([['from', `the second place: ${why ?? 'as you asked'}`]] as const)),
      ['sha256', claim.sha256 ?? '-'],
      ['size_bytes', claim.sizeBytes],
      ['encoding', claim.encoding],
      ...(claim.rawSha256 === undefined ? [] : [['raw_sha256', claim.rawSha256] as const]),
      ...(claim.rawSizeBytes === undefined
        ? []
        : [['raw_size_bytes', claim.rawSizeBytes] as const]),
      // What was counted in it: whoever loads it somewhere can hold that against it.
      ...(verdict?.rows === undefined || copy.rows === undefined
        ? []
        : ([
            ['tables', Object.keys(verdict.rows).length],
            ['rows', copy.rows],
          ] as const)),
      ['taken_at', copy.takenAt],
      ['verified_at', copy.verifiedAt ?? '-'],
      ['expires_seconds', addressLifeSeconds],
    ]
  },
}
