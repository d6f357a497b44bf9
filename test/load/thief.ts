/**
 * Who holds the push token of one database, and would like nobody else to get a verdict: as many tickets as
 * he is given at once, each for a file that keeps SQLite busy for ever, and each asked for again and again.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { makeHost } from '../faults/world/scripts'
import { sql } from '../faults/world/writer'

import { pushInCode } from './client'
import type { Access } from './client'
import type { Pushed } from './crowd'
import type { Source } from './databases'

export const thief = 'thief'

/** More than an hour has tickets for. */
export const moreThanAnHour = 30

const place = (nth: number): string => `copy-${String(nth).padStart(4, '0')}`

/** Nothing that one row costs is large, but there is no end to it. */
const busy = `PRAGMA journal_mode=delete; CREATE TABLE place (name TEXT); INSERT INTO place VALUES ('${place(0)}');
CREATE TABLE t (a CHECK (length(replace(hex(zeroblob(3000000)), '0', '1')) > 0)); PRAGMA ignore_check_constraints=1;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i FROM n;`

const hash = (how: 'sha256' | 'md5', bytes: Buffer): string =>
  createHash(how).update(bytes).digest('hex')

const filesOf = (folder: string, copies: number): Source[] => {
  const host = makeHost(folder, thief)
  sql(host.file, busy)
  const template = readFileSync(host.file)
  const at = template.indexOf(place(0))
  if (at < 0) throw new Error('the template has lost its place')
  return Array.from({ length: copies }, (_, nth) => {
    const bytes = Buffer.from(template)
    bytes.write(place(nth + 1), at, 'latin1')
    const file = path.join(host.folder, `${nth}.db`)
    writeFileSync(file, bytes)
    const sums = { sha256: hash('sha256', bytes), md5: hash('md5', bytes) }
    return { ...host, file, sizeBytes: bytes.length, ...sums }
  })
}

/** Nobody waits for him: he goes on until everything is closed. */
export const besiege = (
  { folder, endlessFiles }: { folder: string; endlessFiles: number },
  access: Access,
): void => {
  for (const source of filesOf(folder, endlessFiles))
    void pushInCode(access, source).catch(() => undefined)
}

/** The watch comes every ten minutes: by so much, and no more, may he delay anybody. */
export const runOfWatchMs = 600_000

const latestOf = (pushed: readonly Pushed[]): number =>
  Math.max(0, ...pushed.map(({ tookMs }) => tookMs))

/** Each push against itself without him. */
export const delayedBy = (
  without: readonly Pushed[],
  beside: readonly Pushed[],
): { found: string[]; line: string } => {
  const before = new Map(without.map(({ source, tookMs }) => [source.name, tookMs]))
  const delays = beside.map(({ source, tookMs }) => ({
    name: source.name,
    delayMs: tookMs - (before.get(source.name) ?? 0),
  }))
  const found = delays
    .filter(({ delayMs }) => delayMs > runOfWatchMs)
    .map(
      ({ name, delayMs }) => `${name} came ${Math.round(delayMs / 1000)} s later beside the thief`,
    )
  const most = Math.max(0, ...delays.map(({ delayMs }) => delayMs))
  const inSeconds = (ms: number) => `${Math.round(ms / 1000)} s`
  const line = `the slowest push took ${inSeconds(latestOf(without))} without the thief and ${inSeconds(latestOf(beside))} beside him; none was delayed by more than ${inSeconds(most)}`
  return { found, line }
}
