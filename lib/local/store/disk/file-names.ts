// Under which file name does an object of this key lie on the disk?
//
// Any key must be safe there: no separators, no dots that climb, no case folding, no 255-byte
// limit. And a person looking for a snapshot in the folder should still recognise it.

import { createHash } from 'node:crypto'

/** Leaves room for the hash, the owner and the suffix below the 255 bytes a file name may have. */
const readableCharacters = 150

const escape = (key: string): string =>
  encodeURIComponent(key).replace(
    /[!'()*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/**
 * The end of the key, escaped, then a hash of the whole key.
 *
 * The hash keeps apart what a file system would confuse (upper and lower case, cut names);
 * the end is kept because that is where a snapshot's own name is.
 */
export const fileName = (key: string): string => {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32)
  return `${escape(key).slice(-readableCharacters)}~${hash}`
}

/** The key of a file name, or undefined when the key was too long to be read from it. */
export const keyOf = (name: string): string | undefined => {
  const readable = name.slice(0, name.lastIndexOf('~'))
  try {
    const key = decodeURIComponent(readable)
    return fileName(key) === name ? key : undefined
  } catch {
    return undefined
  }
}

/** Strings compare by UTF-16 units; keys are listed by their UTF-8 bytes. Compare these instead. */
export const byteOrder = (key: string): string => Buffer.from(key, 'utf8').toString('latin1')

/** Buckets are folders, so their names are kept to what every engine and file system accepts. */
export const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..')
