/** Red says that data are damaged or gone; whatever else is wrong is said in another colour. */
import { describe, expect, test } from 'vitest'

import { healthMark, healthsMark, wrongMark } from '../../../lib/edge/page/marks'
import type { AlertKind } from '../../../lib/rules/alerts/alert'
import type { Standing } from '../../../lib/rules/watching/standing'

const standing = (health: Standing['health'], kind?: AlertKind, word = 'passed') => {
  const at = '2026-11-21T01:00:00.000Z'
  return {
    health,
    troubles: kind === undefined ? [] : [{ kind, severity: 'error', since: at, what: '' } as const],
    newest: { id: 'a', word, takenAt: at, arrivedAt: at, sizeBytes: 1 },
  }
}

describe('red', () => {
  test('is what is damaged or gone, unless it is only a note', () => {
    const database = 'tokens'
    expect(wrongMark({ kind: 'copy.gone', severity: 'critical', database })).toBe('bad')
    expect(wrongMark({ kind: 'copy.gone', severity: 'info', database })).toBe('open')
    expect(wrongMark({ kind: 'verify.unmet', severity: 'critical', database })).toBe('late')
    const mute = { kind: 'drill.failed', severity: 'critical', database: undefined } as const
    expect(wrongMark(mute)).toBe('late')
  })

  test.each([
    { name: 'a damaged copy', one: standing('trouble', 'verify.failed', 'failed'), mark: 'bad' },
    { name: 'rows that are gone', one: standing('trouble', 'rows.collapsed'), mark: 'bad' },
    { name: 'a word of a later build', one: standing('trouble', undefined, 'rotten'), mark: 'bad' },
    { name: 'a migration', one: standing('trouble', 'verify.unmet', 'unmet'), mark: 'late' },
    {
      name: 'a copy that nobody could judge',
      one: standing('trouble', 'verify.unverifiable', 'unverifiable'),
      mark: 'late',
    },
    { name: 'one that is late', one: standing('late', 'backup.late'), mark: 'late' },
    { name: 'one that is well', one: standing('sound'), mark: 'good' },
  ])('$name: $mark', ({ one, mark }) => {
    expect(healthMark(one, false).mark).toBe(mark)
  })

  test('stands for many where it is one of theirs', () => {
    const some = [
      standing('trouble', 'verify.unmet', 'unmet'),
      standing('trouble', 'rows.collapsed'),
    ]
    expect(healthsMark('trouble', some, false).mark).toBe('bad')
    expect(healthsMark('trouble', some.slice(0, 1), false).mark).toBe('late')
  })

  test('what nobody watches is not green', () => {
    expect(healthMark(standing('sound'), true)).toEqual({ mark: 'open', word: 'not watched' })
  })
})
