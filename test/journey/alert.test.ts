import { describe, expect, test } from 'vitest'

import {
  callPulses,
  hasTime,
  tellProofs,
  tellStoreAway,
  tellTroubles,
} from '../../lib/journey/alert'
import type { Watched } from '../../lib/journey/alert'
import { readAlertState } from '../../lib/journey/bucket/alert-state'
import type { Notifier, TellingTools } from '../../lib/ports'
import type { Alert } from '../../lib/rules/alerts/alert'
import { emptyAlertState, undeliveredOf } from '../../lib/rules/alerts/outbox'
import { dayMs, hourMs } from '../../lib/rules/plain/time-units'
import type { DatabaseState } from '../../lib/rules/watching/watch-state'
import { isThorough, some } from '../cases'
import { fakeChannel, fakeNotifier, fakePulse } from '../fakes/channels'
import type { FakeChannel, Mood } from '../fakes/channels'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { awayAt } from '../fixtures/bucket/store-calls'
import { newestWith, seenOf, stateOf, watchOf } from '../fixtures/told/troubles'

const farAway = new Date(8.64e15)

/** One installation: its tools, what the watch sees of each database, and a run of it. */
const installation = (notifier: Notifier, names: readonly string[] = ['tokens']) => {
  const databases = Object.fromEntries(names.map((name) => [name, {}]))
  const tools: TestTools = { ...testTools({ databases }), notifier, deadlineAt: farAway }
  const states: Record<string, DatabaseState> = {}
  const nowIso = () => tools.clock.now().toISOString()
  const copyOf = (database: string, word: string) =>
    seenOf({ id: `${database}_${nowIso()}`, word, takenAt: nowIso(), arrivedAt: nowIso() })
  const arrives = (database: string, word: string) => {
    const newest = copyOf(database, word)
    const before = states[database]?.newestSound
    const newestSound = word === 'passed' || word === 'warned' ? newest : before
    states[database] = stateOf({ newest, newestSound, arrivedAt: nowIso() })
  }
  for (const name of names) arrives(name, 'passed')
  const seen = (): Watched => ({
    before: undefined,
    second: undefined,
    state: {
      ranAt: nowIso(),
      clockSkewMs: 0,
      databases: structuredClone(states),
      strangers: [],
      faults: [],
    },
    prune: { ranAt: nowIso(), databases: {} },
    drill: { ranAt: nowIso(), rings: [], databases: {} },
  })
  const run = (changes: Partial<TellingTools> = {}) =>
    tellTroubles(seen(), { ...tools, ...changes })
  const pass = (minutes: number) => tools.clock.passSeconds(minutes * 60)
  return { tools, states, arrives, seen, run, pass }
}

const wordsOf = (alerts: readonly Alert[]) =>
  alerts.map(({ status, database, kind }) => `${status} ${database ?? '-'} ${kind}`)

const doubled = (alerts: readonly Alert[]) =>
  alerts.length - new Set(alerts.map(({ id }) => id)).size

describe('good news', () => {
  /** An installation whose runs know the run before, and say good news at their end. */
  const cheered = (channels: readonly FakeChannel[], names = ['tokens']) => {
    const one = installation(fakeNotifier(channels), names)
    let before: Watched['before']
    const run = async (changes: Partial<TellingTools> = {}) => {
      const tools = { ...one.tools, ...changes }
      const seen = { ...one.seen(), before }
      before = seen.state
      await tellTroubles(seen, tools)
      one.pass(10)
      return tellProofs(tools)
    }
    const waiting = async () => (await readAlertState(one.tools)).proofs ?? {}
    return { ...one, run, waiting }
  }
  const glad = (id: string) => Object.assign(fakeChannel(id), { hears: () => true })

  test('is told once for a copy, to those who want it, and costs nothing otherwise', async () => {
    const [slack, mail] = [glad('slack'), fakeChannel('mail')]
    const { arrives, run, waiting } = cheered([slack, mail])
    expect(await run()).toEqual([])
    arrives('tokens', 'passed')
    expect(await run()).toEqual(['the slack'])
    expect(await run()).toEqual([])
    expect(slack.heard).toMatchObject([{ status: 'success', database: 'tokens' }])
    expect([mail.heard, await waiting()]).toEqual([[], {}])
  })

  test('of two hundred databases is one message', async () => {
    const slack = glad('slack')
    const names = Array.from({ length: 200 }, (_, nth) => `db-${nth}`)
    const { arrives, run } = cheered([slack], names)
    await run()
    for (const name of names) arrives(name, 'passed')
    await run()
    await run()
    expect(slack.messages.map(({ alerts }) => alerts.length)).toEqual([100])
  })

  test('waits until every trouble of that channel was told', async () => {
    const slack = glad('slack')
    const { arrives, run } = cheered([slack], ['tokens', 'sessions'])
    await run()
    slack.mood = 'is away'
    arrives('sessions', 'failed')
    arrives('tokens', 'passed')
    await run()
    // The trouble was tried, and nothing else.
    expect(slack.tries).toBe(1)
    slack.mood = 'takes'
    await run()
    expect(slack.heard.map(({ status }) => status)).toEqual(['firing', 'success'])
  })

  test('that is not taken is no trouble: what is refused is dropped, the rest comes with the next', async () => {
    const slack = glad('slack')
    const { tools, arrives, run, waiting } = cheered([slack])
    await run()
    arrives('tokens', 'passed')
    slack.mood = 'is away'
    expect(await run()).toEqual([])
    expect((await readAlertState(tools)).outbox).toEqual([])
    slack.mood = 'takes'
    expect(await run()).toEqual(['the slack'])
    arrives('tokens', 'passed')
    slack.mood = 'refuses'
    expect(await run()).toEqual([])
    expect(await waiting()).toEqual({})
  })

  test('has ten seconds of a run, and none of one that is at its end', async () => {
    const [slow, late] = [glad('slow'), glad('late')]
    const { tools, arrives, run } = cheered([slow, late])
    const send = slow.send
    slow.send = (message) => {
      tools.clock.passSeconds(11)
      return send(message)
    }
    await run()
    arrives('tokens', 'passed')
    expect(await run()).toEqual(['the slow'])
    expect(await run({ deadlineAt: tools.clock.now() })).toEqual([])
    expect(await run()).toEqual(['the late'])
  })
})

