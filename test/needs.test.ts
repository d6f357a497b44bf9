// Is a machine that lacks what the tests call told so in one line?
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
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

test('the README has the line that installs all of it on a bare Debian', () => {
  // Marked essential there: no Debian is without them.
  const everywhere = ['bsdutils', 'coreutils', 'dash', 'gzip', 'util-linux']
  const packagesIn = (text: string) => (/apt-get install -y (.+)/.exec(text)?.[1] ?? '').split(' ')
  const [, working = ''] = readFileSync('README.md', 'utf8').split('\n## Working on it\n')
  const needed = packagesIn(missingTools('/nowhere') ?? '')
  expect(packagesIn(working)).toEqual(
    needed.filter((name) => !everywhere.includes(name)).toSorted(),
  )
})

test('where these tests run, nothing is', () => {
  expect(missingTools(process.env['PATH'] ?? '')).toBeUndefined()
})
