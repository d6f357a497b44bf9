/** Does the sample of `npm start` stay small, however long it runs? */
import { spawnSync } from 'node:child_process'

import { expect, test } from 'vitest'

import { sampleScript } from '../../lib/local/sqlite/sample'

test('has no more rows after some more changes, once it has its size', () => {
  const changes = (count: number) => `${sampleScript.oneChange}\n`.repeat(count)
  const asked = `SELECT count(*) FROM tokens; SELECT count(*) FROM audit; PRAGMA foreign_key_check;\n`
  const input = `${sampleScript.schema}\n${sampleScript.firstRows}\n${changes(3100)}${asked}${changes(100)}${asked}`
  const { stdout, stderr } = spawnSync('sqlite3', [':memory:'], { input, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(
    stdout
      .replace(/^memory\n/, '')
      .trim()
      .split('\n'),
  ).toEqual(['5000', '2000', '5000', '2000'])
})
