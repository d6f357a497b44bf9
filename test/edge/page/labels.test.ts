/** Does each figure stand under its name, and are troubles laid open as far as a person reads? */
import { expect, test } from 'vitest'

import { coverageWords } from '../../../lib/edge/page/calendar'
import { troubleList } from '../../../lib/edge/page/troubles'
import { untilWords } from '../../../lib/edge/page/words'
import { hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { allWell } from '../../browser/stock'
import { testTools } from '../../fakes/tools'
import { crowded } from '../../fixtures/bucket/crowds'
import { someTrouble } from '../../fixtures/told/troubles'
import { look } from '../asking'

const namesIn = (body: string): Set<string> =>
  new Set([...body.matchAll(/<dt>([^<]*)<\/dt>/g)].map(([, name = '']) => name.trim()))

test('in the list of many', async () => {
  const names = namesIn((await look(await crowded(21))).body)
  for (const name of ['Proven copy', 'Next expected', 'Practice']) expect(names).toContain(name)
  expect(names).not.toContain('')
})

test.each([
  { name: 'drilled', tools: async () => (await allWell()).tools },
  { name: 'never drilled', tools: async () => testTools() },
])('on the page of one that was $name', async ({ tools }) => {
  const names = namesIn((await look(await tools(), '/databases/tokens')).body)
  for (const name of ['Newest proven copy', 'Next expected', 'Practice restore', 'Stored'])
    expect(names).toContain(name)
})

test('a calendar says of days, weeks and months how many have a copy of their own', () => {
  const cell = { label: '2026-03-01', isOwn: true }
  const none = { ...cell, isOwn: false }
  const calendar = { days: [cell, none], weeks: [none], months: [cell, cell, none] }
  expect(coverageWords(calendar)).toBe(
    '1 of 2 days, 0 of 1 week, 2 of 3 months have a copy of their own',
  )
})

test.each([
  { left: 20_000, is: 'in 1 min' },
  { left: 59.4 * minuteMs, is: 'in 59 min' },
  { left: hourMs, is: 'in 1 h' },
  { left: 47 * hourMs, is: 'in 47 h' },
  { left: 48 * hourMs, is: 'in 2 days' },
])('$left ms are left: $is', ({ left, is }) => {
  const now = new Date('2026-03-02T05:45:00.000Z')
  expect(untilWords(new Date(now.getTime() + left).toISOString(), now)).toBe(is)
})

test.each([
  { count: 1, open: [true] },
  { count: 2, open: [true, true] },
  { count: 3, open: [true, false, false] },
])('of $count troubles so many are open: $open', ({ count, open }) => {
  const troubles = Array.from({ length: count }, () => someTrouble({}))
  const body = troubleList(troubles, new Date('2026-03-02T05:45:00.000Z'))
  if (body === false) throw new Error('there are troubles')
  const cards = body.text.split('<li').slice(1)
  expect(cards.map((card) => /<details[^>]* open/.test(card))).toEqual(open)
})
