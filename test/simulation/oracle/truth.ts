/**
 * What the oracle knows, told by nobody but the store itself: every entry as it was last written,
 * every content a key ever had, and since when a copy that was sound no longer is.
 *
 * It reads entries on its own, and calls no rule of lib/.
 */
import { z } from 'zod'

import type { Bucket, Change, Content } from '../cloud/bucket'
import { readFile, sha256Of } from '../cloud/content'
import type { File, Kind } from '../cloud/content'

/** A word that came later stands beside the nearest one that every build knows. */
const worded = z
  .looseObject({ outcome: z.string(), outcomeNow: z.string().optional() })
  .transform(({ outcome, outcomeNow, ...rest }) => ({ ...rest, outcome: outcomeNow ?? outcome }))

const Findings = z.array(worded.pipe(z.object({ check: z.string(), outcome: z.string() })))

const EntrySeen = z.object({
  id: z.string(),
  key: z.string(),
  claim: z.object({
    database: z.string(),
    sizeBytes: z.number(),
    sha256: z.string().optional(),
    adopted: z.object({ etag: z.string() }).optional(),
    ticketAt: z.string(),
    set: z.object({ id: z.string() }).optional(),
  }),
  arrivedAt: z.string().optional(),
  verdict: worded
    .pipe(
      z.object({
        outcome: z.string(),
        at: z.string(),
        findings: Findings,
        fall: z.object({ since: z.string() }).optional(),
        drift: z.unknown().optional(),
      }),
    )
    .optional(),
  etag: z.string().optional(),
  pin: z.object({ at: z.string() }).optional(),
  accepted: z
    .object({
      at: z.string(),
      checks: z.array(z.string()),
      isFallRight: z.boolean().optional(),
    })
    .optional(),
  heldUntil: z.string().optional(),
  letGoAt: z.string().optional(),
})
export type EntrySeen = z.infer<typeof EntrySeen>

export type Copy = { entry: EntrySeen; entryKey: string; stored: Content | undefined }

const soundWords: readonly string[] = ['passed', 'warned']

/** `accepted` where a person overruled all that speaks against it, or said that what is gone was to go. */
export const wordSeen = ({ verdict, accepted }: EntrySeen): string => {
  if (!verdict) return 'pending'
  if (soundWords.includes(verdict.outcome)) {
    return verdict.fall && accepted?.isFallRight ? 'accepted' : verdict.outcome
  }
  const against = verdict.findings.filter(({ outcome }) => !soundWords.includes(outcome))
  const checks = against.length === 0 ? ['structure'] : against.map(({ check }) => check)
  const isOverruled = checks.every((check) => accepted?.checks.includes(check))
  return isOverruled ? 'accepted' : verdict.outcome
}