describe('telling', () => {
  test('goes to every channel when it begins, once, and when it is over', async () => {
    const channels = [fakeChannel('slack'), fakeChannel('mail')]
    const { arrives, run, pass } = installation(fakeNotifier(channels))
    expect(await run()).toEqual({ told: [], undelivered: [] })
    arrives('tokens', 'failed')
    expect(await run()).toEqual({ told: ['the slack', 'the mail'], undelivered: [] })
    pass(10)
    expect(await run()).toEqual({ told: [], undelivered: [] })
    arrives('tokens', 'passed')
    expect(await run()).toEqual({ told: ['the slack', 'the mail'], undelivered: [] })
    for (const { heard } of channels) {
      expect(wordsOf(heard)).toEqual([
        'firing tokens verify.failed',
        'resolved tokens verify.failed',
      ])
      expect(heard[1]?.answers).toBe(heard[0]?.id)
      expect(heard.map(({ newestProven }) => newestProven?.ticket)).toEqual([
        'tokens_2026-03-01T01:00:00.000Z',
        'tokens_2026-03-01T01:10:00.000Z',
      ])
    }
  })

  test('costs one read, where nothing is wrong and nothing waits', async () => {
    const { tools, run } = installation(fakeNotifier([fakeChannel('slack')]))
    await run()
    expect(tools.store.objects.has('backups/_state/alerts.json')).toBe(false)
  })

  test('does not call a damaged database well because a copy came that nobody has opened', async () => {
    const slack = fakeChannel('slack')
    const { arrives, run, pass } = installation(fakeNotifier([slack]))
    for (const word of ['failed', 'pending', 'failed', 'pending'] as const) {
      arrives('tokens', word)
      await run()
      pass(10)
    }
    expect(wordsOf(slack.heard)).toEqual(['firing tokens verify.failed'])
    arrives('tokens', 'passed')
    await run()
    expect(wordsOf(slack.heard).at(-1)).toBe('resolved tokens verify.failed')
  })

  test('of two hundred databases that fail at once is one message to each channel', async () => {
    const channels = [fakeChannel('slack'), fakeChannel('mail')]
    const names = Array.from({ length: 200 }, (_, nth) => `db-${nth}`)
    const { arrives, run, pass } = installation(fakeNotifier(channels), names)
    for (const name of names) arrives(name, 'failed')
    await run()
    pass(10)
    await run()
    for (const { messages, heard } of channels) {
      expect(messages).toHaveLength(1)
      expect(new Set(heard.map(({ database }) => database)).size).toBe(200)
    }
  })

  test('asks each channel which alerts it takes, and tells a recovery to those who were told', async () => {
    const all = fakeChannel('all')
    const grave = fakeChannel('grave', ({ severity }) => severity === 'critical')
    const picky = fakeChannel('picky', ({ status }) => status !== 'resolved')
    const { arrives, states, run, pass } = installation(fakeNotifier([all, grave, picky]))
    arrives('tokens', 'failed')
    const { tokens } = states
    if (tokens) states['tokens'] = { ...tokens, strangers: ['backups/tokens/x'] }
    await run()
    pass(10)
    arrives('tokens', 'passed')
    await run()
    expect(wordsOf(all.heard)).toHaveLength(4)
    for (const { heard } of [grave]) {
      expect(wordsOf(heard)).toEqual([
        'firing tokens verify.failed',
        'resolved tokens verify.failed',
      ])
    }
    expect(wordsOf(picky.heard)).toHaveLength(4)
  })

  test('reminds once a day while it lasts', async () => {
    const slack = fakeChannel('slack')
    const { arrives, run, pass } = installation(fakeNotifier([slack]))
    arrives('tokens', 'failed')
    for (let runs = 0; runs < 3 * 144; runs += 1) {
      await run()
      pass(10)
    }
    const told = slack.heard.filter(({ kind }) => kind === 'verify.failed')
    expect(told.map(({ status }) => status)).toEqual(['firing', 'reminder', 'reminder'])
  })

  test('of one address that is set twice is told there once', async () => {
    const [one, other] = [fakeChannel('slack'), fakeChannel('slack')]
    const { arrives, run } = installation(fakeNotifier([one, other]))
    arrives('tokens', 'failed')
    await run()
    expect([...one.heard, ...other.heard]).toHaveLength(1)
  })

  test('is not put off by a clock that is behind the store’s', async () => {
    const slack = fakeChannel('slack')
    const { arrives, tools, run } = installation(fakeNotifier([slack]))
    arrives('tokens', 'failed')
    const behind = new Date(tools.clock.now().getTime() - 2 * hourMs)
    await run({ clock: { now: () => behind } })
    expect(wordsOf(slack.heard)).toEqual(['firing tokens verify.failed'])
  })

  test('begins nothing for which there is no time, and the next run does', async () => {
    const slack = fakeChannel('slack')
    const { arrives, run, pass, tools } = installation(fakeNotifier([slack]))
    arrives('tokens', 'failed')
    const deadlineAt = new Date(tools.clock.now().getTime() + 14_999)
    expect(await run({ deadlineAt })).toEqual({ told: [], undelivered: [] })
    expect(slack.tries).toBe(0)
    pass(10)
    expect(await run()).toMatchObject({ told: ['the slack'] })
  })

  test('has no word of a database that was taken out of the settings before it ever came', async () => {
    const slack = fakeChannel('slack')
    const { states, run, tools } = installation(fakeNotifier([slack]), ['tokens', 'mistyped'])
    const never = { newest: undefined, newestSound: undefined, arrivedAt: undefined }
    states['mistyped'] = stateOf({ since: '2026-01-01T00:00:00.000Z', copies: 0, ...never })
    await run()
    expect(wordsOf(slack.heard)).toEqual(['firing mistyped backup.never'])
    await run({ settings: { ...tools.settings, databases: { tokens: {} } } })
    expect(wordsOf(slack.heard).at(-1)).toBe('resolved mistyped backup.never')
  })
})

