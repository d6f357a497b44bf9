import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { made } from '../adapters/sqlite/sessions'
import { mixed } from '../adapters/sqlite/variants'

import { survey } from './survey'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-survey-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the survey of files that others made', () => {
  test('opens each SQLite file below a folder, as it is and damaged, and counts what was said', async () => {
    mkdirSync(path.join(folder, 'deep'))
    writeFileSync(path.join(folder, 'deep/one.sqlite'), made(mixed))
    writeFileSync(path.join(folder, 'two.db'), made('CREATE TABLE t (a UNIQUE);'))
    writeFileSync(path.join(folder, 'text.db'), 'none')
    const told: string[] = []
    const tell = (line: string) => void told.push(line)
    const split = await survey({ folder, library: undefined, each: 8, seed: '1', tell })
    expect(split).toBe(0)
    expect(told).toContain('deep/one.sqlite')
    expect(told.join('\n')).toContain('2 files, against SQLite')
    expect(told).toContain('| as it is | 2 | 2 | 0 | 0 | 0 |')
    expect(told.join('\n')).toMatch(/\| cut \| 2 \| 0 \| 2 \| 0 \|/)
  })
})
