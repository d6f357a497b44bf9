/** Where does what is quoted end, in whatever pieces it comes? */
import { expect, test } from 'vitest'

import * as inside from '../../../../lib/rules/kinds/postgres/inside'
import type { Inside } from '../../../../lib/rules/kinds/postgres/inside'

const endOf = (what: Inside, text: string, size: number): number | undefined => {
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at += size) {
    const end = what.feed(bytes.subarray(at, at + size), 0)
    if (end !== undefined) return at + end
  }
  return undefined
}

const far = 'x'.repeat(100)

test.each<{ name: string; what: () => Inside; text: string; rest?: string }>([
  { name: 'a text', what: () => inside.text, text: "a'", rest: "' b" },
  { name: 'a long text', what: () => inside.text, text: `${far}'`, rest: 'b' },
  { name: 'a name', what: () => inside.name, text: 'a\'"', rest: 'b"' },
  { name: 'a line', what: () => inside.line, text: 'a\n', rest: 'b\n' },
  {
    name: 'a text with escapes',
    what: inside.escapedText,
    text: String.raw`a\'b''c\\'`,
    rest: " '",
  },
  { name: 'a comment', what: inside.blockComment, text: 'a /* b */ /*/ */ c */', rest: '*/' },
  { name: 'a body', what: () => inside.body('$$'), text: 'a $ b$$', rest: '$$' },
  { name: 'a body with a tag', what: () => inside.body('$ab$'), text: '$a$ $$ab$', rest: 'c$ab$' },
  { name: 'a text that goes on', what: () => inside.text, text: '' },
  { name: 'a body that goes on', what: () => inside.body('$ab$'), text: '' },
])('$name', ({ what, text, rest }) => {
  const end = rest === undefined ? undefined : text.length
  for (const size of [1, 2, 3, 5, 1000])
    expect(endOf(what(), `${text}${rest ?? far}`, size)).toBe(end)
})

test.each([
  { text: '$ a', mark: '$$' },
  { text: 'a1$', mark: '$a1$' },
  { text: 'A$', mark: '$A$' },
  { text: '1$', mark: undefined },
  { text: '0$', mark: undefined },
  { text: '9$', mark: undefined },
  { text: 'a b$', mark: undefined },
  { text: `${'x'.repeat(256)}$`, mark: `$${'x'.repeat(256)}$` },
  { text: `${'x'.repeat(257)}$`, mark: undefined },
])('the mark of $text is $mark', ({ text, mark }) => {
  const reading = inside.mark()
  expect(endOf(reading, text, 1)).not.toBeUndefined()
  expect(reading.found).toBe(mark)
})
