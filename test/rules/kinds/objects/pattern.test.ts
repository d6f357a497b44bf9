/** Patterns of keys: what they name, what they do not, and what is wrong in one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { keyOfBoth, partsOf, patternOf, short } from '../../../../lib/rules/kinds/objects/pattern'
import type { Pattern } from '../../../../lib/rules/kinds/objects/pattern'
import { casesOf } from '../../../cases'

const read = (text: string): Pattern => {
  const pattern = patternOf(text)
  if ('mistake' in pattern) throw new Error(`${text}: ${pattern.mistake}`)
  return pattern
}

const conversations = 'users/{user}/facebook_messenger/{page}/conversations/{sender}.json'

describe('a pattern', () => {
  test('says its parts, and what every key that it names begins with', () => {
    expect(read(conversations)).toMatchObject({
      text: conversations,
      parts: ['user', 'page', 'sender'],
      prefix: 'users/',
    })
    expect(read('shops/shop-{n}/data.json').prefix).toBe('shops/shop-')
    expect(read('{any}').prefix).toBe('')
  })

  test('may name one object alone', () => {
    const one = read('config/app.json')
    expect(one).toMatchObject({ parts: [], prefix: 'config/app.json' })
    expect(partsOf(one, 'config/app.json')).toEqual({})
    expect(partsOf(one, 'config/app.jsonx')).toBeUndefined()
  })

  test('of a thousand bytes is one, and one of a byte more than a key may have is none', () => {
    expect(patternOf('é'.repeat(512))).toMatchObject({ parts: [] })
    expect(patternOf(`${'é'.repeat(512)}x`)).toEqual({
      mistake: 'It is longer than any key may be.',
    })
  })

  test.each([
    ['', 'It is empty.'],
    ['backups/{database}/x.db', 'It names what stands under backups/, which is Snapproof’s own.'],
    ['/users/{user}.json', 'It begins with "/", as no key does.'],
    [
      'users/*/page_data.json',
      'It holds "*" or "?": what differs is named in braces, such as {user}.',
    ],
    [
      'users/{user}/page?.json',
      'It holds "*" or "?": what differs is named in braces, such as {user}.',
    ],
    ['users//{user}.json', 'It has nothing between two slashes, or after the last one.'],
    ['users/{user}/', 'It has nothing between two slashes, or after the last one.'],
    ['users/{user', 'It opens a brace "{" that is not closed before the next slash.'],
    ['users/{user/x}.json', 'It opens a brace "{" that is not closed before the next slash.'],
    ['users/{a{b}.json', 'It opens a brace "{" that is not closed before the next slash.'],
    ['users/user}.json', 'It closes a brace "}" that is not open.'],
    ['users/{user}}.json', 'It closes a brace "}" that is not open.'],
    ['users/}{user}.json', 'It closes a brace "}" that is not open.'],
    [
      'users/{user}-{page}.json',
      'It has two parts between the same slashes: nobody could say where one ends.',
    ],
    ['users/{}.json', 'It has a part without a name, "{}".'],
    [
      'users/{User id}.json',
      'It has a part "User id": a name is lower-case letters, digits and "_", and begins with a letter.',
    ],
    ['users/{user}/{page}/{user}.json', 'It names the part {user} twice.'],
  ])('%j is none: %s', (text, mistake) => {
    expect(patternOf(text)).toEqual({ mistake })
  })

  test('of any text at all is a pattern or a sentence', () => {
    const signs = fc.constantFrom('{', '}', '/', 'a', 'user', '*', '-', '.json', ' ', '\n', '💬')
    const texts = fc.array(signs, { maxLength: 12 }).map((some) => some.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        const pattern = patternOf(text)
        if ('mistake' in pattern) expect(pattern.mistake).toMatch(/^It .*\.$/)
        else expect(text.startsWith(pattern.prefix)).toBe(true)
      }),
      { numRuns: casesOf(2000) },
    )
  })
})

