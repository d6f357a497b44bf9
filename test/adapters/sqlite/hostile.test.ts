/** Files made to hurt, each in a process of its own whose memory is watched. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { openSpool } from '../../../lib/adapters/reading/spool'
import { verifyFile } from '../../../lib/cli/verbs/verify'
import { slow } from '../../cases'
import * as databases from '../../fixtures/databases'

const temp = mkdtempSync(path.join(tmpdir(), 'snapproof-hostile-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

const peakOf = (pid: number | undefined): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

const verifyInProcess = (file: string) =>
  new Promise<{ code: number | null; stdout: string; peakMiB: number }>((resolve) => {
    const child = spawn(process.execPath, ['lib/cli/launch.mjs', 'verify', file])
    let stdout = ''
    let peakMiB = 0
    const watching = setInterval(() => (peakMiB = Math.max(peakMiB, peakOf(child.pid))), 10)
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.on('close', (code) => {
      clearInterval(watching)
      resolve({ code, stdout, peakMiB })
    })
  })

const fileOf = (name: string, bytes: Buffer): string => {
  const file = path.join(temp, name)
  writeFileSync(file, bytes)
  return file
}

/** Nothing that one row costs is large, but there is no end to it. */
const dragging = (): Buffer =>
  databases.madeBy(`CREATE TABLE t (a CHECK (length(replace(hex(zeroblob(3000000)), '0', '1')) > 0));
    PRAGMA ignore_check_constraints=1;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i FROM n;`)

const generated = (): Buffer =>
  databases.madeBy(`CREATE TABLE g (a, b AS (hex(zeroblob(a))) VIRTUAL, CHECK (length(b) > 1));
    PRAGMA ignore_check_constraints=1; INSERT INTO g(a) VALUES (400000000);`)

describe('a hostile file', () => {
  const greedy = [
    { name: 'whose check builds a string of 900 MB', bytes: databases.greedy },
    { name: 'whose generated column is as large', bytes: generated },
  ]
  test.each(greedy)(
    '$name is unverifiable, and the process stays small',
    slow,
    async ({ name, bytes }) => {
      const seen = await verifyInProcess(fileOf(`${name}.db`, bytes()))
      expect(seen.code, seen.stdout).toBe(3)
      expect(seen.stdout).toContain('ran out of the memory')
      // A machine with much memory gives a file more of it than a function would.
      expect(seen.peakMiB).toBeGreaterThan(50)
      expect(seen.peakMiB).toBeLessThan(400)
    },
  )

  test('that keeps SQLite busy for ever is ended in time, and is not called bad', async () => {
    // That it comes back at all is the point: the question never ends.
    const options = { root: path.resolve('.'), timeoutMs: 3500 }
    const result = await verifyFile(fileOf('slow.db', dragging()), options)
    expect(result.verdict).toBe('unverifiable')
    expect(result.findings.at(-1)?.detail).toContain('The time ran out')
  })
})

describe('a spool', () => {
  const options = {
    folder: temp,
    limitBytes: Infinity,
    limitInMemoryBytes: Infinity,
    clock: { now: () => new Date() },
    randomHex: () => 'abc',
  }

  test('says that the disk is full, and does not throw', async () => {
    const spool = await openSpool(options)
    expect(await spool?.write(Buffer.alloc(3_000_000))).toBe(true)
    await spool?.close()
    expect(await spool?.write(Buffer.alloc(3_000_000))).toBe(false)
    expect(await spool?.flush()).toBe(false)
  })

  test('keeps what it is given, in pieces of any size, without a name', async () => {
    const spool = await openSpool(options)
    const bytes = Buffer.from(Array.from({ length: 2_500_000 }, (_, at) => at % 251))
    let at = 0
    for (const size of [1, 1_048_575, 1, 1_048_576, 100, 402_747]) {
      await spool?.write(bytes.subarray(at, (at += size)))
    }
    expect(await spool?.flush()).toBe(true)
    expect(spool?.sizeBytes).toBe(bytes.length)
    const head = await spool?.head(3_000_000)
    expect(head && bytes.equals(head)).toBe(true)
    await spool?.close()
  })
})