const openEnvelope = (bytes: Uint8Array): unknown => {
  try {
    const envelope: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const { payload } = z.object({ payload: z.string() }).parse(envelope)
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

/** Each part of the oracle asks for itself, and all of them at every change. */
const payloads = new WeakMap<Uint8Array, { payload: unknown }>()

/** What is inside a signed envelope; the signature is not looked at. */
export const payloadOf = (bytes: Uint8Array): unknown => {
  const known = payloads.get(bytes) ?? { payload: openEnvelope(bytes) }
  payloads.set(bytes, known)
  return known.payload
}

export const readEntrySeen = (bytes: Uint8Array): EntrySeen | undefined =>
  z.object({ predicate: z.object({ snapproof: EntrySeen }) }).safeParse(payloadOf(bytes)).data
    ?.predicate.snapproof

const isEntryKey = (key: string): boolean =>
  key.endsWith('.entry.json') && !key.startsWith('backups/_')

const files = new WeakMap<Content, File | 'none'>()

/** What is stored there says of itself what it is; undefined for what is no database. */
export const fileOf = (stored: Content | undefined): File | undefined => {
  if (!stored) return undefined
  const known = files.get(stored) ?? readFile(stored.bytes) ?? 'none'
  files.set(stored, known)
  return known === 'none' ? undefined : known
}

export type Lost = { atMs: number; arrivedMs: number; database: string; id: string }

export const lastBy = (
  copies: readonly Copy[],
  of: (copy: Copy) => string | number,
): Copy | undefined => {
  let [last] = copies
  for (const copy of copies) if (last && of(copy) > of(last)) last = copy
  return last
}

export type Truth = ReturnType<typeof truthOf>

export const truthOf = (bucket: Bucket) => {
  const entries = new Map<string, EntrySeen>()
  /** The entry that speaks of this snapshot. */
  const entryKeyOf = new Map<string, string>()
  const contents = new Map<string, Content[]>()
  const firstArrivedMs = new Map<string, number>()
  /** What a stranger changed, and when he did so first. */
  const touched = new Map<string, number>()
  const lost: Lost[] = []
  const lostWhole: Lost[] = []

  const copyAt = (entryKey: string): Copy | undefined => {
    const entry = entries.get(entryKey)
    return entry && { entry, entryKey, stored: bucket.objects.get(entry.key) }
  }
  const copyOfKey = (key: string): Copy | undefined => copyAt(entryKeyOf.get(key) ?? '')
  const arrivedMs = ({ entry }: Copy): number =>
    entry.claim.adopted
      ? Date.parse(entry.arrivedAt ?? '')
      : (firstArrivedMs.get(entry.key) ?? Number.NaN)
  const isOf =
    (words: readonly string[]) =>
    ({ entry, stored }: Copy): boolean =>
      stored !== undefined &&
      (entry.etag === undefined || entry.etag === stored.object.etag) &&
      words.includes(wordSeen(entry))
  const isSound = isOf([...soundWords, 'accepted'])
  /** Nothing speaks against its bytes, whatever is expected of it. */
  const isWhole = isOf([...soundWords, 'accepted', 'unmet'])
  const copies = (database?: string): Copy[] =>
    [...entries.keys()]
      .flatMap((key) => copyAt(key) ?? [])
      .filter(({ entry }) => database === undefined || entry.claim.database === database)

  /** Where uploads were under way at once, it is another one by arrival than by name. */
  const newestOf = (some: readonly Copy[]): (Copy | undefined)[] => [
    lastBy(some, arrivedMs),
    lastBy(some, ({ entry }) => entry.id.slice(-25)),
  ]

  const noteLost = (list: Lost[], copy: Copy, atMs: number): void => {
    const { id, claim } = copy.entry
    list.push({ atMs, arrivedMs: arrivedMs(copy), database: claim.database, id })
    if (list.length > 50) list.shift()
  }

  const concerned = (key: string): string | undefined =>
    isEntryKey(key) ? key : entryKeyOf.get(key)

  const take = ({ key, after, by }: Change): void => {
    if (isEntryKey(key)) {
      // What a stranger forged is no entry.
      const entry = after && by.role !== 'stranger' ? readEntrySeen(after.bytes) : undefined
      if (entry) {
        entries.set(key, entry)
        entryKeyOf.set(entry.key, key)
      } else entries.delete(key)
      return
    }
    if (!after) return
    contents.set(key, [...(contents.get(key) ?? []), after])
    if (!firstArrivedMs.has(key)) firstArrivedMs.set(key, after.object.modifiedAt.getTime())
  }

  return {
    bucket,
    touched,
    /** What was sound, and what was whole, until somebody else than prune changed it. */
    lost,
    lostWhole,
    arrivedMs,
    isSound,
    isWhole,
    copyAt,
    copyOfKey,
    contentsOf: (key: string): readonly Content[] => contents.get(key) ?? [],
    copies,
    newestWhole: (database: string) => newestOf(copies(database).filter(isWhole)),
    newestSound: (database: string) => newestOf(copies(database).filter(isSound)),
    /** Keeps what was before the change, so that others may be asked about it. */
    hear: (change: Change): { before: Copy | undefined; after: Copy | undefined } => {
      const entryKey = concerned(change.key)
      const now = entryKey === undefined ? undefined : copyAt(entryKey)
      // The bucket has changed already: what stood under the key before is put in its place.
      const isSnapshot = now !== undefined && now.entry.key === change.key
      const before = now && isSnapshot ? { ...now, stored: change.before } : now
      const wasSound = before !== undefined && isSound(before)
      const wasWhole = before !== undefined && isWhole(before)
      take(change)
      const after = entryKey === undefined ? undefined : copyAt(entryKey)
      if (change.by.role === 'stranger' && !touched.has(change.key)) {
        touched.set(change.key, change.atMs)
      }
      if (change.by.role === 'prune') return { before, after }
      if (wasSound && !(after && isSound(after))) noteLost(lost, before, change.atMs)
      if (wasWhole && !(after && isWhole(after))) noteLost(lostWhole, before, change.atMs)
      return { before, after }
    },
  }
}

const WatchSeen = z.object({
  databases: z.record(
    z.string(),
    z.object({ newestSound: z.object({ id: z.string() }).optional() }),
  ),
})

/** The newest sound copy of each database, as a state of the watch has it. */
export const readWatchSeen = (payload: unknown): Map<string, string> =>
  new Map(
    Object.entries(WatchSeen.safeParse(payload).data?.databases ?? {}).flatMap(
      ([database, { newestSound }]) => (newestSound ? [[database, newestSound.id] as const] : []),
    ),
  )

export type Told = { kind: Kind | 'nothing known'; file: File | undefined; isAsClaimed: boolean }

/** Whole, and the bytes that were announced. */
export const isGood = ({ kind, isAsClaimed }: Told): boolean => isAsClaimed && kind === 'sound'

/** What this content really is, and whether it is what the entry's claim announced. */
export const judgeTruly = (content: Content, { claim }: EntrySeen): Told => ({
  kind: fileOf(content)?.kind ?? 'nothing known',
  file: fileOf(content),
  isAsClaimed:
    claim.sha256 === undefined ||
    (claim.sha256 === sha256Of(content.bytes) && claim.sizeBytes === content.bytes.length),
})
