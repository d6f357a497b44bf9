/** A snapshot lies in the temp folder without a name, in the room it is given, and nothing stays behind. */
import {
  existsSync,
  fstatSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { openSpool, spoolRoom } from '../../../lib/adapters/reading/spool'
import { hourMs } from '../../../lib/rules/plain/time-units'

const mebibyte = 1024 ** 2
const now = new Date('2026-03-01T12:00:00.000Z')

let folder: string
const options = () => ({
  folder,
  limitBytes: 3 * mebibyte,
  limitInMemoryBytes: 2 * mebibyte,
  clock: { now: () => now },
  randomHex: (digits: number) => 'a'.repeat(digits),
})

const opened = async () => {
  const spool = await openSpool(options())
  if (!spool) throw new Error('there is no spool')
  return spool
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'snapproof-spool-test-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** As statfs(2) numbers tmpfs. */
const isInMemory = (where: string): boolean =>
  existsSync(where) && statfsSync(where).type === 0x01021994

describe('the room for it', () => {
  test.skipIf(isInMemory(tmpdir()))('is the limit on a disk', async () => {
    expect(await spoolRoom(options())).toBe(3 * mebibyte)
  })

  test.skipIf(!isInMemory('/dev/shm'))('is less where the folder is itself in memory', async () => {
    expect(await spoolRoom({ ...options(), folder: '/dev/shm' })).toBe(2 * mebibyte)
  })

  test('is what is free, but for what others need', async () => {
    const { bavail, bsize } = statfsSync(folder)
    const free = bavail * bsize
    const room = await spoolRoom({
      ...options(),
      limitBytes: Infinity,
      limitInMemoryBytes: Infinity,
    })
    expect(Math.abs(free - 16 * mebibyte - room)).toBeLessThan(free / 10)
  })

  test('is none where there is no folder', async () => {
    expect(await spoolRoom({ ...options(), folder: path.join(folder, 'none') })).toBe(0)
    expect(await openSpool({ ...options(), folder: path.join(folder, 'none') })).toBeUndefined()
  })
})

describe('a spool', () => {
  test('has no name, and holds what was written, in whatever pieces it came', async () => {
    const spool = await opened()
    expect(readdirSync(folder)).toEqual([])
    expect(fstatSync(spool.fd).mode & 0o777).toBe(0o600)
    const bytes = Buffer.from(Array.from({ length: 2 * mebibyte + 77 }, (_, at) => (at * 31) % 251))
    for (const [from, to] of [
      [0, 5],
      [5, mebibyte - 3],
      [mebibyte - 3, bytes.length],
    ] as const)
      expect(await spool.write(bytes.subarray(from, to))).toBe(true)
    expect(spool.sizeBytes).toBe(bytes.length)
    expect(await spool.flush()).toBe(true)
    expect(spool.sizeBytes).toBe(bytes.length)
    expect(await spool.head(100)).toEqual(new Uint8Array(bytes.subarray(0, 100)))
    expect(await spool.head(9 * mebibyte)).toEqual(new Uint8Array(bytes))
    await spool.close()
    await spool.close()
    expect(await spool.write(bytes)).toBe(false)
  })

  test('sweeps what a killed run left an hour ago, and nothing else', async () => {
    const left = (name: string, agoMs: number) => {
      const at = new Date(now.getTime() - agoMs)
      writeFileSync(path.join(folder, name), 'x')
      utimesSync(path.join(folder, name), at, at)
    }
    left('snapproof-spool-1-a', hourMs + 1000)
    left('snapproof-spool-2-b', hourMs - 1000)
    left('another', 9 * hourMs)
    const spool = await opened()
    expect(readdirSync(folder).toSorted()).toEqual(['another', 'snapproof-spool-2-b'])
    await spool.close()
  })
})
