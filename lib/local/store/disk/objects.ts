// How does an object come to be, change and go, so that nobody ever sees half of one?

import { type FileHandle, link, open, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'

import { rising } from '../../../rules/plain/order'
import { errorCode } from '../wire/refusal'

import { type Entry, readEntry, syncFolder, writeEntry } from './entry'
import { byteOrder, fileName, keyOf } from './file-names'
import { type Bucket, entryPath, lockPath, remove } from './folder'
import { locked, ownName } from './owner'

/** When may an object be written: always, only if there is none, only over this very one. */
export type Condition = { kind: 'always' } | { kind: 'absent' } | { kind: 'md5'; md5: string }

/** Complete bytes in `incoming/`, synced, that are not an object yet. */
export type Draft = { path: string; owner: string }

/** Often enough for any number of overwrites between two reads; more would be a fault of ours. */
const openAttempts = 100

export const findEntry = (bucket: Bucket, key: string): Promise<Entry | undefined> =>
  readEntry(entryPath(bucket, key))

/** An open file stays readable to its end, whatever becomes of the object meanwhile. */
export const openObject = async (
  bucket: Bucket,
  key: string,
): Promise<{ entry: Entry; handle: FileHandle } | undefined> => {
  for (let attempt = 1; ; attempt += 1) {
    const entry = await findEntry(bucket, key)
    if (entry === undefined) return undefined
    try {
      const handle = await open(join(bucket.bytes, entry.file), 'r')
      return { entry, handle }
    } catch (error) {
      // Replaced or deleted since the entry was read: look again.
      if (errorCode(error) !== 'ENOENT' || attempt === openAttempts) throw error
    }
  }
}

/** Keys in the order of their UTF-8 bytes. */
export const listKeys = async (bucket: Bucket): Promise<string[]> => {
  const keys: { key: string; order: string }[] = []
  for (const file of await readdir(bucket.entries)) {
    const name = file.slice(0, -'.json'.length)
    const key = keyOf(name) ?? (await readEntry(join(bucket.entries, file)))?.key
    if (key !== undefined) keys.push({ key, order: byteOrder(key) })
  }
  keys.sort(rising(({ order }) => order))
  return keys.map(({ key }) => key)
}

/** Puts the entry in place, for good, if the condition holds. False if it does not. */
const publish = async (
  bucket: Bucket,
  draft: { path: string; owner: string; entry: Entry },
  condition: Condition,
): Promise<boolean> => {
  const path = entryPath(bucket, draft.entry.key)
  if (condition.kind === 'absent') {
    // A hard link never replaces: the kernel picks the one winner, also between processes.
    try {
      await link(draft.path, path)
      await syncFolder(bucket.entries)
      return true
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false
      throw error
    }
  }
  const lock = { path: lockPath(bucket, draft.entry.key), owner: draft.owner }
  return locked(lock, async () => {
    const previous = await readEntry(path)
    if (condition.kind === 'md5' && previous?.md5 !== condition.md5) return false
    await rename(draft.path, path)
    await syncFolder(bucket.entries)
    if (previous !== undefined) await remove(join(bucket.bytes, previous.file))
    return true
  })
}

/**
 * Makes a draft an object. Returns false, and keeps nothing, if the condition does not hold.
 * When it returns true the object survives a power cut.
 */
export const commit = async (
  bucket: Bucket,
  draft: Draft,
  object: { about: Omit<Entry, 'file'>; condition: Condition },
): Promise<boolean> => {
  const file = ownName(fileName(object.about.key), draft.owner)
  const entry = { ...object.about, file }
  const entryDraft = join(bucket.incoming, ownName('entry', draft.owner))
  let isPublished = false
  try {
    await writeEntry(entryDraft, entry)
    await rename(draft.path, join(bucket.bytes, file))
    await syncFolder(bucket.bytes)
    const { owner } = draft
    isPublished = await publish(bucket, { path: entryDraft, owner, entry }, object.condition)
    return isPublished
  } finally {
    await remove(entryDraft)
    await remove(draft.path)
    const isNamed = isPublished || (await findEntry(bucket, entry.key))?.file === file
    if (!isNamed) await remove(join(bucket.bytes, file))
  }
}

/** Deleting what is not there is a success, as everywhere in S3. */
export const deleteObject = async (
  bucket: Bucket,
  object: { key: string; owner: string },
): Promise<void> => {
  const path = entryPath(bucket, object.key)
  if ((await readEntry(path)) === undefined) return
  await locked({ path: lockPath(bucket, object.key), owner: object.owner }, async () => {
    const entry = await readEntry(path)
    if (entry === undefined) return
    await unlink(path)
    await syncFolder(bucket.entries)
    await remove(join(bucket.bytes, entry.file))
  })
}
