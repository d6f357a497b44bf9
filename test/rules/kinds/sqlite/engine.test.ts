import { describe, expect, test } from 'vitest'

import { judgeEngine } from '../../../../lib/rules/kinds/sqlite/engine'

describe('the host’s SQLite', () => {
  test.each([
    { version: '3.6.23', mode: 'wal', noted: false },
    { version: '3.7.0', mode: 'wal', noted: true },
    { version: '3.40.1', mode: 'wal', noted: true },
    { version: '3.51.2', mode: 'wal', noted: true },
    { version: '3.51.3', mode: 'wal', noted: false },
    { version: '3.51.1000', mode: 'wal', noted: false },
    { version: '4.0.0', mode: 'wal', noted: false },
    { version: '3.40.1', mode: 'delete', noted: false },
    { version: 'unknown', mode: 'wal', noted: false },
  ])('$version in $mode: noted $noted', ({ version, mode, noted }) => {
    const found = judgeEngine({ sqliteVersion: version, journalMode: mode }, 'passed')
    expect(found?.outcome).toBe(noted ? 'passed' : undefined)
  })

  test.each([
    { structure: 'passed', said: 'this copy shows no sign of it' },
    { structure: 'failed', said: 'it may be the cause of this damage' },
    { structure: 'unverifiable', said: undefined },
    { structure: undefined, said: undefined },
  ] as const)('beside a structure that $structure it says $said', ({ structure, said }) => {
    const found = judgeEngine({ sqliteVersion: '3.40.1 of 2022', journalMode: 'wal' }, structure)
    expect(found).toEqual(
      said && {
        check: 'engine',
        outcome: 'passed',
        detail: `Note: the host's SQLite 3.40.1 has the WAL-reset bug (fixed in 3.51.3); ${said}.`,
      },
    )
  })
})
