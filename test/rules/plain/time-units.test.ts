import { expect, test } from 'vitest'

import { dayMs, hourMs, minuteMs, secondMs, weekMs } from '../../../lib/rules/plain/time-units'

test.each([
  { ms: secondMs, later: '2025-07-04T00:00:01.000Z' },
  { ms: minuteMs, later: '2025-07-04T00:01:00.000Z' },
  { ms: hourMs, later: '2025-07-04T01:00:00.000Z' },
  { ms: dayMs, later: '2025-07-05T00:00:00.000Z' },
  { ms: weekMs, later: '2025-07-11T00:00:00.000Z' },
])('after $ms ms it is $later', ({ ms, later }) => {
  const at = Date.parse('2025-07-04T00:00:00.000Z')
  expect(new Date(at + ms).toISOString()).toBe(later)
})
