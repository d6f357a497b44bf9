import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { isOtherHost, isTwoHosts, judgeHostName } from '../../../lib/rules/verdict/host-name'
import { casesOf } from '../../cases'
import { told } from '../../fixtures/told/entries'

const daily = { everyMs: dayMs, graceMs: 2 * hourMs }
const nowMs = Date.parse('2026-03-20T01:00:00.000Z')
const agoOf = (ms: number): string => new Date(nowMs - ms).toISOString()

/** Copies of these hosts one after the other, the last of them now; what is said of that one. */
const saidOf = (
  hosts: readonly string[],
  everyMs = dayMs,
  schedule: typeof daily | null = daily,
) => {
  const newestFirst = hosts.toReversed().map((host, index) => ({
    host,
    arrivedAt: agoOf(index * everyMs),
  }))
  const [newest, ...before] = newestFirst
  if (!newest) throw new Error('no copy')
  return judgeHostName(newest, before, schedule ?? undefined)
}

describe('a copy of the host that pushed the ones before', () => {
  test.each([
    { name: 'is the first', hosts: ['a'] },
    { name: 'is like all others', hosts: ['a', 'a', 'a'] },
    { name: 'is the fourth of a new host', hosts: ['a', 'b', 'b', 'b', 'b'] },
  ])('is nothing to speak of: it $name', ({ hosts }) => {
    expect(saidOf(hosts)).toBeUndefined()
  })

  test('is not told of from copies of which nobody knows who pushed them', () => {
    const adopted = { arrivedAt: agoOf(dayMs), host: undefined }
    expect(judgeHostName({ host: 'b', arrivedAt: agoOf(0) }, [adopted], daily)).toBeUndefined()
    const behind = [adopted, { arrivedAt: agoOf(2 * dayMs), host: 'a' }]
    expect(judgeHostName({ host: 'b', arrivedAt: agoOf(0) }, behind, daily)?.code).toBe(
      'other-host',
    )
  })
})

describe('a copy of another host than the last sound one', () => {
  test('is told with both names', () => {
    const found = saidOf(['app-1', 'app-1', 'staging'])
    expect(found && told(found)).toMatchInlineSnapshot(
      `"warned arrival: It comes from staging; the copies before it came from app-1. -> If the database has not moved, stop the cron job on that host: its copies are the newest ones now. If the name of the host changes at every start, as those of containers do, set SNAPPROOF_HOST in its settings."`,
    )
  })

  test('is told again for as long as the new host has not pushed some copies alone', () => {
    expect(saidOf(['a', 'b', 'b'])?.code).toBe('other-host')
    expect(saidOf(['a', 'b', 'b', 'b'])?.code).toBe('other-host')
  })

  test('is not settled by many copies of one hour: by then the other has not had its turn', () => {
    const hosts = ['a', ...Array.from({ length: 30 }, () => 'b')]
    expect(saidOf(hosts, hourMs / 30)?.code).toBe('other-host')
    expect(saidOf(hosts, hourMs)).toBeUndefined()
    expect(saidOf(['a', ...Array.from({ length: 27 }, () => 'b')], hourMs)).toBeUndefined()
    expect(saidOf(['a', ...Array.from({ length: 26 }, () => 'b')], hourMs)?.code).toBe('other-host')
  })

  test('is settled within a day where nothing is expected', () => {
    const hosts = ['a', ...Array.from({ length: 25 }, () => 'b')]
    expect(saidOf(hosts, hourMs, null)).toBeUndefined()
    expect(saidOf(hosts.slice(0, -1), hourMs, null)?.code).toBe('other-host')
  })

  test('is settled at once by a person, for this host and for no other', () => {
    const before = [
      { host: 'b', arrivedAt: agoOf(dayMs), isHostRight: true },
      { host: 'a', arrivedAt: agoOf(2 * dayMs) },
    ]
    expect(judgeHostName({ host: 'b', arrivedAt: agoOf(0) }, before, daily)).toBeUndefined()
    expect(judgeHostName({ host: 'a', arrivedAt: agoOf(0) }, before, daily)?.code).toBe('two-hosts')
    expect(judgeHostName({ host: 'c', arrivedAt: agoOf(0) }, before, daily)?.code).toBe(
      'other-host',
    )
  })
})

describe('two hosts under one name', () => {
  test('are told as just that, with both names', () => {
    const found = saidOf(['app-1', 'staging', 'app-1', 'staging'])
    expect(found && told(found)).toMatchInlineSnapshot(
      `"warned arrival: Two hosts push under one name: staging, which sent this copy, and app-1. -> Let one of them push under this name: stop the cron job on the other, or give it a database name and a token of its own (enroll). Until then a restore brings back whichever came last; restore.sh --list shows them."`,
    )
  })

  test('are told for every copy of either, however many one of them sends', () => {
    const dayOf = ['a', ...Array.from({ length: 23 }, () => 'b')]
    const hosts = [...dayOf, ...dayOf, ...dayOf]
    for (let end = 26; end <= hosts.length; end += 1) {
      expect(saidOf(hosts.slice(0, end), hourMs)?.code).toBe('two-hosts')
    }
  })

  test('are no two any more when one has been silent for two weeks', () => {
    const hosts = ['a', ...Array.from({ length: 14 }, () => 'b'), 'a']
    expect(saidOf(hosts.slice(1))?.code).toBe('other-host')
    expect(saidOf(hosts)?.code).toBe('other-host')
    expect(saidOf(['a', ...hosts.slice(2)])?.code).toBe('two-hosts')
  })
})

test.each([
  { code: 'two-hosts', isOther: true, areTwo: true },
  { code: 'other-host', isOther: true, areTwo: false },
  { code: 'followed', isOther: false, areTwo: false },
  { code: undefined, isOther: false, areTwo: false },
])(
  'a finding of $code is of another host: $isOther, of two: $areTwo',
  ({ code, isOther, areTwo }) => {
    const found = { check: 'arrival', outcome: 'warned', detail: 'It is so.', code }
    expect([isOtherHost(found), isTwoHosts(found)]).toEqual([isOther, areTwo])
  },
)

test('whoever pushes alone for long enough is never spoken of', () => {
  const hosts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
  fc.assert(
    fc.property(hosts, fc.constantFrom('a', 'b'), (before, host) => {
      const alone = Array.from({ length: 4 }, () => host)
      expect(saidOf([...before, ...alone])).toBeUndefined()
    }),
    { numRuns: casesOf(100) },
  )
})