describe('where alerts are off', () => {
  test('what lasts is told as soon as they are set, and what was over is not', async () => {
    const { arrives, run, pass } = installation(fakeNotifier([]), ['tokens', 'sessions'])
    arrives('tokens', 'failed')
    arrives('sessions', 'failed')
    await run()
    pass(60)
    arrives('sessions', 'passed')
    await run()
    pass(60)
    const slack = fakeChannel('slack')
    await run({ notifier: fakeNotifier([slack]) })
    expect(wordsOf(slack.heard)).toEqual(['firing tokens verify.failed'])
    expect(slack.heard[0]?.since).toBe('2026-03-01T01:00:00.000Z')
  })

  test('whoever is set in the place of those who were told hears what lasts, once', async () => {
    const [old, fresh] = [fakeChannel('old'), fakeChannel('fresh')]
    const { arrives, run, pass } = installation(fakeNotifier([old]))
    old.mood = 'refuses'
    arrives('tokens', 'failed')
    await run()
    pass(10)
    const notifier = fakeNotifier([fresh])
    await run({ notifier })
    pass(10)
    await run({ notifier })
    expect(wordsOf(fresh.heard)).toEqual(['firing tokens verify.failed'])
    arrives('tokens', 'passed')
    await run({ notifier })
    expect(wordsOf(fresh.heard).at(-1)).toBe('resolved tokens verify.failed')
  })

  test('what waited for a channel that is no longer set is dropped', async () => {
    const [old, mail] = [fakeChannel('old'), fakeChannel('mail')]
    const { arrives, run, pass, tools } = installation(fakeNotifier([old, mail]))
    old.mood = 'is away'
    arrives('tokens', 'failed')
    await run()
    expect((await readAlertState(tools)).outbox).toHaveLength(1)
    pass(10)
    await run({ notifier: fakeNotifier([mail]) })
    expect((await readAlertState(tools)).outbox).toEqual([])
    expect(wordsOf(mail.heard)).toEqual(['firing tokens verify.failed'])
  })

  test('an address that cannot be read is told through those that can', async () => {
    const slack = fakeChannel('slack')
    const complaints = ['ALERTS: address 2 cannot be read.']
    const { run, pass } = installation(fakeNotifier([slack], { complaints }))
    await run()
    pass(10)
    await run()
    expect(wordsOf(slack.heard)).toEqual(['firing - alert.undelivered'])
    expect(slack.heard[0]?.facts).toContainEqual({ label: 'settings', text: complaints[0] })
    await run({ notifier: fakeNotifier([slack]) })
    expect(wordsOf(slack.heard).at(-1)).toBe('resolved - alert.undelivered')
  })
})

