/**
 * Where does a snapshot lie while it is checked? In the temp folder, without a name.
 *
 * The file is unlinked as soon as it is open: whatever ends this process, nothing stays behind.
 * What was killed between the two is swept by the next run.
 */
import { close, open, read, write } from 'node:fs'
import { readdir, stat, statfs, unlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import type { Clock } from '../../ports'
import { hourMs } from '../../rules/plain/time-units'

export type SpoolOptions = {
  folder: string
  /** Of the temp folder, no more than this; Infinity for all that is free. */
  limitBytes: number
  /** The same, where the temp folder is itself in memory and what lies there counts as ours. */
  limitInMemoryBytes: number
  clock: Clock
  randomHex(digits: number): string
}

export type Spool = {
  fd: number
  readonly sizeBytes: number
  /** False when the disk takes no more: what was written is then of no use. */
  write(chunk: Uint8Array): Promise<boolean>
  flush(): Promise<boolean>
  /** Its first bytes, once it is flushed. */
  head(count: number): Promise<Uint8Array>
  close(): Promise<void>
}

const prefix = 'snapproof-spool-'
const abandonedMs = hourMs

/** Left to others in the temp folder. */
const marginBytes = 16 * 1024 ** 2

/** File systems without a disk, as statfs(2) numbers them: tmpfs and ramfs. */
const inMemory: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])

/** Written at once: a call for each chunk of the network's would cost more than the disk. */
const gatherBytes = 1024 ** 2

const openFile = promisify(open)
const closeFile = promisify(close)
const writeAt = (fd: number, bytes: Uint8Array, position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    write(fd, bytes, 0, bytes.length, position, (error, count) =>
      error ? reject(error) : resolve(count),
    )
  })

/** What a spool may hold now; 0 where there is no folder to write to. */
export const spoolRoom = async ({
  folder,
  limitBytes,
  limitInMemoryBytes,
}: SpoolOptions): Promise<number> => {
  const disk = await statfs(folder).catch(() => undefined)
  if (!disk) return 0
  const most = inMemory.has(disk.type) ? Math.min(limitBytes, limitInMemoryBytes) : limitBytes
  return Math.max(0, Math.min(most, disk.bavail * disk.bsize - marginBytes))
}

export const sweepSpools = async ({ folder, clock }: SpoolOptions): Promise<void> => {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const file = path.join(folder, name)
    const found = await stat(file).catch(() => undefined)
    const isAbandoned = found && clock.now().getTime() - found.mtimeMs > abandonedMs
    // Another run may sweep at the same moment, and the file of another user is not ours to take.
    if (isAbandoned) await unlink(file).catch(() => undefined)
  }
}

/** Undefined when the temp folder cannot be written to. */
export const openSpool = async (options: SpoolOptions): Promise<Spool | undefined> => {
  await sweepSpools(options)
  const file = path.join(options.folder, `${prefix}${process.pid}-${options.randomHex(8)}`)
  const fd = await openFile(file, 'wx+', 0o600).catch(() => undefined)
  if (fd === undefined) return undefined
  await unlink(file)
  const gathered = Buffer.allocUnsafeSlow(gatherBytes)
  let waiting = 0
  let sizeBytes = 0
  let isFull = false
  let isClosed = false
  let writing: Promise<void> = Promise.resolve()

  const put = async (bytes: Uint8Array): Promise<void> => {
    let done = 0
    try {
      while (done < bytes.length) done += await writeAt(fd, bytes.subarray(done), sizeBytes + done)
    } catch {
      // ENOSPC, EDQUOT, EIO: whichever it is, this folder holds no whole copy.
      isFull = true
    }
    sizeBytes += done
  }

  const flush = async (): Promise<boolean> => {
    const bytes = gathered.subarray(0, waiting)
    waiting = 0
    if (!isFull) writing = put(bytes)
    await writing
    return !isFull
  }

  return {
    fd,
    get sizeBytes() {
      return sizeBytes + waiting
    },
    flush,
    write: async (chunk) => {
      for (let at = 0; at < chunk.length && !isFull;) {
        const part = chunk.subarray(at, at + gatherBytes - waiting)
        gathered.set(part, waiting)
        waiting += part.length
        at += part.length
        if (waiting === gatherBytes) await flush()
      }
      return !isFull
    },
    head: (count) =>
      new Promise((resolve, reject) => {
        const bytes = new Uint8Array(Math.min(count, sizeBytes))
        read(fd, bytes, 0, bytes.length, 0, (error) => (error ? reject(error) : resolve(bytes)))
      }),
    close: async () => {
      if (isClosed) return
      isClosed = true
      // A number that is closed may be given to another file at once: nothing is written after.
      isFull = true
      await writing
      await closeFile(fd)
    },
  }
}
