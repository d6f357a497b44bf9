/** The lines of an inventory, in whatever pieces its bytes come; and one without an end fills no memory. */
import { describe, expect, test } from 'vitest'

import { lineReader } from '../../../lib/adapters/objects/lines'
import { lineOf } from '../../../lib/rules/kinds/objects/inventory'
import type { Read } from '../../../lib/rules/kinds/objects/inventory'
import { objectLine } from '../../fixtures/inventories'

const linesOf = (...pieces: readonly Uint8Array[]): string[] => {
  const seen: string[] = []
  const wordOf = (read: Read) => (read.is === 'object' ? read.object.key : read.is)
  const reader = lineReader((read) => seen.push(wordOf(read)))
  // The sender of a piece fills it anew.
  for (const piece of pieces) {
    const lent = Uint8Array.from(piece)
    reader.feed(lent)
    lent.fill(0x20)
  }
  reader.end()
  return seen
}

const line = (key: string, lengthBytes = 0): Buffer =>
  Buffer.from(`${lineOf(objectLine(key)).trimEnd().padEnd(lengthBytes)}\n`)

const all = Buffer.concat([line('a'), line('b'), line('c')])

test.each([1, 2, 50, 1000])('are the same in pieces of %d bytes', (size) => {
  const count = Math.ceil(all.length / size)
  const pieces = Array.from({ length: count }, (_, at) => all.subarray(at * size, (at + 1) * size))
  expect(linesOf(...pieces)).toEqual(['a', 'b', 'c'])
})

test('are read where they stand in what is lent, however that lies in a larger buffer', () => {
  expect(linesOf(Buffer.concat([Buffer.from('xx'), all]).subarray(2))).toEqual(['a', 'b', 'c'])
})

test('what has no end is no line, but is told of; of nothing nothing is', () => {
  expect(linesOf(all, Buffer.from('x'))).toEqual(['a', 'b', 'c', 'unreadable'])
  expect(linesOf(all, line('d').subarray(0, -1))).toEqual(['a', 'b', 'c', 'd'])
  expect(linesOf(all, Buffer.alloc(0))).toEqual(['a', 'b', 'c'])
})

describe('a line', () => {
  const most = 1024 ** 2

  test('of a mebibyte is one, and with a byte more none; what follows is read again', () => {
    const whole = Buffer.concat([line('long', most), line('next')])
    expect(linesOf(whole)).toEqual(['long', 'next'])
    const longer = Buffer.concat([line('long', most + 1), line('next')])
    expect(linesOf(longer)).toEqual(['unreadable', 'next'])
  })

  test('is as long in two pieces as in one', () => {
    for (const at of [1, most - 1, most]) {
      const whole = line('long', most)
      expect(linesOf(whole.subarray(0, at), whole.subarray(at), line('next'))).toEqual([
        'long',
        'next',
      ])
      const longer = line('long', most + 1)
      expect(linesOf(longer.subarray(0, at), longer.subarray(at), line('next'))).toEqual([
        'unreadable',
        'next',
      ])
    }
  })

  test('that has grown too long is none, though its end comes in a short piece', () => {
    const long = Buffer.alloc(most + 1, 0x20)
    expect(linesOf(long, line('a'), line('b'))).toEqual(['unreadable', 'b'])
    expect(linesOf(long)).toEqual(['unreadable'])
  })
})
