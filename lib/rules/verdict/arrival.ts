/**
 * Are these the bytes that were announced? Size first, then hashes, before anything is opened.
 *
 * A mismatch with the claim is never anything but `failed`, whatever an engine would say of the file.
 */
import { countWords, sizeWords } from '../plain/wording'

import { asNoted, judgeNoted, shortHash } from './noted'
import type { NoteBeside } from './noted'
import type { Finding } from './verdict'

export type Announced = {
  /** Absent for a file that nobody announced: then any size is the right one. */
  sizeBytes?: number | undefined
  sha256?: string | undefined
  encoding: 'identity' | 'gzip'
  rawSizeBytes?: number | undefined
  rawSha256?: string | undefined
  /** When the copy was taken, by the host; absent for a file that nobody announced. */
  takenAt?: string | undefined
  canary?: string | undefined
  /** Absent for the usual kind. */
  kind?: string | undefined
  /** What the host's taker said of the live thing, and of this copy. */
  facts?: Readonly<Record<string, unknown>> | undefined
  /** Left by an older script: its hash was taken here, when it was read for the first time. */
  adopted?: { hasSums?: boolean | undefined; note?: NoteBeside | undefined } | undefined
}

const pushAgain =
  'Do not restore this copy. Push again, or wait for the next run: it takes a new one.'

export const judgeArrival = (announced: Announced, storedBytes: number): Finding => {
  const isRight = announced.sizeBytes === undefined || storedBytes === announced.sizeBytes
  if (isRight) {
    const asAnnounced = announced.sizeBytes === undefined ? '' : ', as announced'
    return {
      check: 'arrival',
      outcome: 'passed',
      detail: `${sizeWords(storedBytes)}${asAnnounced}.`,
    }
  }
  return {
    check: 'arrival',
    outcome: 'failed',
    detail: `The store holds ${countWords(storedBytes, 'byte')}; ${announced.sizeBytes} were announced.`,
    mend: pushAgain,
  }
}

/** What reading the stored bytes gave: their hash, and for an archive what came out of it. */
export type Received = {
  sha256: string
  raw?:
    | {
        sizeBytes: number
        sha256: string
        /** Behind the end of the archive stand bytes that belong to none. */
        isFollowed?: boolean
      }
    | { error: string }
}

const differs = (detail: string): Finding => ({
  check: 'bytes',
  outcome: 'failed',
  detail,
  mend: pushAgain,
})

const whence = ({ adopted }: Announced): string => {
  if (!adopted) return 'taken at the source'
  return adopted.hasSums
    ? 'in the .sha256 that stood beside the file'
    : 'seen when the file was adopted (none was taken at the source)'
}

const asAnnounced = (announced: Announced, sha256: string): string =>
  announced.sha256 === undefined
    ? `SHA-256 ${shortHash(sha256)}; no hash was taken at the source, so there is nothing to compare it with.`
    : `SHA-256 ${shortHash(sha256)} is the one ${whence(announced)}.`

export const judgeBytes = (announced: Announced, received: Received): Finding => {
  if (announced.sha256 !== undefined && received.sha256 !== announced.sha256) {
    return differs(`The SHA-256 of the stored bytes is not the one ${whence(announced)}.`)
  }
  const { raw } = received
  if (raw && 'error' in raw) return differs(`The archive cannot be unpacked: ${raw.error}.`)
  if (raw && announced.rawSizeBytes !== undefined && raw.sizeBytes !== announced.rawSizeBytes) {
    return differs(
      `The archive unpacks to ${countWords(raw.sizeBytes, 'byte')}; ${announced.rawSizeBytes} were announced.`,
    )
  }
  if (raw && announced.rawSha256 !== undefined && raw.sha256 !== announced.rawSha256) {
    return differs('The SHA-256 of the unpacked database is not the one taken at the source.')
  }
  const seen = { sizeBytes: announced.sizeBytes, sha256: received.sha256, raw }
  const { note } = announced.adopted ?? {}
  const another = note && judgeNoted(note, seen)
  if (another) return another
  const detail = (note && asNoted(note, seen)) ?? asAnnounced(announced, received.sha256)
  if (raw?.isFollowed) {
    return {
      check: 'bytes',
      outcome: 'warned',
      code: 'followed',
      detail: `${detail} The archive is whole, and behind its end stand bytes that belong to none.`,
      mend: 'Look at what writes the archive. gzip unpacks it, warns of trailing garbage and ends with 2, which a script may take for a failure.',
    }
  }
  return { check: 'bytes', outcome: 'passed', detail }
}

/** Any size can be opened in little memory, but not in next to none. */
export const tooLittleMemory = (memoryBytes: number): Finding => ({
  check: 'structure',
  outcome: 'unverifiable',
  detail: `There is too little memory here to open a database (${sizeWords(memoryBytes)}).`,
  mend: 'Set limits.memory of snapshots/verify in project.yml to 256 or more and deploy again. The upload is kept; nothing was deleted.',
})

/** `sizeBytes` is undefined for an archive that nobody announced: it was stopped on its way. */
export const beyondTempFolder = (sizeBytes: number | undefined, roomBytes: number): Finding => ({
  check: 'structure',
  outcome: 'unverifiable',
  detail:
    sizeBytes === undefined
      ? `The archive unpacks to more than ${sizeWords(roomBytes)}; there is no room for it in the temp folder.`
      : `The database has ${sizeWords(sizeBytes)}; the temp folder has room for ${sizeWords(roomBytes)}.`,
  mend: 'Push it without --gzip: then it is read straight from the store at any size. Or fetch it beside the live file with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it. The upload is kept; nothing was deleted.',
})
