/** What comes first is told by one thing of each, and by the next where they are alike in that. */
import { expect, test } from 'vitest'

import { falling, middleOf, rising } from '../../../lib/rules/plain/order'

type Person = { name: string; age: number }

const people: readonly Person[] = [
  { name: 'Bea', age: 30 },
  { name: 'Ann', age: 7 },
  { name: 'bob', age: 30 },
  { name: 'Cas', age: 100 },
]

const namesBy = (order: Parameters<typeof people.toSorted>[0]) =>
  people.toSorted(order).map(({ name }) => name)

test('numbers are put in order as numbers, and texts by their code units', () => {
  expect(namesBy(rising(({ age }) => age))).toEqual(['Ann', 'Bea', 'bob', 'Cas'])
  expect(namesBy(rising(({ name }) => name))).toEqual(['Ann', 'Bea', 'Cas', 'bob'])
})

test('who is alike in the first is told apart by the next, and who is alike in all stays in place', () => {
  const byAge = ({ age }: Person) => -age
  expect(namesBy(rising(byAge, ({ name }) => name))).toEqual(['Cas', 'Bea', 'bob', 'Ann'])
  expect(namesBy(falling(({ age }) => age))).toEqual(['Cas', 'Bea', 'bob', 'Ann'])
  expect(rising(byAge)({ name: 'Ann', age: 3 }, { name: 'Bea', age: 3 })).toBe(0)
})

test('falling is rising the other way round, in each thing', () => {
  const keys = [({ age }: Person) => age, ({ name }: Person) => name]
  expect(namesBy(falling(...keys))).toEqual(namesBy(rising(...keys)).toReversed())
})

test('a number that is none comes neither before nor after another', () => {
  expect(rising(Number)(NaN, 1)).toBe(0)
  expect(rising(Number)(1, NaN)).toBe(0)
})

test.each([
  [[], undefined],
  [[5], 5],
  [[9, 10], 10],
  [[100, 9, 20], 20],
  [[4, 3, 2, 1], 3],
])('the middle of %j is %j', (numbers, middle) => {
  expect(middleOf(numbers)).toBe(middle)
})
