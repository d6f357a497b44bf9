/** The alarm's dumps are what they are called. */
import { expect, test } from 'vitest'

import { judgeSchema } from '../../../../lib/rules/kinds/postgres/content'
import { judgeHeader } from '../../../../lib/rules/kinds/postgres/header'
import { samples } from '../../../../lib/rules/kinds/postgres/samples'
import { judgeStructure } from '../../../../lib/rules/kinds/postgres/structure'
import { outlineOf } from '../../../fixtures/outlines'

const now = new Date('2026-11-21T01:00:00Z')

const wordOf = (dump: Buffer, expected: unknown): string => {
  const outline = outlineOf(dump)
  const judged = [judgeHeader(outline), judgeStructure(outline)].map(({ outcome }) => outcome)
  if (judged.includes('failed')) return 'verify.failed'
  const { tables } = Object.assign({ tables: {} }, expected)
  return judgeSchema(outline.tables, tables).outcome === 'unmet' ? 'verify.unmet' : 'sound'
}

test.each(samples)('$name', ({ make, raises, expected, had }) => {
  expect(wordOf(make(now), expected)).toBe(had ? 'sound' : (raises ?? 'sound'))
})

test('holds the time at which it was made', () => {
  expect(samples[0]?.make(now).toString()).toContain('2026-11-21T01:00:00.000Z')
})
