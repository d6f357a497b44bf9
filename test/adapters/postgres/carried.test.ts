/**
 * What a deploy carries that restores dumps: nothing where no database of PostgreSQL is named, and all that it
 * takes where one is, in the functions that open copies alone.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { systemClock } from '../../../lib/adapters/clock'
import { postgresEngine } from '../../../lib/adapters/postgres/examiner'
import { partsIn, pgliteVersion } from '../../../lib/adapters/postgres/parts'
import { slow } from '../../cases'
import { smallDump } from '../../fixtures/dumps'

const temp = mkdtempSync(path.join(tmpdir(), 'snapproof-carried-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

const functions = readdirSync('packages/snapshots')

const sentBy = (root: string, name: string): string[] => {
  const folder = path.join(root, 'packages/snapshots', name)
  return readFileSync(path.join(folder, '.include'), 'utf8').trim().split('\n')
}

const isOfRestoring = (file: string): boolean => /^(postgres-|pglite\.)|\.tar\.gz$/.test(file)

test.each(functions)(
  '%s carries nothing of it as this project is, without such a database',
  (name) => {
    expect(sentBy('.', name).filter(isOfRestoring)).toEqual([])
  },
)

test('a function that was sent without it has no parts', async () => {
  expect(await partsIn('packages/snapshots/verify')).toBeUndefined()
})

test('a data folder is made of exactly the PGlite that is installed', () => {
  const installed = JSON.parse(
    readFileSync('node_modules/@electric-sql/pglite/package.json', 'utf8'),
  ) as { version: string }
  expect(pgliteVersion).toBe(installed.version)
})

test('where one is named, what opens copies carries it, and restores with it', slow, async () => {
  for (const name of ['lib', 'packages', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(name, path.join(temp, name), { recursive: true })
  symlinkSync(path.resolve('node_modules'), path.join(temp, 'node_modules'))
  const named = readFileSync('lib/databases.ts', 'utf8').replace(
    /^export const databases.*$/m,
    "$&\n  shop: { kind: 'postgres' },",
  )
  writeFileSync(path.join(temp, 'lib/databases.ts'), named)
  const base = `postgres-base-${pgliteVersion}.tar.gz`
  mkdirSync(path.join(temp, '.build'))
  if (existsSync(`.build/${base}`)) cpSync(`.build/${base}`, path.join(temp, '.build', base))
  execFileSync('sh', ['lib/build.sh', '--anew'], { cwd: temp, stdio: 'ignore' })

  const carrying = functions.filter((name) => sentBy(temp, name).some(isOfRestoring))
  expect(carrying.toSorted()).toEqual(['drill', 'verdict', 'verify', 'watch'])
  for (const name of carrying) {
    const folder = path.join(temp, 'packages/snapshots', name)
    const sent = sentBy(temp, name)
    expect(sent).toEqual(
      expect.arrayContaining(['pglite.wasm', 'pglite.data', base, 'citext.tar.gz']),
    )
    const sizeBytes = sent.reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0)
    expect(sizeBytes).toBeLessThan(24 * 1024 ** 2)
  }

  // As it is sent: exactly those files, in a folder of their own.
  const alone = path.join(temp, 'alone')
  for (const file of sentBy(temp, 'verify'))
    cpSync(path.join(temp, 'packages/snapshots/verify', file), path.join(alone, file))
  const bytes = Buffer.from(smallDump)
  async function* once(): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  const engine = postgresEngine({ clock: systemClock, assets: alone })
  const { method } = await engine.examiner(() =>
    Promise.resolve({ sizeBytes: bytes.length, chunks: once() }),
  )({
    key: 'x',
    claim: { encoding: 'identity' },
    expected: { tables: {}, rows: {}, restore: 'wanted' },
    deadlineAt: new Date(Date.now() + 120_000),
  })
  expect(method).toContain('restored into PostgreSQL 18')
})
