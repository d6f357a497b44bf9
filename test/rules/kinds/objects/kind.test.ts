/** The app's objects as a kind of thing. */
import { expect, test } from 'vitest'

import { kinds } from '../../../../lib/rules/kinds/kinds'

const { objects } = kinds

test('something is asked of them where collections are named', () => {
  expect(objects.isAsked({})).toBe(false)
  expect(objects.isAsked({ collections: {} })).toBe(true)
})

test('no host says anything of them', () => {
  expect(objects.facts).toEqual({})
  expect(objects.note()).toBeUndefined()
})
