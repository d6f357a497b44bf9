/** That each of them raises what it should is shown by the alarm, with the real engine. */
import { expect, test } from 'vitest'

import { readHeader } from '../../../../lib/rules/kinds/sqlite/header'
import { samples } from '../../../../lib/rules/kinds/sqlite/samples'

test('each has a name, what it must raise, and what is expected of it', () => {
  const said = samples.map(({ name, raises, expected, had, isLate }) => {
    return { name, raises, expected, had, isLate }
  })
  expect(said).toMatchSnapshot()
})

test('every sample is a whole file by its header, but the empty one', () => {
  const now = new Date('2026-03-01T01:00:00Z')
  const whole = samples.filter(({ make }) => readHeader(make(now))).map(({ name }) => name)
  expect(samples.map(({ name }) => name).filter((name) => !whole.includes(name))).toEqual([
    'an empty copy',
  ])
})

test('each bad one raises something of its own, but for the two that are damaged', () => {
  const raised = samples.flatMap(({ raises }) => raises ?? [])
  expect(raised.filter((kind) => kind === 'verify.failed')).toHaveLength(2)
  expect(new Set(raised).size).toBe(raised.length - 1)
})

test('the content of the old one is older than the rest by a month', () => {
  const now = new Date('2026-03-01T01:00:00Z')
  const old = samples.find(({ raises }) => raises === 'content.stale')
  expect(old?.make(now).toString('latin1')).toContain('2026-01-30T01:00:00.000Z')
})
