/** What does a rebuild say while it lasts, and when it is over? */
import { expect, test } from 'vitest'

import { doneText, progressText } from '../../../lib/cli/second/rebuild'

const done = { brought: 2, contents: 0, bytes: 3 * 1024 ** 2, failed: [] }
const failed = [{ id: 'tokens_2026-03-01T010000Z_000001', why: 'it is gone' }]

const wholeBytes = 5 * 1024 ** 2

test.each([
  { so: done, contents: 0, says: '2 of 4 copies, 3.0 MiB of 5.0 MiB' },
  {
    so: { ...done, brought: 4, contents: 1 },
    contents: 2,
    says: '5 of 6 (4 copies and 2 contents of objects), 3.0 MiB of 5.0 MiB',
  },
  {
    so: { ...done, failed },
    contents: 1,
    says: '3 of 5 (4 copies and 1 content of objects), 3.0 MiB of 5.0 MiB',
  },
])('on the way: $says', ({ so, contents, says }) =>
  expect(progressText(so, { coming: 4, contents, bytes: wholeBytes })).toBe(says),
)

test('at its end it says what came, of what, and what to do next', () => {
  const all = doneText({ ...done, contents: 1 }, [['tokens', 2]])
  expect(all.split('\n')).toEqual([
    '2 copies and 1 content of objects brought back (3.0 MiB), each compared by its SHA-256.',
    'tokens: 2 sound copies in the first place.',
    'watch, prune and drill begin again by themselves: nothing is deleted before a day has passed. See that all is well: npx snapproof doctor',
  ])
  const some = doneText({ ...done, failed }, [['tokens', 2]])
  expect(some).toContain('tokens_2026-03-01T010000Z_000001')
  expect(some.split('\n').at(-1)).toBe('Run it again: it goes on with what is missing.')
})
