/**
 * Who watches over a restore: what the process that restores is given, what is heard of it, and which end is
 * told of which. A program of a few lines stands in for PostgreSQL, and behaves as it is asked to.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, describe, expect, test } from 'vitest'

import { systemClock } from '../../../lib/adapters/clock'
import { postgresEngine } from '../../../lib/adapters/postgres/examiner'
import { partsIn, pgliteVersion } from '../../../lib/adapters/postgres/parts'
import { restoreDump } from '../../../lib/adapters/postgres/restoring'
import type { RestoringOrder } from '../../../lib/adapters/postgres/restoring'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { postgresExpected } from '../../../lib/rules/kinds/postgres/settings'
import { smallDump } from '../../fixtures/dumps'

const temp = mkdtempSync(path.join(tmpdir(), 'snapproof-watching-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

/** Its first question says how it is to behave. */
const program = `
const { readSync, writeSync } = require('node:fs')
if (process.argv[2] === 'bake') { writeSync(1, 'baked in ' + process.argv[3]); process.exit(0) }
const all = (fd) => {
  const parts = [], piece = Buffer.alloc(65536)
  for (let count; (count = readSync(fd, piece, 0, piece.length, null)) > 0;)
    parts.push(Buffer.from(piece.subarray(0, count)))
  return Buffer.concat(parts).toString()
}
const tell = (news) => writeSync(4, JSON.stringify(news) + '\\n')
const order = JSON.parse(all(3))
const [how] = order.questions
if (how === 'stay') setInterval(() => undefined, 1000)
else {
  const dump = all(0)
  const seen = { order, dump, flags: process.execArgv, env: process.env, cwd: process.cwd(), parent: process.ppid }
  tell({ kind: 'started', version: how === 'plainly' ? '18.7' : JSON.stringify(seen) })
  const restored = { statements: 3, refused: [], refusals: 0, skipped: {}, missing: [] }
  const one = { isDivided: false, isPart: false, isBorrowed: false }
  const tables = [
    { ...one, table: 'users', rows: 3, columns: ['id', 'email'] },
    { ...one, table: 'orders', rows: 2, columns: ['id', 'user_id'] },
    { ...one, table: 'spatial', rows: 8500, columns: ['id'], isBorrowed: true },
  ]
  tell({ kind: 'restored', restored })
  if (how === 'end by itself') process.kill(process.pid, 'SIGTERM')
  if (how === 'die') process.exit(3)
  if (how === 'halt') tell({ kind: 'halted', halted: { by: 'space', line: 7, detail: 'full' } })
  else {
    tell({ kind: 'tables', tables })
    tell({ kind: 'references', references: { keys: 1, orphans: [] } })
    tell({ kind: 'answers', answers: [{ rows: [['1']], isCut: false }] })
    tell({ kind: 'upkeep' })
    tell({ kind: 'done' })
  }
}
`

const assets = path.join(temp, 'assets')
mkdirSync(assets)
for (const [name, text] of [
  ['postgres-restorer.cjs', program],
  ['pglite.wasm', ''],
] as const)
  writeFileSync(path.join(assets, name), text)

