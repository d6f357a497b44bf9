/** Does `.env` hold every value as it was given, to nobody but its owner, and everything else as it was? */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseEnv } from 'node:util'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { withValues, writeEnv } from '../../../lib/cli/setup/env-file'

describe('a value in .env', () => {
  test.each([
    'plain',
    'https://fra1.digitaloceanspaces.com',
    'with blanks and a # in it',
    `it's`,
    'a "quoted" word',
    `both ' and "`,
    'back\\slash and $dollar and \\n that is no end of a line',
    '=',
    ' blanks at both ends ',
  ])('is read back as it is: %j', (value) => {
    const text = withValues('A=1\nNAME=off\nB=2\n', { NAME: value })
    expect(parseEnv(text)).toEqual({ A: '1', NAME: value, B: '2' })
  })

  test.each(['two\nlines', `every ' and " and \``, 'end\r'])(
    'is refused where no line holds it: %j',
    (value) => {
      expect(() => withValues('', { NAME: value })).toThrow('The value of NAME cannot be written')
    },
  )

  test('takes the place of the one before, and changes no other line', () => {
    const text = '# ALERTS=no\nexport ALERTS="off" # who\nALERTS_REMIND=24h\nX="a\nb"\n'
    expect(withValues(text, { ALERTS: 'a, b', NEW: '1' })).toBe(
      `# ALERTS=no\nALERTS='a, b'\nALERTS_REMIND=24h\nX="a\nb"\nNEW=1\n`,
    )
  })

  test('breaks no value of several lines', () => {
    expect(() => withValues('X="a\nNAME=b"\n', { NAME: 'c' })).toThrow('cannot be written')
  })
})

describe('the file', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'snapproof-env-'))
    writeFileSync(path.join(root, '.env.example'), readFileSync('.env.example'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const file = () => path.join(root, '.env')

  test('begins as the example, is for its owner alone, and nothing is left beside it', () => {
    writeEnv(root, { SPACES_BUCKET: 'copies' })
    const example = readFileSync('.env.example', 'utf8')
    const { SPACES_BUCKET, ...others } = parseEnv(readFileSync(file(), 'utf8'))
    expect(SPACES_BUCKET).toBe('copies')
    const { SPACES_BUCKET: _, ...expected } = parseEnv(example)
    expect(others).toEqual(expected)
    expect(readFileSync(file(), 'utf8')).toMatch(/^# Made by "npx snapproof setup"\. Write off/)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(existsSync(`${file()}.new`)).toBe(false)
  })

  test('stays a link where it is one, and is closed to others where it was not', () => {
    const elsewhere = path.join(root, 'kept.env')
    writeFileSync(elsewhere, 'A=1\n', { mode: 0o644 })
    symlinkSync(elsewhere, file())
    writeEnv(root, { B: '2' })
    expect(readFileSync(elsewhere, 'utf8')).toBe('A=1\nB=2\n')
    expect(statSync(elsewhere).mode & 0o777).toBe(0o600)
  })
})
