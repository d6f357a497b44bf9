/** A text is cut so that no escape is cut in two, and what one needs in the night comes first. */
import { describe, expect, test } from 'vitest'

import {
  escapedTo,
  inNeed,
  inThreeEntities,
  plain,
  written,
} from '../../../lib/adapters/notify/written'
import type { Section, Told } from '../../../lib/rules/alerts/told'

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

describe('a text', () => {
  const section = (role: Section['role'], heading: string): Section => ({
    role,
    heading,
    text: 'text',
    command: undefined,
  })
  const one: Told = {
    title: 'title',
    tone: 'error',
    lines: [],
    sections: [section('otherwise', 'OTHERWISE'), section('step', 'STEP')],
    facts: ['a', 'b', 'c'].map((label) => ({ label, text: 'x' })),
    footer: 'footer',
  }
  const bundle: Told = {
    ...one,
    lines: ['one', 'two', 'three'].map((text) => ({ text, note: 'note', tone: 'error' })),
    facts: [],
  }
  const inRoom = (told: Told, budget: number, items = 9) =>
    written(told, plain, { budget, sizeOf: ({ length }) => length, items })

  const head = 'title\n\n'
  const [otherwise, step] = ['OTHERWISE\ntext\n\n', 'STEP\ntext\n\n']
  const found = 'What was found\n'
  const facts = ['- a: x\n', '- b: x\n', '- c: x\n']
  const foot = '-- \nfooter'
  const shortened = '- Shortened; the status page has the rest.\n\n'
  const more = (count: number) => `- and ${count} more, see the status page\n`

  test('tells what happened, what to do, what was found and where', () => {
    expect(inRoom(one, 1_000)).toBe(`${head}${otherwise}${step}${found}${facts.join('')}\n${foot}`)
    expect(inRoom({ ...one, facts: [] }, 1_000)).toBe(`${head}${otherwise}${step}${foot}`)
  })

  test('tells of several which they are before what is to be done first', () => {
    const lines = '- one (note)\n- two (note)\n- three (note)\n\n'
    expect(inRoom(bundle, 1_000)).toBe(`${head}${lines}${otherwise}${step}${foot}`)
  })

  test('shows so many of a list, and says how many there are besides', () => {
    expect(inRoom(one, 1_000, 2)).toBe(
      `${head}${otherwise}${step}${found}${facts[0]}${facts[1]}${more(1)}\n${foot}`,
    )
    expect(inRoom(one, 1_000, 3)).not.toContain('more')
  })

  test('keeps room for its ends and for what it may have to say, and fills the rest to the last unit', () => {
    const ends = `${head}${foot}\n\n${found}\n${more(3)}\n${shortened}`.length
    const all = [step, otherwise, ...facts].join('').length
    expect(inRoom(one, ends + all)).toContain('- c: x')
    const without = inRoom(one, ends + all - 1)
    expect(without).toBe(
      `${head}${otherwise}${step}${found}${facts[0]}${facts[1]}${more(1)}\n${foot}`,
    )
    // What is done where it was meant goes first; what is short enough takes its place.
    expect(inRoom(one, ends + step.length + otherwise.length - 1)).toBe(
      `${head}${step}${found}${facts.slice(0, 2).join('')}${more(1)}\n${shortened}${foot}`,
    )
    expect(inRoom(one, ends)).toBe(`${head}${found}${more(3)}\n${shortened}${foot}`)
  })
})
