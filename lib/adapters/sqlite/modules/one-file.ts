/**
 * What operating system does SQLite's own build see? One that holds a single file, which is read on
 * demand and never written, a clock, and no more memory than its share.
 *
 * The names and error numbers are those of Emscripten's system calls and of WASI. Whatever is not
 * named here is refused, so that nothing else of this machine can be reached.
 * https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import type { PageSource } from '../../reading/lazy-bytes'

export const fileName = '/snapshot.db'

/** Where the file's name is asked for: no locks, no journal beside it, and nobody else who writes. */
export const fileAddress = `file:${fileName}?nolock=1`

const wasmPageBytes = 64 * 1024

const refused = { noFile: 44, inputOutput: 29, notHere: 52, readOnly: 69 } as const

/** In `struct stat`: the kind of file, how many names it has, its size, the size of its blocks. */
const statPlaces = { bytes: 96, mode: 4, links: 8, size: 24, block: 32 } as const
const ordinaryFile = 0o100600

/** In `struct tm`, each four bytes after the one before. */
const timeParts = (at: Date): number[] => {
  const firstDay = Date.UTC(at.getFullYear(), 0, 1)
  const today = Date.UTC(at.getFullYear(), at.getMonth(), at.getDate())
  const dayOfYear = Math.round((today - firstDay) / (Date.UTC(1970, 0, 2) - Date.UTC(1970, 0, 1)))
  const clock = [at.getSeconds(), at.getMinutes(), at.getHours()]
  const day = [at.getDate(), at.getMonth(), at.getFullYear() - 1900, at.getDay(), dayOfYear]
  return [...clock, ...day, 0, -at.getTimezoneOffset() * 60]
}

/** Bytes 18 and 19 of a file in WAL mode: what is asked has no WAL, and is read as it is without. */
const walMark = { at: 18, length: 2, mark: 2, plain: 1 } as const

const withoutWal = (bytes: Uint8Array, start: number): void => {
  for (let at = walMark.at; at < walMark.at + walMark.length; at += 1) {
    const place = at - start
    if (place >= 0 && place < bytes.length && bytes[place] === walMark.mark)
      bytes[place] = walMark.plain
  }
}

export const nulTerminated = (memory: WebAssembly.Memory, at: number): string => {
  const bytes = Buffer.from(memory.buffer)
  return bytes.toString('utf8', at, bytes.indexOf(0, at))
}

export const oneFile = (
  memory: WebAssembly.Memory,
  source: PageSource,
  now: () => Date,
): Record<string, unknown> => {
  const view = () => new DataView(memory.buffer)
  let position = 0n

  const nanoseconds = () => BigInt(now().getTime()) * 1_000_000n
  const isTheFile = (name: number) => nulTerminated(memory, name) === fileName
  const stat = (at: number): number => {
    new Uint8Array(memory.buffer, at, statPlaces.bytes).fill(0)
    view().setUint32(at + statPlaces.mode, ordinaryFile, true)
    view().setUint32(at + statPlaces.links, 1, true)
    view().setBigInt64(at + statPlaces.size, BigInt(source.sizeBytes), true)
    view().setUint32(at + statPlaces.block, 4096, true)
    return 0
  }
  const statNamed = (name: number, at: number): number =>
    isTheFile(name) ? stat(at) : -refused.noFile

  /** Fills one buffer; what lies beyond the end of the file is not there. */
  const readInto = (into: number, wanted: number): number => {
    const start = Number(position)
    const end = Math.min(start + wanted, source.sizeBytes)
    if (end <= start) return 0
    const here = new Uint8Array(memory.buffer, into, end - start)
    here.set(source.read(start, end))
    withoutWal(here, start)
    position += BigInt(end - start)
    return end - start
  }
  const read = (_file: number, buffers: number, count: number, told: number): number => {
    let total = 0
    try {
      for (let at = buffers; at < buffers + count * 8; at += 8)
        total += readInto(view().getUint32(at, true), view().getUint32(at + 4, true))
    } catch {
      // The source remembers why; whoever asked looks there first.
      return refused.inputOutput
    }
    view().setUint32(told, total, true)
    return 0
  }

  return {
    fd_read: read,
    fd_seek: (_file: number, to: bigint, _from: number, told: number) => {
      position = to
      view().setBigInt64(told, position, true)
      return 0
    },
    fd_write: () => refused.readOnly,
    fd_close: () => 0,
    fd_sync: () => 0,
    __syscall_openat: (_folder: number, name: number) => (isTheFile(name) ? 3 : -refused.noFile),
    __syscall_fstat64: (_file: number, at: number) => stat(at),
    __syscall_stat64: statNamed,
    __syscall_lstat64: statNamed,
    __syscall_faccessat: () => -refused.noFile,
    __syscall_fcntl64: () => 0,
    environ_sizes_get: (count: number, size: number) => {
      view().setUint32(count, 0, true)
      view().setUint32(size, 0, true)
      return 0
    },
    environ_get: () => 0,
    clock_time_get: (_clock: number, _precision: bigint, told: number) => {
      view().setBigInt64(told, nanoseconds(), true)
      return 0
    },
    emscripten_date_now: () => now().getTime(),
    emscripten_get_now: () => performance.now(),
    _tzset_js: () => undefined,
    _localtime_js: (seconds: bigint, told: number) => {
      for (const [at, part] of timeParts(new Date(Number(seconds) * 1000)).entries())
        view().setInt32(told + at * 4, part, true)
    },
    /** SQLite takes a refused growth for a failed malloc and says "out of memory". */
    emscripten_resize_heap: (wanted: number) => {
      const more = Math.ceil(((wanted >>> 0) - memory.buffer.byteLength) / wasmPageBytes)
      try {
        memory.grow(more)
        return 1
      } catch {
        return 0
      }
    },
    emscripten_get_heap_max: () => 2 ** 31 - wasmPageBytes,
  }
}

/** Of everything the build asks for, what it is given; the rest says that it is not here. */
export const systemCall = (calls: Record<string, unknown>, name: string): unknown =>
  calls[name] ?? (() => (name.startsWith('__syscall') ? -refused.notHere : refused.notHere))