describe('a channel that does not take', () => {
  test('for a while has its messages kept, in their order, and gets them when it is back', async () => {
    const [slack, mail] = [fakeChannel('slack'), fakeChannel('mail')]
    const { arrives, run, pass } = installation(fakeNotifier([slack, mail]))
    slack.mood = 'is away'
    arrives('tokens', 'failed')
    expect(await run()).toEqual({
      told: ['the mail'],
      undelivered: ['the slack: did not answer within 10 s'],
    })
    pass(10)
    arrives('tokens', 'passed')
    await run()
    slack.mood = 'takes'
    for (let runs = 0; runs < 12; runs += 1) {
      pass(10)
      await run()
    }
    const words = ['firing tokens verify.failed', 'resolved tokens verify.failed']
    expect(wordsOf(slack.heard)).toEqual(words)
    expect(wordsOf(mail.heard)).toEqual(words)
  })

  test('hears no end before the beginning, though it is back just for the end', async () => {
    const slack = fakeChannel('slack')
    const { arrives, run, pass } = installation(fakeNotifier([slack]))
    // Tried at 0, 10, 30, 70, 150, 310 and 630 minutes, and then at 990.
    slack.plan = Array.from({ length: 7 }, () => 'is away')
    arrives('tokens', 'failed')
    for (let runs = 0; runs < 70; runs += 1) {
      await run()
      pass(10)
    }
    expect(slack.heard).toEqual([])
    arrives('tokens', 'passed')
    await run()
    expect(slack.heard).toEqual([])
    for (let runs = 0; runs < 37; runs += 1) {
      pass(10)
      await run()
    }
    expect(wordsOf(slack.heard)).toEqual([
      'firing tokens verify.failed',
      'resolved tokens verify.failed',
    ])
  })

  test('is not pressed with the next message in the same run', async () => {
    const slack = fakeChannel('slack')
    const { arrives, run, pass } = installation(fakeNotifier([slack]), ['tokens', 'sessions'])
    slack.mood = 'throttles'
    arrives('tokens', 'failed')
    await run()
    pass(10)
    arrives('sessions', 'failed')
    await run()
    expect(slack.tries).toBe(2)
    slack.mood = 'takes'
    pass(20)
    await run()
    expect(wordsOf(slack.heard).toSorted()).toEqual([
      'firing sessions verify.failed',
      'firing tokens verify.failed',
    ])
  })

  test('at all is told through the others, and not to itself', async () => {
    const [slack, mail] = [fakeChannel('slack'), fakeChannel('mail')]
    const { arrives, run, pass } = installation(fakeNotifier([slack, mail]))
    slack.mood = 'refuses'
    arrives('tokens', 'failed')
    await run()
    pass(10)
    await run()
    expect(wordsOf(mail.heard)).toEqual([
      'firing tokens verify.failed',
      'firing - alert.undelivered',
    ])
    expect(mail.heard[1]?.headline).toBe(
      'my-backups: alerts do not reach the slack, since 01:00 UTC',
    )
    expect(slack.tries).toBe(1)
    slack.mood = 'takes'
    for (let runs = 0; runs < 146; runs += 1) {
      pass(10)
      await run()
    }
    expect(wordsOf(slack.heard).slice(0, 1)).toEqual(['firing tokens verify.failed'])
    expect(slack.heard.some(({ kind }) => kind === 'alert.undelivered')).toBe(false)
    expect(wordsOf(mail.heard)).toContain('resolved - alert.undelivered')
  })

  test('and is the only one, is told of nothing, and of nothing twice when it is back', async () => {
    const slack = fakeChannel('slack')
    const { arrives, run, pass, tools } = installation(fakeNotifier([slack]))
    slack.mood = 'is away'
    arrives('tokens', 'failed')
    for (let runs = 0; runs < 20; runs += 1) {
      await run()
      pass(10)
    }
    expect(undeliveredOf((await readAlertState(tools)).outbox)).toHaveLength(1)
    slack.mood = 'takes'
    for (let runs = 0; runs < 40; runs += 1) {
      await run()
      pass(10)
    }
    expect(wordsOf(slack.heard)).toEqual(['firing tokens verify.failed'])
  })

  test('more than a part hears each of many alerts once', async () => {
    const slack = fakeChannel('slack')
    const names = ['a', 'b', 'c', 'd', 'e']
    const { arrives, run, pass } = installation(fakeNotifier([slack]), names)
    slack.mood = 'takes one and is away'
    for (const name of names) arrives(name, 'failed')
    for (let runs = 0; runs < 30; runs += 1) {
      await run()
      pass(10)
    }
    expect(slack.heard.map(({ database }) => database)).toEqual(names)
  })
})

