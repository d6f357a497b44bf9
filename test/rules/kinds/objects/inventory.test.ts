/** What is written of the app's objects, line by line, and what is read of it again. */
import { expect, test } from 'vitest'

import {
  beginsLikeOne,
  beginsLikeOurs,
  inOrder,
  inventoryFormat,
  lineOf,
  readLine,
} from '../../../../lib/rules/kinds/objects/inventory'
import { headLine, objectLine } from '../../../fixtures/inventories'

const read = (text: string) => readLine(Buffer.from(text.trimEnd()))

test('a line is read as what it was written as', () => {
  expect(read(lineOf(headLine()))).toEqual({ is: 'head', head: headLine() })
  const object = objectLine('a', { found: { list: { count: 1, sha256: 'f' }, growth: 'new' } })
  expect(read(lineOf(object))).toEqual({ is: 'object', object })
  expect(read(lineOf({ lines: 3 }))).toEqual({ is: 'foot', foot: { lines: 3 } })
})

test('is written in the first shape, as every build since then reads it', () => {
  expect(lineOf(headLine())).toBe(
    '{"inventory":1,"database":"bot","takenAt":"2026-03-01T01:00:00.000Z","collections":{"chats":"b","pages":"b"}}\n',
  )
  expect(
    read('{"inventory":2,"database":"","takenAt":"2026-03-01T01:00:00Z","collections":{}}'),
  ).toEqual({
    is: 'newer',
  })
})

test('a foot says what was tried, or nothing of it, as an earlier build has it', () => {
  const foot = { lines: 3, isPrivate: true, tried: { after: 'a', open: [{ key: 'a', of: 'b' }] } }
  expect(read(lineOf(foot))).toEqual({ is: 'foot', foot })
  expect(read('{"lines":3,"isPrivate":true}')).toMatchObject({ is: 'foot', foot: { lines: 3 } })
})

test('what a later build adds to a line is kept', () => {
  const object = { ...objectLine('a'), found: { later: 1 } }
  expect(read(JSON.stringify(object))).toEqual({ is: 'object', object })
})

test.each(['', '{', 'null', '7', '{}', '{"key":"a"}', '{"inventory":0}', '[]'])(
  'is no line: %j',
  (text) => {
    expect(read(text)).toEqual({ is: 'unreadable' })
  },
)

test('a newer number is a newer build’s', () => {
  expect(read(lineOf(headLine({ inventory: inventoryFormat + 1 })))).toEqual({ is: 'newer' })
})

test.each([
  { head: lineOf(headLine()), is: true },
  { head: '{"inventory":1}', is: true },
  { head: lineOf(headLine({ inventory: inventoryFormat + 1 })), is: false },
  { head: '{"inventory":', is: false },
  { head: 'SQLite format 3', is: false },
])('is one that this build reads, or is not: $is', ({ head, is }) => {
  expect(beginsLikeOurs(head)).toBe(is)
})

test('begins as an inventory does, and as nothing else', () => {
  expect(beginsLikeOne(Buffer.from(lineOf(headLine())))).toBe(true)
  expect(beginsLikeOne(Buffer.from('{"inv'))).toBe(false)
  expect(beginsLikeOne(Buffer.from('SQLite format 3'))).toBe(false)
})

test('keys are in the order of the store, which is that of their bytes', () => {
  const keys = ['a', 'b/', 'a/b', 'ä', '\uFFFD', '\u{1F600}', 'A']
  const ordered = ['A', 'a', 'a/b', 'b/', 'ä', '\uFFFD', '\u{1F600}']
  expect(keys.toSorted(inOrder)).toEqual(ordered)
})
