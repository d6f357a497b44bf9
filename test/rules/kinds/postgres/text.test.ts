/** Of what comes in pieces the first bytes are kept, and all are counted. */
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { gathering, textOf } from '../../../../lib/rules/kinds/postgres/text'
import { casesOf } from '../../../cases'

test('whatever the pieces, and whatever stands around them', () => {
  const kept = gathering(5000)
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 6 }),
      fc.nat({ max: 9 }),
      (sizes, before) => {
        const whole = sizes.map((size, at) => String(at).repeat(size)).join('')
        const chunks = sizes.map((size, at) =>
          Buffer.from(`${'<'.repeat(before)}${String(at).repeat(size)}>`),
        )
        const last = chunks.pop() ?? Buffer.alloc(0)
        for (const chunk of chunks) kept.add(chunk, before, chunk.length - 1)
        expect(kept.sizeBytes).toBe(whole.length - (sizes.at(-1) ?? 0))
        const text = kept.end(last, before, last.length - 1)
        expect(text.sizeBytes).toBe(whole.length)
        expect(textOf(text)).toBe(whole.slice(0, 5000))
        expect(kept.sizeBytes).toBe(0)
      },
    ),
    { numRuns: casesOf(500) },
  )
})

test('what is forgotten is not in what comes next', () => {
  const kept = gathering(100)
  kept.add(Buffer.from('gone'), 0, 4)
  kept.forget()
  expect(textOf(kept.end(Buffer.from('here'), 0, 4))).toBe('here')
})
