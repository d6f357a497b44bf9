import { describe, expect, test } from 'vitest'

import { countOf, figuresOf, passRate } from '../../../lib/rules/digest/database'
import { copyOn, databaseWith, happenedWith, letGo, week } from '../../fixtures/told/digests'

describe('what is counted', () => {
  test('could not be checked is neither sound nor failed, unmet is not failed, and accepted is sound', () => {
    const words = ['passed', 'warned', 'accepted', 'failed', 'unmet', 'unverifiable', 'pending']
    expect(countOf(words)).toEqual({
      came: 7,
      sound: 3,
      failed: 1,
      unmet: 1,
      unchecked: 1,
      pending: 1,
    })
  })

  test('a word of another build is counted as not checked, so that none is missing', () => {
    expect(countOf(['passed', 'rotten'])).toMatchObject({ came: 2, sound: 1, unchecked: 1 })
  })

  test.each([
    { sound: 0, failed: 0, unmet: 0, rate: undefined, why: 'nothing was judged' },
    { sound: 1, failed: 0, unmet: 0, rate: 100, why: 'the only one passed' },
    { sound: 7, failed: 0, unmet: 0, rate: 100, why: 'all passed' },
    { sound: 17, failed: 1, unmet: 0, rate: 94.4, why: 'one did not' },
    { sound: 17, failed: 0, unmet: 1, rate: 94.4, why: 'one is not what is expected' },
    { sound: 99_999, failed: 1, unmet: 0, rate: 99.9, why: 'only all of them are 100' },
    { sound: 99_999, failed: 0, unmet: 1, rate: 99.9, why: 'one of very many is unmet' },
    { sound: 0, failed: 3, unmet: 0, rate: 0, why: 'none passed' },
  ])('the pass rate is $rate when $why', ({ sound, failed, unmet, rate }) => {
    const count = { came: 0, sound, failed, unmet, unchecked: 5, pending: 1 }
    expect(passRate(count)).toBe(rate)
  })
})

describe('the figures of a database', () => {
  test('compare the newest sound copy with the newest one from before the week', () => {
    const { digest } = figuresOf(databaseWith(), happenedWith(), week)
    // The 14th came at one o'clock, and the week begins at six.
    expect(digest.sizeDelta).toBe(7 * 4096)
    expect(digest.rowsDelta).toBe(70)
    expect(digest.count).toMatchObject({ came: 7, sound: 7, failed: 0, unmet: 0 })
  })

  test.each([
    { name: 'the moment before', arrivedAt: '2026-11-14T05:59:59.999Z', isBefore: true },
    { name: 'its first moment', arrivedAt: '2026-11-14T06:00:00.000Z', isBefore: false },
  ])('compare with a copy from before the week: $name', ({ arrivedAt, isBefore }) => {
    const copies = [copyOn('21'), copyOn('14', { arrivedAt })]
    const { digest } = figuresOf(databaseWith({ copies }), happenedWith(), week)
    expect(digest.sizeDelta).toBe(isBefore ? 7 * 4096 : undefined)
  })

  test('count of a plan only what was removed, and of results only its own', () => {
    const { plans, results } = letGo([{ day: '15' }, { day: '16' }])
    const [result] = results
    if (!result) throw new Error('there is no result')
    const done = { ...result, removed: result.removed.slice(1) }
    const happened = happenedWith({ plans, results: [done, { ...result, database: 'sessions' }] })
    expect(figuresOf(databaseWith(), happened, week).digest.letGo).toBe(1)
  })

  test('have no difference where nothing is from before', () => {
    const copies = [copyOn('21'), copyOn('20')]
    const { digest } = figuresOf(databaseWith({ copies }), happenedWith(), week)
    expect(digest).toMatchObject({ sizeDelta: undefined, rowsDelta: undefined })
  })

  test('look past a copy that is not sound', () => {
    const failed = copyOn('21', { word: 'failed' })
    const unsure = copyOn('20', { word: 'unverifiable' })
    const unmet = copyOn('18', { word: 'unmet' })
    const odd = copyOn('17', { word: 'rotten' })
    const copies = [failed, unsure, copyOn('19'), unmet, odd, copyOn('10', { word: 'pending' })]
    const { digest } = figuresOf(databaseWith({ copies }), happenedWith(), week)
    expect(digest.newest).toBe(failed)
    expect(digest.newestSound?.id).toBe(copyOn('19').id)
    expect(digest.setApart).toEqual([failed, unsure, unmet, odd])
  })

  test('count a copy that came and was let go within the week', () => {
    const gone = letGo([{ day: '15' }, { day: '16', word: 'failed' }, { day: '09' }])
    const { digest, sizeDelta } = figuresOf(
      databaseWith({ copies: [copyOn('21'), copyOn('20')] }),
      happenedWith(gone),
      week,
    )
    expect(digest.count).toMatchObject({ came: 4, sound: 3, failed: 1 })
    expect(digest).toMatchObject({ letGo: 3, letGoBytes: 1_500_000 })
    // Only what was there before the week makes it less.
    expect(sizeDelta).toBe(copyOn('21').sizeBytes + copyOn('20').sizeBytes - 500_000)
  })

  test('name what is on its way out, the first to go first, and not what the plan of today keeps', () => {
    const [kept, later, sooner] = [copyOn('20'), copyOn('19'), copyOn('18')]
    const leavesOn = (day: string) => `2026-11-${day}T02:30:00.000Z`
    const leaving = {
      tokens: [
        { id: 'gone', leavesAt: leavesOn('21') },
        { id: kept.id, leavesAt: leavesOn('21') },
        { id: later.id, leavesAt: leavesOn('23') },
        { id: sooner.id, leavesAt: leavesOn('22') },
      ],
    }
    const copies = [kept, { ...later, keep: false }, { ...sooner, keep: false }]
    const { digest } = figuresOf(databaseWith({ copies }), happenedWith({ leaving }), week)
    expect(digest.leaving).toEqual([
      { id: sooner.id, leavesAt: leavesOn('22') },
      { id: later.id, leavesAt: leavesOn('23') },
    ])
  })

  test('believe a result whose plan is lost as far as they can', () => {
    const { results } = letGo([{ day: '15' }])
    const { digest } = figuresOf(databaseWith(), happenedWith({ results }), week)
    expect(digest.letGo).toBe(0)
  })

  test('of a database without any copy are nothing', () => {
    const none = databaseWith({ copies: [], drills: [], health: 'never' })
    const { digest, opened } = figuresOf(none, happenedWith({ checks: {} }), week)
    expect(digest).toMatchObject({ newest: undefined, copies: 0, checks: [], lastDrill: undefined })
    expect(opened).toEqual([])
  })

  test('count what was opened in the week, also older copies that were opened again', () => {
    const again = copyOn('08', { provenAt: '2026-11-20T02:00:00.000Z' })
    const waiting = copyOn('21', { word: 'pending', provenAt: undefined })
    const { opened } = figuresOf(
      databaseWith({ copies: [waiting, copyOn('20'), again, copyOn('07')] }),
      happenedWith(),
      week,
    )
    expect(opened.map(({ id }) => id)).toEqual([copyOn('20').id, again.id])
  })
})
