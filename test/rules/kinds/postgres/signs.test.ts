/** Which bytes part a statement, and which belong to a word? */
import { expect, test } from 'vitest'

import { kinds, letter, plain, sign, spaces } from '../../../../lib/rules/kinds/postgres/signs'

const those = (kind: number): string =>
  [...kinds.subarray(0, 128).entries()]
    .filter(([, one]) => one === kind)
    .map(([byte]) => String.fromCharCode(byte))
    .join('')

test('a sign is what parts', () => {
  expect(those(sign)).toBe('"$\'()*-;\\')
})

test('a letter is what a name may hold, and beyond ASCII everything is', () => {
  expect(those(letter)).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz')
  expect(kinds.subarray(128).every((kind) => kind === letter)).toBe(true)
})

test('the rest says nothing', () => {
  expect([...those(plain)].filter((byte) => byte > ' ' && byte < '\x7f').join('')).toBe(
    '!#%&+,./:<=>?@[]^`{|}~',
  )
})

test('space is what stands between', () => {
  expect([...spaces.entries()].filter(([, is]) => is === 1).map(([byte]) => byte)).toEqual([
    9, 10, 11, 12, 13, 32,
  ])
})
