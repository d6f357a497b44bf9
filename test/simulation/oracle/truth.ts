import { z } from 'zod'

import type { Bucket, Change, Content } from '../bucket'
import { readFile, sha256Of } from '../content'
import type { Kind } from '../content'

/**
 * What the oracle knows, told by nobody but the store itself: every entry as it was last written,
 * every content a key ever had, and since when a copy that was sound no longer is.
 *
 * It reads entries on its own, and calls no rule of lib/.
 */
const Findings = z.array(z.object({ check: z.string(), outcome: z.string() }))

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
  verdict: z.object({ outcome: z.string(), at: z.string(), findings: Findings }).optional(),
  etag: z.string().optional(),
  pin: z.object({ at: z.string() }).optional(),
  accepted: z.object({ checks: z.array(z.string()) }).optional(),
  heldUntil: z.string().optional(),
  letGoAt: z.string().optional(),
})
export type EntrySeen = z.infer<typeof EntrySeen>

export type Copy = { entry: EntrySeen; entryKey: string; stored: Content | undefined }

const soundWords: readonly string[] = ['passed', 'warned']

/** `accepted` where a person overruled every check that speaks against it. */
export const wordSeen = ({ verdict, accepted }: EntrySeen): string => {
  if (!verdict) return 'pending'
  if (soundWords.includes(verdict.outcome)) return verdict.outcome
  const against = verdict.findings.filter(({ outcome }) => !soundWords.includes(outcome))
  const checks = against.length === 0 ? ['structure'] : against.map(({ check }) => check)
  const isOverruled = checks.every((check) => accepted?.checks.includes(check))
  return isOverruled ? 'accepted' : verdict.outcome
}

/** What is inside a signed envelope; the signature is not looked at. */
export const payloadOf = (bytes: Uint8Array): unknown => {
  try {
    const envelope: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const { payload } = z.object({ payload: z.string() }).parse(envelope)
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

export const readEntrySeen = (bytes: Uint8Array): EntrySeen | undefined =>
  z.object({ predicate: z.object({ snapproof: EntrySeen }) }).safeParse(payloadOf(bytes)).data
    ?.predicate.snapproof

const isEntryKey = (key: string): boolean =>
  key.endsWith('.entry.json') && !key.startsWith('backups/_')

export type Lost = { atMs: number; arrivedMs: number; database: string; id: string }

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

  const copyAt = (entryKey: string): Copy | undefined => {
    const entry = entries.get(entryKey)
    return entry && { entry, entryKey, stored: bucket.objects.get(entry.key) }
  }
  const copyOfKey = (key: string): Copy | undefined => copyAt(entryKeyOf.get(key) ?? '')
  const arrivedMs = ({ entry }: Copy): number =>
    entry.claim.adopted
      ? Date.parse(entry.arrivedAt ?? '')
      : (firstArrivedMs.get(entry.key) ?? Number.NaN)
  const isSound = ({ entry, stored }: Copy): boolean =>
    stored !== undefined &&
    (entry.etag === undefined || entry.etag === stored.object.etag) &&
    [...soundWords, 'accepted'].includes(wordSeen(entry))

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
    lost,
    arrivedMs,
    isSound,
    copyAt,
    copyOfKey,
    contentsOf: (key: string): readonly Content[] => contents.get(key) ?? [],
    copies: (database?: string): Copy[] =>
      [...entries.keys()]
        .flatMap((key) => copyAt(key) ?? [])
        .filter(({ entry }) => database === undefined || entry.claim.database === database),
    /** Keeps what was before the change, so that others may be asked about it. */
    hear: (change: Change): { before: Copy | undefined; after: Copy | undefined } => {
      const entryKey = concerned(change.key)
      const now = entryKey === undefined ? undefined : copyAt(entryKey)
      // The bucket has changed already: what stood under the key before is put in its place.
      const isSnapshot = now !== undefined && now.entry.key === change.key
      const before = now && isSnapshot ? { ...now, stored: change.before } : now
      const wasSound = before !== undefined && isSound(before)
      take(change)
      const after = entryKey === undefined ? undefined : copyAt(entryKey)
      if (change.by.role === 'stranger' && !touched.has(change.key)) {
        touched.set(change.key, change.atMs)
      }
      const isStill = after !== undefined && isSound(after)
      if (wasSound && !isStill && change.by.role !== 'prune') {
        const { id, claim } = before.entry
        lost.push({ atMs: change.atMs, arrivedMs: arrivedMs(before), database: claim.database, id })
        if (lost.length > 50) lost.shift()
      }
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

export type Told = { kind: Kind | 'nothing known'; isAsClaimed: boolean }

/** What this content really is, and whether it is what the entry's claim announced. */
export const judgeTruly = ({ bytes }: Content, { claim }: EntrySeen): Told => ({
  kind: readFile(bytes)?.kind ?? 'nothing known',
  isAsClaimed:
    claim.sha256 === undefined ||
    (claim.sha256 === sha256Of(bytes) && claim.sizeBytes === bytes.length),
})
