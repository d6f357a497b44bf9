/** Whose turn it is to be tried without a key: each within so many inventories, and first who was open. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { ObjectLine, Tried } from '../../../../lib/rules/kinds/objects/inventory'
import { inOrder, lineOf } from '../../../../lib/rules/kinds/objects/inventory'
import { triesAtMost, turnOf } from '../../../../lib/rules/kinds/objects/turn'
import { casesOf } from '../../../cases'
import { objectLine } from '../../../fixtures/inventories'

const keyOf = (at: number) => `c/${String(at).padStart(6, '0')}`
const linesOf = (count: number) => Array.from({ length: count }, (_, at) => objectLine(keyOf(at)))

/** One inventory; of so many tries there is an answer. */
const go = (
  last: Tried | undefined,
  {
    lines,
    isOpen = () => false,
    answered = Infinity,
  }: {
    lines: readonly ObjectLine[]
    isOpen?: (key: string) => boolean | undefined
    answered?: number
  },
) => {
  const turn = turnOf(last)
  for (const line of lines) turn.take(line)
  const tries = turn.tries().map(({ key }) => key)
  const tried = turn.end(tries.slice(0, answered).map(isOpen))
  return { tries, tried, open: tried.open.map(({ key }) => key) }
}

describe('the turn', () => {
  test('passes over what is gone, and what its own line says is open', () => {
    const gone = { ...objectLine(keyOf(0)), found: { growth: 'gone' } }
    const open: ObjectLine = { ...objectLine(keyOf(1)), found: { isOpen: true } }
    expect(go(undefined, { lines: [gone, open, objectLine(keyOf(2))] }).tries).toEqual([keyOf(2)])
  })

  test('goes on behind the last key, and around', () => {
    const lines = linesOf(4)
    expect(go(undefined, { lines }).tries).toEqual([0, 1, 2, 3].map(keyOf))
    const { tries, tried } = go({ after: keyOf(1), open: [] }, { lines })
    expect(tries).toEqual([2, 3, 0, 1].map(keyOf))
    expect(tried).toEqual({ after: keyOf(1), open: [] })
    expect(go({ after: keyOf(9), open: [] }, { lines }).tries).toEqual([0, 1, 2, 3].map(keyOf))
  })

  test('follows the order of the store, which is that of the bytes', () => {
    const keys = ['\uFFFD', '\u{1F600}']
    const lines = keys.map((key) => objectLine(key))
    expect(go({ after: '\uFFFD', open: [] }, { lines }).tries).toEqual(keys.toReversed())
  })

  test('is begun by those that were open, which stay so until one is refused', () => {
    const open = [2, 3].map((at) => ({ key: keyOf(at), of: 'others' }))
    const lines = linesOf(4)
    const isOpen = (key: string) => (key === keyOf(2) ? undefined : key === keyOf(1))
    const { tries, tried } = go({ after: keyOf(0), open }, { lines, isOpen })
    expect(tries).toEqual([2, 3, 1, 0].map(keyOf))
    // By the collection to which they belong now.
    expect(tried.open).toEqual([2, 1].map((at) => ({ key: keyOf(at), of: 'chats' })))
  })

  test('leaves what was not tried as it was', () => {
    const last = { after: keyOf(1), open: [{ key: keyOf(3), of: 'chats' }] }
    const lines = linesOf(5)
    expect(go(last, { lines, answered: 0 }).tried).toEqual(last)
    expect(go(last, { lines, answered: 2 }).tried).toEqual({ after: keyOf(2), open: [] })
    expect(go(undefined, { lines, answered: 0 }).tried).toEqual({ open: [] })
  })

  test('passes over what is gone, and what its own line says of', () => {
    const lines = [
      objectLine(keyOf(0), { found: { growth: 'gone' } }),
      objectLine(keyOf(1), { found: { isOpen: true } }),
      objectLine(keyOf(2), { found: { growth: 'new' } }),
    ]
    const open = lines.map(({ key, of }) => ({ key, of }))
    expect(go({ open }, { lines, isOpen: () => undefined }).open).toEqual([keyOf(2)])
  })

  test('is no longer where more were open than are tried', () => {
    const lines = linesOf(triesAtMost + 2)
    const open = lines.slice(1).map(({ key, of }) => ({ key, of }))
    expect(go({ open }, { lines }).tries).toEqual(open.map(({ key }) => key))
  })

  test('waits where more are open than stand in a line', () => {
    const lines = linesOf(140).map((line) => ({ ...line, key: line.key.padEnd(1024, 'x') }))
    const first = go(undefined, { lines, isOpen: () => true })
    const foot = Buffer.byteLength(lineOf({ lines: 140, tried: first.tried }))
    expect(foot).toBeGreaterThan(95 * 1024)
    expect(foot).toBeLessThan(97 * 1024)
    expect(first.tried.after).toBe(first.open.at(-1))
    const again = go(first.tried, { lines, isOpen: () => true })
    expect(again.tried).toEqual(first.tried)
    const mended = go(again.tried, { lines, isOpen: (key) => inOrder(key, keyOf(100)) > 0 })
    expect(mended.open).toHaveLength(40)
  })

  test('waits at the first that stands in the line no more', () => {
    const named = JSON.stringify({ key: '', of: 'chats' }).length
    const lines = linesOf(97).map((line) => ({ ...line, key: line.key.padEnd(1024 - named, 'x') }))
    const { open, tried } = go(undefined, { lines, isOpen: () => true })
    // Each takes a kibibyte: 96 of them fill the line, and are told.
    expect(open).toEqual(lines.slice(0, 96).map(({ key }) => key))
    expect(tried.after).toBe(open.at(-1))
  })

  test('comes to each object within as many inventories as it takes to come round', () => {
    const law = fc.property(
      fc.integer({ min: 1, max: 3 * triesAtMost }),
      fc.nat(),
      fc.nat({ max: 3 }),
      (count, chosen, passed) => {
        const lines = linesOf(count)
        let last: Tried | undefined
        for (let at = 0; at < passed; at += 1) last = go(last, { lines }).tried
        const published = keyOf(chosen % count)
        const isOpen = (key: string) => key === published
        for (let at = 0; at < Math.ceil(count / triesAtMost); at += 1) {
          const { tries, tried } = go(last, { lines, isOpen })
          expect(new Set(tries).size).toBe(Math.min(count, triesAtMost))
          last = tried
        }
        expect(last?.open.map(({ key }) => key)).toEqual([published])
      },
    )
    fc.assert(law, { numRuns: casesOf(20) })
  })
})
