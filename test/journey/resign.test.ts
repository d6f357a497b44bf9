import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import { changeAlertState } from '../../lib/journey/bucket/alert-state'
import { noteDrill } from '../../lib/journey/bucket/drill-state'
import { changeEntry, parseTicket, readEntry } from '../../lib/journey/bucket/ledger'
import { openSealed, sealBytes } from '../../lib/journey/bucket/sealed'
import { evidenceOf } from '../../lib/journey/evidence'
import { planDatabase } from '../../lib/journey/gather/plan'
import { readOverview } from '../../lib/journey/overview'
import { prune } from '../../lib/journey/prune'
import { resign, signedTypes, sumsOf } from '../../lib/journey/resign'
import { restore } from '../../lib/journey/restore'
import { verdict } from '../../lib/journey/verdict'
import { watch } from '../../lib/journey/watch'
import type { Store } from '../../lib/ports'
import { withPin } from '../../lib/rules/copy/care'
import { payloadType } from '../../lib/rules/copy/statement'
import type { Span } from '../../lib/rules/digest/span'
import { readEnvelope, unseal } from '../../lib/rules/trust/seal'
import { secret as before, testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { pushed } from '../fixtures/bucket/requests'
import { awayAt, counted, tally } from '../fixtures/bucket/store-calls'
import { sound } from '../fixtures/databases'
import { ofNewerBuild } from '../fixtures/newer'
import { otherSecret as present } from '../fixtures/told/entries'
import { keepCopy, keepDays, storedIds } from '../fixtures/told/kept'
import { planTheDayBefore } from '../fixtures/told/leaving'

const under = (tools: TestTools, current: string, previous?: string): TestTools => ({
  ...tools,
  settings: {
    ...tools.settings,
    secrets: { current, ...(previous === undefined ? {} : { previous }) },
  },
  deadlineAt: new Date(tools.clock.now().getTime() + 900_000),
})

/** The three days of a change of secret: only the old one, both, only the new one. */
const rotating = (tools: TestTools) => ({
  old: under(tools, before),
  both: under(tools, present, before),
  next: under(tools, present),
})

type Days = ReturnType<typeof rotating>

/** Everything of every kind that is signed, by the very steps that sign it. */
const withHistory = async (): Promise<Days> => {
  const days = rotating(testTools())
  const { old } = days
  await keepDays(old, 12)
  await keepCopy(old, { daysAgo: 2, database: 'sessions', outcome: 'failed' })
  await watch.run({}, old)
  await planTheDayBefore(old)
  await prune.run({}, old)
  await noteDrill({ at: old.clock.now().toISOString(), copies: [], rings: [], left: [] }, {}, old)
  await changeAlertState(old, (state) => ({ ...state, outbox: [...state.outbox] }))
  return days
}

const few = async (): Promise<Days> => {
  const days = rotating(testTools())
  await keepDays(days.old, 3)
  await planDatabase(days.old, 'tokens', { now: days.old.clock.now(), heartbeatAt: undefined })
  return days
}

const envelopes = ({ store }: TestTools) =>
  [...store.objects].flatMap(([key, { bytes }]) => {
    const envelope = readEnvelope(bytes)
    return envelope ? [{ key, envelope }] : []
  })

/** Everything that stands there, without the signatures. */
const contents = ({ store }: TestTools): Record<string, string> =>
  Object.fromEntries(
    [...store.objects].map(([key, { bytes }]) => {
      const envelope = readEnvelope(bytes)
      return [key, envelope ? `${envelope.payloadType} ${envelope.payload}` : bytes.toString('hex')]
    }),
  )

const signedBy = (secret: string, tools: TestTools): string[] =>
  envelopes(tools)
    .filter(({ envelope }) => unseal([secret], envelope.payloadType, envelope))
    .map(({ key }) => key)

const bytesOf = ({ store }: TestTools) =>
  Object.fromEntries([...store.objects].map(([key, { bytes }]) => [key, bytes.toString('hex')]))

const soundIn = async (tools: TestTools): Promise<number> => {
  const { databases } = await readOverview(tools)
  return databases.flatMap(({ copies }) => copies).filter(({ word }) => word === 'passed').length
}

/** What an auditor would be told to leave out. */
const untrustedIn = async (tools: TestTools, span: Span) => {
  const files = evidenceOf(tools, span)
  let next = await files.next()
  while (!next.done) next = await files.next()
  return next.value.untrusted
}

describe('what a newer build signed', () => {
  test('is signed anew to the letter, and read by that build under the present secret', async () => {
    const { old, both, next } = await withHistory()
    const newer = envelopes(old).map(({ key }) => key)
    for (const key of newer) await ofNewerBuild(old, key)
    const stood = contents(old)
    const { rows, notOurs, contended } = await resign(both, { apply: true })
    expect([notOurs, contended]).toEqual([[], []])
    expect(sumsOf({ rows })).toEqual({
      present: newer.length,
      written: newer.length,
      previous: 0,
      neither: 0,
    })
    expect(contents(next)).toEqual(stood)
    expect(signedBy(present, next)).toEqual(newer)
    const [id = ''] = storedIds(next)
    await expect(readEntry(next, parseTicket(id))).rejects.toMatchObject({ code: 'newer-format' })
  })
})

describe('signing anew', () => {
  test('counts everything that is signed, each under its database, and writes nothing', async () => {
    const { both } = await withHistory()
    const stood = bytesOf(both)
    const seen = await resign(both, {})
    expect(bytesOf(both)).toEqual(stood)
    const all = envelopes(both).length
    expect(sumsOf(seen)).toEqual({ present: 0, written: 0, previous: all, neither: 0 })
    const counts = Object.fromEntries(
      seen.rows.map(({ database, kind, previous }) => [`${database ?? '-'} ${kind}`, previous]),
    )
    expect(counts).toMatchObject({
      'sessions entries': 1,
      'sessions catalog': 1,
      'tokens catalog': 1,
      'tokens journal': 2,
      '- drill reports': 1,
      '- states': 5,
    })
    expect(seen.rows.at(-1)?.database).toBeUndefined()
  })

  test('changes the signature of everything, and nothing else', async () => {
    const { both } = await withHistory()
    const stood = contents(both)
    const all = envelopes(both).length
    expect(sumsOf(await resign(both, { apply: true }))).toEqual({
      present: all,
      written: all,
      previous: 0,
      neither: 0,
    })
    expect(contents(both)).toEqual(stood)
    expect(signedBy(present, both)).toHaveLength(all)
    expect(signedBy(before, both)).toEqual([])
    const { tools, calls } = counted(both)
    const again = await resign(tools as TestTools, { apply: true })
    expect(sumsOf(again)).toEqual({ present: all, written: 0, previous: 0, neither: 0 })
    expect(tally(calls)).toEqual({ pages: 1, read: all })
  })

  test('without it the old secret’s copies are lost with it, and with it they are not', async () => {
    const { old, both, next } = rotating(testTools())
    await keepDays(old, 20)
    old.clock.passSeconds(60)
    const id = await pushed(old, sound())
    expect(await verdict.run({ ticket: id }, old)).toMatchObject({ verdict: 'passed' })
    await prune.run({}, old)
    const span = { since: new Date('2026-01-01'), until: new Date('2026-03-02') }
    const all = envelopes(old).filter(({ key }) => /entry|_journal/.test(key)).length

    await expect(readEntry(next, parseTicket(id))).rejects.toMatchObject({
      code: 'untrusted-entry',
    })
    await expect(restore.run({ database: 'tokens' }, next)).rejects.toMatchObject({
      code: 'nothing-sound',
    })
    expect(await soundIn(next)).toBe(0)
    expect((await untrustedIn(next, span)).length).toBe(all)

    await resign(both, { apply: true })
    expect((await readEntry(next, parseTicket(id)))?.entry.id).toBe(id)
    const answer = await restore.run({ database: 'tokens' }, next)
    expect(answer).toMatchObject({ copy: { ticket: id, verdict: 'passed' } })
    expect(await soundIn(next)).toBeGreaterThan(8)
    expect(await untrustedIn(next, span)).toEqual([])
    const terms = { now: next.clock.now(), heartbeatAt: undefined }
    const plan = await planDatabase(next, 'tokens', terms)
    expect(plan.copies.map((copy) => copy.word)).not.toContain('pending')
    expect(plan.copies[0]).toMatchObject({ id, keep: true, word: 'passed' })
    expect((await prune.run({}, next)).faults).toEqual([])
  })

  test.each(['before', 'after'] as const)(
    'goes on where it ended when the store went away %s any of its calls',
    async (when) => {
      let nth = 0
      for (; ; nth += 1) {
        const { both } = await few()
        const stood = contents(both)
        const { tools, asked } = awayAt(both, nth, when)
        const ended = await resign(tools, { apply: true }).catch(() => undefined)
        expect(contents(both), `away at ${nth}`).toEqual(stood)
        const { neither, previous } = sumsOf(await resign(both, { apply: true }))
        expect({ neither, previous }, `away at ${nth}`).toEqual({ neither: 0, previous: 0 })
        expect(contents(both), `away at ${nth}`).toEqual(stood)
        if (asked() <= nth) {
          expect(ended).toBeDefined()
          break
        }
        expect(ended, `away at ${nth}`).toBeUndefined()
      }
      // A listing, and for each of three entries and their catalog a look and a change.
      expect(nth).toBe(1 + 2 * 4)
    },
  )

  test('a run that is dead from any change on leaves the rest to the next', async () => {
    for (let deadAt = 0; deadAt < 4; deadAt += 1) {
      const { both } = await few()
      const stood = contents(both)
      let changes = 0
      const replace: Store['replace'] = (...given) => {
        changes += 1
        return changes > deadAt ? new Promise(() => undefined) : both.store.replace(...given)
      }
      void resign({ ...both, store: { ...both.store, replace } }, { apply: true })
      await new Promise((resolve) => setImmediate(() => setTimeout(resolve, 1)))
      expect(signedBy(present, both)).toHaveLength(deadAt)
      expect(sumsOf(await resign(both, { apply: true }))).toMatchObject({
        written: 4 - deadAt,
        previous: 0,
      })
      expect(contents(both)).toEqual(stood)
    }
  })
})

const idsIn = async ({ store }: TestTools): Promise<string[]> =>
  [...store.objects.keys()]
    .filter((key) => key.endsWith('.entry.json'))
    .map((key) => key.slice(key.lastIndexOf('/') + 1, -'.entry.json'.length))
    .toSorted()
    .toReversed()

/** Does this between the look at the first entry and its change. */
const beside = (tools: TestTools, act: (key: string) => Promise<unknown>, times = 1): TestTools => {
  let done = 0
  const replace: Store['replace'] = async (key, bytes, etag) => {
    if (key.endsWith('.entry.json') && done < times) {
      done += 1
      await act(key)
    }
    return tools.store.replace(key, bytes, etag)
  }
  return { ...tools, store: { ...tools.store, replace } }
}

const nameIn = (key: string) =>
  parseTicket(key.slice(key.lastIndexOf('/') + 1, -'.entry.json'.length))

describe('beside others', () => {
  const hand = { at: '2026-03-01T01:00:00.000Z', by: 'ann' }
  const pinned = (tools: TestTools, by: string) => (key: string) =>
    changeEntry(tools, nameIn(key), (entry) => withPin(entry, { ...hand, by }, ''))

  test('what was written meanwhile stays, whichever secret signed it', async () => {
    for (const writer of ['old', 'both'] as const) {
      const days = await few()
      let changed = ''
      const tools = beside(days.both, async (key) => {
        changed = key
        await pinned(days[writer], 'ann')(key)
      })
      const seen = await resign(tools, { apply: true })
      expect(sumsOf(seen)).toMatchObject({ present: 4, previous: 0, neither: 0 })
      expect((await readEntry(days.next, nameIn(changed)))?.entry.pin?.by).toBe('ann')
    }
  })

  test('what retention let go of meanwhile does not come back', async () => {
    const { both } = await few()
    let gone = ''
    const seen = await resign(
      beside(both, async (key) => {
        gone = key
        await both.store.remove(key)
      }),
      { apply: true },
    )
    expect(both.store.objects.has(gone)).toBe(false)
    expect(sumsOf(seen)).toMatchObject({ present: 3, previous: 0, neither: 0 })
  })

  test('what keeps changing is told as left, and met again by the next run', async () => {
    const { both, old } = await few()
    let times = 0
    let key = ''
    const replace: Store['replace'] = async (asked, bytes, etag) => {
      if (asked.endsWith('.entry.json')) key ||= asked
      if (asked === key) await pinned(old, `ann ${(times += 1)}`)(asked)
      return both.store.replace(asked, bytes, etag)
    }
    const busy = { ...both, store: { ...both.store, replace } }
    const seen = await resign(busy, { apply: true })
    expect(seen.contended).toEqual([key])
    expect(sumsOf(seen)).toEqual({ present: 3, written: 3, previous: 1, neither: 0 })
    expect(sumsOf(await resign(both, { apply: true }))).toMatchObject({ written: 1, previous: 0 })
    expect((await readEntry(both, nameIn(key)))?.entry.pin?.by).toBe('ann 3')
  })

  test('a verdict, a pin or a watch beside it is never lost', async () => {
    const { both } = await withHistory()
    const [newest = ''] = await idsIn(both)
    await Promise.all([
      resign(both, { apply: true }),
      watch.run({}, both),
      changeEntry(both, parseTicket(newest), (entry) => withPin(entry, hand, 'kept')),
    ])
    expect(sumsOf(await resign(both, { apply: true }))).toMatchObject({ previous: 0, neither: 0 })
    expect((await readEntry(both, parseTicket(newest)))?.entry.pin?.note).toBe('kept')
  })
})

describe('what is not ours', () => {
  const third = 'a third secret that nobody here was ever given'

  test('is named and left as it is, signed by a stranger, by nobody, or under another name', async () => {
    const { both, old } = await few()
    const keys = envelopes(old)
      .map(({ key }) => key)
      .filter((key) => key.endsWith('.entry.json'))
    const [one = '', two = '', three = ''] = keys
    const payloadOf = (key: string) => {
      const found = both.store.objects.get(key)
      return (found && openSealed(both.settings, payloadType, found.bytes)) ?? Buffer.alloc(0)
    }
    const forged = sealBytes(under(both, third).settings, payloadType, payloadOf(one))
    const moved = both.store.objects.get(three)?.bytes ?? Buffer.alloc(0)
    const otherType = sealBytes(old.settings, 'application/json', payloadOf(one))
    await both.store.put(one, forged)
    await both.store.put(two, moved)
    await both.store.put('backups/_state/watch.json', otherType)
    await both.store.put('backups/_state/drill.json', Buffer.from('{}'))
    const stood = [one, two, 'backups/_state/drill.json', 'backups/_state/watch.json']
    const kept = stood.map((key) => both.store.objects.get(key)?.bytes.toString())
    const seen = await resign(both, { apply: true })
    expect(seen.notOurs.toSorted()).toEqual(stood.toSorted())
    expect(sumsOf(seen)).toEqual({ present: 2, written: 2, previous: 0, neither: 4 })
    expect(stood.map((key) => both.store.objects.get(key)?.bytes.toString())).toEqual(kept)
  })

  test('is not signed by its mere signature: no key of other people, none outside backups/', async () => {
    const { both, old } = await few()
    const bytes = sealBytes(old.settings, payloadType, Buffer.from('{}'))
    const foreign = [
      'backups/notes.entry.json',
      'backups/tokens/2026/03/tokens_2026-02-01T010000Z_abcdef.entry.json',
      'backups/_journal/tokens/2026/03/notes.json',
      'backups/_state/other.json',
      'backups/_state/tokens/heartbeat.json',
      'backups/_reports/digests/2026/03/a.json',
    ]
    for (const key of foreign) await both.store.put(key, bytes)
    both.store.objects.set('elsewhere/_state/watch.json', {
      bytes,
      object: {
        key: 'elsewhere/_state/watch.json',
        sizeBytes: bytes.length,
        etag: 'x',
        modifiedAt: both.clock.now(),
      },
    })
    const seen = await resign(both, { apply: true })
    expect(sumsOf(seen)).toEqual({ present: 4, written: 4, previous: 0, neither: 0 })
    for (const key of [...foreign, 'elsewhere/_state/watch.json'])
      expect(both.store.objects.get(key)?.bytes.equals(bytes), key).toBe(true)
  })

  test('is named twenty times at most, and counted whole', async () => {
    const days = rotating(testTools())
    const stranger = under(days.old, third)
    await keepDays(stranger, 30)
    const seen = await resign(days.both, { apply: true })
    expect(seen.notOurs).toHaveLength(20)
    expect(sumsOf(seen)).toEqual({ present: 0, written: 0, previous: 0, neither: 30 })
  })

  test('is what an older secret signed, when none is set before this one', async () => {
    const { next } = await few()
    const seen = await resign(next, { apply: true })
    expect(seen).toMatchObject({ isPreviousSet: false })
    expect(sumsOf(seen)).toEqual({ present: 0, written: 0, previous: 0, neither: 4 })
  })
})

describe('its reach', () => {
  test('is one database, when one is named', async () => {
    const { both } = await withHistory()
    const seen = await resign(both, { database: 'tokens', apply: true })
    expect(new Set(seen.rows.map(({ database }) => database))).toEqual(new Set(['tokens']))
    expect(seen.rows.map(({ kind }) => kind).toSorted()).toEqual([
      'catalog',
      'entries',
      'journal',
      'states',
    ])
    for (const key of signedBy(present, both)) expect(key).toContain('/tokens')
    expect(sumsOf(seen).written).toBe(signedBy(present, both).length)
  })

  test('is a page of the listing at a time, and reads no copy', async () => {
    const { both } = await withHistory()
    const read: string[] = []
    let most = 0
    let now = 0
    const store: Store = {
      ...both.store,
      list: () => Promise.reject(new Error('a whole listing is not asked for')),
      read: async (key) => {
        read.push(key)
        most = Math.max(most, (now += 1))
        await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        return both.store.read(key)
      },
    }
    await resign({ ...both, store }, {})
    expect(most).toBeLessThanOrEqual(8)
    expect(read.filter((key) => !key.endsWith('.json'))).toEqual([])
  })

  test('is every type that anything in lib signs', () => {
    const declared = readdirSync('lib/rules', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [
        ...readFileSync(path.join('lib/rules', file), 'utf8').matchAll(
          /[tT]ype = '(application\/vnd\.[^']+)'/g,
        ),
      ])
    const types = declared.map(([, type = '']) => type)
    expect(types.toSorted()).toEqual([...signedTypes].toSorted())
  })
})
