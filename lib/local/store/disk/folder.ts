// Where in the folder does everything lie, and what did killed processes leave there?
//
//   <folder>/<bucket>/entries/   what is known of each object; an object exists if it is here
//   <folder>/<bucket>/bytes/     the bytes of each object, as uploaded; never changed in place
//   <folder>/<bucket>/incoming/  uploads on their way
//   <folder>/<bucket>/locks/     who is changing which object, for milliseconds

import { mkdir, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'

import { readEntry, syncFolder } from './entry'
import { fileName, isBucketName } from './file-names'
import { breakDeadLock, isAlive, ownerOf } from './owner'

export type Bucket = {
  name: string
  entries: string
  bytes: string
  incoming: string
  locks: string
}

const bucketAt = (folder: string, name: string): Bucket => ({
  name,
  entries: join(folder, name, 'entries'),
  bytes: join(folder, name, 'bytes'),
  incoming: join(folder, name, 'incoming'),
  locks: join(folder, name, 'locks'),
})

export const entryPath = (bucket: Bucket, key: string): string =>
  join(bucket.entries, `${fileName(key)}.json`)

export const lockPath = (bucket: Bucket, key: string): string => join(bucket.locks, fileName(key))

export const createBucket = async (folder: string, name: string): Promise<void> => {
  if (!isBucketName(name)) throw new Error(`${name} is not a bucket name`)
  const bucket = bucketAt(folder, name)
  for (const part of [bucket.bytes, bucket.incoming, bucket.locks, bucket.entries])
    await mkdir(part, { recursive: true, mode: 0o700 })
  await syncFolder(join(folder, name))
  await syncFolder(folder)
}

/** The folder of entries is made last, so it tells whether the bucket is whole. */
export const findBucket = async (folder: string, name: string): Promise<Bucket | undefined> => {
  if (!isBucketName(name)) return undefined
  const bucket = bucketAt(folder, name)
  const isThere = await stat(bucket.entries).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return isThere ? bucket : undefined
}

export const listBuckets = async (folder: string): Promise<Bucket[]> => {
  const names = (await readdir(folder)).filter(isBucketName).sort()
  const found = await Promise.all(names.map((name) => findBucket(folder, name)))
  return found.filter((bucket) => bucket !== undefined)
}

/**
 * Removes what processes that no longer live left unfinished: half uploads, locks, and bytes
 * that no entry names. What a living process holds is left alone, so stores may share a folder.
 */
export const sweep = async (bucket: Bucket): Promise<void> => {
  // Read before the entries: bytes that get their entry meanwhile belong to a living process.
  const written = await readdir(bucket.bytes)
  for (const name of await readdir(bucket.locks)) await breakDeadLock(join(bucket.locks, name))
  for (const name of await readdir(bucket.incoming))
    if (!isAlive(ownerOf(name))) await remove(join(bucket.incoming, name))
  for (const name of written) {
    if (isAlive(ownerOf(name))) continue
    const object = name.split('~').slice(0, 2).join('~')
    const entry = await readEntry(join(bucket.entries, `${object}.json`))
    if (entry?.file !== name) await remove(join(bucket.bytes, name))
  }
}

/** Removing what is already gone is what two sweeping processes do to each other. */
export const remove = (path: string): Promise<void> => unlink(path).catch(() => undefined)
