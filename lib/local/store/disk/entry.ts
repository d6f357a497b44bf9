// What is known about a stored object, and how is it written down?

import { open, readFile } from 'node:fs/promises'

import { errorCode } from '../wire/refusal'

/**
 * One object: its key, and the file that holds its bytes.
 *
 * The entry is the object. Bytes without one do not exist, and it is written only after
 * they are safe on the disk, so a kill at any moment leaves an object whole or absent.
 */
export type Entry = {
  key: string
  file: string
  sizeBytes: number
  md5: string
  sha256: string
  lastModifiedAt: string
  /** Content-Type and its kin, and x-amz-meta-*, as they are answered: latin1 for raw bytes. */
  headers: Record<string, string>
}

const isHeaders = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((text) => typeof text === 'string')

const isEntry = (value: unknown): value is Entry => {
  if (typeof value !== 'object' || value === null) return false
  const entry: Partial<Record<keyof Entry, unknown>> = value
  const texts = [entry.key, entry.file, entry.md5, entry.sha256, entry.lastModifiedAt]
  return (
    texts.every((text) => typeof text === 'string') &&
    typeof entry.sizeBytes === 'number' &&
    isHeaders(entry.headers)
  )
}

export const readEntry = async (path: string): Promise<Entry | undefined> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const entry: unknown = JSON.parse(text)
  if (!isEntry(entry)) throw new Error('an entry of the store is not one it wrote')
  return entry
}

/** Leaves the entry on the disk under a name nobody reads yet. */
export const writeEntry = async (path: string, entry: Entry): Promise<void> => {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(entry, undefined, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A new name in a folder survives a power cut only once the folder itself was synced. */
export const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
