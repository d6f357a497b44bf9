/** Rows between a COPY and its end: how many, with how many fields, and which of them are wrong. */
import { describe, expect, test } from 'vitest'

import { copyRows } from '../../../../lib/rules/kinds/postgres/copy-rows'

const read = (
  data: string,
  { isText = true, size = 1000 }: { isText?: boolean; size?: number } = {},
) => {
  let handed = ''
  const onData = (piece: Uint8Array) => (handed += Buffer.from(piece).toString('latin1'))
  const rows = copyRows({ fields: 2, isText, line: 10, onData })
  const bytes = Buffer.from(data, 'latin1')
  let end: number | undefined
  for (let at = 0; at < bytes.length && end === undefined; at += size) {
    end = rows.feed(bytes.subarray(at, at + size), 0)
    if (end !== undefined) end += at
  }
  return { ...rows.seen(), handed, end }
}

describe.each([1, 2, 3, 1000])('in pieces of %i bytes', (size) => {
  test.each([
    { name: 'none', rows: '', is: { rows: 0, sizeBytes: 0, longestRowBytes: 0 } },
    { name: 'some', rows: '1\t2\n3\t44\n', is: { rows: 2, sizeBytes: 9, longestRowBytes: 4 } },
    { name: 'a tab in a value', rows: '1\\t\t2\n', is: { rows: 1 } },
    { name: 'one like the end', rows: '\\.x\t1\n\\\\.\t2\n\\\t\n\\.\t\n', is: { rows: 4 } },
    {
      name: 'too few fields',
      rows: '1\t2\n3\n4\n',
      is: { ragged: { count: 2, firstLine: 11, firstFields: 1, expected: 2 } },
    },
    {
      name: 'too many fields',
      rows: '1\t2\t3\n',
      is: { ragged: { count: 1, firstLine: 10, firstFields: 3, expected: 2 } },
    },
  ])('$name', ({ rows, is }) => {
    for (const last of ['\\.\n', '\\.\r\n']) {
      const seen = read(`${rows}${last}1\t2\n`, { size })
      expect(seen).toMatchObject({
        ragged: undefined,
        ...is,
        handed: rows,
        end: rows.length + last.length,
      })
    }
  })

  test('of CSV, whose fields cannot be told', () => {
    expect(read('1,2\n"a\tb",3\n\\.\n', { isText: false, size }).ragged).toBeUndefined()
  })

  test('without an end', () => {
    const seen = read('1\t2\n\\.', { size })
    expect(seen).toMatchObject({ rows: 1, end: undefined, handed: '1\t2\n' })
  })
})

test('wherever in memory they lie, and whatever stands between their tabs', () => {
  const line = 'caf\xe9 \x0b\x0c\xff\x80\x7f and more of it\tsecond\n'
  for (let lead = 0; lead < 8; lead += 1)
    for (let cut = 0; cut < 8; cut += 1) {
      const rows = copyRows({ fields: 2, isText: true, line: 1, onData: () => undefined })
      const bytes = Buffer.from(`${'x'.repeat(lead)}${line.repeat(3)}\t\n\n\\.\n`, 'latin1')
      expect(rows.feed(Uint8Array.from(bytes).subarray(lead), cut)).toBe(bytes.length - lead)
      expect(rows.seen()).toEqual({
        rows: 5,
        sizeBytes: bytes.length - lead - cut - 3,
        longestRowBytes: line.length - 1,
        fields: 2,
        ragged: { count: 1, firstLine: 5, firstFields: 1, expected: 2 },
      })
    }
})

test('in pieces that are shorter than a word of the memory they lie in', () => {
  const data = Buffer.from('a\tb\nc\td\n\\.\n')
  for (let lead = 0; lead < 4; lead += 1)
    for (const size of [1, 2, 3]) {
      const rows = copyRows({ fields: 2, isText: true, line: 1, onData: () => undefined })
      for (let at = 0; at < data.length; at += size) {
        const piece = data.subarray(at, at + size)
        // Nothing lies behind it in that memory.
        const memory = new Uint8Array(lead + piece.length)
        memory.set(piece, lead)
        rows.feed(memory.subarray(lead), 0)
      }
      expect(rows.seen()).toMatchObject({ rows: 2, sizeBytes: 8, ragged: undefined })
    }
})

test('as many fields as in the first row where no columns are named', () => {
  const onData = () => undefined
  const rows = copyRows({ fields: undefined, isText: true, line: 1, onData })
  rows.feed(Buffer.from('1\t2\t3\n4\n\\.\n'), 0)
  expect(rows.seen()).toMatchObject({ fields: 3, ragged: { firstLine: 2, expected: 3 } })
})
