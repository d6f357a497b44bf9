/** Of which objects the content is kept, and what is said where it was not. */
import { describe, expect, test } from 'vitest'

import {
  isContentKnown,
  isGood,
  keptIn,
  keptLength,
  sha256In,
  thenOf,
  withContent,
  withoutContent,
} from '../../../../lib/rules/kinds/objects/contents'
import { lineOf } from '../../../../lib/rules/kinds/objects/inventory'
import type { Found, ObjectLine } from '../../../../lib/rules/kinds/objects/inventory'

const sha256 = 'ab'.repeat(32)
const kept = `2026-11-30/${sha256}`
const at = '2026-11-29T10:00:00.000Z'
const good = { kept, at }

const line = (found?: Found): ObjectLine => ({
  key: 'a/1.json',
  of: 'pages',
  sizeBytes: 9,
  etag: 'e',
  at,
  ...(found && { found }),
})

describe('a content', () => {
  test.each([
    { found: {}, is: true },
    { found: { growth: 'continued' }, is: true },
    { found: { growth: 'shrunk' }, is: false },
    { found: { growth: 'rewritten' }, is: false },
    { found: { growth: 'gone' }, is: false },
    { found: { invalid: 'no JSON' }, is: false },
    { found: { leaks: ['a token'] }, is: false },
  ])('is good, or is not: $found', ({ found, is }) => {
    expect(isGood(found)).toBe(is)
    expect(isContentKnown(found)).toBe(!is)
  })

  test('is known by its hash, wherever that stands', () => {
    expect(sha256In({ kept })).toBe(sha256)
    expect(sha256In({ content: sha256 })).toBe(sha256)
    expect(sha256In(undefined)).toBeUndefined()
    expect(isContentKnown({ kept })).toBe(true)
    expect(isContentKnown(undefined)).toBe(false)
  })

  test('is referred to by what was kept, and else by what was good before', () => {
    const content = sha256
    expect(withContent({ content }, { kept, before: undefined })).toEqual({ kept })
    const shrunk = { content, growth: 'shrunk' }
    const lost = withContent(shrunk, { kept: undefined, before: line({ kept }) })
    expect(lost).toEqual({ ...shrunk, good })
    expect(withContent(shrunk, { kept: undefined, before: line(lost) })).toEqual(lost)
    expect(withContent(shrunk, { kept: undefined, before: line() })).toEqual(shrunk)
    expect(withContent(shrunk, { kept: undefined, before: undefined })).toEqual(shrunk)
    expect(withoutContent({ kept, good })).toEqual({ content })
    expect(withoutContent({ growth: 'gone', good })).toEqual({ growth: 'gone' })
  })

  test('that is referred to is found in the text of the lines, and no key looks like one', () => {
    const other = kept.replaceAll('ab', 'cd')
    const lines = [line({ kept }), line({ growth: 'shrunk', good: { kept: other, at } })]
    const text = [...lines, { ...line(), key: `"kept":"${kept}"` }].map(lineOf).join('')
    expect([...text.matchAll(keptIn)].map(([, name]) => name)).toEqual([kept, other])
    expect(keptLength).toBe(`"kept":"${kept}"`.length)
  })
})

describe('what is brought back', () => {
  const asked = (found: Found | undefined, orLastGood = false) =>
    thenOf(line(found), { orLastGood })

  test('is what was kept, or was when it last was good, where that is asked', () => {
    expect(asked({ kept })).toEqual(good)
    expect(asked({ kept }, true)).toEqual(good)
    expect(asked({ growth: 'shrunk', good }, true)).toEqual(good)
  })

  test.each([
    {
      found: undefined,
      why: 'Its content was not kept then: keepContents in lib/databases.ts says whether contents are.',
    },
    { found: { growth: 'gone', invalid: 'no JSON' }, why: 'It was gone by then.' },
    {
      found: { growth: 'shrunk' },
      why: 'Its list had shrunk by then, and only what is good is kept.',
    },
    {
      found: { growth: 'rewritten', invalid: 'no JSON' },
      why: 'Its list had been rewritten by then, and only what is good is kept.',
    },
    {
      found: { invalid: 'no JSON', leaks: ['a token'] },
      why: 'It was not as expected then (no JSON), and only what is good is kept.',
    },
    {
      found: { invalid: 'larger than is read' },
      why: 'It was larger than is read of any object, so it was not kept.',
    },
    {
      found: { leaks: ['a token', 'a key'] },
      why: 'What looks like a token, a key stood in it then, and that is not kept.',
    },
  ])('is nothing, and why is said: $why', ({ found, why }) => {
    expect(asked(found)).toEqual({ why, good: undefined })
    expect(asked({ ...found, good })).toEqual({ why, good })
  })
})
