/**
 * Is it what the older script noted of it, in a file beside it? Its hash decides; its size, where it
 * noted no hash. Whether the script meant the archive or what comes out of it, nobody knows: either will do.
 */
import { countWords } from '../plain/wording'

import type { Finding } from './verdict'

export type NoteBeside = {
  /** The name of that file. */
  file: string
  sha256: readonly string[]
  sizeBytes: readonly number[]
}

/** Of the stored bytes, and of what they unpack to. */
export type Read = {
  sizeBytes: number | undefined
  sha256: string
  raw: { sizeBytes: number; sha256: string } | undefined
}

const another: Pick<Finding, 'mend'> = {
  mend: 'Do not restore this copy: use another one, and look at who may write to the bucket. If the note is the wrong one, the copy can be opened by hand: restore.sh --salvage --at TICKET.',
}

const has = <Value>(noted: readonly Value[], seen: readonly (Value | undefined)[]): boolean =>
  noted.some((value) => seen.includes(value))

export const shortHash = (sha256: string): string => `${sha256.slice(0, 12)}…`

/** Undefined where no hash of it was noted. */
export const asNoted = (note: NoteBeside, { sha256, raw }: Read): string | undefined => {
  const same = [sha256, raw?.sha256].find((one) => one !== undefined && note.sha256.includes(one))
  return (
    same && `SHA-256 ${shortHash(same)} is the one in ${note.file}, which stands beside the file.`
  )
}

/** Undefined where it says the same, or nothing. */
export const judgeNoted = (note: NoteBeside, seen: Read): Finding | undefined => {
  const { raw } = seen
  const isOther = !has(note.sha256, [seen.sha256, raw?.sha256])
  if (note.sha256.length > 0 && isOther) {
    const unpacked = raw ? ', and what they unpack to has another one too' : ''
    return {
      check: 'bytes',
      outcome: 'failed',
      detail: `The SHA-256 of the stored bytes is not the one in ${note.file}, which stands beside the file${unpacked}.`,
      ...another,
    }
  }
  if (note.sizeBytes.length === 0 || has(note.sizeBytes, [seen.sizeBytes, raw?.sizeBytes])) return
  const says = `${note.file} beside the file says ${note.sizeBytes.map((size) => countWords(size, 'byte')).join(' and ')}`
  const unpacked = raw ? `, and ${raw.sizeBytes} once they are unpacked` : ''
  const detail = `${says}; there are ${seen.sizeBytes}${unpacked}.`
  if (note.sha256.length === 0) return { check: 'bytes', outcome: 'failed', detail, ...another }
  return {
    check: 'bytes',
    outcome: 'warned',
    code: 'noted',
    detail: `The bytes are those whose SHA-256 was noted, but ${detail}`,
    mend: 'Look at how the script that wrote the note counts. The copy itself is what it noted.',
  }
}
