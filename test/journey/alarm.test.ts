import { describe, expect, test } from 'vitest'

import { ringAlarms } from '../../lib/journey/alarm'
import type { Channel, Rehearsal } from '../../lib/ports'
import type { Message } from '../../lib/rules/alerts/alert'
import { sqliteExpected } from '../../lib/rules/kinds/sqlite/settings'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'

const channelOf = (sent: Message[], changes: Partial<Channel> = {}): Channel => ({
  id: 'one',
  name: 'a channel',
  takes: () => true,
  rehearse: () => 1,
  send: async (message) => {
    sent.push(message)
    return { outcome: 'delivered', said: 'took it' }
  },
  ...changes,
})

const withChannel = (tools: TestTools, channel: Channel): TestTools => ({
  ...tools,
  notifier: { channels: [channel], pulses: [], complaints: [] },
})

const ring = (tools: TestTools, isLoud = false) =>
  ringAlarms({ now: tools.clock.now(), isLoud }, tools)

describe('alarms that are rung on purpose', () => {
  test('are each found, and become the alert that belongs to them; a sound copy raises none', async () => {
    const sent: Message[] = []
    const tools = withChannel(testTools(), channelOf(sent))
    const rings = await ring(tools)
    expect(rings.map(({ name, isHeard, detail }) => `${isHeard} ${name}: ${detail}`)).toEqual([
      'true a sound copy: passed, and raised nothing',
      'true a damaged copy: raised verify.failed, written for 1 channel',
      'true an empty copy: raised verify.failed, written for 1 channel',
      'true a copy of old content: raised content.stale, written for 1 channel',
      'true a copy that is not what is expected: raised verify.unmet, written for 1 channel',
      'true a copy that has lost its rows: raised rows.collapsed, written for 1 channel',
      'true a copy that did not come: raised backup.late, written for 1 channel',
    ])
    expect(sent).toEqual([])
    expect([...tools.store.objects.keys()]).toEqual([])
  })

  test('are of each kind that is kept here, and of no other', async () => {
    const tools = withChannel(testTools(), channelOf([]))
    const databases = { shop: { kind: 'postgres' as const } }
    const rings = await ring({ ...tools, settings: { ...tools.settings, databases } })
    expect(
      rings.slice(7).map(({ name, isHeard, detail }) => `${isHeard} ${name}: ${detail}`),
    ).toEqual([
      'true a sound dump (postgres): passed, and raised nothing',
      'true a dump that was cut (postgres): raised verify.failed, written for 1 channel',
      'true an empty dump (postgres): raised verify.failed, written for 1 channel',
      'true a dump that is not what is expected (postgres): raised verify.unmet, written for 1 channel',
      'true a dump that has lost its rows (postgres): raised rows.collapsed, written for 1 channel',
    ])
  })

  test('are delivered when somebody asks to hear them, and say that they are a drill', async () => {
    const sent: Message[] = []
    const rings = await ring(withChannel(testTools(), channelOf(sent)), true)
    expect(rings.every(({ isHeard }) => isHeard)).toBe(true)
    expect(sent).toHaveLength(6)
    for (const { alerts } of sent)
      expect(alerts[0]?.headline).toMatch(/^Drill, no harm done: alarm-drill: /)
  })

  test('are raised where no channel takes them, and say so', async () => {
    const rings = await ring(testTools())
    expect(rings[1]).toMatchObject({
      isHeard: true,
      detail: 'raised verify.failed; no channel takes it',
    })
  })

  test('are not heard through a channel that refuses, or that writes nothing', async () => {
    const deaf = channelOf([], { send: async () => ({ outcome: 'refused', said: 'no' }) })
    const loud = await ring(withChannel(testTools(), deaf), true)
    expect(loud.filter(({ isHeard }) => !isHeard)).toHaveLength(6)
    const mute = channelOf([], { rehearse: () => 0 })
    const quiet = await ring(withChannel(testTools(), mute))
    expect(quiet.filter(({ isHeard }) => !isHeard)).toHaveLength(6)
  })

  test('are not heard when the engine calls everything good', async () => {
    const tools = testTools()
    const good = await tools.rehearsal.open(Buffer.alloc(0), {
      claim: { encoding: 'identity' },
      expected: sqliteExpected(undefined),
      deadlineAt: tools.deadlineAt,
    })
    const checks = ['arrival', 'bytes', 'header', 'structure', 'references'] as const
    const findings = checks.map((check) => ({ check, outcome: 'passed' as const, detail: '' }))
    const rehearsal: Rehearsal = { ...tools.rehearsal, open: async () => ({ ...good, findings }) }
    const rings = await ring({ ...tools, rehearsal })
    expect(rings.map(({ isHeard }) => isHeard)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      true,
    ])
  })
})
