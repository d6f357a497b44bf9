import { Fault } from '../faults'
import type { Tools } from '../ports'
import { expectationsOf } from '../rules/settings/databases'
import { isSoundEntry, newEntry, wordOf } from '../rules/copy/entry'
import type { Claim, Entry } from '../rules/copy/entry'
import { heartbeatKey, keysOf, nameSnapshot, nextInstant } from '../rules/copy/snapshot'
import type { SnapshotName } from '../rules/copy/snapshot'
import { hourMs } from '../rules/plain/time-units'

import { createEntry, passOverForeign, readEntry } from './bucket/ledger'
import { watchNotice } from './gather/notice'
import { judgedOf, listShelves } from './bucket/shelves'
import type { Shelf } from './bucket/shelves'
import type { Line, Step } from './step'
import { TicketRequest } from './ticket-request'

/**
 * Step 1: may this database upload these bytes now?
 *
 * Writes the claim and answers with an address for exactly those bytes, once; or `unchanged`.
 */
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
  const seen = await look(tools, request.database)
  const [answer, notice] = await Promise.all([
    admit(request, seen, tools),
    watchNotice(tools, seen.now),
  ])
  return notice === undefined ? answer : { ...answer, notice }
}

/** What the store knows of a database, and what time it is there: names and ages are told by one clock. */
type Seen = { shelves: Shelf[]; now: Date }

const look = async (tools: Tools, database: string): Promise<Seen> => {
  const [shelves, now] = await Promise.all([listShelves(tools, database), tools.store.now()])
  return { shelves, now }
}

const admit = async (request: TicketRequest, seen: Seen, tools: Tools): Promise<TicketAnswer> => {
  const same = await findSame(request, seen, tools)
  if (same && isSoundEntry(same.entry)) {
    await noteHeartbeat(request, { ticket: same.name.id, at: seen.now }, tools)
    return { unchanged: same.name.id }
  }
  if (same) return giveAddress(same.name, request, tools)
  refuseTooMany(seen, expectationsOf(tools.settings.databases, request.database).ticketsPerHour)
  return giveAddress(await openEntry(request, seen, tools), request, tools)
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

/** Counts what was asked for within the hour; the names carry the times, so no entry is read. */
const refuseTooMany = ({ shelves, now }: Seen, limit: number) => {
  const recent = shelves.filter(({ name }) => now.getTime() - name.at.getTime() < hourMs)
  if (recent.length < limit) return
  throw new Fault({
    code: 'too-many',
    why: `${recent.length} snapshots of this database were announced within the last hour; the limit is ${limit}.`,
    mend: 'Look for a cron line that runs too often. A higher ticketsPerHour goes into lib/databases.ts.',
  })
}

/**
 * The newest sound copy when it holds the same bytes; or this very upload, announced within the
 * hour and not yet judged, so that a run that was killed half-way is taken up where it ended.
 */
const findSame = async (
  request: TicketRequest,
  { shelves, now }: Seen,
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
  { database, host }: TicketRequest,
  { ticket: id, at }: { ticket: string; at: Date },
  tools: Tools,
): Promise<void> =>
  tools.store.put(
    heartbeatKey(tools.settings.prefix, database),
    Buffer.from(JSON.stringify({ at: at.toISOString(), ticket: id, host })),
  )

const openEntry = async (
  request: TicketRequest,
  { shelves, now }: Seen,
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
    sqliteVersion: request.sqlite_version,
    journalMode: request.journal_mode,
    host: request.host,
    ...(request.set === undefined ? {} : { set: { id: request.set, size: request.set_size ?? 1 } }),
    ...(request.canary === undefined ? {} : { canary: request.canary }),
    ticketAt: now.toISOString(),
  }
  const at = nextInstant(now, shelves[0]?.name.at)
  for (;;) {
    const name = nameSnapshot({ database: request.database, at, mark: tools.randomHex(6) })
    const keys = keysOf(tools.settings.prefix, name, request.encoding)
    const written = await createEntry(tools, name, newEntry(name.id, keys.snapshot, claim))
    if (written === 'created') return name
  }
}

const giveAddress = async (
  name: SnapshotName,
  request: TicketRequest,
  { store, settings }: Tools,
): Promise<TicketAnswer> => {
  const { url, headers } = await store.uploadAddress({
    key: keysOf(settings.prefix, name, request.encoding).snapshot,
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

const told = (answer: TicketAnswer): Line[] =>
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
