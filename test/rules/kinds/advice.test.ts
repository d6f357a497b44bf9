/** What is said of a database that is pushed, where its kind says nothing else. */
import { expect, test } from 'vitest'

import { pushed } from '../../../lib/rules/kinds/advice'
import { everyWordOf } from '../../fixtures/told/advice'

test('rows are counted, and a drill restores', () => {
  expect(pushed.unit()).toEqual(['row', 'rows'])
  expect(pushed.countedAll({ users: 2, orders: 1 })).toBe('3 rows')
})

test('every sentence says what it is and what to do', () => {
  expect(everyWordOf(pushed)).toMatchSnapshot()
})
