// Is a machine that lacks what the tests call told so in one line?
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { missingTools } from './needs'

test('whatever is missing is named at once, with the line that installs it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-needs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const there of ['curl', 'gzip', 'dash', 'flock', 'script', 'sha256sum', 'sqlite3'])
    symlinkSync('/bin/true', path.join(folder, there))
  expect(missingTools(folder)).toBe(
    'npm test: needs programs that are not here (fuser, openssl, python3); nothing was run.\n' +
      'mend: apt-get install -y psmisc openssl python3\n',
  )
})

test('where these tests run, nothing is', () => {
  expect(missingTools(process.env['PATH'] ?? '')).toBeUndefined()
})
