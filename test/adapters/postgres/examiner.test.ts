/** A dump as it lies in a store or on a disk, read once, in the memory that one piece of it takes. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, describe, expect, test } from 'vitest'

import { systemClock } from '../../../lib/adapters/clock'
import { postgresEngine } from '../../../lib/adapters/postgres/examiner'
import type { ByteSource } from '../../../lib/adapters/reading/source'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import { expectationsOf } from '../../../lib/rules/settings/databases'
import type { Announced } from '../../../lib/rules/verdict/arrival'
import { slow, some } from '../../cases'
import { startCommand } from '../../fakes/command'
import { away } from '../../fakes/memory-store'
import { header, smallDump, trailer } from '../../fixtures/dumps'

const temp = mkdtempSync(path.join(tmpdir(), 'snapproof-dump-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

async function* pieces(bytes: Buffer, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const stored = (bytes: Buffer, chunks = pieces(bytes)): ByteSource => ({
  sizeBytes: bytes.length,
  chunks,
})

const sha256Of = (bytes: Buffer | string): string =>
  createHash('sha256').update(bytes).digest('hex')

type Asked = {
  claim?: Partial<Announced>
  said?: Partial<DatabaseSettings>
  source?: ByteSource | undefined
  seconds?: number
}

const examine = async (
  bytes: Buffer,
  { claim, said, source = stored(bytes), seconds = 60 }: Asked = {},
) => {
  const settings = { shop: { kind: 'postgres' as const, ...said } as DatabaseSettings }
  const examiner = postgresEngine({ clock: systemClock }).examiner(() => Promise.resolve(source))
  const seen = await examiner({
    key: 'x',
    claim: { encoding: 'identity', kind: 'postgres', ...claim },
    expected: expectationsOf(settings, 'shop').asked,
    deadlineAt: new Date(Date.now() + (seconds + 2) * 1000),
  })
  const told = seen.findings.map(({ check, outcome }) => `${outcome} ${check}`)
  return { ...seen, told, verdict: judgeAs('postgres', seen.findings), last: seen.findings.at(-1) }
}

const dump = Buffer.from(smallDump)
const packed = gzipSync(dump)
const gzip = { encoding: 'gzip' as const }

describe('a dump that is whole', () => {
  test.each([
    { name: 'as it is', bytes: dump, claim: {} },
    {
      name: 'as it was announced',
      bytes: dump,
      claim: { sizeBytes: dump.length, sha256: sha256Of(dump) },
    },
    { name: 'packed', bytes: packed, claim: gzip },
    {
      name: 'packed, as it was announced',
      bytes: packed,
      claim: {
        ...gzip,
        sizeBytes: packed.length,
        sha256: sha256Of(packed),
        rawSizeBytes: dump.length,
        rawSha256: sha256Of(dump),
      },
    },
    {
      name: 'packed in two parts',
      bytes: Buffer.concat([gzipSync(dump.subarray(0, 99)), gzipSync(dump.subarray(99))]),
      claim: gzip,
    },
  ])('$name is sound, with the warning that no server has seen it', async ({ bytes, claim }) => {
    const seen = await examine(bytes, { claim })
    expect(seen.told).toEqual([
      'passed arrival',
      'passed bytes',
      'passed header',
      'passed structure',
      'warned references',
      'passed schema',
      'passed rows',
    ])
    expect(seen).toMatchObject({
      verdict: 'warned',
      method: 'structure read, not restored',
      sha256: sha256Of(bytes),
      schema: { users: ['id', 'email'], orders: ['id', 'user_id'] },
      rows: { users: 3, orders: 2 },
    })
  })

  test('is not verified where lib/databases.ts demands a restore', async () => {
    const { verdict, findings } = await examine(dump, { said: { unrestored: 'unverifiable' } })
    expect(verdict).toBe('unverifiable')
    expect(findings.find(({ code }) => code === 'not-restored')).toMatchObject({
      outcome: 'unverifiable',
      mend: expect.stringContaining("unrestored: 'warn'"),
    })
  })

  test('has the rows that the source counted, or is damaged', async () => {
    const claimed = async (rows: string) => examine(dump, { claim: { facts: { rows } } })
    expect((await claimed('{"users":3,"orders":2}')).verdict).toBe('warned')
    const { verdict, last, rows } = await claimed('{"users":3,"orders":12}')
    expect({ verdict, rows }).toEqual({ verdict: 'failed', rows: undefined })
    expect(last?.detail).toContain('orders has 2 (the source counted 12).')
  })

  test('is unmet where it lacks what is expected', async () => {
    const said = { tables: { users: ['id'], payments: [] }, rows: { orders: { atLeast: 3 } } }
    const { verdict, findings } = await examine(dump, { said })
    expect(verdict).toBe('unmet')
    expect(findings.slice(-2).map(({ detail }) => detail)).toEqual([
      'Expected and not there: table payments.',
      'Fewer rows than the floor: orders has 2 (floor 3).',
    ])
  })
})

describe('damage', () => {
  const flipped = (at: number): Buffer => {
    const bytes = Buffer.from(packed)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at)
    return bytes
  }

  test.each([
    {
      name: 'a size that was not announced',
      bytes: dump,
      claim: { sizeBytes: 1 },
      last: 'arrival',
      says: 'were announced',
    },
    {
      name: 'another hash',
      bytes: dump,
      claim: { sha256: '0'.repeat(64) },
      last: 'bytes',
      says: 'is not the one',
    },
    {
      name: 'half of an archive',
      bytes: packed.subarray(0, packed.length / 2),
      claim: gzip,
      last: 'bytes',
      says: 'cannot be unpacked',
    },
    {
      name: 'an archive without its last three bytes',
      bytes: packed.subarray(0, -3),
      claim: gzip,
      last: 'bytes',
      says: 'cannot be unpacked',
    },
    {
      name: 'a bit in the middle of an archive',
      bytes: flipped(Math.floor(packed.length / 2)),
      claim: gzip,
      last: 'bytes',
      says: 'cannot be unpacked',
    },
    {
      name: 'a bit in its checksum',
      bytes: flipped(packed.length - 6),
      claim: gzip,
      last: 'bytes',
      says: 'cannot be unpacked',
    },
    { name: 'no archive', bytes: dump, claim: gzip, last: 'bytes', says: 'cannot be unpacked' },
    {
      name: 'more in the archive than was announced',
      bytes: packed,
      claim: { ...gzip, rawSizeBytes: 9 },
      last: 'bytes',
      says: 'more than was announced',
    },
    {
      name: 'less in the archive than was announced',
      bytes: packed,
      claim: { ...gzip, rawSizeBytes: 9_999 },
      last: 'bytes',
      says: '9999 were announced',
    },
    {
      name: 'a dump cut before it was packed',
      bytes: gzipSync(dump.subarray(0, 600)),
      claim: gzip,
      last: 'structure',
      says: 'It ends in line',
    },
    { name: 'nothing', bytes: Buffer.alloc(0), claim: {}, last: 'header', says: '0 bytes' },
    { name: 'nothing, packed', bytes: gzipSync(''), claim: gzip, last: 'header', says: '0 bytes' },
  ])(
    '$name fails, and what would only follow from it is not told',
    async ({ bytes, claim, last, says }) => {
      const seen = await examine(bytes, { claim })
      expect(seen.verdict).toBe('failed')
      expect(seen.last).toMatchObject({ check: last, outcome: 'failed' })
      expect(seen.last?.detail).toContain(says)
      expect(seen).not.toHaveProperty('rows')
      const isOpened = last === 'structure' || last === 'header'
      expect(seen.method).toBe(isOpened ? 'structure read, not restored' : 'not opened')
      expect(seen.sha256).toBe(last === 'arrival' ? undefined : sha256Of(bytes))
    },
  )

  test('is none where bytes stand behind an archive that is whole, and they are told', async () => {
    const followed = Buffer.concat([packed, Buffer.from('garbage')])
    const seen = await examine(followed, { claim: gzip })
    expect(seen.verdict).toBe('warned')
    expect(seen.rows).toBeDefined()
    expect(seen.findings).toContainEqual(
      expect.objectContaining({ check: 'bytes', outcome: 'warned', code: 'followed' }),
    )
  })
})

describe('what could not be read', () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield dump.subarray(0, 500)
    throw away()
  }
  async function* silent(): AsyncGenerator<Uint8Array> {
    yield dump.subarray(0, 500)
    await new Promise(() => undefined)
  }

  test('is no damage: a store that goes away', async () => {
    const { verdict, findings, method } = await examine(dump, { source: stored(dump, broken()) })
    const { why: detail, mend } = away()
    expect({ verdict, findings, method }).toEqual({
      verdict: 'unverifiable',
      findings: [{ check: 'bytes', outcome: 'unverifiable', detail, mend }],
      method: 'not opened',
    })
  })

  test('is none either where it is gone, or nobody knows why', async () => {
    const findingsOf = async (open: () => Promise<undefined>) => {
      const { findings } = await postgresEngine({ clock: systemClock }).examiner(open)({
        key: 'x',
        claim: { encoding: 'identity', kind: 'postgres' },
        expected: expectationsOf({ shop: { kind: 'postgres' } }, 'shop').asked,
        deadlineAt: new Date(Date.now() + 60_000),
      })
      return findings
    }
    expect(await findingsOf(() => Promise.resolve(undefined))).toEqual([
      {
        check: 'bytes',
        outcome: 'unverifiable',
        detail: 'The snapshot is no longer in the store.',
        mend: 'Push again. If you did not delete it, look at who may write to the bucket.',
      },
    ])
    expect(await findingsOf(() => Promise.reject(new Error('?')))).toEqual([
      {
        check: 'bytes',
        outcome: 'unverifiable',
        detail: 'Reading the snapshot failed half-way.',
        mend: 'Nothing is to be done now: it is tried again by itself.',
      },
    ])
  })

  test('goes on where it broke, where the store gives parts', async () => {
    const range = (start: number, end: number) => Promise.resolve(pieces(dump.subarray(start, end)))
    const seen = await examine(dump, { source: { ...stored(dump, broken()), range } })
    expect(seen.rows).toEqual({ users: 3, orders: 2 })
  })

  test('a store that is silent: the time runs out, and that is said', async () => {
    const seen = await examine(dump, { source: stored(dump, silent()), seconds: 0.2 })
    expect(seen.findings).toEqual([
      {
        check: 'bytes',
        outcome: 'unverifiable',
        detail: 'The time ran out before the snapshot had been read.',
        mend: 'Fetch it with restore.sh --salvage --at TICKET to a machine with more time, and run "npx snapproof verify FILE" on it.',
      },
    ])
  })

  test('a file that is written to meanwhile', async () => {
    const file = path.join(temp, 'live.sql')
    writeFileSync(file, dump)
    async function* growing(): AsyncGenerator<Uint8Array> {
      yield dump
      await appendFile(file, 'more')
    }
    const source = { ...stored(dump, growing()), file }
    const seen = await examine(dump, { source })
    expect(seen.last).toMatchObject({
      outcome: 'unverifiable',
      detail: expect.stringContaining('changed while it was read'),
    })
  })
})

describe('snapproof verify', () => {
  const command = startCommand()
  afterAll(() => command.end())
  const verify = (file: string) =>
    command.run(['verify', file], { PATH: process.env['PATH'] ?? '' })

  const fileOf = (name: string, bytes: Buffer): string => {
    const file = path.join(temp, name)
    writeFileSync(file, bytes)
    return file
  }

  const dumps = [
    { name: 'backup_20251227_120000.gz', bytes: packed },
    { name: 'a.sql', bytes: dump },
    { name: 'b.sql.gz', bytes: packed },
    { name: 'nameless', bytes: dump },
  ]

  test.each(some(dumps, 1))('knows $name for a dump, restores it, and exits 0', async (known) => {
    const { stdout, code } = await verify(fileOf(known.name, known.bytes))
    expect(stdout).toMatch(
      /^passed {2}[^]*PostgreSQL 18\.\d+ \(PGlite .*\) restored 2 tables, 5 rows/,
    )
    expect(code).toBe(0)
  })

  test.each([
    { name: 'cut.gz', bytes: gzipSync(dump.subarray(0, 600)), code: 1 },
    { name: 'custom.dump', bytes: Buffer.from('PGDMP\x01\x0e\0'), code: 3 },
    {
      name: 'damaged.gz',
      bytes: Buffer.concat([packed.subarray(0, 60), packed.subarray(90)]),
      code: 1,
    },
  ])('exits $code for $name', async ({ name, bytes, code }) => {
    expect((await verify(fileOf(name, bytes))).code).toBe(code)
  })

  test('reads a dump of half a gigabyte in no more memory than a small one', slow, () => {
    const row = `${'1\t2\t'}${'x'.repeat(120)}\n`
    const many = Buffer.from(row.repeat(8_000))
    // What is asked of the server's own machine keeps it from being restored: this is about reading.
    const other = `COPY public.t TO PROGRAM 'true';\n`
    const parts = [`${header}COPY public.t (a, b, c) FROM stdin;\n`, `\\.\n\n${other}${trailer}`]
    const members = [
      gzipSync(parts[0] ?? ''),
      ...Array.from({ length: 500 }, () => gzipSync(many, { level: 1 })),
      gzipSync(parts[1] ?? ''),
    ]
    const file = fileOf('large.sql.gz', Buffer.concat(members))
    // Of its own memory: what getrusage() says holds that of the process which started it, too.
    const own = `/^VmHWM:\\s+(\\d+)/m.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))[1]`
    const told = fileOf('peak.cjs', Buffer.from(`process.on('exit', () => console.error(${own}))`))
    const start = (args: readonly string[]) =>
      spawnSync(process.execPath, args, { encoding: 'utf8' })
    // The first start of changed sources bundles them, in memory that is not asked about here.
    start(['lib/cli/launch.mjs', '--help'])
    const { stdout, stderr } = start(['--require', told, 'lib/cli/launch.mjs', 'verify', file])
    expect(stdout).toContain('Line 4000')
    expect(Number(stderr.trim()) / 1024).toBeLessThan(130)
  })
})
