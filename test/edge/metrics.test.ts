import { spawnSync } from 'node:child_process'

import { describe, expect, test } from 'vitest'

import { metricsText } from '../../lib/edge/metrics'
import { readView } from '../../lib/journey/gather/view'
import { fallen, unmetNewest } from '../browser/bad-days'
import { allWell, empty, many, oneFailing, oneLate, silent } from '../browser/stock'
import { isThorough } from '../cases'
import type { TestTools } from '../fakes/tools'
import { testTools } from '../fakes/tools'
import { verdictOf } from '../fixtures/told/entries'
import { keepCopy } from '../fixtures/told/kept'

import { ask, bearer } from './asking'

const metricsOf = async (tools: TestTools): Promise<string> => {
  const { body, headers } = await ask(tools, { path: '/metrics', headers: bearer })
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  return body
}

/** The value of one sample; undefined where there is none. */
const valueOf = (text: string, sample: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `))
  return line === undefined ? undefined : Number(line.slice(sample.length + 1))
}

/** The parser that will read them; on Debian it is part of the package "prometheus". */
const hasPromtool = spawnSync('promtool', ['--version']).status === 0

const usual = { allWell, oneLate, oneFailing, empty, silent, fallen, unmetNewest }
const scenes = isThorough ? { ...usual, many } : usual

describe('the metrics', () => {
  test.each(Object.entries(scenes))(
    'are of the text format, to the letter: %s',
    async (_, scene) => {
      const text = await metricsOf((await scene()).tools)
      expect(text.endsWith('\n')).toBe(true)
      const seen = new Set<string>()
      let family = ''
      for (const line of text.trimEnd().split('\n')) {
        const help = /^# HELP (snapproof_[a-z_]+) [^\n]+$/.exec(line)
        if (help) {
          family = help[1] ?? ''
          expect(seen, family).not.toContain(family)
          seen.add(family)
        } else if (line.startsWith('#')) expect(line).toBe(`# TYPE ${family} gauge`)
        else {
          expect(line).toMatch(/^[a-z_]+(\{[a-z]+="[\w.-]+"(,[a-z]+="[\w.-]+")*\})? -?\d+(\.\d+)?$/)
          expect(line).toMatch(new RegExp(`^${family}[ {]`))
        }
      }
      const labels = new Set([...text.matchAll(/[{,]([a-z]+)=/g)].map(([, name]) => name))
      const known = ['db', 'state', 'rule', 'job', 'version', 'build']
      for (const name of labels) expect(known).toContain(name)
      const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
      const names = samples.map((line) => line.slice(0, line.lastIndexOf(' ')))
      expect(new Set(names).size).toBe(names.length)
    },
  )

  test.skipIf(!hasPromtool).each(Object.entries(scenes))(
    'are taken by Prometheus itself: %s',
    async (_, scene) => {
      const input = await metricsOf((await scene()).tools)
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input })
      expect({ status, said: `${stdout.toString()}${stderr.toString()}` }).toEqual({
        status: 0,
        said: '',
      })
    },
  )

  test('tell of a database what an alert rule needs', async () => {
    const { tools } = await allWell()
    const text = await metricsOf(tools)
    const db = '{db="tokens"}'
    const taken = Date.parse('2026-11-21T01:08:12.000Z') / 1000
    expect(valueOf(text, `snapproof_last_upload_timestamp_seconds${db}`)).toBe(taken)
    expect(valueOf(text, `snapproof_last_verified_timestamp_seconds${db}`)).toBeGreaterThanOrEqual(
      taken,
    )
    expect(
      valueOf(text, `snapproof_newest_pass_capture_timestamp_seconds${db}`),
    ).toBeLessThanOrEqual(taken)
    expect(valueOf(text, `snapproof_verify_status${db}`)).toBe(1)
    expect(valueOf(text, `snapproof_late${db}`)).toBe(0)
    expect(valueOf(text, `snapproof_verify_duration_seconds${db}`)).toBeGreaterThan(0)
    expect(valueOf(text, `snapproof_snapshot_size_bytes${db}`)).toBeGreaterThan(40_000_000)
    expect(valueOf(text, `snapproof_restore_test_success${db}`)).toBe(1)
    expect(valueOf(text, `snapproof_restore_test_duration_seconds${db}`)).toBeGreaterThan(1)
    expect(valueOf(text, `snapproof_restore_test_timestamp_seconds${db}`)).toBeLessThan(taken)
    expect(valueOf(text, 'snapproof_snapshots{db="tokens",state="passed"}')).toBe(24)
    expect(valueOf(text, 'snapproof_snapshots{db="tokens",state="failed"}')).toBe(0)
    expect(valueOf(text, 'snapproof_retention_kept{db="tokens",rule="daily"}')).toBe(7)
    expect(valueOf(text, 'snapproof_retention_kept{db="tokens",rule="monthly"}')).toBe(12)
    expect(valueOf(text, `snapproof_prune_blocked${db}`)).toBe(0)
    expect(valueOf(text, 'snapproof_alerts_undelivered')).toBe(0)
    expect(valueOf(text, 'snapproof_run_timestamp_seconds{job="watch"}')).toBe(
      Date.parse('2026-11-21T13:37:00.000Z') / 1000,
    )
    expect(valueOf(text, 'snapproof_run_timestamp_seconds{job="prune"}')).toBeUndefined()
    expect(valueOf(text, 'snapproof_safe')).toBe(1)
    expect(text).toMatch(/^snapproof_build_info\{version="0\.0\.0",build="b{12}"\} 1$/m)
  })

  test('tell what is wrong', async () => {
    const bad = await metricsOf((await oneFailing()).tools)
    expect(valueOf(bad, 'snapproof_verify_status{db="tokens"}')).toBe(0)
    expect(valueOf(bad, 'snapproof_prune_blocked{db="tokens"}')).toBe(1)
    expect(valueOf(bad, 'snapproof_retention_kept{db="sessions",rule="pinned"}')).toBe(1)
    expect(valueOf(bad, 'snapproof_safe')).toBe(0)
    const late = await metricsOf((await oneLate()).tools)
    expect(valueOf(late, 'snapproof_late{db="sessions"}')).toBe(1)
    expect(valueOf(late, 'snapproof_late{db="tokens"}')).toBe(0)
    expect(valueOf(await metricsOf((await silent()).tools), 'snapproof_safe')).toBe(0)
  })

  test('tell a fall, and the copy that one wants back', async () => {
    const text = await metricsOf((await fallen()).tools)
    expect(valueOf(text, 'snapproof_fall{db="shop"}')).toBe(1)
    expect(valueOf(text, 'snapproof_fall{db="sessions"}')).toBe(0)
    const name = 'snapproof_before_fall_timestamp_seconds'
    expect(valueOf(text, `${name}{db="shop"}`)).toBe(Date.parse('2026-11-19T01:08:12Z') / 1000)
    expect(valueOf(text, `${name}{db="sessions"}`)).toBeUndefined()
    // The newest copy is sound as it is: only that it is not safe says so.
    expect(valueOf(text, 'snapproof_verify_status{db="shop"}')).toBe(1)
    expect(valueOf(text, 'snapproof_safe')).toBe(0)
  })

  test('count a copy that is unmet among no others', async () => {
    const text = await metricsOf((await unmetNewest()).tools)
    const states = (state: string) =>
      valueOf(text, `snapproof_snapshots{db="sessions",state="${state}"}`)
    expect({ unmet: states('unmet'), failed: states('failed'), passed: states('passed') }).toEqual({
      unmet: 1,
      failed: 0,
      passed: 23,
    })
    expect(valueOf(text, 'snapproof_verify_status{db="sessions"}')).toBe(0)
    expect(valueOf(text, 'snapproof_fall{db="sessions"}')).toBe(0)
    expect(valueOf(text, 'snapproof_safe')).toBe(0)
  })

  test('a verdict of another build is counted, and becomes no label', async () => {
    const tools = testTools()
    await keepCopy(tools, {
      daysAgo: 0,
      change: (entry) => ({ ...entry, verdict: verdictOf('passed', { outcome: 'rotten' }) }),
    })
    const text = await metricsOf(tools)
    expect(valueOf(text, 'snapproof_snapshots{db="tokens",state="other"}')).toBe(1)
    expect(text).not.toContain('rotten')
  })

  test('what is not known has no sample: zero would be an answer', async () => {
    const text = await metricsOf(testTools())
    expect(valueOf(text, 'snapproof_last_upload_timestamp_seconds{db="tokens"}')).toBeUndefined()
    expect(valueOf(text, 'snapproof_restore_test_success{db="tokens"}')).toBeUndefined()
    expect(valueOf(text, 'snapproof_verify_status{db="tokens"}')).toBe(0)
    expect(valueOf(text, 'snapproof_safe')).toBe(0)
  })

  test('tell of the second place, of what runs take, and of each timer, where there is something to tell', async () => {
    const wanted = { query: '', page: 1, size: 50, by: 'name' } as const
    const { head, list } = await readView((await allWell()).tools, wanted)
    const [, line] = list.lines
    if (!line) throw new Error('nothing is listed')
    const at = '2026-11-21T12:00:00.000Z'
    const seconds = Date.parse(at) / 1000
    const second = { place: 'x', behind: 2, behindBytes: 1, named: [], databases: 1, since: at }
    const text = metricsText({
      head: {
        ...head,
        second,
        running: { gibSeconds: 7.5, requests: 300, weeks: 1, runs: 9 },
        all: { ...head.all, undelivered: 4 },
        jobs: { prune: at, drill: undefined },
        silent: ['prune'],
        build: { version: 'a"b\\c\nd', sha256: undefined },
      },
      list: {
        ...list,
        pages: 3,
        lines: [
          {
            ...line,
            second: { behind: 2, contents: 5, copies: 1, newestAt: at },
            stock: line.stock && { ...line.stock, isHeld: true },
            lastDrill: line.lastDrill && { ...line.lastDrill, outcome: 'failed' },
            troubles: [{ kind: 'backup.never', severity: 'error', since: at, what: '' }],
          },
        ],
      },
    })
    const samples = {
      'second_behind{db="tokens"}': 2,
      'second_contents_behind{db="tokens"}': 5,
      'second_newest_timestamp_seconds{db="tokens"}': seconds,
      second_behind_since_timestamp_seconds: seconds,
      function_gib_seconds_monthly: 7.5,
      store_requests_monthly: 300,
      alerts_undelivered: 4,
      'run_timestamp_seconds{job="prune"}': seconds,
      'run_timestamp_seconds{job="drill"}': undefined,
      'run_silent{job="watch"}': 0,
      'run_silent{job="prune"}': 1,
      'run_silent{job="drill"}': 0,
      'prune_blocked{db="tokens"}': 1,
      'restore_test_success{db="tokens"}': 0,
      'late{db="tokens"}': 1,
      pages: 3,
      'build_info{version="a\\"b\\\\c\\nd",build=""}': 1,
    }
    const told = Object.keys(samples).map((name) => [name, valueOf(text, `snapproof_${name}`)])
    expect(Object.fromEntries(told)).toEqual(samples)
  })

  test('a host whose clock runs ahead does not make its copy look fresher', async () => {
    const tools = testTools()
    await keepCopy(tools, {
      daysAgo: 1,
      change: (entry) => ({
        ...entry,
        claim: { ...entry.claim, takenAt: '2031-01-01T00:00:00.000Z' },
      }),
    })
    const name = 'snapproof_newest_pass_capture_timestamp_seconds{db="tokens"}'
    expect(valueOf(await metricsOf(tools), name)).toBe(Date.parse('2026-02-28T01:00:00Z') / 1000)
  })
})
