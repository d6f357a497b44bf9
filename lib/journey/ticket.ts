/**
 * Step 1: may this database upload these bytes now?
 *
 * Writes the claim and answers with an address for exactly those bytes, once; or `unchanged`.
 */
import * as z from 'zod'

import { Fault } from '../faults'
import type { Tools } from '../ports'
import { isSoundEntry, wordOf } from '../rules/copy/entry'
import type { Claim, Entry } from '../rules/copy/entry'
import { judgedOf } from '../rules/copy/shelf'
import type { Shelf } from '../rules/copy/shelf'
import {
  databaseNamePattern,
  databaseNameRule,
  heartbeatKey,
  keysOf,
  nextInstant,
} from '../rules/copy/snapshot'
import type { SnapshotName } from '../rules/copy/snapshot'
import { byKind } from '../rules/kinds/kinds'
import { usualKind } from '../rules/kinds/suffixes'
import { own } from '../rules/plain/own'
import { hourMs } from '../rules/plain/time-units'
import { expectationsOf } from '../rules/settings/databases'

import { countTicket } from './bucket/given'
import { announce, passOverForeign, readEntry } from './bucket/ledger'
import { listShelves } from './bucket/shelves'
import { timerNotice } from './gather/notice'
import type { AnswerLine, Step } from './step'

