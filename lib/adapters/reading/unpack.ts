/**
 * What comes out of an archive, as it streams by? Never more than is wanted.
 *
 * Answers with what is wrong with the archive, if anything is. Trouble with its source is thrown:
 * a store that dies is no damaged archive.
 */
import { once } from 'node:events'
import { createGunzip } from 'node:zlib'

export type Unpacking = {
  onStored(chunk: Uint8Array): void
  /** False ends the unpacking: it is more than was announced, or than may be. */
  onRaw(chunk: Uint8Array): Promise<boolean>
}

export const unpack = async (
  chunks: AsyncIterable<Uint8Array>,
  { onStored, onRaw }: Unpacking,
): Promise<string | undefined> => {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  let trouble: string | undefined
  const drain = async (): Promise<void> => {
    try {
      for await (const chunk of gunzip) {
        if (await onRaw(chunk)) continue
        trouble = 'it unpacks to more than was announced'
        return
      }
    } catch {
      trouble ??= 'its content or its checksum is damaged'
    }
  }
  const drained = drain()
  let isDrained = false
  void drained.then(() => (isDrained = true))
  try {
    for await (const chunk of chunks) {
      onStored(chunk)
      // The hash goes on to the end, whatever became of the unpacking.
      if (isDrained || gunzip.destroyed || gunzip.writableEnded) continue
      if (!gunzip.write(chunk)) await Promise.race([once(gunzip, 'drain').catch(() => 0), drained])
    }
    if (!gunzip.destroyed) gunzip.end()
    await drained
  } finally {
    gunzip.destroy()
  }
  return trouble
}
