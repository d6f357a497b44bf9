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
  test.each([
    {
      name: 'what the disk takes need not lie in memory',
      need: {},
      room: {},
      hot: 32,
      packed: 64,
      spill: 400,
      // Packed it comes to 63 MB: none of them needs the disk.
      plainSpill: 400,
      wasm: 688,
      resident: 884,
    },
    {
      name: 'of the disk so much is left for what is not packed',
      need: { storedBytes: 200 * megabyte, plainBytes: 600 * megabyte },
      room: {},
      hot: 32,
      packed: 64,
      spill: 400,
      plainSpill: 44,
      wasm: 688,
      resident: 884,
    },
    {
      name: 'without a disk all of it is held in memory',
      need: {},
      room: { diskBytes: 0 },
      hot: 32,
      packed: 372,
      spill: 0,
      plainSpill: 0,
      wasm: 380,
      resident: 884,
    },
    {
      name: 'a disk as small as what is held in memory is as none',
      need: {},
      room: { diskBytes: 64 * megabyte },
      hot: 32,
      packed: 372,
      spill: 64,
      plainSpill: 64,
      wasm: 380,
      resident: 884,
    },
    {
      name: 'without a disk, and with little memory, as much is held packed as ever',
      need: {},
      room: { diskBytes: 0, memoryBytes: 740 * megabyte },
      hot: 32,
      packed: 88,
      spill: 0,
      plainSpill: 0,
      wasm: 380,
      resident: 600,
    },
    {
      name: 'with 512 MB memory goes before time',
      need: {},
      room: { memoryBytes: 512 * megabyte },
      isFrugal: true,
      hot: 16,
      packed: 16,
      spill: 400,
      plainSpill: 353,
      wasm: 240,
      resident: 372,
    },
  ])(
    '$name',
    ({ need, room, isFrugal = false, hot, packed, spill, plainSpill, wasm, resident }) => {
      expect(plan(need, room)).toEqual({
        isFrugal,
        hotBytes: hot * megabyte,
        packedBytes: packed * megabyte,
        spillBytes: spill * megabyte,
        plainSpillBytes: plainSpill * megabyte,
        mostWasmBytes: wasm * megabyte,
        mostResidentBytes: resident * megabyte,
      })
    },
  )

  test.each([
    { name: 'the least memory', need: { plainBytes: 0 }, room: { memoryBytes: 460 * megabyte } },
    { name: 'the longest row', need: { longestBytes: 30 * megabyte }, room: {} },
    {
      name: 'the largest in little memory',
      need: { plainBytes: 100 * megabyte },
      room: { memoryBytes: 739 * megabyte },
    },
    {
      name: 'one that takes all of the disk',
      need: { storedBytes: 40 * megabyte, plainBytes: 300 * megabyte },
      room: { diskBytes: 76 * megabyte },
    },
    { name: 'the last second', need: { plainBytes: 800_000 }, room: { leftMs: 6000 } },
  ])('$name is still within them', ({ need, room }) => {
    expect(plan(need, room)).not.toHaveProperty('limit')
  })
})

const moreMemory =
  'limits.memory of 1024 for snapshots/verdict, verify, watch and drill in project.yml'

describe('beyond them, the limit is named, and what it takes', () => {
  test.each([
    {
      name: 'memory',
      need: {},
      room: { memoryBytes: 256 * megabyte },
      limit: '256 MB of memory are too little to start PostgreSQL in',
      takes: moreMemory,
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
      limit: 'a row or a statement of it has 40.0 MiB, and 28.3 MiB are the most here',
      takes: moreMemory,
    },
    {
      name: 'a large dump in little memory',
      need: { plainBytes: 101 * megabyte },
      room: { memoryBytes: 512 * megabyte },
      limit: 'it has 101 MiB of SQL, and 100 MiB are the most with 512 MB of memory',
      takes: moreMemory,
    },
    {
      name: 'a temp folder that is memory',
      need: { storedBytes: 200 * megabyte, plainBytes: 600 * megabyte },
      room: { diskBytes: 0 },
      limit: 'its database may come to 420 MiB, packed, and there is room for 372 MiB',
      takes: '48.0 MiB of free disk in the temp folder',
    },
    {
      name: 'time',
      need: {},
      room: { leftMs: 60_000 },
      limit: 'it may take 2 min 3 s, and 60 s are left',
      takes: 'a run with more time',
    },
    {
      name: 'time that is over',
      need: {},
      room: { leftMs: -60_000 },
      limit: 'it may take 2 min 3 s, and 0.0 s are left',
      takes: 'a run with more time',
    },
  ])('$name', ({ need, room, limit, takes }) => {
    expect(plan(need, room)).toEqual({ limit, takes })
  })
})

test('a dump is given minutes, and more by its size, however much time there is', () => {
  expect(patienceMs({ plainBytes: 0 })).toBe(600_000)
  expect(patienceMs({ plainBytes: 500 * megabyte })).toBe(3_276_800)
  expect(patienceMs({ plainBytes: 0 }, 1000)).toBe(1000)
})
