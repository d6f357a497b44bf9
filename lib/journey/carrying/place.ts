/**
 * Brings one copy to the second place, and what is written of it. The bytes come first; that they are there, and
 * the right ones, is seen before anything beside them says so. Nothing that stands there is overwritten but an
 * entry by a later one of the same copy.
 */
import { createHash } from 'node:crypto'

import { Fault } from '../../faults'
import type { CarryingStore, Tools } from '../../ports'
import { isSoundEntry } from '../../rules/copy/entry'
import type { Entry } from '../../rules/copy/entry'
import { entryKey, sumsLine } from '../../rules/copy/snapshot'
import type { SnapshotName } from '../../rules/copy/snapshot'
import { mayReplace } from '../../rules/second/carrying'
import type { Gap } from '../../rules/second/carrying'
import { entryIn, isNewer, parseTicket, passOverForeign } from '../bucket/ledger'

type Carrying = { tools: Tools; second: CarryingStore; until: AbortSignal }

const otherThere = (key: string): Fault =>
  new Fault({
    code: 'damaged',
    why: `What stands at ${key} in the second place is not the copy.`,
    mend: 'Nothing is overwritten there. Find out who wrote it, and delete that one object there by hand: then the copy is carried.',
  })

const isTimeUp = (): Fault =>
  new Fault({
    code: 'store-unreachable',
    why: 'The time of this run was up before the copy was carried whole.',
    mend: 'It is tried again by a run that has more time.',
  })

/** Where its ETag is not what the host said of the bytes, they are read back, all of them. */
const prove = async (
  { key, claim: { sha256, md5 } }: Entry,
  sizeBytes: number,
  { second, until }: Carrying,
): Promise<void> => {
  const there = await second.head(key)
  if (there?.sizeBytes !== sizeBytes) throw otherThere(key)
  if (md5 !== undefined && there.etag === md5) return
  const hash = createHash('sha256')
  const found = await second.stream(key, there.etag)
  for await (const chunk of found?.chunks ?? []) {
    if (until.aborted) throw isTimeUp()
    hash.update(chunk)
  }
  if (hash.digest('hex') !== sha256) throw otherThere(key)
}

const bringBytes = async (
  { key, etag, claim: { sha256 = '' } }: Entry,
  { tools, second, until }: Carrying,
): Promise<void> => {
  const found = await tools.store.stream(key, etag)
  if (!found) {
    throw new Fault({
      code: 'store-missing',
      why: `${key} was gone before it was carried to the second place.`,
      mend: 'If you did not delete it, look at who may write to the bucket.',
    })
  }
  const { chunks, object } = found
  try {
    await second.createFrom(key, { chunks, sizeBytes: object.sizeBytes, sha256, until })
  } catch (thrown) {
    throw until.aborted ? isTimeUp() : thrown
  }
}

/** What an older script noted stays its own word; else the line is the one that stands beside a sound copy. */
const bringSums = async ({ key, claim }: Entry, { tools, second }: Carrying): Promise<void> => {
  const noted = claim.adopted?.hasSums ? await tools.store.read(`${key}.sha256`) : undefined
  const line = noted?.bytes ?? Buffer.from(sumsLine(claim.sha256 ?? '', key))
  if ((await second.create(`${key}.sha256`, line)) === 'exists') throw otherThere(`${key}.sha256`)
}

const bringEntry = async (
  { name, entry, bytes }: { name: SnapshotName; entry: Entry; bytes: Uint8Array },
  { tools: { settings }, second }: Carrying,
): Promise<void> => {
  const key = entryKey(settings.prefix, name)
  if ((await second.create(key, bytes)) === 'created') return
  const there = await second.read(key)
  if (!there) return
  try {
    if (!mayReplace(entry, entryIn(settings, name, there).entry)) return
  } catch (thrown) {
    // What is not ours stands for nothing there; what a newer build wrote stays.
    passOverForeign(thrown)
    if (isNewer(thrown)) return
  }
  await second.replace(key, bytes, there.object.etag)
}

/** False where there is nothing to bring any more: it is not sound now, or on its way out. */
export const bring = async ({ id, lacks }: Gap, carrying: Carrying): Promise<boolean> => {
  const { store, settings } = carrying.tools
  const name = parseTicket(id)
  const found = await store.read(entryKey(settings.prefix, name))
  if (!found) return false
  const { entry } = entryIn(settings, name, found)
  if (!isSoundEntry(entry) || entry.letGoAt !== undefined) return false
  if (lacks === 'copy') await bringBytes(entry, carrying)
  if (lacks !== 'entry') {
    await prove(entry, entry.claim.sizeBytes, carrying)
    await bringSums(entry, carrying)
  }
  await bringEntry({ name, entry, bytes: found.bytes }, carrying)
  return true
}
