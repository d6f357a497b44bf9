import { describe, expect, test } from 'vitest'

import { noteDrill } from '../../lib/journey/bucket/drill-state'
import { readDigest, writeDigest } from '../../lib/journey/digest'
import { prune } from '../../lib/journey/prune'
import type { Channel, WrittenDigest } from '../../lib/ports'
import { lastWeek } from '../../lib/rules/digest/span'
import { jsonShapes } from '../cli/json-shapes'
import { fakeChannel, fakeNotifier } from '../fakes/channels'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { crowded } from '../fixtures/bucket/crowds'
import { watched } from '../fixtures/bucket/watching'
import { drillOn } from '../fixtures/told/digests'
import { keepCopy, keepDays } from '../fixtures/told/kept'
import { planTheDayBefore } from '../fixtures/told/leaving'

const week = (tools: TestTools) => lastWeek(tools.clock.now())

/** Three weeks of daily copies, of which retention has let go, and a drill. */
const afterThreeWeeks = async (): Promise<TestTools> => {
  const tools = testTools()
  await keepDays(tools, 20)
  await keepCopy(tools, { daysAgo: 1, database: 'sessions', outcome: 'failed' })
  await planTheDayBefore(tools)
  await prune.run({}, { ...tools, deadlineAt: new Date(tools.clock.now().getTime() + 900_000) })
  const at = tools.clock.now().toISOString()
  const copies = [drillOn('16', { at })]
  await noteDrill({ at, copies, rings: [], left: [] }, {}, tools)
  await watched(tools)
  return tools
}

type Reader = Channel & { read: WrittenDigest[] }

const mailReader = (said: 'delivered' | 'refused' = 'delivered'): Reader => {
  const reader: Reader = {
    ...fakeChannel('mail'),
    rehearse: () => 1,
    read: [],
    digest: async (report) => {
      reader.read.push(report)
      return { outcome: said, said: 'answered 550' }
    },
  }
  return reader
}

const stored = (tools: TestTools): string[] =>
  [...tools.store.objects.keys()].filter((key) => key.includes('/_reports/digests/'))

describe('the digest of a week', () => {
  test('is made of what is stored, the journal, the drills and the alerts', async () => {
    const tools = await afterThreeWeeks()
    const digest = await readDigest(tools, week(tools))
    const [first, second] = digest.databases
    expect([first?.database, second?.database]).toEqual(['sessions', 'tokens'])
    expect(second?.count).toMatchObject({ came: 8, sound: 8 })
    expect(second?.letGo).toBeGreaterThan(4)
    expect(second?.checks.map(({ outcome }) => outcome)).toContain('passed')
    expect(first?.checks).toContainEqual({ check: 'structure', outcome: 'failed' })
    expect(digest.drills).toHaveLength(1)
    expect(digest.isCalm).toBe(false)
    expect(digest.open).toMatchObject([
      { kind: 'verify.failed', database: 'sessions', heardBy: [], held: undefined },
    ])
    expect(digest.over).toEqual([])
    expect(digest.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(jsonShapes.report.safeParse(JSON.parse(JSON.stringify(digest))).error).toBeUndefined()
    expect(digest.advice.map(({ text }) => text).join()).toMatch(/no tables and no rows: sessions/)
  })

  test('leaves out what was before, and what carries no signature of ours', async () => {
    const tools = await afterThreeWeeks()
    const before = (await readDigest(tools, week(tools))).letGo
    tools.clock.passSeconds(8 * 86_400)
    const later = await readDigest(tools, week(tools))
    expect(before).toBeGreaterThan(0)
    expect(later).toMatchObject({ letGo: 0, drills: [], count: { came: 0 } })
    const drillKeys = [...tools.store.objects.keys()].filter((key) => key.includes('/drills/'))
    for (const key of drillKeys) await tools.store.put(key, Buffer.from('{}'))
    const longer = { since: new Date('2026-02-01T00:00:00Z'), until: tools.clock.now() }
    expect((await readDigest(tools, longer)).drills).toEqual([])
  })

  test('of more than a hundred tells of those in full, and counts the others', async () => {
    const tools = await crowded(103)
    const digest = await readDigest(tools, week(tools))
    expect(digest.databases).toHaveLength(100)
    expect(digest.others).toMatchObject({ databases: 3, unwell: 0, copies: 3 * 24 })
  })

  test('of an empty store says so', async () => {
    const digest = await readDigest(testTools({ databases: {} }), week(testTools()))
    expect(digest).toMatchObject({ databases: [], copies: 0 })
  })
})

describe('the weekly report', () => {
  test('is stored as a page and as text, and mailed once to each who reads mail', async () => {
    const tools = await afterThreeWeeks()
    const mail = mailReader()
    const notifier = fakeNotifier([fakeChannel('chat'), mail, mail])
    const answer = await writeDigest({ ...tools, notifier }, week(tools))
    expect(answer).toMatchObject({ told: ['the mail'], undelivered: [], faults: [] })
    expect(answer.keys).toEqual(stored(tools))
    expect(answer.keys[0]).toMatch(
      /^backups\/_reports\/digests\/2026\/03\/2026-03-01T010000Z_[0-9a-f]{6}\.html$/,
    )
    const text = tools.store.objects.get(answer.keys[1] ?? '')?.bytes.toString() ?? ''
    expect(text).toBe(mail.read[0]?.text)
    expect(text).toMatch(/^1 of 2 databases needs you\./)
    expect(mail.read).toHaveLength(1)
    expect(mail.read[0]).toMatchObject({
      id: expect.stringMatching(/^report-2026-03-01T010000Z_/),
      subject: 'Backups: 1 of 2 databases needs you (my-backups)',
    })
  })

  test('is stored also when nobody takes the mail', async () => {
    const tools = await afterThreeWeeks()
    const notifier = fakeNotifier([mailReader('refused')])
    const answer = await writeDigest({ ...tools, notifier }, week(tools))
    expect(answer).toMatchObject({ told: [], undelivered: ['the mail: answered 550'] })
    expect(stored(tools)).toHaveLength(2)
  })

  test('is mailed also when it cannot be stored, and never throws', async () => {
    const tools = await afterThreeWeeks()
    const mail = mailReader()
    const notifier = fakeNotifier([mail])
    tools.store.failNext('put', 100)
    const answer = await writeDigest({ ...tools, notifier }, week(tools))
    expect(answer).toMatchObject({ keys: [], told: ['the mail'] })
    expect(answer.faults).toEqual(['The store is away.', 'The store is away.'])
    tools.store.failNext('now', 1)
    const away = await writeDigest({ ...tools, notifier }, week(tools))
    expect(away).toMatchObject({ keys: [], told: [], faults: ['The store is away.'] })
  })
})
