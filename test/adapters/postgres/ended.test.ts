/**
 * A restore that comes to no end: the disk is full, or its process is killed. It says nothing of the dump, and
 * nothing of it is left behind.
 */
// @module-tag slow
import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '../../../lib/adapters/clock'
import { postgresEngine } from '../../../lib/adapters/postgres/examiner'
import { partsIn } from '../../../lib/adapters/postgres/parts'
import { restoreDump } from '../../../lib/adapters/postgres/restoring'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { postgresExpected } from '../../../lib/rules/kinds/postgres/settings'
import { header, smallDump, trailer } from '../../fixtures/dumps'

const mebibyte = 1024 ** 2

/** Rows that hardly pack, each a little more than half a kilobyte. */
const noisy = (rows: number): string => {
  const noise = (at: number) => createHash('sha512').update(`${at}`).digest('hex')
  const row = (at: number) => `${[0, 1, 2, 3].map((part) => noise(at * 4 + part)).join('')}\n`
  const data = Array.from({ length: rows }, (_, at) => row(at)).join('')
  return `${header}CREATE TABLE public.t (a text);\n\nCOPY public.t (a) FROM stdin;\n${data}\\.\n\n${trailer}`
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Those of this process that restore something. */
const restorers = (): number[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres-restorer'))
    .map(Number)

test('a disk that is full is told as that, with the line, and the process is gone', async () => {
  const parts = await partsIn(path.resolve('.build'))
  if (!parts) throw new TypeError('npm run build')
  const fd = openSync('/dev/full', 'r+')
  onTestFinished(() => closeSync(fd))
  const bytes = Buffer.from(noisy(40_000))
  const { ended, restored } = await restoreDump({
    parts,
    plan: {
      hotBytes: 2 * mebibyte,
      packedBytes: 8 * mebibyte,
      spillBytes: 1024 * mebibyte,
      plainSpillBytes: 512 * mebibyte,
      mostWasmBytes: 512 * mebibyte,
      mostResidentBytes: 900 * mebibyte,
      isFrugal: false,
    },
    spill: {
      fd,
      sizeBytes: 0,
      write: () => Promise.resolve(false),
      flush: () => Promise.resolve(false),
      head: () => Promise.resolve(new Uint8Array()),
      close: () => Promise.resolve(),
    },
    extensions: [],
    questions: [],
    source: { sizeBytes: bytes.length, chunks: once(bytes) },
    encoding: 'identity',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    leftMs: 120_000,
  })
  expect(restored).toBeUndefined()
  expect(ended).toMatchObject({ by: 'space', detail: expect.stringContaining('No space left') })
  expect(restorers()).toEqual([])
})

test('a process that is killed has verified nothing, and leaves nothing', async () => {
  const tempFolder = mkdtempSync(path.join(tmpdir(), 'snapproof-ended-'))
  onTestFinished(() => rmSync(tempFolder, { recursive: true }))
  const sql = smallDump.replace(trailer, `DO $$ BEGIN LOOP END LOOP; END $$;\n${trailer}`)
  const bytes = Buffer.from(sql)
  const assets = path.resolve('.build')
  const engine = postgresEngine({
    clock: systemClock,
    assets,
    memoryBytes: 1024 * mebibyte,
    tempFolder,
  })
  const killing = setInterval(() => {
    for (const pid of restorers()) process.kill(pid, 'SIGKILL')
  }, 500)
  const { findings } = await engine.examiner(() =>
    Promise.resolve({ sizeBytes: bytes.length, chunks: once(bytes) }),
  )({
    key: 'x',
    claim: { encoding: 'identity', kind: 'postgres' },
    expected: postgresExpected({ unrestored: 'unverifiable' }),
    deadlineAt: new Date(Date.now() + 120_000),
  })
  clearInterval(killing)
  expect(judgeAs('postgres', findings)).toBe('unverifiable')
  expect(findings.map(({ detail }) => detail).join('\n')).toContain(
    'Structure verified, not restored: the process that restores it ended.',
  )
  expect(restorers()).toEqual([])
  expect(readdirSync(tempFolder)).toEqual([])
})