describe('a key', () => {
  test('is parted as the pattern says', () => {
    expect(
      partsOf(read(conversations), 'users/9f1/facebook_messenger/42/conversations/77.1.json'),
    ).toEqual({ user: '9f1', page: '42', sender: '77.1' })
  })

  test.each([
    ['with more behind it', 'users/9/facebook_messenger/4/conversations/7.json/x'],
    ['with less', 'users/9/facebook_messenger/4/conversations'],
    ['with an empty part', 'users//facebook_messenger/4/conversations/7.json'],
    ['with an empty part before its ending', 'users/9/facebook_messenger/4/conversations/.json'],
    ['of another ending', 'users/9/facebook_messenger/4/conversations/7.json.tmp'],
    ['of another folder', 'users/9/facebook_messenger/4/comments/7.json'],
    ['that is a folder', 'users/9/facebook_messenger/4/conversations/7.json/'],
    ['that begins with a slash', '/users/9/facebook_messenger/4/conversations/7.json'],
    ['of nothing', ''],
  ])('%s is none of the collection', (_, key) => {
    expect(partsOf(read(conversations), key)).toBeUndefined()
  })

  test('under backups/ belongs to no pattern, however wide it is', () => {
    const wide = read('{first}/{second}')
    expect(partsOf(wide, 'users/x')).toEqual({ first: 'users', second: 'x' })
    expect(partsOf(wide, 'backups/x')).toBeUndefined()
  })

  test('of ends that overlap is none: no sign belongs to both', () => {
    expect(partsOf(read('aba{x}aba'), 'ababa')).toBeUndefined()
    expect(partsOf(read('aba{x}aba'), 'abaaba')).toBeUndefined()
    expect(partsOf(read('aba{x}aba'), 'aba-aba')).toEqual({ x: '-' })
  })
})

const literals = fc.constantFrom('', 'a', 'ab', 'b', 'x.json', '.json')
const names = ['one', 'two', 'three'] as const

/** Segments, and what stands for the part of each; of few letters, so that patterns often meet. */
const shapes = fc.array(
  fc.record({
    before: literals,
    after: literals,
    isPart: fc.boolean(),
    value: fc.constantFrom('a', 'b', 'xa.json', '{', 'é'),
  }),
  { minLength: 1, maxLength: names.length },
)

const textOf = (shape: readonly { before: string; after: string; isPart: boolean }[]): string =>
  shape
    .map(({ before, after, isPart }, at) =>
      isPart ? `${before}{${names[at]}}${after}` : `${before}${after}` || 'x',
    )
    .join('/')

describe('of any pattern and any parts', () => {
  test('the key that they make is parted into them again', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const pattern = read(textOf(shape))
        const key = shape
          .map(({ before, after, isPart, value }) =>
            isPart ? `${before}${value}${after}` : `${before}${after}` || 'x',
          )
          .join('/')
        const parts = shape.flatMap(({ isPart, value }, at) =>
          isPart ? [[names[at], value] as const] : [],
        )
        expect(partsOf(pattern, key)).toEqual(Object.fromEntries(parts))
        expect(key.startsWith(pattern.prefix)).toBe(true)
      }),
      { numRuns: casesOf(1000) },
    )
  })
})

describe('two patterns', () => {
  test.each([
    ['users/{user}/a.json', 'users/{id}/a.json', 'users/user/a.json'],
    ['users/{user}/{file}.json', 'users/{user}/page_data.json', 'users/user/page_data.json'],
    ['users/u-{user}/x', 'users/{user}-1/x', 'users/u-user-1/x'],
    ['users/{user}/a.json', 'users/{user}/b.json', undefined],
    ['users/{user}/a.json', 'users/{user}/a/{b}.json', undefined],
    ['users/u-{user}/x', 'users/v-{user}/x', undefined],
    ['users/{user}.json', 'users/{user}.txt', undefined],
    ['users/{user}.json', 'users/.json', undefined],
  ])('%s and %s both name %s', (one, other, both) => {
    expect(keyOfBoth(read(one), read(other))).toBe(both)
    expect(keyOfBoth(read(other), read(one)) === undefined).toBe(both === undefined)
  })

  test('both name the key that is given; where none is given, nothing that one names is named by the other', () => {
    fc.assert(
      fc.property(shapes, shapes, (first, second) => {
        const [one, other] = [read(textOf(first)), read(textOf(second))]
        const both = keyOfBoth(one, other)
        if (both !== undefined) {
          expect(partsOf(one, both)).toBeDefined()
          expect(partsOf(other, both)).toBeDefined()
          return
        }
        for (const value of ['a', 'b', 'ab', 'xa.json', 'aba', 'ab.json', 'bx.json.json']) {
          const key = textOf(first).replaceAll(/\{\w+\}/g, value)
          expect(partsOf(other, key)).toBeUndefined()
        }
      }),
      { numRuns: casesOf(2000) },
    )
  })
})

test.each([
  ['9f1c-4d', '9f1c…'],
  ['9f1c', '9f1c'],
  ['7', '7'],
])('what stands in a part, %s, is told as %s', (value, told) => {
  expect(short(value)).toBe(told)
})
