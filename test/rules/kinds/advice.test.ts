/** Who is told to go to the host, and who is not? */
import { expect, test } from 'vitest'

import { pushed } from '../../../lib/rules/kinds/advice'
import { adviceOf, kinds } from '../../../lib/rules/kinds/kinds'

test.each(['sqlite', 'postgres', undefined])('%s is what a host pushes and brings back', (kind) => {
  expect(adviceOf(kind)).toBe(pushed)
  expect(adviceOf(kind).insteadOfBack).toBeUndefined()
})

test('what nobody pushes is spoken of in its own words', () => {
  expect(adviceOf('objects')).toBe(kinds.objects.advice)
  expect(adviceOf('objects').insteadOfBack).toContain('brings nothing back')
})

test('a kind of another build is spoken of as what a host pushes', () => {
  expect(adviceOf('holograms')).toBe(pushed)
})
