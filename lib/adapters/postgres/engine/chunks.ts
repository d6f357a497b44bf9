/**
 * Where does the content of PostgreSQL's files lie? In pieces of one size: those in use as they are, the others
 * on the disk, as they are while there is room for that, else packed; without a disk packed in memory.
 *
 * Holes cost nothing, and a file that grows is never copied.
 */
import { readSync, writeSync } from 'node:fs'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

export type ChunksPlan = {
  /** So much is held as it is. */
  hotBytes: number
  /** So much is held packed; what is beyond it goes to the disk, or nowhere. */
  packedBytes: number
  /** A file that nobody else knows, how large it may be, and how much of that is for pieces as they are. */
  spill: { fd: number; mostBytes: number; plainBytes: number } | undefined
}

/** There is no room for more. */
export class Full extends Error {}

type Chunk = {
  raw: Uint8Array | undefined
  packed: Uint8Array | undefined
  /** Where its packed form lies on the disk. */
  slot: number | undefined
  packedLength: number
  /** Its packed form is smaller than it is. */
  isDeflated: boolean
  /** Its packed form is not what it is now. */
  isChanged: boolean
  /** Since the hand went over it the last time. */
  isUsed: boolean
  isFreed: boolean
}

export type Content = { chunks: (Chunk | undefined)[]; sizeBytes: number }

export type Chunks = {
  empty(): Content
  read(content: Content, into: Uint8Array, from: number): number
  write(content: Content, bytes: Uint8Array, at: number): void
  resize(content: Content, sizeBytes: number): void
  /** So much lies on the disk. */
  readonly spilledBytes: number
}

const chunkBytes = 64 * 1024

/** What lies on the disk begins at a multiple of this. */
const unitBytes = 1024

const unitsOf = (length: number): number => Math.ceil(length / unitBytes)

/** Packing that saves less is not worth the unpacking. */
const worthwhile = 0.9

/** Buffers that wait for the next chunk: giving each back and asking for another would cost more. */
const sparesAtMost = 32

/** Slots of a file, by how many units each has. */
const spillOf = ({ fd, mostBytes, plainBytes }: NonNullable<ChunksPlan['spill']>) => {
  const free = new Map<number, number[]>()
  let end = 0
  let plainEnd = Math.min(plainBytes, mostBytes)
  const writeUpTo = (bytes: Uint8Array, lastByte: number): number => {
    const units = unitsOf(bytes.length)
    const again = free.get(units)?.pop()
    const slot = again ?? end
    if (again === undefined && end + units * unitBytes > lastByte) throw new Full()
    try {
      for (let done = 0; done < bytes.length;)
        done += writeSync(fd, bytes, done, bytes.length - done, slot + done)
    } catch {
      throw new Full()
    }
    if (again === undefined) end += units * unitBytes
    return slot
  }
  return {
    get sizeBytes() {
      return end
    },
    write: (bytes: Uint8Array): number => writeUpTo(bytes, mostBytes),
    /** Undefined where there is no room for them as they are: packed they may still find some. */
    writePlain: (bytes: Uint8Array): number | undefined => {
      try {
        return writeUpTo(bytes, plainEnd)
      } catch {
        plainEnd = 0
        return undefined
      }
    },
    read: (slot: number, into: Uint8Array): void => {
      for (let done = 0; done < into.length;) {
        const count = readSync(fd, into, done, into.length - done, slot + done)
        if (count === 0) throw new TypeError('what was written is not there any more')
        done += count
      }
    },
    free: (slot: number, length: number): void => {
      const units = unitsOf(length)
      const others = free.get(units)
      if (others) others.push(slot)
      else free.set(units, [slot])
    },
  }
}

