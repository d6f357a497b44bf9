/** A text is cut so that no escape is cut in two, and what one needs in the night comes first. */
import { expect, test } from 'vitest'

import { escapedTo, inNeed, inThreeEntities } from '../../../lib/adapters/notify/written'
import type { Section } from '../../../lib/rules/alerts/told'

test.each([
  { text: 'a & b', length: 9, is: 'a &amp; b' },
  { text: 'a & b', length: 8, is: 'a &amp;…' },
  { text: '&&&', length: 14, is: '&amp;&amp;…' },
  { text: '&&&', length: 10, is: '&amp;…' },
  { text: '&', length: 3, is: '…' },
  { text: '<b>', length: 9, is: '&lt;b&gt;' },
  { text: '👩👩👩', length: 5, is: '👩👩…' },
])('$text in $length', ({ text, length, is }) => {
  expect(escapedTo(text, length, inThreeEntities)).toBe(is)
})

test('what one counts on in the night comes before what is done where it was meant', () => {
  const section = (role: Section['role']): Section => ({
    role,
    heading: '',
    text: '',
    command: undefined,
  })
  const sections = [section('otherwise'), section('step'), section('proven')]
  expect(inNeed(sections).map(({ role }) => role)).toEqual(['step', 'proven', 'otherwise'])
})
