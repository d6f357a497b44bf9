/** What may be the name of a customer, as it is told. */
import { expect, test } from 'vitest'

import { short } from '../../../../lib/rules/kinds/objects/short'

test.each([
  ['9f1c-4d', '9f1c…'],
  ['9f1c', '9f1c'],
  ['7', '7'],
])('%s is told as %s', (value, told) => {
  expect(short(value)).toBe(told)
})
