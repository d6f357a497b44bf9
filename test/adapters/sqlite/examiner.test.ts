import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, describe, expect, test, vi } from 'vitest'

import { systemClock } from '../../../lib/adapters/clock'
import type { ByteSource } from '../../../lib/adapters/reading/source'
import { sqliteExaminer } from '../../../lib/adapters/sqlite/examiner'
import type { SqliteOptions } from '../../../lib/adapters/sqlite/examining'
import { Fault } from '../../../lib/faults'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { expectationsOf } from '../../../lib/rules/settings/databases'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import type { Announced } from '../../../lib/rules/verdict/arrival'
import { slow, some } from '../../cases'
import { away } from '../../fakes/memory-store'
import * as databases from '../../fixtures/databases'

const temp = mkdtempSync(path.join(tmpdir(), 'snapproof-examiner-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

/** More than a dozen blocks of two mebibytes, and more than the page cache. */
const large = databases.madeBy(`
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
  CREATE TABLE visits (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), note TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO users SELECT i, printf('%08d', i * 7919 % 99999989) FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
  INSERT INTO visits SELECT i, i % 20000 + 1, hex(zeroblob(200)) || i FROM n;
  CREATE INDEX visits_user ON visits(user_id);`)

async function* cut(bytes: Buffer, upTo = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < upTo; at += 65_536) yield bytes.subarray(at, Math.min(at + 65_536, upTo))
  if (upTo < bytes.length) throw away()
}

const streamed = (bytes: Buffer): ByteSource => ({ sizeBytes: bytes.length, chunks: cut(bytes) })

type RangeOf = (start: number, end: number) => AsyncIterable<Uint8Array>

const withRanges = (bytes: Buffer, range?: RangeOf): ByteSource => ({
  ...streamed(bytes),
  range: (start, end) => Promise.resolve(range?.(start, end) ?? cut(bytes.subarray(start, end))),
})

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const examine = async (
  open: () => ByteSource,
  more: Partial<SqliteOptions> & {
    claim?: Announced
    seconds?: number
    said?: DatabaseSettings
  } = {},
) => {
  const { claim = { encoding: 'identity' }, seconds = 150, said = {}, ...options } = more
  const run = sqliteExaminer({
    open: () => Promise.resolve(open()),
    workerPath: path.resolve('.build/sqlite-worker.cjs'),
    wasmPath: path.resolve('node_modules/sql.js/dist/sql-wasm.wasm'),
    memoryBytes: 256 * 1024 ** 2,
    tempFolder: temp,
    clock: systemClock,
    ...options,
  })
  const examination = await run({
    key: 'x',
    claim,
    expected: expectationsOf({ x: said }, 'x').asked,
    // Two seconds of it are kept for writing the verdict down.
    deadlineAt: new Date(Date.now() + (seconds + 2) * 1000),
  })
  return {
    ...examination,
    verdict: judgeAs('sqlite', examination.findings),
    last: examination.findings.at(-1),
  }
}

const byRanges = { spoolBytes: 0 }

describe('a sound snapshot', () => {
  test.each(
    some(
      [
        {
          way: 'spooled',
          options: {},
          bytes: databases.sound(),
          by: 'integrity_check, spooled, SQLite 3.54.1',
        },
        {
          way: 'spooled, and large',
          options: {},
          bytes: large,
          by: 'quick_check and linear index check, spooled, SQLite 3.54.1',
        },
        {
          way: 'by ranges',
          options: byRanges,
          bytes: databases.sound(),
          by: 'integrity_check, by ranges, SQLite 3.54.1',
        },
        {
          way: 'by ranges, and large',
          options: byRanges,
          bytes: large,
          by: 'quick_check and linear index check, by ranges, SQLite 3.54.1',
        },
      ],
      2,
    ),
  )('passes $way', async ({ options, bytes, by }) => {
    const seen = await examine(() => withRanges(bytes), options)
    expect(seen).toMatchObject({ verdict: 'passed', method: by, sha256: sha256Of(bytes) })
    expect(seen.findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'arrival',
        'bytes',
        'header',
        'structure',
        'references',
        'schema',
        'rows',
      ]),
    )
    expect(readdirSync(temp)).toEqual([])
  })

  test('passes when the stream breaks half-way and ranges take it up', slow, async () => {
    const source = () => ({ ...withRanges(large), chunks: cut(large, 5_000_000) })
    expect(await examine(source)).toMatchObject({ verdict: 'passed', sha256: sha256Of(large) })
    expect(await examine(source, byRanges)).toMatchObject({ verdict: 'passed' })
  })

  test('passes by ranges of which some break, end early or say too much', async () => {
    let asked = 0
    const source = () =>
      withRanges(large, (start, end) => {
        asked += 1
        if (asked % 6 === 1) return cut(large.subarray(start, end), 10)
        if (asked % 6 === 3) return cut(large.subarray(start, end - 1))
        return cut(large.subarray(start, asked % 7 === 0 ? end + 1 : end))
      })
    expect(await examine(source, byRanges)).toMatchObject({ verdict: 'passed' })
  })
})

