/** One case, from its recipe to all that was said of it. */
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { sqliteExpected } from '../../lib/rules/kinds/sqlite/settings'
import type { SqliteExpected } from '../../lib/rules/kinds/sqlite/settings'
import type { Announced } from '../../lib/rules/verdict/arrival'

import { prepare } from './cases/apply'
import type { Prepared } from './cases/apply'
import type { Recipe } from './cases/recipe'
import { examineIn, readings } from './judges/examine'
import type { Lab, Reading } from './judges/examine'
import type { Trial } from './judges/laws'
import { judgeNatively } from './judges/native'
import type { Native } from './judges/native'

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const claimOf = (bytes: Buffer, raw: Buffer | undefined): Announced => ({
  encoding: raw ? 'gzip' : 'identity',
  sizeBytes: bytes.length,
  sha256: sha256Of(bytes),
  ...(raw ? { rawSizeBytes: raw.length, rawSha256: sha256Of(raw) } : {}),
})

/** What a user may ask. A table that a base has not is no evidence against it: it is unmet, no more. */
const askingExpectations: SqliteExpected = {
  ...sqliteExpected(undefined),
  freshness: { sql: `SELECT '2026-01-01'`, withinMs: Number.MAX_SAFE_INTEGER },
  assertions: ['t', 't0', 'people', 'j', 'v w'].map((table) => ({
    name: `rows of ${table}`,
    sql: `SELECT count(*) FROM "${table}"`,
    expect: { atLeast: 0 },
    isWarning: false,
  })),
}

const nativeOf = async (lab: Lab, raw: Prepared['raw']): Promise<Native> => {
  if (!Buffer.isBuffer(raw)) return { said: 'refused', text: 'there is nothing to ask about' }
  const file = path.join(lab.folder, 'native.db')
  writeFileSync(file, raw)
  const native = await judgeNatively(file)
  rmSync(file)
  return native
}

const noClaim = (isArchive: boolean): Announced => ({ encoding: isArchive ? 'gzip' : 'identity' })

/** The way of reading that meets the foreign claim changes from case to case. */
const turnOf = (sha256: string, ways: number): number =>
  Number.parseInt(sha256.slice(0, 6), 16) % ways

/** A size that was not announced is told before anything is started; a hash costs a whole reading. */
const meetsOriginal = ({ base, bytes, isArchive }: Prepared, sha256: string): boolean => {
  if (isArchive || bytes.equals(base)) return false
  return bytes.length !== base.length || turnOf(sha256.slice(6), 4) === 0
}

export const tryCase = async (
  lab: Lab,
  recipe: Recipe,
  among: readonly Reading[] = readings,
): Promise<Trial> => {
  const prepared = prepare(recipe)
  const { base, bytes, isArchive, raw, isSound } = prepared
  const file = path.join(lab.folder, 'case.db')
  writeFileSync(file, bytes)
  const fits = claimOf(
    bytes,
    isArchive ? (Buffer.isBuffer(raw) ? raw : Buffer.alloc(0)) : undefined,
  )
  const sample = {
    file,
    bytes,
    claim: recipe.claim === 'fits' ? fits : noClaim(isArchive),
    expected: recipe.asks ? askingExpectations : sqliteExpected(undefined),
  }
  const ways = among.filter((reading) => reading !== 'by scans' || !isArchive)
  const original = { ...sample, claim: claimOf(base, undefined) }
  const turned = readings[turnOf(fits.sha256 ?? '', 3)] ?? 'spooled'
  const [seen, againstOriginal, native] = await Promise.all([
    Promise.all(ways.map((reading) => examineIn(lab, reading, sample))),
    meetsOriginal(prepared, fits.sha256 ?? '') ? examineIn(lab, turned, original) : undefined,
    nativeOf(lab, raw),
  ])
  rmSync(file)
  const archiveTrouble = Buffer.isBuffer(raw) ? undefined : raw.error
  return { seen, againstOriginal, native, isMadeSound: isSound, archiveTrouble }
}
