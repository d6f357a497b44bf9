/** What SQLite was asked is written as it reads it, and what it threw is said. */
import { expect, test } from 'vitest'

import { literal, messageOf, quote } from '../../../../lib/adapters/sqlite/engine/ask'

test('names and texts keep their own quotes', () => {
  expect(quote('a"b')).toBe('"a""b"')
  expect(literal("a'b")).toBe("'a''b'")
})

test('whatever is thrown has words', () => {
  expect(messageOf(new Error('database disk image is malformed'))).toMatch(/malformed/)
  expect(messageOf('text')).toBe('unknown')
})
