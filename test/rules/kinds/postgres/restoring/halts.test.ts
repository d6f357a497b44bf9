/** Why a restore came to no end: never a word against the dump. */
import { expect, test } from 'vitest'

import { haltWords } from '../../../../../lib/rules/kinds/postgres/restoring/halts'

test.each([
  [{ by: 'watchdog' as const }, 'the memory here was used up'],
  [
    { by: 'space' as const, line: 12, detail: 'could not extend file' },
    'there was no room for its database, at line 12 (could not extend file)',
  ],
  [{ by: 'engine' as const, line: 0, detail: 'x\n\u001By' }, 'PGlite itself failed (x y)'],
  [
    { by: 'patience' as const },
    'PostgreSQL was at it for many times as long as a dump of its size takes',
  ],
  [undefined, 'the process that restores it ended'],
])('%o', (halt, limit) => {
  expect(haltWords(halt)).toEqual({ limit, takes: expect.stringMatching(/\w/) })
})

test('each says what was too little, and what would do', () => {
  const all = [
    'memory',
    'watchdog',
    'space',
    'statement',
    'time',
    'patience',
    'engine',
    'death',
    'start',
  ] as const
  expect(all.map((by) => haltWords({ by }))).toMatchSnapshot()
})