const parts = {
  script: path.join(assets, 'postgres-restorer.cjs'),
  engineFolder: assets,
  baseFile: path.join(assets, `postgres-base-${pgliteVersion}.tar.gz`),
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const plan = {
  hotBytes: 1,
  packedBytes: 2,
  spillBytes: 3,
  plainSpillBytes: 4,
  mostWasmBytes: 5,
  mostResidentBytes: 6,
  isFrugal: false,
}

const orderTo = (how: string, more: Partial<RestoringOrder> = {}): RestoringOrder => {
  const bytes = Buffer.from('the dump\n')
  return {
    parts,
    plan,
    spill: undefined,
    extensions: ['postgis'],
    questions: [how],
    source: { sizeBytes: bytes.length, chunks: once(bytes) },
    encoding: 'identity',
    sha256: hashOf(bytes),
    leftMs: 60_000,
    ...more,
  }
}

const news = {
  restored: { statements: 3, refused: [], refusals: 0, skipped: {}, missing: [] },
  references: { keys: 1, orphans: [] },
  answers: [{ rows: [['1']], isCut: false }],
}

describe('the process that restores', () => {
  test('is given the dump, the order and nothing else, and is heard to its end', async () => {
    const { version = '', ...seen } = await restoreDump(orderTo('tell'))
    const { order, dump, flags, env, cwd, parent } = JSON.parse(version) as Record<string, unknown>
    expect({ order, dump, env, cwd, parent }).toEqual({
      order: {
        parent: process.pid,
        engineFolder: assets,
        baseFile: parts.baseFile,
        extensions: ['postgis'],
        questions: ['tell'],
        mostWasmBytes: 5,
        hotBytes: 1,
        packedBytes: 2,
        mostResidentBytes: 6,
      },
      dump: 'the dump\n',
      env: {},
      cwd: '/',
      parent: process.pid,
    })
    const isOld = process.allowedNodeEnvironmentFlags.has('--experimental-permission')
    expect(flags).toEqual([
      isOld ? '--experimental-permission' : '--permission',
      `--allow-fs-read=${parts.script}`,
      `--allow-fs-read=${assets}/*`,
      `--allow-fs-read=${parts.baseFile}`,
      '--allow-worker',
      '--max-old-space-size=96',
      '--no-warnings',
    ])
    expect(seen).toMatchObject({ ...news, upkeep: { refusal: undefined } })
    expect(seen.tables).toHaveLength(3)
    expect(seen.ended).toBeUndefined()
  })

  test('is given less to compile with where memory is short, and gets a packed dump unpacked', async () => {
    const bytes = gzipSync('packed\n')
    const { version = '' } = await restoreDump(
      orderTo('tell', {
        plan: { ...plan, isFrugal: true },
        source: { sizeBytes: bytes.length, chunks: once(bytes) },
        encoding: 'gzip',
        sha256: hashOf(bytes),
      }),
    )
    const { dump, flags } = JSON.parse(version) as { dump: string; flags: string[] }
    expect(dump).toBe('packed\n')
    expect(flags.at(-3)).toBe('--liftoff-only')
  })

  test.each([
    { how: 'end by itself', by: 'watchdog' },
    { how: 'die', by: 'death' },
  ])('may $how: what it said until then counts', async ({ how, by }) => {
    const seen = await restoreDump(orderTo(how))
    expect([seen.restored, seen.ended, seen.tables]).toEqual([news.restored, { by }, undefined])
  })

  test('may say why it comes to no end', async () => {
    const { ended } = await restoreDump(orderTo('halt'))
    expect(ended).toEqual({ by: 'space', line: 7, detail: 'full' })
  })

  test('is ended when its time is up', async () => {
    expect(await restoreDump(orderTo('stay', { leftMs: 1 }))).toEqual({ ended: { by: 'time' } })
  })

  test('is not asked of a dump that reads otherwise the second time', async () => {
    await expect(
      restoreDump(orderTo('tell', { sha256: hashOf(Buffer.from('other')) })),
    ).rejects.toThrow('Two readings of the same part of the object gave different bytes.')
  })

  test('may not be there to be started', async () => {
    const { execPath } = process
    process.execPath = path.join(temp, 'no-node')
    try {
      expect(await restoreDump(orderTo('tell'))).toEqual({ ended: { by: 'start' } })
    } finally {
      process.execPath = execPath
    }
  })
})

describe('the data folder it starts from', () => {
  test('is made where it is not there, once, and only where it can be made', async () => {
    expect(await partsIn(assets)).toBeUndefined()
    writeFileSync(path.join(assets, 'initdb.wasm'), '')
    const [one, other] = await Promise.all([partsIn(assets), partsIn(assets)])
    expect([one, other]).toEqual([parts, parts])
    expect(await partsIn(assets)).toEqual(parts)
  })

  test('is none where what makes it fails', async () => {
    const broken = path.join(temp, 'broken')
    mkdirSync(broken)
    writeFileSync(path.join(broken, 'postgres-restorer.cjs'), 'process.exit(1)')
    for (const name of ['pglite.wasm', 'initdb.wasm']) writeFileSync(path.join(broken, name), '')
    expect(await partsIn(broken)).toBeUndefined()
  })
})

describe('a dump', () => {
  const examined = async (how: string, { assets: where = assets, seconds = 600 } = {}) => {
    const bytes = Buffer.from(smallDump)
    const engine = postgresEngine({
      clock: systemClock,
      assets: where,
      memoryBytes: 1024 ** 3,
      tempFolder: temp,
    })
    const examine = engine.examiner(() =>
      Promise.resolve({ sizeBytes: bytes.length, chunks: once(bytes) }),
    )
    const { findings, method, rows } = await examine({
      key: 'x',
      claim: { encoding: 'identity', kind: 'postgres' },
      expected: postgresExpected({ freshest: how }),
      deadlineAt: new Date(Date.now() + seconds * 1000),
    })
    const told = findings.map(({ check, outcome, detail }) => `${outcome} ${check}: ${detail}`)
    const mends = findings.flatMap((one) => ('mend' in one ? [one.mend] : []))
    return { told, mends, method, rows, verdict: judgeAs('postgres', findings) }
  }

  test('that was restored is judged by what came of it, without what came with an extension', async () => {
    const { told, method, rows } = await examined('plainly')
    expect(method).toBe(`restored into PostgreSQL 18.7 (PGlite ${pgliteVersion})`)
    expect(told).toContain(
      `passed structure: PostgreSQL 18.7 (PGlite ${pgliteVersion}) restored 2 tables, 5 rows.`,
    )
    expect(told).toContain(
      'passed structure: REINDEX and ANALYZE went through every table and index.',
    )
    expect(rows).toEqual({ users: 3, orders: 2 })
  })

  test.each([
    { how: 'halt', says: 'there was no room for its database, at line 7 (full)' },
    { how: 'die', says: 'the process that restores it ended' },
  ])('whose restore came to no end ($how) is told as read alone', async ({ how, says }) => {
    const { told, method, verdict } = await examined(how)
    expect([method, verdict]).toEqual(['structure read, not restored', 'warned'])
    expect(told.find((one) => one.startsWith('warned'))).toContain(says)
  })

  test('for which there is no time, or nothing to restore it with, is read alone, and why is said', async () => {
    const late = await examined('plainly', { seconds: 9 })
    expect(late.told.find((one) => one.startsWith('warned'))).toContain('are left')
    const empty = await examined('plainly', { assets: temp })
    expect(empty.told.find((one) => one.startsWith('warned'))).toContain(
      'what restores it is not here',
    )
    expect(empty.mends.join()).toContain(
      'a database of this kind in lib/databases.ts, and a deploy',
    )
  })
})
