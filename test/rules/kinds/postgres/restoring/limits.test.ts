/** Which dumps are restored with how much memory, disk and time; and what is said of the others. */
import { describe, expect, test } from 'vitest'

import { patienceMs, planRestore } from '../../../../../lib/rules/kinds/postgres/restoring/limits'

const megabyte = 1024 ** 2
const hourMs = 3600 * 1000

const usual = {
  need: { storedBytes: 20 * megabyte, plainBytes: 90 * megabyte, longestBytes: 2000 },
  room: { memoryBytes: 1024 * megabyte, diskBytes: 400 * megabyte, leftMs: hourMs },
}

const plan = (need: Partial<typeof usual.need>, room: Partial<typeof usual.room> = {}) =>
  planRestore({ ...usual.need, ...need }, { ...usual.room, ...room })

describe('within the limits', () => {
  test('all of the memory is given away, and no more', () => {
    const found = plan({})
    expect(found).toMatchObject({
      isFrugal: false,
      spillBytes: 400 * megabyte,
      // The rest of the disk is enough for all of it, packed.
      plainSpillBytes: expect.toSatisfy((bytes: number) => bytes > 0 && bytes <= 400 * megabyte),
    })
    if ('limit' in found) throw new TypeError(found.limit)
    const { hotBytes, packedBytes, mostWasmBytes, mostResidentBytes } = found
    expect(mostResidentBytes).toBeLessThan(1024 * megabyte)
    expect(hotBytes + packedBytes + mostWasmBytes).toBeLessThan(mostResidentBytes)
  })

  test('with 512 MB memory goes before time', () => {
    expect(plan({}, { memoryBytes: 512 * megabyte })).toMatchObject({ isFrugal: true })
  })
})

describe('beyond them, the limit is named, and what it takes', () => {
  test.each([
    {
      name: 'memory',
      need: {},
      room: { memoryBytes: 256 * megabyte },
      limit: '256 MB of memory are too little',
      takes: 'limits.memory of 1024',
    },
    {
      name: 'a long row',
      need: { longestBytes: 31 * megabyte },
      room: {},
      limit: 'a row or a statement of it has 31.0 MiB, and 30.0 MiB are the most here',
      takes: 'a machine with PostgreSQL',
    },
    {
      name: 'a long row in little memory',
      need: { longestBytes: 40 * megabyte },
      room: { memoryBytes: 470 * megabyte },
      limit: 'are the most here',
      takes: 'limits.memory of 1024',
    },
    {
      name: 'a large dump in little memory',
      need: { plainBytes: 101 * megabyte },
      room: { memoryBytes: 512 * megabyte },
      limit: '101 MiB of SQL, and 100 MiB are the most with 512 MB',
      takes: 'limits.memory of 1024',
    },
    {
      name: 'a temp folder that is memory',
      need: { storedBytes: 200 * megabyte, plainBytes: 600 * megabyte },
      room: { diskBytes: 0 },
      limit: 'may come to 420 MiB, packed, and there is room for 372 MiB',
      takes: '48.0 MiB of free disk',
    },
    {
      name: 'time',
      need: {},
      room: { leftMs: 60_000 },
      limit: 'it may take 2 min 3 s, and 60 s are left',
      takes: 'a run with more time',
    },
  ])('$name', ({ need, room, limit, takes }) => {
    expect(plan(need, room)).toEqual({
      limit: expect.stringContaining(limit),
      takes: expect.stringContaining(takes),
    })
  })
})

test('a dump is given minutes, and more by its size, however much time there is', () => {
  expect(patienceMs({ plainBytes: 0 })).toBe(600_000)
  expect(patienceMs({ plainBytes: 500 * megabyte })).toBeGreaterThan(hourMs / 2)
  expect(patienceMs({ plainBytes: 500 * megabyte })).toBeLessThan(2 * hourMs)
  expect(patienceMs({ plainBytes: 0 }, 1000)).toBe(1000)
})