const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} hexadecimal digits`)
/** Digits, and the blanks that some wc put before them: no other notation is guessed at. */
const digits = z
  .string()
  .trim()
  .regex(/^(0|[1-9]\d{0,15})$/, 'expected a whole number')
const count = z.union([z.number(), digits], 'expected a whole number').transform(Number)
const bytes = count.pipe(z.int().nonnegative())
/** Words of the host's own choosing: shown to people, so they stay short and printable. */
const word = z
  .string()
  .max(100)
  .regex(/^[\x20-\x7e]*$/, 'expected printable characters')

/** What every script says; the facts of the live thing stand among it, as its taker tells them. */
const said = {
  database: z.string().regex(databaseNamePattern, databaseNameRule),
  size_bytes: bytes,
  sha256: hex(64),
  md5: hex(32),
  taken_at: z.iso.datetime().max(40),
  encoding: z.enum(['identity', 'gzip']),
  raw_size_bytes: bytes.optional(),
  raw_sha256: hex(64).optional(),
  host: word,
  /** Databases pushed together carry one id, and how many they are. */
  set: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,64}$/)
    .optional(),
  set_size: count.pipe(z.int().min(1).max(100)).optional(),
  /** What the host wrote into the table snapproof_canary just before it took the copy. */
  canary: hex(32).optional(),
  /** Which push.sh asks. */
  script: word.optional(),
}

const Said = z.object({ kind: z.string().optional(), ...said })

const factsIn = (request: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request).flatMap(([name, text]) =>
      typeof text === 'string' && !Object.hasOwn(Said.shape, name) ? [[name, text]] : [],
    ),
  )

/** What push.sh says of the bytes it wants to upload. Size and hashes bind; the rest is told. */
export const TicketRequest = byKind(({ facts }) => ({ ...said, ...facts }))
  .refine(
    (request) =>
      request.encoding === 'identity' ||
      (request.raw_size_bytes !== undefined && request.raw_sha256 !== undefined),
    { path: ['encoding'], error: 'gzip needs raw_size_bytes and raw_sha256 as well' },
  )
  .transform((request) => ({ ...Said.parse(request), facts: factsIn(request) }))
export type TicketRequest = z.infer<typeof TicketRequest>

export type TicketAnswer = (
  | { unchanged: string }
  | { ticket: string; put: string; headers: Record<string, string>; expiresSeconds: number }
) & {
  /** What the host's own mail should say besides: nobody else is left to say it. */
  notice?: string | undefined
}

/** The upload must start within this; one that has started may take as long as it needs. */
const addressLifeSeconds = 900

const run = async (request: TicketRequest, tools: Tools): Promise<TicketAnswer> => {
  refuseSize(request, expectationsOf(tools.settings.databases, request.database).maxBytes)
  refuseKind(request, tools)
  const known = await look(tools, request.database)
  const [answer, notice] = await Promise.all([
    admit(request, known, tools),
    timerNotice(tools, known),
  ])
  return notice === undefined ? answer : { ...answer, notice }
}

/** What the store knows of a database, and what time it is there: names and ages are told by one clock. */
type Known = { shelves: Shelf[]; now: Date }

const look = async (tools: Tools, database: string): Promise<Known> => {
  const [shelves, now] = await Promise.all([listShelves(tools, database), tools.store.now()])
  return { shelves, now }
}

const admit = async (request: TicketRequest, known: Known, tools: Tools): Promise<TicketAnswer> => {
  const same = await findSame(request, known, tools)
  if (same && isSoundEntry(same.entry)) {
    await noteHeartbeat(request, { ticket: same.name.id, at: known.now }, tools)
    return { unchanged: same.name.id }
  }
  if (same) return giveAddress(same.name, request, tools)
  const mark = tools.randomHex(6)
  await refuseTooMany(request, { ...known, mark }, tools)
  return giveAddress(await openEntry(request, { ...known, mark }, tools), request, tools)
}

const refuseSize = (
  { database, size_bytes: size, raw_size_bytes: raw }: TicketRequest,
  max: number,
) => {
  const largest = Math.max(size, raw ?? 0)
  if (size === 0) {
    throw new Fault({
      code: 'bad-request',
      why: `The snapshot of ${database} is empty (0 bytes).`,
      mend: 'Check the path and the free space on the host, then push again.',
    })
  }
  if (largest > max) {
    throw new Fault({
      code: 'too-large',
      why: `${database} has ${largest} bytes; the limit for it is ${max}.`,
      mend: `Raise maxBytes of ${database} in lib/databases.ts (one upload ends at 5 GiB) and deploy again.`,
    })
  }
}

/** What stands in lib/databases.ts is of one kind, and so are its copies. */
const refuseKind = ({ database, kind = usualKind }: TicketRequest, { settings }: Tools) => {
  const listed = own(settings.databases, database)
  if (!listed || (listed.kind ?? usualKind) === kind) return
  throw new Fault({
    code: 'bad-request',
    why: `${database} is of kind ${listed.kind ?? usualKind} in lib/databases.ts; this copy is of kind ${kind}.`,
    mend: `Set SNAPPROOF_KIND=${listed.kind ?? usualKind} in the settings on the host; or change kind in lib/databases.ts and deploy again.`,
  })
}

/**
 * Counts what was given within the hour. The names of what stands there carry their times, so that a
 * crowd costs one listing each; and each ticket is counted before it is given, so that of those who ask
 * at once no more than the limit are.
 */
const refuseTooMany = async (
  { database }: TicketRequest,
  { shelves, now, mark }: Known & { mark: string },
  tools: Tools,
): Promise<void> => {
  const { ticketsPerHour: limit } = expectationsOf(tools.settings.databases, database)
  const recent = shelves.filter(({ name }) => now.getTime() - name.at.getTime() < hourMs)
  const isFull =
    recent.length >= limit || (await countTicket(tools, database, { now, limit, mark })) === 'full'
  if (!isFull) return
  throw new Fault({
    code: 'too-many',
    why: `${Math.max(recent.length, limit)} snapshots of this database were announced within the last hour; the limit is ${limit}.`,
    mend: 'Look for a cron line that runs too often. A higher ticketsPerHour goes into lib/databases.ts.',
  })
}

/**
 * The newest sound copy when it holds the same bytes; or this very upload, announced within the
 * hour and not yet judged, so that a run that was killed half-way is taken up where it ended.
 */
const findSame = async (
  request: TicketRequest,
  { shelves, now }: Known,
  tools: Tools,
): Promise<{ name: SnapshotName; entry: Entry } | undefined> => {
  for (const shelf of shelves) {
    const { name } = shelf
    const read = shelf.entry && (await readEntry(tools, name).catch(passOverForeign))
    if (!read) continue
    const { entry } = read
    // A member of a set is stored even when it is unchanged: a set is of one moment, or is none.
    const isOfSet = request.set === undefined || entry.claim.set?.id === request.set
    const isSame =
      isOfSet && entry.claim.sha256 === request.sha256 && entry.claim.encoding === request.encoding
    const isOpen = wordOf(entry) === 'pending' && now.getTime() - name.at.getTime() < hourMs
    // An entry whose snapshot somebody took away proves nothing any more.
    const isStored = isSoundEntry(entry) && judgedOf(shelf, entry) !== undefined
    if (isSame && (isOpen || isStored)) return { name, entry }
    if (isStored) return undefined
  }
  return undefined
}

/** `unchanged` uploads nothing, but that the host lives and looked is worth keeping. */
const noteHeartbeat = (
  { database, host, taken_at: takenAt }: TicketRequest,
  { ticket: id, at }: { ticket: string; at: Date },
  tools: Tools,
): Promise<void> =>
  tools.store.put(
    heartbeatKey(tools.settings.prefix, database),
    Buffer.from(JSON.stringify({ at: at.toISOString(), ticket: id, host, takenAt })),
  )

const openEntry = async (
  request: TicketRequest,
  { shelves, now, mark }: Known & { mark: string },
  tools: Tools,
): Promise<SnapshotName> => {
  const claim: Claim = {
    database: request.database,
    sizeBytes: request.size_bytes,
    sha256: request.sha256,
    md5: request.md5,
    takenAt: request.taken_at,
    encoding: request.encoding,
    ...(request.encoding === 'gzip'
      ? { rawSizeBytes: request.raw_size_bytes, rawSha256: request.raw_sha256 }
      : {}),
    ...(request.kind === undefined || request.kind === usualKind ? {} : { kind: request.kind }),
    facts: request.facts,
    host: request.host,
    ...(request.set === undefined ? {} : { set: { id: request.set, size: request.set_size ?? 1 } }),
    ...(request.canary === undefined ? {} : { canary: request.canary }),
    ticketAt: now.toISOString(),
  }
  const at = nextInstant(now, shelves[0]?.name.at)
  return (await announce(tools, { claim, at, mark })).name
}

const giveAddress = async (
  name: SnapshotName,
  request: TicketRequest,
  { store, settings }: Tools,
): Promise<TicketAnswer> => {
  const { url, headers } = await store.uploadAddress({
    key: keysOf(settings.prefix, name, request).snapshot,
    sizeBytes: request.size_bytes,
    sha256: request.sha256,
    md5: request.md5,
    expiresInSeconds: addressLifeSeconds,
  })
  return { ticket: name.id, put: url, headers, expiresSeconds: addressLifeSeconds }
}

export const ticket: Step<TicketRequest, TicketAnswer> = {
  request: TicketRequest,
  access: { scope: 'push', database: (request) => request.database },
  run,
  lines: (answer) => [
    ...told(answer),
    ...(answer.notice === undefined ? [] : [['notice', answer.notice] as const]),
  ],
}

const told = (answer: TicketAnswer): AnswerLine[] =>
  'unchanged' in answer
    ? [['unchanged', answer.unchanged]]
    : [
        ['ticket', answer.ticket],
        ['put', answer.put],
        ...Object.entries(answer.headers).map(
          ([name, value]) => ['header', `${name}: ${value}`] as const,
        ),
        ['expires_seconds', answer.expiresSeconds],
      ]
