/** What the build of SQLite asks of a system that is not here is refused in the words of each. */
import { expect, test } from 'vitest'

import { systemCall } from '../../../../lib/adapters/sqlite/modules/one-file'

test.each([
  { name: '__syscall_chmod', says: -52 },
  { name: 'fd_fdstat_get', says: 52 },
])('$name says that it is not here', ({ name, says }) => {
  const call = systemCall({ fd_read: () => 0 }, name)
  expect(typeof call === 'function' && call()).toBe(says)
})

test('a call that is here is taken', () => {
  const here = () => 0
  expect(systemCall({ fd_read: here }, 'fd_read')).toBe(here)
})
