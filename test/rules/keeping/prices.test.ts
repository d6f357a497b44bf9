/** Is a month's price what the lists say, of what is stored and of the functions? */
import { expect, test } from 'vitest'

import { inAYearOf } from '../../../lib/rules/keeping/outlook'
import {
  costWords,
  functionsPrice,
  gibSecondsOf,
  monthlyPrice,
  priceWords,
} from '../../../lib/rules/keeping/prices'

const gibibyte = 1024 ** 3

test.each([
  { gibSeconds: 0, price: 0 },
  { gibSeconds: 90_000, price: 0 },
  { gibSeconds: 500_000, price: 7.585 },
  { gibSeconds: 10_000_000, price: 183.335 },
])('$gibSeconds GiB-seconds cost what the list has for an example', ({ gibSeconds, price }) => {
  expect(functionsPrice(gibSeconds)).toBeCloseTo(price, 6)
})

test.each([
  { tookMs: 0, gibSeconds: 0.05 },
  { tookMs: 100, gibSeconds: 0.05 },
  { tookMs: 3_000, gibSeconds: 1.5 },
])('a call of $tookMs ms with 512 MiB takes $gibSeconds GiB-seconds', ({ tookMs, gibSeconds }) => {
  expect(gibSecondsOf({ tookMs, memoryBytes: gibibyte / 2 })).toBeCloseTo(gibSeconds, 9)
})

test('what is stored is told with its price, and what it will come to where that is known of all', () => {
  const sizeBytes = 3 * gibibyte
  const outlook = { copies: 24, sizeBytes: 400 * gibibyte }
  expect(costWords({ sizeBytes, inAYearBytes: inAYearOf([{ outlook }, { outlook }]) })).toBe(
    "Stored now: 3.0 GiB, $5.00 a month by DigitalOcean's list for storage of November 2026; in a year about 800 GiB, $16.00 a month.",
  )
  expect(costWords({ sizeBytes, inAYearBytes: inAYearOf([{ outlook }, {}]) })).toBe(
    "Stored now: 3.0 GiB, $5.00 a month by DigitalOcean's list for storage of November 2026.",
  )
})

test.each([
  { gib: 0, price: 5 },
  { gib: 250, price: 5 },
  { gib: 350, price: 7 },
])('a month of $gib GiB costs $price', ({ gib, price }) => {
  expect(monthlyPrice(gib * gibibyte)).toBeCloseTo(price, 9)
  expect(priceWords(gib * gibibyte)).toContain(`$${price}.00 a month`)
})