describe('two runs at once', () => {
  test('tell everybody once', async () => {
    const channels = [fakeChannel('slack'), fakeChannel('mail')]
    const { arrives, run, pass } = installation(fakeNotifier(channels), ['tokens', 'sessions'])
    arrives('tokens', 'failed')
    await Promise.all([run(), run()])
    pass(10)
    arrives('sessions', 'failed')
    arrives('tokens', 'passed')
    await Promise.all([run(), run(), run()])
    pass(10)
    await run()
    for (const { heard } of channels) {
      expect(wordsOf(heard).toSorted()).toEqual([
        'firing sessions verify.failed',
        'firing tokens verify.failed',
        'resolved tokens verify.failed',
      ])
    }
  })
})

/** The tools of a run that is killed at its n-th request, before that is done or after. */
const killedAt = (tools: TestTools, nth: number, when: 'before' | 'after') => {
  let asked = 0
  let die = () => {}
  const dead = new Promise<'killed'>((over) => (die = () => over('killed')))
  const around = async <Answer>(go: () => Promise<Answer>): Promise<Answer> => {
    asked += 1
    if (asked - 1 < nth) return go()
    if (asked - 1 === nth && when === 'after') await go()
    die()
    return new Promise(() => undefined)
  }
  const { store, notifier } = tools
  const killed: TestTools = {
    ...tools,
    store: {
      ...store,
      read: (key) => around(() => store.read(key)),
      create: (key, bytes) => around(() => store.create(key, bytes)),
      replace: (key, bytes, etag) => around(() => store.replace(key, bytes, etag)),
    },
    notifier: {
      ...notifier,
      channels: notifier.channels.map((channel) => ({
        ...channel,
        send: (message) => around(() => channel.send(message)),
      })),
      pulses: notifier.pulses.map((pulse) => ({
        ...pulse,
        send: (text) => around(() => pulse.send(text)),
      })),
    },
  }
  return { killed, dead, asked: () => asked }
}

/** A run with everything in it: a firing and an end to two channels, and a success. */
const fullRun = async () => {
  const channels = [fakeChannel('slack'), fakeChannel('mail')]
  const pulse = fakePulse('ping', ['sessions'])
  const one = installation(fakeNotifier(channels, { pulses: [pulse] }), [
    'tokens',
    'shop',
    'sessions',
  ])
  one.arrives('shop', 'failed')
  await one.run()
  one.pass(10)
  one.arrives('shop', 'passed')
  one.arrives('tokens', 'failed')
  one.arrives('sessions', 'passed')
  return { ...one, channels, pulse }
}

const whole = [
  'firing shop verify.failed',
  'firing tokens verify.failed',
  'resolved shop verify.failed',
]

describe('a run that is killed', () => {
  test.each(['before', 'after'] as const)(
    'at any request is taken up by the next: nothing lost, one message doubled at most (%s)',
    async (when) => {
      const { run, tools } = await fullRun()
      const counting = killedAt(tools, Number.POSITIVE_INFINITY, when)
      await run(counting.killed)
      const requests = counting.asked()
      // Decided in two, sent and noted in three for each channel, and so for the success.
      expect(requests).toBe(11)
      for (let nth = 0; nth < requests; nth += 1) {
        const again = await fullRun()
        const { killed, dead } = killedAt(again.tools, nth, when)
        expect(await Promise.race([again.run(killed).then(() => 'ended'), dead])).toBe('killed')
        for (let runs = 0; runs < 3; runs += 1) {
          again.pass(10)
          await again.run()
        }
        const doubles = again.channels.map(({ heard }) => doubled(heard) / 2)
        for (const { heard } of again.channels) {
          expect([...new Set(wordsOf(heard))].toSorted()).toEqual(whole)
        }
        expect(doubles[0] ?? 0).toBeLessThanOrEqual(1)
        expect((doubles[0] ?? 0) + (doubles[1] ?? 0), `killed at ${nth}`).toBeLessThanOrEqual(1)
        expect(again.pulse.heard.length).toBeGreaterThanOrEqual(2)
        expect(again.pulse.heard.length).toBeLessThanOrEqual(3)
        expect((await readAlertState(again.tools)).outbox).toEqual([])
      }
    },
  )

  test.each(['before', 'after'] as const)(
    'by a store that is away at any request, neither (%s)',
    async (when) => {
      for (let nth = 0; ; nth += 1) {
        const again = await fullRun()
        const { tools: faulty, asked } = awayAt(again.tools, nth, when)
        const ended = await again.run(faulty).then(
          () => 'ended',
          () => 'failed',
        )
        if (asked() <= nth) break
        expect(ended).toBe('failed')
        for (let runs = 0; runs < 3; runs += 1) {
          again.pass(10)
          await again.run()
        }
        const doubles = again.channels.map(({ heard }) => doubled(heard) / 2)
        for (const { heard } of again.channels) {
          expect([...new Set(wordsOf(heard))].toSorted()).toEqual(whole)
        }
        expect((doubles[0] ?? 0) + (doubles[1] ?? 0)).toBeLessThanOrEqual(1)
      }
    },
  )

  test('leaves its message to nobody else for five minutes', async () => {
    const slack = fakeChannel('slack')
    const { arrives, run, pass } = installation(fakeNotifier([slack]))
    slack.plan = ['hangs']
    arrives('tokens', 'failed')
    void run()
    while (slack.tries === 0) await Promise.resolve()
    pass(4)
    await run()
    expect(slack.tries).toBe(1)
    pass(1)
    await run()
    expect(wordsOf(slack.heard)).toEqual(['firing tokens verify.failed'])
  })

  test('finds a state that is not ours, begins anew, and tells once more what lasts', async () => {
    const slack = fakeChannel('slack')
    const { arrives, run, pass, tools } = installation(fakeNotifier([slack]))
    arrives('tokens', 'failed')
    await run()
    pass(10)
    await tools.store.put('backups/_state/alerts.json', Buffer.from('what is this'))
    await run()
    pass(10)
    await run()
    expect(wordsOf(slack.heard)).toEqual([
      'firing tokens verify.failed',
      'firing tokens verify.failed',
    ])
    expect(doubled(slack.heard)).toBe(0)
  })
})

