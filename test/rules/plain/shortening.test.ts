import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { cut, fitted, oneLine } from '../../../lib/rules/plain/shortening'

describe('a text', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 80 })

  test('of one line holds nothing that breaks or turns a line', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 60 }), (text, length) => {
        const line = oneLine(text, length)
        expect(line.length).toBeLessThanOrEqual(length)
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(oneLine(line, length)).toBe(line)
      }),
    )
  })

  test('of one line has one blank for whatever stood in a row there', () => {
    expect(oneLine('\u0000a\r\n\u202E\u2028b\n', 60)).toBe('a b')
  })

  test('that is cut keeps whole characters and says that it was cut', () => {
    expect(cut('abc', 3)).toBe('abc')
    expect(cut('abcd', 3)).toBe('ab…')
    expect(cut('a😀b', 3)).toBe('a…')
    expect(cut('abc', 0)).toBe('…')
  })

  test('of many parts takes as many as fit, from the front', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }))
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 40 }), (parts, budget) => {
        const { shown, more } = fitted(parts, budget, (size) => size)
        const sum = shown.reduce((total, size) => total + size, 0)
        expect(sum).toBeLessThanOrEqual(budget)
        expect(shown.length + more).toBe(parts.length)
        expect(parts.slice(0, shown.length)).toEqual(shown)
        if (more > 0) expect(sum + (parts[shown.length] ?? 0)).toBeGreaterThan(budget)
      }),
    )
  })
})
