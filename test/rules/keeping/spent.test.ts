/** Is what a run took said as it is paid for, and do sums of it stay as short as it is? */
import { expect, test } from 'vitest'

import { spentOf, times, together } from '../../../lib/rules/keeping/spent'

const memoryBytes = 512 * 1024 ** 2
const run = { runs: 1, gibSeconds: 0.7, requests: 20 }

test('a run takes the memory that it may have for as long as it lasts, and a tenth of a second at least', () => {
  expect(spentOf({ tookMs: 1_400, memoryBytes, requests: 20 })).toEqual(run)
  expect(spentOf({ tookMs: 3, memoryBytes, requests: 0 }).gibSeconds).toBe(0.05)
  expect(spentOf({ tookMs: 1_234.567, memoryBytes, requests: 0 }).gibSeconds).toBe(0.617)
})

test('several are one, of none is nothing, and a share has no fraction of a run', () => {
  expect(together([])).toEqual({ runs: 0, gibSeconds: 0, requests: 0 })
  const some = Array.from({ length: 10 }, () => ({ runs: 1, gibSeconds: 0.1, requests: 3 }))
  expect(together(some)).toEqual({ runs: 10, gibSeconds: 1, requests: 30 })
  expect(times(run, 1.5)).toEqual({ runs: 2, gibSeconds: 1.05, requests: 30 })
})