describe('a success', () => {
  const start = (databases?: string[]) => {
    const pulse = fakePulse('ping', databases)
    const one = installation(fakeNotifier([], { pulses: [pulse] }), ['tokens', 'sessions'])
    return { ...one, pulse }
  }

  test('is called once for each sound copy, and for each "nothing has changed"', async () => {
    const { pulse, run, pass, arrives, states, tools } = start()
    await run()
    pass(10)
    await run()
    expect(pulse.heard).toEqual(['tokens, sessions: sound'])
    arrives('tokens', 'passed')
    await run()
    pass(60)
    await run()
    expect(pulse.heard).toHaveLength(2)
    const { tokens } = states
    if (tokens) states['tokens'] = { ...tokens, heartbeatAt: tools.clock.now().toISOString() }
    await run()
    await run()
    expect(pulse.heard).toHaveLength(3)
  })

  test.each(['failed', 'pending', 'unmet', 'unverifiable'] as const)(
    'is withheld while one that it stands for is %s',
    async (word) => {
      const { pulse, run, pass, arrives } = start()
      arrives('sessions', word)
      await run()
      pass(10)
      arrives('tokens', 'passed')
      await run()
      expect(pulse.heard).toEqual([])
      arrives('sessions', 'passed')
      await run()
      expect(pulse.heard).toHaveLength(1)
    },
  )

  test('is withheld while one that it stands for is late', async () => {
    const { pulse, run, pass, arrives } = start()
    await run()
    pass(26 * 60 + 1)
    arrives('tokens', 'passed')
    await run()
    expect(pulse.heard).toHaveLength(1)
    arrives('sessions', 'passed')
    await run()
    expect(pulse.heard).toHaveLength(2)
  })

  test('looks only at the databases that it stands for', async () => {
    const { pulse, run, arrives, pass } = start(['tokens'])
    arrives('sessions', 'failed')
    await run()
    pass(10)
    arrives('sessions', 'passed')
    await run()
    expect(pulse.heard).toEqual(['tokens: sound'])
  })

  test.each([
    { name: 'a database that nobody knows', databases: ['unknown'] },
    { name: 'no database', databases: [] },
    { name: 'what every object has', databases: ['constructor'] },
  ])('is never called for $name', async ({ databases }) => {
    const { pulse, run } = start(databases)
    await run()
    expect(pulse.heard).toEqual([])
  })

  test('is not held back by a database that is retired, or no longer listed, and has no copy', async () => {
    const { pulse, run, states, tools } = start()
    const empty = { copies: 0, newest: undefined, newestSound: undefined, arrivedAt: undefined }
    states['old'] = stateOf(empty)
    states['mistyped'] = stateOf(empty)
    const databases = { ...tools.settings.databases, old: { expectEvery: 'off' } }
    await run({ settings: { ...tools.settings, databases } })
    expect(pulse.heard).toEqual(['tokens, sessions: sound'])
  })

  test('is called by the next run where nobody answered', async () => {
    const { pulse, run, pass } = start()
    pulse.isAway = true
    await run()
    pass(10)
    await run()
    pulse.isAway = false
    pass(10)
    await run()
    await run()
    expect(pulse.heard).toHaveLength(1)
  })

  test('is left to the next run where there is no time', async () => {
    const { pulse, run, tools } = start()
    await run({ deadlineAt: new Date(tools.clock.now().getTime() + 14_999) })
    expect(pulse.heard).toEqual([])
    await run()
    expect(pulse.heard).toHaveLength(1)
  })

  const pulsed = async (state = stateOf(), unseen: string[] = []) => {
    const pulse = fakePulse('ping')
    const deadlineAt = new Date(8.64e15)
    const tools = { ...testTools(), notifier: fakeNotifier([], { pulses: [pulse] }), deadlineAt }
    const well = { state: watchOf({ databases: { tokens: state } }), unseen: new Set(unseen) }
    await callPulses(well, emptyAlertState, tools)
    return pulse.heard.length
  }

  test.each(['passed', 'warned', 'accepted'])(
    'is called once for a sound copy: %s',
    async (word) => {
      expect(await pulsed(newestWith({ word }))).toBe(1)
    },
  )

  test.each(['unmet', 'failed', 'unverifiable', 'pending', 'a word of a newer build'])(
    'is never called for a copy that is not sound: %s',
    async (word) => {
      expect(await pulsed(newestWith({ word }))).toBe(0)
    },
  )

  test('is never called for a database that this run could not look at', async () => {
    expect(await pulsed(stateOf(), ['tokens'])).toBe(0)
  })

  test.each([
    { seconds: 15, is: true },
    { seconds: 14.999, is: false },
  ])('with $seconds s left there is time: $is', ({ seconds, is }) => {
    const tools = testTools()
    const deadlineAt = new Date(tools.clock.now().getTime() + seconds * 1000)
    expect(hasTime({ ...tools, deadlineAt })).toBe(is)
  })
})

