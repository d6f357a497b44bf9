/** What is said of a database that is pushed, where its kind says nothing else. */
import { expect, test } from 'vitest'

import { pushed } from '../../../lib/rules/kinds/advice'

test('rows are counted, and a drill restores', () => {
  expect(pushed.unit()).toEqual(['row', 'rows'])
  expect(pushed.countedAll({ users: 2, orders: 1 })).toBe('3 rows')
  expect(pushed.drill.proven(' from the second place')).toBe(
    'restored from the second place, opened and compared',
  )
  expect(pushed.drill.provenBriefly('')).toBe('restored and read')
  expect(pushed.first('tokens').command).toContain('enroll tokens --ssh root@HOST')
})
