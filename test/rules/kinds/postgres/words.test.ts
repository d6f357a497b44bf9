/** What a statement begins with, and whether it is within a body of SQL. */
import { expect, test } from 'vitest'

import { codeOf, words } from '../../../../lib/rules/kinds/postgres/words'

const heard = (sql: string) => {
  const said = words()
  let isHeard = true
  for (const byte of Buffer.from(`${sql} `)) if (isHeard) isHeard = said.hear(byte, 0)
  return { first: said.first, isInBody: said.isInBody, isHeard }
}

test.each(['create', 'insert', 'copy', 'set', 'procedure'])(
  '%s is known by its letters',
  (word) => {
    expect(heard(`${word.toUpperCase()} x`).first).toBe(codeOf(word))
  },
)

test.each([
  ['creates', 'create'],
  ['cop\u00e9', 'cop'],
  ['copy1', 'copy'],
  ['procedureprocedureprocedure', 'procedure'],
])('%s is not %s', (word, other) => {
  expect(heard(word).first).not.toBe(codeOf(other))
})

test.each([
  { sql: 'INSERT INTO t', isHeard: false },
  { sql: 'CREATE', isHeard: true },
  { sql: 'CREATE OR', isHeard: true },
  { sql: 'CREATE OR REPLACE', isHeard: true },
  { sql: 'CREATE OR REPLACE FUNCTION f', isHeard: true },
  { sql: 'CREATE PROCEDURE f', isHeard: true },
  { sql: 'CREATE OR REPLACE VIEW', isHeard: false },
  { sql: 'CREATE OR DROP', isHeard: false },
  { sql: 'CREATE TABLE', isHeard: false },
])('$sql: more is to be heard, $isHeard', ({ sql, isHeard }) => {
  expect(heard(sql).isHeard).toBe(isHeard)
})

test.each([
  { sql: 'BEGIN', isInBody: false },
  { sql: 'CREATE FUNCTION f BEGIN ATOMIC', isInBody: true },
  { sql: 'CREATE FUNCTION f BEGIN ATOMIC CASE END', isInBody: true },
  { sql: 'CREATE FUNCTION f BEGIN ATOMIC CASE END END', isInBody: false },
  { sql: 'CREATE FUNCTION f CASE', isInBody: false },
  { sql: 'CREATE FUNCTION f END BEGIN ATOMIC', isInBody: true },
])('$sql: within a body, $isInBody', ({ sql, isInBody }) => {
  expect(heard(sql).isInBody).toBe(isInBody)
})

test('the next statement begins anew, in whatever word the one before it ended', () => {
  const said = words()
  const hear = (sql: string): boolean[] => [...Buffer.from(sql)].map((byte) => said.hear(byte, 0))
  hear('CREATE FUNCTION f BEGIN ATOMIC x')
  said.begin()
  expect([said.first, said.isInBody]).toEqual([0, false])
  expect(hear('set ').at(-1)).toBe(false)
  expect(said.first).toBe(codeOf('set'))
})

test.each([
  ['a', 1],
  ['Z', 26],
  ['ba', 2 * 27 + 1],
  ['`', -1],
  ['{', -1],
  ['a1', -1],
  ['a1b', -1],
  ['aaaaaaaaaaa', -1],
])('%j is the number %i', (word, code) => {
  expect(codeOf(word)).toBe(code)
})
