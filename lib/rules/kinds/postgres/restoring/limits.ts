/**
 * May this dump be restored here, and with how much memory for what? Told before it is begun, by what a
 * first reading has seen of it. What is beyond the limits is no worse for it: it is told, and by how much.
 *
 * The figures are measured: `test/bench/` shows them again.
 */
import { minuteMs } from '../../../plain/time-units'
import { durationWords, sizeWords } from '../../../plain/wording'

const mebibyte = 1024 ** 2

/** What is known of the dump. */
export type Need = {
  storedBytes: number
  plainBytes: number
  /** The longest row or statement in it. */
  longestBytes: number
}

/** What there is here. */
export type Room = {
  /** What the function or this command may use in all. */
  memoryBytes: number
  /** On the disk, for what does not fit into memory; 0 where that disk is memory. */
  diskBytes: number
  leftMs: number
}

export type Plan = {
  hotBytes: number
  packedBytes: number
  spillBytes: number
  /** Of these, for what is not packed: what is left is enough for all of it, packed. */
  plainSpillBytes: number
  /** PostgreSQL's own memory, and that of its whole process. */
  mostWasmBytes: number
  mostResidentBytes: number
  /** Slower for long questions, with less memory. */
  isFrugal: boolean
}

/** Why it was not restored, and what would do; both are ends of a sentence. */
export type Beyond = { limit: string; takes: string }

/** Of the memory: the process that reads the dump and waits. */
const parentBytes = 140 * mebibyte

/** PGlite, its data folder, and PostgreSQL at its work, of a small dump. */
const leastBytes = 320 * mebibyte

/** The same, of a dump of any size, without what is held of its database. */
const usualBytes = 480 * mebibyte

const usualPackedBytes = 64 * mebibyte

/** With less than this for the child, memory counts more than time. */
const frugalBytes = 600 * mebibyte

const frugalPlainBytes = 100 * mebibyte

/** In a value of so many bytes PostgreSQL needs its length several times at once, and never gives it back. */
const copiesOfRow = 6
const longestRowBytes = 30 * mebibyte

/** Of a dump, restored and packed: so much of it as it is stored, and never more than so much of it plain. */
const packedPerStored = 3.5
const packedPerPlain = 0.7

/** On a slow core, with all questions: less than a megabyte a second. */
const bytesPerMs = 800

/** The start and the end, of any dump. */
const fixedMs = 5_000

/** So much longer than it should take on a slow core, and never less than this: then it comes to no end at all. */
const patience = 5
const leastPatienceMs = 10 * minuteMs

export const memoryWanted = '1024'

/** Bytes as the platform counts memory. */
const megabytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MB`

/** What a dump is given at most, however much time there is: it may hold a loop without an end. */
export const patienceMs = (
  { plainBytes }: Pick<Need, 'plainBytes'>,
  leastMs = leastPatienceMs,
): number => Math.max(leastMs, (patience * plainBytes) / bytesPerMs)

export const planRestore = (need: Need, room: Room): Plan | Beyond => {
  const forChild = room.memoryBytes - parentBytes
  const isFrugal = forChild < frugalBytes
  const moreMemory = `limits.memory of ${memoryWanted} for snapshots/verdict, verify, watch and drill in project.yml`
  if (forChild < leastBytes) {
    return {
      limit: `${megabytes(room.memoryBytes)} of memory are too little to start PostgreSQL in`,
      takes: moreMemory,
    }
  }
  const hotBytes = (isFrugal ? 16 : 32) * mebibyte
  // What the disk takes need not lie in memory.
  const packedBytes = isFrugal
    ? hotBytes
    : room.diskBytes > usualPackedBytes
      ? usualPackedBytes
      : Math.max(usualPackedBytes, forChild - usualBytes - hotBytes)
  const longest = Math.min(longestRowBytes, (forChild - leastBytes / 2) / copiesOfRow)
  if (need.longestBytes > longest) {
    return {
      limit: `a row or a statement of it has ${sizeWords(need.longestBytes)}, and ${sizeWords(longest)} are the most here`,
      takes: longest < longestRowBytes ? moreMemory : 'a machine with PostgreSQL',
    }
  }
  if (isFrugal && need.plainBytes > frugalPlainBytes) {
    return {
      limit: `it has ${sizeWords(need.plainBytes)} of SQL, and ${sizeWords(frugalPlainBytes)} are the most with ${megabytes(room.memoryBytes)} of memory`,
      takes: moreMemory,
    }
  }
  const packed = Math.min(need.storedBytes * packedPerStored, need.plainBytes * packedPerPlain)
  if (packed > packedBytes + room.diskBytes) {
    return {
      limit: `its database may come to ${sizeWords(packed)}, packed, and there is room for ${sizeWords(packedBytes + room.diskBytes)}`,
      takes: `${sizeWords(packed - packedBytes)} of free disk in the temp folder`,
    }
  }
  const wantedMs = fixedMs + need.plainBytes / bytesPerMs
  if (wantedMs > room.leftMs) {
    return {
      limit: `it may take ${durationWords(wantedMs)}, and ${durationWords(Math.max(0, room.leftMs))} are left`,
      takes: 'a run with more time',
    }
  }
  return {
    hotBytes,
    packedBytes,
    spillBytes: room.diskBytes,
    plainSpillBytes: Math.max(0, room.diskBytes - Math.max(0, packed - packedBytes)),
    mostWasmBytes: forChild - hotBytes - packedBytes - 100 * mebibyte,
    mostResidentBytes: forChild,
    isFrugal,
  }
}