describe('a store that is out of reach', () => {
  test('is told at most once in six hours to each channel that takes it', async () => {
    const slack = fakeChannel('slack')
    const none = fakeChannel('none', () => false)
    const { tools, pass } = installation(fakeNotifier([slack, none]))
    for (let runs = 0; runs < 2 * 144; runs += 1) {
      await tellStoreAway('The store did not answer.', tools)
      pass(10)
    }
    expect(slack.heard).toHaveLength(8)
    expect(doubled(slack.heard)).toBe(0)
    const times = slack.heard.map(({ at }) => Date.parse(at))
    const gaps = times.slice(1).map((time, nth) => time - (times[nth] ?? 0))
    expect(Math.min(...gaps)).toBe(6 * hourMs)
    expect(none.heard).toEqual([])
    expect(tools.store.objects.size).toBe(0)
  })
})

describe('a store that is back', () => {
  /** All under one key, as a pager needs it. */
  const ofStore = (heard: readonly Alert[]) =>
    heard.filter(({ key }) => key === 'my-backups/-/store.error').map(({ status }) => status)

  const away = async () => {
    const [pager, mild, deaf] = [
      fakeChannel('pager'),
      fakeChannel('mild', ({ severity }) => severity !== 'critical'),
      fakeChannel('deaf'),
    ]
    const { tools, run, seen, pass } = installation(fakeNotifier([pager, mild, deaf]))
    await run()
    const before = seen().state
    // 01:00 is not a time at which it is told: 06:00 is.
    pass(5 * 60 + 5)
    await tellStoreAway('The store did not answer.', tools)
    pass(60)
    const back = (changes: Partial<TellingTools> = {}) =>
      tellTroubles({ ...seen(), before }, { ...tools, ...changes })
    return { pager, mild, deaf, tools, back, pass }
  }

  test('is told once to whoever may have been told that it was away', async () => {
    const { pager, mild, deaf, back, pass } = await away()
    deaf.mood = 'is away'
    await back()
    // The last run was killed before it wrote what it saw: the next one sees the same gap.
    pass(10)
    deaf.mood = 'takes'
    await back()
    for (const { heard } of [pager, deaf]) {
      expect(ofStore(heard)).toEqual(['firing', 'resolved'])
    }
    expect(ofStore(mild.heard)).toEqual([])
  })

  test('is told once by two runs beside one another', async () => {
    const { pager, back } = await away()
    await Promise.all([back(), back()])
    expect(ofStore(pager.heard)).toEqual(['firing', 'resolved'])
  })

  test('waits for the end of its other errors, which are told under the same key', async () => {
    const { pager, tools, back } = await away()
    const faults = ['tokens: The store is away.']
    const { notifier } = tools
    const lasting = installation(notifier)
    const state = () => ({ ...lasting.seen(), state: { ...lasting.seen().state, faults } })
    await tellTroubles(state(), tools)
    tools.clock.passSeconds(3600)
    lasting.tools.clock.moveTo(tools.clock.now().toISOString())
    await tellTroubles(state(), tools)
    expect(ofStore(pager.heard)).toEqual(['firing', 'firing'])
    lasting.tools.clock.moveTo(tools.clock.now().toISOString())
    const before = { ...lasting.seen().state, ranAt: '2026-03-01T01:00:00.000Z' }
    await tellTroubles({ ...state(), before }, tools)
    expect(ofStore(pager.heard)).toEqual(['firing', 'firing'])
    await back()
    expect(ofStore(pager.heard)).toEqual(['firing', 'firing', 'resolved'])
  })
})

