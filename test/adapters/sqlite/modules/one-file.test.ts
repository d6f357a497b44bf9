/**
 * What the build of SQLite asks of a system: one file is there, to be read and never written, and a clock; what is
 * not here is refused in the words of each.
 */
import { describe, expect, test } from 'vitest'

import {
  fileAddress,
  fileName,
  nulTerminated,
  oneFile,
  systemCall,
} from '../../../../lib/adapters/sqlite/modules/one-file'

test.each([
  { name: '__syscall_chmod', says: -52 },
  { name: 'fd_fdstat_get', says: 52 },
])('$name says that it is not here', ({ name, says }) => {
  const call = systemCall({ fd_read: () => 0 }, name)
  expect(typeof call === 'function' && call()).toBe(says)
})

test('a call that is here is taken', () => {
  const here = () => 0
  expect(systemCall({ fd_read: here }, 'fd_read')).toBe(here)
})

describe('the one file', () => {
  const content = Buffer.from(Array.from({ length: 64 }, (_, at) => at))
  const now = new Date('2026-03-01T01:02:03.004Z')

  /** What the build would see: its memory, and the calls that it is given. */
  const system = (
    read = (start: number, end: number): Uint8Array => content.subarray(start, end),
    pages = 2,
  ) => {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: 4 })
    const source = { sizeBytes: content.length, trouble: undefined, read }
    const calls = oneFile(memory, source, () => now)
    const call = (name: string, ...given: (number | bigint)[]): unknown => {
      const one = calls[name]
      return typeof one === 'function' ? one(...given) : 'no call'
    }
    const view = () => new DataView(memory.buffer)
    const put = (at: number, text: string) =>
      void Buffer.from(memory.buffer).write(`${text}\0`, at, 'utf8')
    return { memory, call, view, put }
  }

  test('has one name, asked for without locks', () => {
    expect([fileName, fileAddress]).toEqual(['/snapshot.db', 'file:/snapshot.db?nolock=1'])
    const { call, put, memory } = system()
    put(100, fileName)
    put(200, '/snapshot.db-wal')
    expect(nulTerminated(memory, 200)).toBe('/snapshot.db-wal')
    expect(call('__syscall_openat', 0, 100)).toBe(3)
    expect(call('__syscall_openat', 0, 200)).toBe(-44)
    for (const stat of ['__syscall_stat64', '__syscall_lstat64']) {
      expect(call(stat, 100, 1000)).toBe(0)
      expect(call(stat, 200, 1000)).toBe(-44)
    }
    expect(call('__syscall_faccessat')).toBe(-44)
  })

  test('is an ordinary file of its owner, of so many bytes, whatever stood in that place', () => {
    const { call, view, memory } = system()
    new Uint8Array(memory.buffer, 1000, 97).fill(0xff)
    expect(call('__syscall_fstat64', 3, 1000)).toBe(0)
    const places = Array.from({ length: 25 }, (_, at) => view().getUint32(1000 + at * 4, true))
    const said = places.flatMap((word, at) => (word === 0 ? [] : [[at * 4, word]]))
    expect(said).toEqual([
      [4, 0o100600],
      [8, 1],
      [24, 64],
      [32, 4096],
      [96, 0xff],
    ])
  })

  /** Two buffers, told by where they lie and how long they are. */
  const asked = (one: ReturnType<typeof system>, at: number, lengths: [number, number]) => {
    const { call, view, memory } = one
    new Uint8Array(memory.buffer, 2000, 200).fill(0xee)
    for (const [nth, length] of lengths.entries()) {
      view().setUint32(500 + nth * 8, 2000 + nth * 100, true)
      view().setUint32(504 + nth * 8, length, true)
    }
    expect(call('fd_seek', 3, BigInt(at), 0, 600)).toBe(0)
    expect(view().getBigInt64(600, true)).toBe(BigInt(at))
    const answer = call('fd_read', 3, 500, 2, 700)
    const bytes = [0, 1].map((nth) =>
      [...new Uint8Array(memory.buffer, 2000 + nth * 100, 100)].filter((byte) => byte !== 0xee),
    )
    return { answer, total: view().getUint32(700, true), bytes }
  }

  test('is read in turn into each buffer, up to its end', () => {
    const range = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => from + at)
    expect(asked(system(), 30, [4, 6])).toEqual({
      answer: 0,
      total: 10,
      bytes: [range(30, 34), range(34, 40)],
    })
    expect(asked(system(), 60, [3, 6])).toEqual({
      answer: 0,
      total: 4,
      bytes: [range(60, 63), [63]],
    })
    expect(asked(system(), 64, [1, 1])).toEqual({ answer: 0, total: 0, bytes: [[], []] })
  })

  test('has no WAL, though its header may say so; elsewhere each byte is as it stands', () => {
    const twos = Buffer.alloc(64, 2)
    const { bytes } = asked(
      system((start, end) => twos.subarray(start, end)),
      16,
      [2, 4],
    )
    expect(bytes).toEqual([
      [2, 2],
      [1, 1, 2, 2],
    ])
    const ones = Buffer.alloc(64, 3)
    expect(
      asked(
        system((start, end) => ones.subarray(start, end)),
        17,
        [2, 1],
      ).bytes,
    ).toEqual([[3, 3], [3]])
  })

  test('that cannot be read is an error of reading', () => {
    const broken = system(() => {
      throw new Error('away')
    })
    expect(asked(broken, 0, [1, 1]).answer).toBe(29)
  })

  test('is never written, and there is nothing to wait for', () => {
    const { call } = system()
    expect(call('fd_write')).toBe(69)
    for (const name of ['fd_close', 'fd_sync', '__syscall_fcntl64', 'environ_get'])
      expect(call(name)).toBe(0)
    expect(call('_tzset_js')).toBeUndefined()
  })

  test('stands beside no environment, and a clock', () => {
    const { call, view } = system()
    view().setUint32(800, 7, true)
    view().setUint32(804, 7, true)
    expect(call('environ_sizes_get', 800, 804)).toBe(0)
    expect([view().getUint32(800, true), view().getUint32(804, true)]).toEqual([0, 0])
    expect(call('clock_time_get', 0, 0n, 808)).toBe(0)
    expect(view().getBigInt64(808, true)).toBe(BigInt(now.getTime()) * 1_000_000n)
    expect(call('emscripten_date_now')).toBe(now.getTime())
    expect(call('emscripten_get_now')).toBeLessThanOrEqual(performance.now())
    call('_localtime_js', BigInt(now.getTime() / 1000 - 0.004), 900)
    const parts = Array.from({ length: 10 }, (_, at) => view().getInt32(900 + at * 4, true))
    const midnight = (month: number, day: number) => Date.UTC(now.getFullYear(), month, day)
    expect(parts).toEqual([
      now.getSeconds(),
      now.getMinutes(),
      now.getHours(),
      now.getDate(),
      now.getMonth(),
      now.getFullYear() - 1900,
      now.getDay(),
      (midnight(now.getMonth(), now.getDate()) - midnight(0, 1)) / 86_400_000,
      0,
      0 - now.getTimezoneOffset() * 60,
    ])
  })

  test('may have more memory, as far as its share goes', () => {
    const { call, memory } = system()
    const page = 65_536
    expect(call('emscripten_resize_heap', page * 2 + 1)).toBe(1)
    expect(memory.buffer.byteLength).toBe(page * 3)
    expect(call('emscripten_resize_heap', page * 5)).toBe(0)
    expect(memory.buffer.byteLength).toBe(page * 3)
    expect(call('emscripten_get_heap_max')).toBe(2 ** 31 - page)
  })
})
