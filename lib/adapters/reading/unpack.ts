/**
 * What comes out of an archive, as it streams by? Never more than is wanted.
 *
 * Answers with what is wrong with the archive, if anything is. Trouble with its source is thrown:
 * a store that dies is no damaged archive. What lies behind an archive that is whole is told apart:
 * zlib has compared checksum and length of all that it gave before it looks for another one there.
 */
import { once } from 'node:events'
import { createGunzip } from 'node:zlib'

export type Unpacking = {
  onStored(chunk: Uint8Array): void
  /** False ends the unpacking: it is more than was announced, or than may be. */
  onRaw(chunk: Uint8Array): Promise<boolean>
}

/** What every archive begins with. */
const mark = '1f8b08'

/** The last bytes of an archive are the length of what is in it, from the lowest byte on. */
const lengthBytes = 4

/** One byte behind the end is too little for zlib to say that it begins no archive. */
const isEndBeforeLast = (tail: Buffer, rawBytes: number): boolean =>
  tail.length > lengthBytes &&
  tail.readUInt32LE(tail.length - 1 - lengthBytes) === rawBytes % 2 ** 32

const followed = 'behind one that is whole stand bytes that belong to none'

export const unpack = async (
  chunks: AsyncIterable<Uint8Array>,
  { onStored, onRaw }: Unpacking,
): Promise<string | undefined> => {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  let trouble: string | undefined
  let error = ''
  let rawBytes = 0
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  const drain = async (): Promise<void> => {
    try {
      for await (const chunk of gunzip) {
        rawBytes += chunk.length
        if (await onRaw(chunk)) continue
        trouble = 'it unpacks to more than was announced'
        return
      }
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : ''
      trouble ??= 'its content or its checksum is damaged'
    }
  }
  const drained = drain()
  let isDrained = false
  void drained.then(() => (isDrained = true))
  try {
    for await (const chunk of chunks) {
      onStored(chunk)
      if (head.length < 3) head = Buffer.concat([head, chunk.subarray(0, 3)]).subarray(0, 3)
      tail = Buffer.concat([tail, chunk.subarray(-lengthBytes - 1)]).subarray(-lengthBytes - 1)
      // The hash goes on to the end, whatever became of the unpacking.
      if (isDrained || gunzip.destroyed || gunzip.writableEnded) continue
      if (!gunzip.write(chunk)) await Promise.race([once(gunzip, 'drain').catch(() => 0), drained])
    }
    if (!gunzip.destroyed) gunzip.end()
    await drained
  } finally {
    gunzip.destroy()
  }
  const isFollowed =
    error.includes('incorrect header check') ||
    (error.includes('end of file') && isEndBeforeLast(tail, rawBytes))
  return isFollowed && head.toString('hex') === mark ? followed : trouble
}
