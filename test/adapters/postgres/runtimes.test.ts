/**
 * The child that restores is shut in by flags of Node, which are called otherwise from version to version: on each of
 * those that the cloud has it starts, restores one dump, and may read and write nothing else.
 */
// @module-tag slow
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { smallDump } from '../../fixtures/dumps'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-runtimes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As test/runtimes.sh has fetched them; without it the one that runs the tests. */
const fetched = process.env['SNAPPROOF_RUNTIMES'] ?? ''
const runtimes = [
  { name: `Node ${process.versions.node}`, binary: process.execPath },
  ...(existsSync(fetched) ? readdirSync(fetched) : [])
    .filter((name) => /^node\d+$/.test(name))
    .map((name) => ({ name, binary: path.resolve(fetched, name, 'bin/node') })),
]

test.each(runtimes)('a dump is restored under $name', ({ binary }) => {
  const file = path.join(folder, 'shop.sql')
  const reads = `SELECT pg_read_file('${path.resolve('package.json')}');\n`
  writeFileSync(file, smallDump)
  const verify = () =>
    spawnSync(binary, ['lib/cli/launch.mjs', 'verify', file, '--json'], { encoding: 'utf8' })
  const { status, stdout, stderr } = verify()
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const { verdict, method } = JSON.parse(stdout)
  expect(verdict).toBe('passed')
  expect(method).toMatch(/^restored into PostgreSQL 18/)
  writeFileSync(file, smallDump.replace('SET statement', `${reads}SET statement`))
  expect(verify().stdout).toContain('could not open file')
})