/** The same numbers for the same seed. */
const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('a week', () => {
  test.each(some([1, 2], 1))(
    'of channels that fail at random loses nothing, and doubles a message by a kill alone (%i)',
    async (seed) => {
      const random = randomOf(seed)
      const oneOf = <Item>(items: readonly [Item, ...Item[]]): Item =>
        items[Math.floor(random() * items.length)] ?? items[0]
      const channels = ['slack', 'mail', 'ntfy'].map((id) => fakeChannel(id))
      const names = ['a', 'b', 'c', 'd', 'e']
      const { arrives, run, pass, tools, states } = installation(fakeNotifier(channels), names)
      const moods = [
        'takes',
        'takes',
        'takes',
        'is away',
        'throttles',
        'takes one and is away',
      ] as const
      let kills = 0

      /** Whoever is said to have been told has heard it, or a message to him waits. */
      const lostNow = async (): Promise<string[]> => {
        const { incidents, outbox } = await readAlertState(tools)
        const lost = Object.entries(states)
          .filter(([name, { newest }]) => {
            const isTold = incidents[`${name}/verify.failed`]?.toldAt !== undefined
            return newest?.word === 'failed' && !isTold
          })
          .map(([name]) => `${name} is told to nobody`)
        for (const { id, heard } of channels) {
          const waiting = outbox.filter(({ channelId }) => channelId === id)
          const known = new Set(
            [...waiting.flatMap(({ alerts }) => alerts), ...heard].map((one) => one.id),
          )
          for (const [key, { firingId = '', channels: told, toldAt }] of Object.entries(
            incidents,
          )) {
            // That a channel is deaf is told to the others alone.
            const isForAll = !key.endsWith('alert.undelivered')
            const isTold = toldAt !== undefined && told.includes(id)
            if (isForAll && isTold && !known.has(firingId)) lost.push(`${key} is lost to ${id}`)
          }
        }
        return lost
      }

      const killed = async () => {
        kills += 1
        const { killed: dying, dead } = killedAt(
          tools,
          Math.floor(random() * 8),
          oneOf(['before', 'after']),
        )
        await Promise.race([run(dying), dead])
      }

      for (let step = 0; step < (isThorough ? 7 : 1) * 144; step += 1) {
        for (const name of names) {
          if (random() < 0.02) arrives(name, oneOf(['passed', 'failed', 'pending']))
        }
        for (const channel of channels) {
          if (random() < 0.05) channel.mood = random() < 0.05 ? 'refuses' : oneOf<Mood>(moods)
        }
        if (random() < 0.02) await killed()
        else {
          await run()
          expect(await lostNow()).toEqual([])
        }
        pass(10)
      }
      for (const channel of channels) channel.mood = 'takes'
      for (let step = 0; step < (isThorough ? 2 : 1) * 144; step += 1) {
        for (const name of names) {
          if (step % 72 === 0) arrives(name, 'passed')
        }
        await run()
        pass(10)
      }
      expect(await lostNow()).toEqual([])
      const { outbox, incidents } = await readAlertState(tools)
      expect(outbox).toEqual([])
      expect(Object.values(incidents).filter(({ isOpen }) => isOpen)).toEqual([])

      let repeats = 0
      for (const channel of channels) {
        const { heard } = channel
        expect(heard.length).toBeGreaterThan(isThorough ? 20 : 10)
        const known = new Set<string>()
        for (const { alerts } of channel.messages) {
          if (alerts.some(({ id }) => known.has(id))) repeats += 1
          for (const { id } of alerts) known.add(id)
        }
        // In the order in which it happened, and seven times a day at most.
        for (const key of new Set(heard.map((one) => one.key))) {
          const told = heard.filter((one, nth) => {
            const isFirst = heard.findIndex(({ id }) => id === one.id) === nth
            return one.key === key && isFirst
          })
          const ats = told.map(({ at }) => Date.parse(at))
          expect(ats).toEqual(ats.toSorted((a, b) => a - b))
          const flips = told.filter(({ status }) => status !== 'reminder')
          // Who was deaf when another fell silent hears of that with the next reminder.
          const all = key.endsWith('alert.undelivered') ? [] : flips
          expect(
            all.map(({ status }) => status),
            key,
          ).toEqual(all.map((_, nth) => (nth % 2 === 0 ? 'firing' : 'resolved')))
          for (const at of ats) {
            expect(ats.filter((one) => one >= at && one < at + dayMs).length).toBeLessThanOrEqual(7)
          }
        }
      }
      expect(kills).toBeGreaterThan(isThorough ? 5 : 0)
      expect(repeats).toBeLessThanOrEqual(kills)
    },
  )
})
