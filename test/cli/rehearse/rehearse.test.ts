// The disaster, rehearsed as a person does it; and a proof that would not take a wrong database.
// @module-tag slow
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import type { Home } from '../../../lib/cli/home'
import { proofOf } from '../../../lib/cli/rehearse/proof'
import { ask, carryOut, guestApp, replay, sampleApp } from '../../../lib/local/sqlite/app'
import { sound } from '../../fixtures/databases'
import { jsonShapes } from '../json-shapes'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-disaster-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const leftOver = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('snapproof-rehearsal-'))

const rehearse = (...args: string[]) => {
  const env = {
    PATH: process.env['PATH'] ?? '',
    // A store and channels that a rehearsal must never touch.
    SPACES_ENDPOINT: 'https://spaces.invalid',
    SPACES_API_KEY: 'key',
    SPACES_API_SECRET: 'secret',
    ALERTS: 'https://alerts.invalid/',
    SNAPPROOF_FILE: '/nowhere/live.db',
    SNAPPROOF_HOME: path.join(folder, 'untouched'),
  }
  const launcher = path.resolve('lib/cli/launch.mjs')
  return spawnSync(process.execPath, [launcher, 'rehearse', ...args], {
    env,
    cwd: folder,
    encoding: 'utf8',
  })
}

describe('snapproof rehearse', () => {
  test('loses a database that is being written to, and brings it back, row for row', () => {
    const before = leftOver()
    const ended = rehearse()
    expect(ended, ended.stderr).toMatchObject({ status: 0, stderr: '' })
    const steps = [
      'build',
      'database',
      'app',
      'push.sh',
      'disaster',
      'restore.sh',
      'right',
      'lost',
      'recovered',
    ]
    const lines = ended.stdout.trim().split('\n')
    for (const line of lines) expect(line).toMatch(/^ *\d+(\.\d)? s {2}/)
    const told = lines
      .map((line) => line.replace(/^ *\S+ s {2}/, '').split(' ')[0])
      .filter((word) => word !== '')
    expect([...new Set(told)]).toEqual(steps)
    expect(ended.stdout).toMatch(/verdict passed/)
    expect(ended.stdout).toMatch(/right +all \d+ rows are back, each as it was at commit \d+\n/)
    expect(ended.stdout).toMatch(/lost +\d+ commits? \(\d+ rows?\) made after the copy was taken/)
    expect(leftOver()).toEqual(before)
    expect(readdirSync(folder)).toEqual([])
  })

  test('takes a copy of one’s own database, and leaves the file as it is', () => {
    const file = path.join(folder, 'my own.db')
    writeFileSync(file, sound(1234))
    const mtime = statSync(file).mtimeMs
    const ended = rehearse('--database', file, '--json')
    expect(ended, ended.stderr).toMatchObject({ status: 0, stderr: '' })
    const proof = jsonShapes.rehearse.parse(JSON.parse(ended.stdout))
    expect(proof).toMatchObject({ isProven: true })
    expect(proof.rowsRestored).toBe(1234 + proof.restoredTo)
    expect(proof.rowsAtLoss - proof.rowsRestored).toBe(proof.lostCommits)
    expect(proof.restoredTo).toBeGreaterThanOrEqual(25)
    expect(proof.recoveryMs).toBeGreaterThan(0)
    expect(readFileSync(file).equals(sound(1234))).toBe(true)
    expect(statSync(file).mtimeMs).toBe(mtime)
    expect(readdirSync(folder)).toEqual(['my own.db'])
  })

  test('refuses a file that is not there, before it does anything', () => {
    const ended = rehearse('--database', '/nowhere/x.db')
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(/^snapproof: There is no file \/nowhere\/x\.db; .+\nmend: .+\n$/)
  })
})

describe('the proof', () => {
  const engine = 'sqlite3'

  /** An app that had come to commit 40 when it was lost, and what was brought back of it. */
  const restoredTo = async (name: string, commit: number, damage = '') => {
    const home: Home = {
      root: path.resolve('.'),
      folder: path.join(folder, name),
      isEmbedded: true,
      variables: {},
    }
    spawnSync('mkdir', ['-p', home.folder])
    const [base, file] = [path.join(home.folder, 'base.db'), path.join(home.folder, 'app.db')]
    await carryOut(engine, base, sampleApp.schema)
    copyFileSync(base, file)
    await replay(engine, file, sampleApp, commit)
    if (damage !== '') await carryOut(engine, file, damage)
    spawnSync('chmod', ['600', file])
    const stage = { home, engine, app: sampleApp, file, base } as const
    const seen = { atPush: 20, afterPush: 30, atLoss: 40, rowsAtLoss: 2080, tookMs: 5 }
    return { proof: await proofOf(stage, seen), stage, seen }
  }

  test('takes exactly what was there at a commit of the push', async () => {
    const { proof } = await restoredTo('right', 25)
    expect(proof).toMatchObject({ isProven: true, lostCommits: 15, rowsRestored: 2050 })
    expect(proof.lostWords).toBe(
      '15 commits (30 rows) made after the copy was taken: a backup brings back no more',
    )
  })

  test.each([
    { name: 'older', commit: 19, damage: '' },
    { name: 'younger', commit: 31, damage: '' },
    { name: 'changed', commit: 25, damage: "UPDATE tokens SET value = 'x' WHERE rowid = 1900;" },
    { name: 'short', commit: 25, damage: 'DELETE FROM tokens WHERE rowid = 1900;' },
    { name: 'unindexed', commit: 25, damage: 'DROP INDEX audit_by_token;' },
  ])('does not take one that is $name', async ({ name, commit, damage }) => {
    const { proof } = await restoredTo(name, commit, damage)
    expect(proof.isProven).toBe(false)
    expect(proof.findings.filter(({ isRight }) => !isRight)).toHaveLength(1)
  })

  test('does not take a file that others may read', async () => {
    const { stage, seen } = await restoredTo('open', 25)
    spawnSync('chmod', ['644', stage.file])
    expect((await proofOf(stage, seen)).isProven).toBe(false)
  })

  test('works with python3 where sqlite3 is missing', async () => {
    const file = path.join(folder, 'py.db')
    await carryOut('python3', file, guestApp.schema)
    await replay('python3', file, guestApp, 3)
    expect(await ask('python3', file, guestApp.last)).toEqual(['3'])
  })
})
