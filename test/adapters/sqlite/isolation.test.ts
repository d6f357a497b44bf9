/** What does a hostile file leave for the next one? Nothing: each is told what it is told when alone. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { systemClock } from '../../../lib/adapters/clock'
import { sqliteExaminer } from '../../../lib/adapters/sqlite/examiner'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { expectationsOf } from '../../../lib/rules/settings/databases'
import { isThorough, slow, some } from '../../cases'
import * as databases from '../../fixtures/databases'

const temp = mkdtempSync(path.join(tmpdir(), 'snapproof-isolation-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

const memoryBytes = 256 * 1024 ** 2

/** Another amount is another sort of thread: what is asked with it shares none with the rest. */
const examine = async (bytes: Buffer, more: { seconds?: number; isAlone?: boolean } = {}) => {
  const { seconds = 150, isAlone = false } = more
  const run = sqliteExaminer({
    open: () =>
      Promise.resolve({
        sizeBytes: bytes.length,
        chunks: (async function* () {
          yield bytes
        })(),
      }),
    workerPath: path.resolve('.build/sqlite-worker.cjs'),
    wasmPath: path.resolve('.build/sql-wasm.wasm'),
    memoryBytes: isAlone ? memoryBytes + (alone += 1024 ** 2) : memoryBytes,
    tempFolder: temp,
    clock: systemClock,
  })
  const { tookMs: _, ...examination } = await run({
    key: 'x',
    claim: { encoding: 'identity', sha256: createHash('sha256').update(bytes).digest('hex') },
    expected: expectationsOf({ x: { tables: { tokens: ['key'] } } }, 'x').asked,
    deadlineAt: new Date(Date.now() + (seconds + 2) * 1000),
  })
  return examination
}
let alone = 0

/** Names that mean something to JavaScript, and values that would, were they ever taken for it. */
const named = (): Buffer =>
  databases.madeBy(`CREATE TABLE "__proto__" (key TEXT, "constructor" TEXT, "toString" TEXT);
    CREATE TABLE "constructor" (key TEXT); CREATE TABLE "hasOwnProperty" ("__proto__" TEXT);
    CREATE TABLE tokens (key TEXT); CREATE TABLE "then" (a); CREATE INDEX "valueOf" ON "then"(a);
    CREATE VIEW "globalThis" AS SELECT 'x' AS "prototype";
    INSERT INTO "__proto__" VALUES ('__proto__', 'constructor', 'prototype');`)

/** Nothing that one row costs is large, but there is no end to it. */
const endless = (): Buffer =>
  databases.madeBy(`CREATE TABLE t (a CHECK (length(replace(hex(zeroblob(3000000)), '0', '1')) > 0));
    PRAGMA ignore_check_constraints=1;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i FROM n;`)

type Case = { bytes: Buffer; verdict: string; words: string; seconds?: number }

const cases = {
  sound: { bytes: databases.sound(), verdict: 'passed', words: '' },
  greedy: { bytes: databases.greedy(), verdict: 'unverifiable', words: 'ran out of the memory' },
  endless: { bytes: endless(), verdict: 'unverifiable', words: 'The time ran out', seconds: 0.5 },
  damaged: { bytes: databases.withZeroedPage(), verdict: 'failed', words: '' },
  named: { bytes: named(), verdict: 'passed', words: '' },
} satisfies Record<string, Case>

type Name = keyof typeof cases

const namesOf = (record: typeof cases): Name[] => Object.keys(record) as Name[]

const ordersOf = (names: readonly Name[]): Name[][] =>
  names.length === 0
    ? [[]]
    : names.flatMap((first) =>
        ordersOf(names.filter((name) => name !== first)).map((rest) => [first, ...rest]),
      )

const optionsOf = (name: Name): { seconds?: number } => {
  const { seconds }: Case = cases[name]
  return seconds === undefined ? {} : { seconds }
}

/** Where the time ran out, how far it had come is chance. */
const comparable = (name: Name, seen: Awaited<ReturnType<typeof examine>>) => {
  if (name !== 'endless') return seen
  const { outcome, detail = '' } = seen.findings.at(-1) ?? {}
  return { outcome, isLate: detail.startsWith('The time ran out before') }
}

describe('files one after the other', () => {
  const told = new Map<Name, unknown>()

  test.each(namesOf(cases))('%s is told of what it is, alone', async (name) => {
    const { bytes, verdict, words } = cases[name]
    const seen = await examine(bytes, { ...optionsOf(name), isAlone: true })
    expect(judgeAs('sqlite', seen.findings), JSON.stringify(seen.findings)).toBe(verdict)
    expect(JSON.stringify(seen.findings)).toContain(words)
    told.set(name, comparable(name, seen))
  })

  const some4 = namesOf(cases).filter((name) => isThorough || name !== 'named')
  const orders = some(ordersOf(some4), 1).map((order) => ({ order, words: order.join(', ') }))
  test.each(orders)('and after any other: $words', async ({ order }) => {
    for (const name of [...order, 'sound', 'named'] as const) {
      const seen = await examine(cases[name].bytes, optionsOf(name))
      expect(comparable(name, seen), name).toEqual(told.get(name))
    }
  })

  test('and beside any other', slow, async () => {
    const names = [...namesOf(cases), ...namesOf(cases)].filter((name) => name !== 'greedy')
    const all = await Promise.all(names.map((name) => examine(cases[name].bytes, optionsOf(name))))
    all.forEach((seen, at) => {
      const name = names[at] ?? 'sound'
      expect(comparable(name, seen), name).toEqual(told.get(name))
    })
  })
})
