/**
 * What comes out of an archive, as it streams by? Never more than is wanted.
 *
 * Answers with what is wrong with the archive, if anything is. Trouble with its source or with where it
 * goes is thrown: a store that dies is no damaged archive.
 *
 * Its frame is read here, as gzip reads it: several archives may follow one another, zeros behind them
 * are padding, and of other bytes there gzip warns, and has unpacked what stands before them. Node's own
 * Gunzip gives nothing of what came just before such bytes.
 * https://www.rfc-editor.org/rfc/rfc1952
 */
import { crc32, createInflateRaw } from 'node:zlib'

import { passed } from './garbage'
import { inputOf } from './input'
import type { Input } from './input'

export type Unpacking = {
  onStored(chunk: Uint8Array): void
  /** False ends the unpacking: it is more than was announced, or than may be. */
  onRaw(chunk: Uint8Array): Promise<boolean>
}

export type Unpacked = {
  trouble: string | undefined
  /** The archive is whole, and behind its end stand bytes that belong to none. */
  isFollowed: boolean
}

type Ending = 'whole' | 'damaged' | 'cut off by one byte' | 'followed' | 'too much'

const troubles: Readonly<Record<Ending, string | undefined>> = {
  whole: undefined,
  followed: undefined,
  damaged: 'its content or its checksum is damaged',
  // gzip takes it for the beginning of another archive, and gives nothing at all.
  'cut off by one byte':
    'behind one that is whole stands a byte that belongs to none, and gzip calls it cut off',
  'too much': 'it unpacks to more than was announced',
}

const mark = '1f8b08'
const flags = { checksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const

/** What stands before the content; false where it is none. */
const isHead = async (input: Input): Promise<boolean> => {
  const head = await input.exactly(10)
  const [, , , said = 0] = head
  if (head.length < 10 || head.toString('hex', 0, 3) !== mark) return false
  if ((said & flags.reserved) > 0) return false
  if ((said & flags.extra) > 0) {
    const length = await input.exactly(2)
    if (length.length < 2) return false
    await input.exactly(length.readUInt16LE())
  }
  if ((said & flags.name) > 0) await input.skipText()
  if ((said & flags.comment) > 0) await input.skipText()
  if ((said & flags.checksum) > 0) await input.exactly(2)
  return true
}

/** One archive, from its content on. */
const unpackOne = async (
  input: Input,
  onRaw: Unpacking['onRaw'],
): Promise<'whole' | 'damaged' | 'too much'> => {
  const inflate = createInflateRaw({ chunkSize: 64 * 1024 })
  let isDamaged = false
  let checksum = 0
  let sizeBytes = 0
  inflate.once('error', () => (isDamaged = true))
  const drain = async (): Promise<'all' | 'too much'> => {
    for await (const chunk of inflate) {
      checksum = crc32(chunk, checksum)
      sizeBytes += chunk.length
      if (!(await onRaw(chunk))) return 'too much'
      passed(chunk.length)
    }
    return 'all'
  }
  const drained = drain()
  const over = drained.then(
    () => undefined,
    () => undefined,
  )
  let isOver = false
  void over.then(() => (isOver = true))
  try {
    let fedBytes = 0
    while (!isOver && inflate.bytesWritten === fedBytes) {
      const chunk = await input.next()
      if (!chunk) {
        inflate.end()
        break
      }
      fedBytes += chunk.length
      const written = new Promise<void>((resolve) => inflate.write(chunk, () => resolve()))
      await Promise.race([written, over])
      // What it did not want stands behind the end of the content.
      if (inflate.bytesWritten < fedBytes)
        input.back(chunk.subarray(chunk.length - (fedBytes - inflate.bytesWritten)))
    }
    if ((await drained) === 'too much') return 'too much'
  } catch (thrown) {
    if (isDamaged) return 'damaged'
    throw thrown
  } finally {
    inflate.destroy()
  }
  const tail = await input.exactly(8)
  const isWhole =
    tail.length === 8 &&
    tail.readUInt32LE(0) === checksum &&
    tail.readUInt32LE(4) === sizeBytes % 2 ** 32
  return isWhole ? 'whole' : 'damaged'
}

/** What stands behind an archive that is whole: nothing, another one, or what is none. */
const behind = async (input: Input): Promise<Ending | 'another'> => {
  const next = await input.exactly(2)
  const [first] = next
  if (first === undefined) return 'whole'
  if (first === 0) {
    input.back(next)
    return (await input.isZerosToItsEnd()) ? 'whole' : 'followed'
  }
  if (next.length < 2) return 'cut off by one byte'
  input.back(next)
  return next.toString('hex') === mark.slice(0, 4) ? 'another' : 'followed'
}

const unpackAll = async (input: Input, onRaw: Unpacking['onRaw']): Promise<Ending> => {
  for (;;) {
    if (!(await isHead(input))) return 'damaged'
    const one = await unpackOne(input, onRaw)
    if (one !== 'whole') return one
    const next = await behind(input)
    if (next !== 'another') return next
  }
}

export const unpack = async (
  chunks: AsyncIterable<Uint8Array>,
  { onStored, onRaw }: Unpacking,
): Promise<Unpacked> => {
  const input = inputOf(chunks, onStored)
  try {
    const ending = await unpackAll(input, onRaw)
    // The hash goes on to the end, whatever became of the unpacking.
    await input.toItsEnd()
    return { trouble: troubles[ending], isFollowed: ending === 'followed' }
  } finally {
    await input.close()
  }
}