describe('by ranges, how often is a byte fetched', () => {
  const long = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <`
  test.each([
    {
      name: 'of long texts',
      bytes: databases.madeBy(`CREATE TABLE pages (id INTEGER PRIMARY KEY, body TEXT);
        ${long} 16000) INSERT INTO pages SELECT i, hex(zeroblob(1950)) FROM n;`),
    },
    {
      name: 'of blobs in overflow pages',
      bytes:
        databases.madeBy(`CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT UNIQUE, content BLOB);
        ${long} 1000) INSERT INTO files SELECT i, 'file ' || i, zeroblob(63000) FROM n;`),
    },
    {
      name: 'of a file that fits into the blocks',
      bytes: databases.sound(),
      most: 1.01,
    },
  ])('$name: at most twice', slow, async ({ bytes, most = 2 }) => {
    let fetched = 0
    async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        fetched += chunk.length
        yield chunk
      }
    }
    const source = (): ByteSource => ({
      ...streamed(bytes),
      chunks: counted(cut(bytes)),
      range: (start, end) => Promise.resolve(counted(cut(bytes.subarray(start, end)))),
    })
    const claim = { encoding: 'identity' as const, sha256: sha256Of(bytes) }
    const seen = await examine(source, { ...byRanges, claim })
    expect(seen).toMatchObject({ verdict: 'passed', sha256: sha256Of(bytes) })
    expect(fetched).toBeGreaterThanOrEqual(bytes.length)
    // Of the stream the first chunk is read, to let go of it.
    expect((fetched - 65_536 - 100) / bytes.length).toBeLessThanOrEqual(most)
  })
})

describe('a source that fails is never called a bad snapshot', () => {
  const dead: RangeOf = () => cut(large, 0)
  const failing = [
    {
      name: 'a stream that dies half-way, where there are no ranges',
      source: () => ({ ...streamed(large), chunks: cut(large, 5_000_000) }),
      check: 'bytes',
    },
    {
      name: 'a stream that ends early without a word',
      source: () => ({ ...streamed(large), chunks: cut(large.subarray(0, 5_000_000)) }),
      check: 'bytes',
    },
    {
      name: 'ranges that die after the first megabytes',
      source: () =>
        withRanges(large, (start, end) =>
          start > 4_000_000 ? dead(start, end) : cut(large.subarray(start, end)),
        ),
      check: 'structure',
    },
    {
      name: 'ranges that are always short',
      source: () =>
        withRanges(large, (start, end) =>
          cut(large.subarray(start, start > 4_000_000 ? end - 1 : end)),
        ),
      check: 'structure',
    },
    {
      name: 'an object that is replaced meanwhile',
      source: () =>
        withRanges(large, (start, end) => {
          if (start < 4_000_000) return cut(large.subarray(start, end))
          throw new Fault({ code: 'contended', why: 'It was replaced.', mend: 'Wait.' })
        }),
      check: 'structure',
    },
    {
      name: 'ranges that bring other bytes than the stream, though SQLite likes them',
      source: () =>
        withRanges(large, (start, end) => {
          const bytes = Buffer.from(large.subarray(start, end))
          const place = bytes.indexOf('000000000000')
          if (start > 4_000_000) bytes.writeUInt8(0x31, place + 5)
          return cut(bytes)
        }),
      check: 'structure',
      claim: { encoding: 'identity' as const, sha256: sha256Of(large) },
    },
    {
      name: 'ranges that bring zeros',
      source: () =>
        withRanges(large, (start, end) =>
          cut(start > 4_000_000 ? Buffer.alloc(end - start) : large.subarray(start, end)),
        ),
      check: 'structure',
    },
  ]
  test.concurrent.each(some(failing, 2))('$name', async ({ source, check, ...more }) => {
    const { claim = { encoding: 'identity' as const } } = more
    const seen = await examine(source, { ...byRanges, claim })
    expect(seen.verdict, JSON.stringify(seen.findings)).toBe('unverifiable')
    const [finding, ...others] = seen.findings.filter(({ outcome }) => outcome !== 'passed')
    expect(others).toEqual([])
    expect([check, 'bytes']).toContain(finding?.check)
    expect(finding?.mend).toMatch(/\w/)
  })

  const never = (): AsyncIterable<Uint8Array> => ({
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
  })
  test.concurrent.each([
    { name: 'a stream', source: () => ({ ...streamed(large), chunks: never() }), options: {} },
    {
      name: 'a range',
      source: () =>
        withRanges(large, (start, end) =>
          start < 4e6 ? cut(large.subarray(start, end)) : never(),
        ),
      options: byRanges,
    },
  ])('$name that hangs, within the time there is', async ({ source, options }) => {
    // That it comes back at all is the point: it hangs for ever.
    const seen = await examine(source, { ...options, seconds: 1 })
    expect(seen.verdict).toBe('unverifiable')
    expect(seen.findings.map(({ detail }) => detail).join()).toContain('The time ran out')
  })

  test('a file that is gone before it is opened', async () => {
    const file = path.join(temp, 'gone.db')
    const gone = () => ({ sizeBytes: 5, chunks: createReadStream(file), file })
    const { verdict, last } = await examine(gone)
    expect([verdict, last?.check]).toEqual(['unverifiable', 'bytes'])
    // What a stream says that nobody reads would end the process.
    await new Promise((resolve) => setTimeout(resolve, 50))
  })

  test.concurrent('a file that changes while it is read', async () => {
    const file = path.join(temp, 'changing.db')
    writeFileSync(file, databases.sound())
    const changing = async function* () {
      yield databases.sound()
      appendFileSync(file, 'x')
    }
    const sizeBytes = databases.sound().length
    const seen = await examine(() => ({ sizeBytes, chunks: changing(), file }))
    rmSync(file)
    expect(seen.verdict).toBe('unverifiable')
  })
})

describe('a bad snapshot is never called sound', () => {
  const ways = [{ options: {} }, { options: byRanges }]
  const damaged = Buffer.from(large)
  damaged.fill(0, 4096 * 2000, 4096 * 2001)

  test.each(ways)('a lost page, %j', async ({ options }) => {
    const seen = await examine(() => withRanges(damaged), options)
    expect(seen.verdict, JSON.stringify(seen.findings)).toBe('failed')
    expect(seen.last).toMatchObject({ check: 'structure', outcome: 'failed' })
  })

  test.each(some(ways, 1))(
    'bytes that differ from the claim: nothing that SQLite says counts, %j',
    async ({ options }) => {
      const claim = { encoding: 'identity', sha256: '0'.repeat(64) } as const
      const seen = await examine(() => withRanges(large), { ...options, claim })
      expect(seen.verdict).toBe('failed')
      expect(seen.findings.filter(({ outcome }) => outcome === 'failed').length).toBe(1)
      expect(seen.findings.some(({ check }) => check === 'structure')).toBe(false)
      expect(seen.rows).toBeUndefined()
    },
  )

  test.each([{ options: {} }, { options: byRanges }])('an empty one, %j', async ({ options }) => {
    const seen = await examine(() => withRanges(databases.empty()), options)
    expect(seen.last).toMatchObject({ check: 'header', outcome: 'failed' })
  })

  test('of another size than announced is not read, and its stream is let go of', async () => {
    let isLetGo = false
    const chunks = async function* () {
      try {
        yield* cut(large)
      } finally {
        isLetGo = true
      }
    }
    const claim = { encoding: 'identity', sizeBytes: 5 } as const
    const read = createReadStream('package.json')
    for (const body of [chunks(), read]) {
      const seen = await examine(() => ({ sizeBytes: large.length, chunks: body }), { claim })
      expect(seen.last).toMatchObject({ check: 'arrival', outcome: 'failed' })
    }
    await vi.waitFor(() => expect([read.closed, isLetGo]).toEqual([true, true]))
  })

  test('a file that is none, by ranges', async () => {
    const seen = await examine(() => withRanges(Buffer.alloc(100_000, 1)), byRanges)
    expect(seen.last).toMatchObject({ check: 'header', outcome: 'failed' })
  })
})

describe('an archive', () => {
  const claim = { encoding: 'gzip' } as const

  test('is unpacked as it streams, also without an announcement', async () => {
    const seen = await examine(() => streamed(gzipSync(large, { level: 1 })), { claim })
    expect(seen).toMatchObject({ verdict: 'passed' })
    expect(seen.method).toContain('spooled')
  })

  test('that does not fit into the temp folder is unverifiable, with a mend', slow, async () => {
    const announced = { ...claim, rawSizeBytes: large.length, rawSha256: sha256Of(large) }
    for (const one of [claim, announced]) {
      const seen = await examine(() => streamed(gzipSync(large)), { claim: one, spoolBytes: 1e6 })
      expect(seen.verdict, JSON.stringify(seen.findings)).toBe('unverifiable')
      expect(seen.last).toMatchObject({ check: 'structure' })
      expect(seen.last?.mend).toContain('--gzip')
    }
  })

  test('that is a bomb is unpacked no further than the header can be right', slow, async () => {
    const small = databases.madeBy('CREATE TABLE t (a); INSERT INTO t VALUES (1);')
    const bomb = gzipSync(Buffer.concat([small, Buffer.alloc(200_000_000)]))
    const seen = await examine(() => streamed(bomb), { claim, spoolBytes: 2e7 })
    expect(seen.verdict).toBe('failed')
    expect(seen.last?.detail).toContain('the rest was not unpacked')
    // A header that does not say how long it is bounds nothing.
    small.writeUInt32BE(0, 92)
    const open = gzipSync(Buffer.concat([small, Buffer.alloc(200_000_000)]))
    const told = await examine(() => streamed(open), { claim, spoolBytes: 2e7 })
    expect(told.verdict).toBe('unverifiable')
    expect(told.last?.detail).toContain('unpacks to more than')
    const lying = { ...claim, rawSizeBytes: 4096 }
    expect((await examine(() => streamed(bomb), { claim: lying })).verdict).toBe('failed')
  })

  // As gzip takes them: zeros are padding, of words it warns, and what may begin another one is cut off.
  test.each([
    { name: 'zeros', rest: Buffer.alloc(600), verdict: 'passed', says: 'nothing to compare' },
    {
      name: 'words',
      rest: Buffer.from('-- the end --'),
      verdict: 'warned',
      says: 'behind its end',
    },
    {
      name: 'a line',
      rest: Buffer.from('\n'),
      verdict: 'failed',
      says: 'behind one that is whole',
    },
    { name: 'a mark', rest: Buffer.from([0x1f, 0x8b]), verdict: 'failed', says: 'is damaged' },
  ])('with $name behind it is $verdict', async ({ rest, verdict, says }) => {
    const whole = gzipSync(databases.madeBy('CREATE TABLE t (a); INSERT INTO t VALUES (1);'))
    const seen = await examine(() => streamed(Buffer.concat([whole, rest])), { claim })
    expect(seen.verdict).toBe(verdict)
    expect(seen.findings.find(({ check }) => check === 'bytes')?.detail).toContain(says)
    expect(seen.rows).toEqual(verdict === 'failed' ? undefined : { t: 1 })
    const damaged = await examine(() => streamed(Buffer.concat([whole.subarray(0, 150), rest])), {
      claim,
    })
    expect(damaged.verdict).toBe('failed')
  })

  test('whose source dies is not called damaged, and one that is damaged is', slow, async () => {
    const bytes = gzipSync(large, { level: 0 })
    const dying = () => ({ ...streamed(bytes), chunks: cut(bytes, 4_000_000) })
    expect((await examine(dying, { claim })).verdict).toBe('unverifiable')
    const spoilt = Buffer.from(bytes)
    spoilt.fill(7, 4_000_000, 4_000_100)
    expect((await examine(() => streamed(spoilt), { claim })).verdict).toBe('failed')
    expect((await examine(() => streamed(bytes.subarray(0, 4_000_000)), { claim })).verdict).toBe(
      'failed',
    )
  })
})

describe('the temp folder', () => {
  test('is swept of what killed runs left, and of nothing else', async () => {
    const [old, young, other] = ['snapproof-spool-1-a', 'snapproof-spool-2-b', 'other'].map(
      (name) => path.join(temp, name),
    )
    for (const file of [old, young, other]) writeFileSync(file ?? '', 'x')
    const long = new Date(Date.now() - 2 * 3_600_000)
    for (const file of [old, other]) utimesSync(file ?? '', long, long)
    await examine(() => streamed(databases.sound()))
    expect([old, young, other].map((file) => existsSync(file ?? ''))).toEqual([false, true, true])
    for (const file of [young, other]) rmSync(file ?? '')
  })

  const small = path.join(temp, 'small')
  const mount = (args: string[]) => spawnSync('mount', args, { stdio: 'ignore' }).status === 0
  const tmpfs = ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', small]

  test(
    'that fills up half-way leads to ranges, or to a mend for an archive',
    slow,
    async (context) => {
      mkdirSync(small)
      // Only root may make a small file system; elsewhere the spool's own test has to do.
      if (!mount(tmpfs)) {
        rmSync(small, { recursive: true })
        return context.skip()
      }
      try {
        const filling = async function* (bytes: Buffer) {
          yield bytes.subarray(0, 2_000_000)
          const rest = Buffer.alloc(70 * 1024 ** 2)
          spawnSync('dd', ['of=' + path.join(small, 'other'), 'bs=1M'], { input: rest })
          yield bytes.subarray(2_000_000)
        }
        // A folder in memory counts as ours: this function has enough of it.
        const full = { tempFolder: small, memoryBytes: 1024 ** 3 }
        const seen = await examine(() => ({ ...withRanges(large), chunks: filling(large) }), full)
        expect(seen).toMatchObject({ verdict: 'passed', sha256: sha256Of(large) })
        expect(seen.method).toContain('by ranges')
        rmSync(path.join(small, 'other'))
        const modest = await examine(() => withRanges(large), { tempFolder: small })
        expect(modest.method).toContain('by ranges')
        const bytes = gzipSync(large, { level: 0 })
        const claim = { encoding: 'gzip', rawSizeBytes: large.length } as const
        const archive = () => ({ sizeBytes: bytes.length, chunks: filling(bytes) })
        const other = await examine(archive, { ...full, claim })
        expect(other.verdict, JSON.stringify(other.findings)).toBe('unverifiable')
        expect(readdirSync(small)).toEqual(['other'])
      } finally {
        spawnSync('umount', [small])
        rmSync(small, { recursive: true })
      }
      return undefined
    },
  )

  test('that is not there leads to ranges, or to a mend', async () => {
    const tempFolder = path.join(temp, 'none')
    const seen = await examine(() => withRanges(databases.sound()), { tempFolder })
    expect(seen).toMatchObject({
      verdict: 'passed',
      method: 'integrity_check, by ranges, SQLite 3.54.1',
    })
    const without = await examine(() => streamed(databases.sound()), { tempFolder })
    expect(without.verdict).toBe('unverifiable')
  })
})

test('what the host says of what is computed counts for the copy that it said it of', async () => {
  const bytes = databases.madeBy(`CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('2024-01-01');
    CREATE INDEX t_a ON t(date(a)); PRAGMA writable_schema=1;
    UPDATE sqlite_schema SET sql = replace(sql, 'date(a)', 'time(a)') WHERE name = 't_a';`)
  const said = async (facts: Record<string, string>, sha256 = sha256Of(bytes)) => {
    const claim = { encoding: 'identity', sha256, facts } as const
    return (await examine(() => withRanges(bytes), { claim })).verdict
  }
  expect(await said({})).toBe('warned')
  expect(await said({ computed: 'ok' })).toBe('passed')
  expect(await said({ computed: 'no' })).toBe('warned')
  expect(await said({ computed: 'ok' }, '0'.repeat(64))).toBe('failed')
})

test.each([
  { atLeast: 2, verdict: 'passed' },
  { atLeast: 3, verdict: 'unmet' },
])('of two tables where $atLeast are expected: $verdict', async ({ atLeast, verdict }) => {
  // A table of full-text search is one table, whatever stands behind it.
  const bytes = databases.madeBy('CREATE TABLE t (a); CREATE VIRTUAL TABLE f USING fts4(b);')
  const seen = await examine(() => withRanges(bytes), { said: { tables: { atLeast, t: ['a'] } } })
  expect(seen.verdict, JSON.stringify(seen.findings)).toBe(verdict)
})

test('a file of full-text search alone holds a table', async () => {
  const bytes = databases.madeBy('CREATE VIRTUAL TABLE f USING fts4(b);')
  const seen = await examine(() => withRanges(bytes))
  expect(seen.verdict, JSON.stringify(seen.findings)).toBe('passed')
})