export const chunksOf = (plan: ChunksPlan): Chunks => {
  const hotAtMost = Math.max(2, Math.floor(plan.hotBytes / chunkBytes))
  const spill = plan.spill && spillOf(plan.spill)
  /** What is held as it is, in a circle: a hand goes round, and takes what was not used since. */
  const hot: Chunk[] = []
  let hand = 0
  /** The oldest first. */
  const packed = new Set<Chunk>()
  let packedBytes = 0
  const spares: Uint8Array[] = []

  const forgetPacked = (chunk: Chunk): void => {
    if (chunk.packed) packedBytes -= chunk.packed.length
    packed.delete(chunk)
    if (chunk.slot !== undefined) spill?.free(chunk.slot, chunk.packedLength)
    chunk.packed = undefined
    chunk.slot = undefined
    chunk.packedLength = 0
  }

  const spillOldest = (): void => {
    while (packedBytes > plan.packedBytes) {
      const [oldest] = packed
      if (!oldest?.packed || !spill) throw new Full()
      oldest.slot = spill.write(oldest.packed)
      packedBytes -= oldest.packed.length
      packed.delete(oldest)
      oldest.packed = undefined
    }
  }

  const pack = (chunk: Chunk, raw: Uint8Array): void => {
    const deflated = deflateRawSync(raw, { level: 1 })
    chunk.isDeflated = deflated.length < raw.length * worthwhile
    // Of its own size: zlib gives a part of a larger buffer, which would be held as well.
    chunk.packed = Uint8Array.from(chunk.isDeflated ? deflated : raw)
    chunk.packedLength = chunk.packed.length
    chunk.isChanged = false
    packed.add(chunk)
    packedBytes += chunk.packedLength
  }

  const setAside = (chunk: Chunk, raw: Uint8Array): void => {
    forgetPacked(chunk)
    // Packing costs many times what writing does.
    const slot = spill?.writePlain(raw)
    if (slot === undefined) return pack(chunk, raw)
    Object.assign(chunk, { slot, packedLength: raw.length, isDeflated: false, isChanged: false })
  }

  const giveBack = (raw: Uint8Array): void => {
    if (spares.length < sparesAtMost) spares.push(raw)
  }

  /** The chunk that was not used for longest, or nearly: it leaves its place to the next one. */
  const coolDown = (): number => {
    for (;;) {
      if (hand >= hot.length) hand = 0
      const chunk = hot[hand]
      if (!chunk || chunk.isFreed) return hand
      if (!chunk.isUsed && chunk.raw) {
        if (chunk.isChanged) setAside(chunk, chunk.raw)
        giveBack(chunk.raw)
        chunk.raw = undefined
        return hand
      }
      chunk.isUsed = false
      hand += 1
    }
  }

  const unpack = (chunk: Chunk, into: Uint8Array): void => {
    if (chunk.slot !== undefined && !chunk.isDeflated) return spill?.read(chunk.slot, into)
    const bytes = chunk.packed ?? new Uint8Array(chunk.packedLength)
    if (chunk.slot !== undefined) spill?.read(chunk.slot, bytes)
    if (bytes.length === 0) into.fill(0)
    else into.set(chunk.isDeflated ? inflateRawSync(bytes) : bytes)
  }

  const rawOf = (chunk: Chunk): Uint8Array => {
    chunk.isUsed = true
    if (chunk.raw) return chunk.raw
    const place = hot.length < hotAtMost ? hot.length : coolDown()
    const raw = spares.pop() ?? new Uint8Array(chunkBytes)
    unpack(chunk, raw)
    chunk.raw = raw
    hot[place] = chunk
    spillOldest()
    return raw
  }

  const free = (chunk: Chunk | undefined): void => {
    if (!chunk) return
    forgetPacked(chunk)
    if (chunk.raw) giveBack(chunk.raw)
    chunk.raw = undefined
    // Its place in the circle is found free when the hand comes by.
    chunk.isFreed = true
  }

  const made = (content: Content, place: number): Chunk => {
    const known = content.chunks[place]
    if (known) return known
    const chunk: Chunk = {
      raw: undefined,
      packed: undefined,
      slot: undefined,
      packedLength: 0,
      isDeflated: false,
      isChanged: true,
      isUsed: true,
      isFreed: false,
    }
    while (content.chunks.length < place) content.chunks.push(undefined)
    content.chunks[place] = chunk
    return chunk
  }

  /** Piece by piece, by chunk: what of the bytes lies in which part of it. */
  const walk = (
    from: number,
    length: number,
    step: (part: { place: number; start: number; end: number; done: number }) => void,
  ): void => {
    for (let done = 0; done < length;) {
      const start = (from + done) % chunkBytes
      const end = Math.min(chunkBytes, start + length - done)
      step({ place: Math.floor((from + done) / chunkBytes), start, end, done })
      done += end - start
    }
  }

  return {
    empty: () => ({ chunks: [], sizeBytes: 0 }),
    read: (content, into, from) => {
      const length = Math.max(0, Math.min(into.length, content.sizeBytes - from))
      walk(from, length, ({ place, start, end, done }) => {
        const chunk = content.chunks[place]
        if (chunk) into.set(rawOf(chunk).subarray(start, end), done)
        else into.fill(0, done, done + end - start)
      })
      return length
    },
    write: (content, bytes, at) => {
      walk(at, bytes.length, ({ place, start, end, done }) => {
        const chunk = made(content, place)
        rawOf(chunk).set(bytes.subarray(done, done + end - start), start)
        chunk.isChanged = true
      })
      content.sizeBytes = Math.max(content.sizeBytes, at + bytes.length)
    },
    resize: (content, sizeBytes) => {
      const stays = Math.ceil(sizeBytes / chunkBytes)
      for (const chunk of content.chunks.splice(stays)) free(chunk)
      const last = content.chunks[stays - 1]
      const used = sizeBytes % chunkBytes
      if (last && used > 0 && sizeBytes < content.sizeBytes) {
        rawOf(last).fill(0, used)
        last.isChanged = true
      }
      content.sizeBytes = sizeBytes
    },
    get spilledBytes() {
      return spill?.sizeBytes ?? 0
    },
  }
}
