/** Within a format names are open: what another build of it adds is kept, shown and passed on. */
import { beforeAll, describe, expect, test } from 'vitest'

import { readAlertState } from '../../lib/journey/bucket/alert-state'
import { readHoldings } from '../../lib/journey/bucket/holdings'
import { changeEntry, readEntry } from '../../lib/journey/bucket/ledger'
import { listShelves } from '../../lib/journey/bucket/shelves'
import { readWatchState } from '../../lib/journey/bucket/watch-state'
import { drill } from '../../lib/journey/drill'
import { prune } from '../../lib/journey/prune'
import { restore } from '../../lib/journey/restore'
import { verdict } from '../../lib/journey/verdict'
import { watch } from '../../lib/journey/watch'
import { withPin } from '../../lib/rules/copy/care'
import { wordOf } from '../../lib/rules/copy/entry'
import { entryKey } from '../../lib/rules/copy/snapshot'
import type { TestTools } from '../fakes/tools'
import { nameOf } from '../fixtures/bucket/buckets'
import { pushed } from '../fixtures/bucket/requests'
import { sound } from '../fixtures/databases'
import { payloadAt, resealed } from '../fixtures/newer'

import { watchedOver } from './standing'

const installation = () => watchedOver('1')
beforeAll(installation)

const newest = 'tokens_2026-03-12T042200Z_000227'
const keyOf = (id: string) => entryKey('backups/', nameOf(id))
const ada = { at: '2026-03-12T05:00:00.000Z', by: 'ada' }
const alertsKey = 'backups/_state/alerts.json'

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}

const entryIn = (tools: TestTools, id: string) =>
  fieldsOf(payloadAt(tools, keyOf(id)).document.predicate?.snapproof)

const wordIn = async (tools: TestTools, id: string) => {
  const read = await readEntry(tools, nameOf(id))
  return read && wordOf(read.entry)
}

describe('a check that this build does not know', () => {
  const finding = { check: 'entropy', outcome: 'warned', detail: 'It looks encrypted.', later: 1 }

  const withFinding = async (
    tools: TestTools,
    found: Readonly<Record<string, unknown>>,
    outcome: string,
  ) => {
    await resealed(tools, keyOf(newest), (entry) => {
      const told = fieldsOf(entry['verdict'])
      const findings = Array.isArray(told['findings']) ? told['findings'] : []
      return { ...entry, verdict: { ...told, outcome, findings: [...findings, found] } }
    })
  }

  test('is shown to whoever asks, told once as a warning, and kept through every change', async () => {
    const { tools, channels } = await installation()
    await withFinding(tools, finding, 'warned')
    const lines = verdict.lines(await verdict.run({ ticket: newest, script: '2' }, tools))
    expect(lines).toContainEqual(['finding', 'warned entropy It looks encrypted.'])
    await changeEntry(tools, nameOf(newest), (entry) => withPin(entry, ada, ''))
    await restore.run({ database: 'tokens', at: newest }, tools)
    expect(fieldsOf(entryIn(tools, newest)['verdict'])['findings']).toContainEqual(finding)
    tools.clock.passSeconds(600)
    await watch.run({}, tools)
    const state = await readWatchState(tools)
    expect(state?.databases['tokens']?.newest).toMatchObject({ word: 'warned', remarks: [finding] })
    const told = channels.mail.heard.filter(({ key }) => key.includes('/tokens/'))
    expect(told).toMatchObject([
      { kind: 'sound.warned', facts: [{}, { label: 'entropy', text: 'It looks encrypted.' }] },
    ])
  })

  test('and a word of its verdict that nobody knows is neither sound nor damaged, and is not let go of', async () => {
    const { tools } = await installation()
    await withFinding(tools, { ...finding, outcome: 'quarantined' }, 'quarantined')
    expect(await wordIn(tools, newest)).toBe('quarantined')
    const before = await restore.run({ database: 'tokens' }, tools)
    expect(before).toMatchObject({ copy: { ticket: 'tokens_2026-03-12T010000Z_00020d' } })
    const asked = restore.run({ database: 'tokens', at: newest }, tools)
    await expect(asked).rejects.toMatchObject({ code: 'nothing-sound' })
    const { databases } = await prune.run({}, tools)
    const plan = databases.find(({ plan: one }) => one.database === 'tokens')?.plan
    expect(plan?.copies.find(({ id }) => id === newest)).toMatchObject({
      keep: true,
      reasons: ['its verdict, quarantined, is of a newer build'],
    })
    expect(await wordIn(tools, newest)).toBe('quarantined')
  })
})

describe('an alert of a kind that this build does not know', () => {
  const withAlert = async (tools: TestTools) => {
    const { outbox } = await readAlertState(tools)
    const known = outbox.find(({ channelId, folded }) => channelId === 'mail' && !folded)
    const [alert] = known?.alerts ?? []
    if (!known || !alert) throw new Error('the first edition left one')
    const later = {
      ...alert,
      id: 'of-a-later-build',
      key: 'my-backups/tokens/quota.near',
      kind: 'quota.near',
      headline: 'tokens: the bucket is nearly full',
    }
    const at = tools.clock.now().toISOString()
    const { incidents } = await readAlertState(tools)
    const incident = {
      ...Object.values(incidents)[0],
      kind: 'quota.near',
      toldAt: at,
      isOpen: true,
    }
    await resealed(tools, alertsKey, (state) => ({
      ...state,
      incidents: {
        ...fieldsOf(state['incidents']),
        'tokens/quota.near': { ...incident, later: 1 },
      },
      outbox: [{ ...known, id: 'later', alerts: [later], leaseUntil: undefined, nextAt: at }],
    }))
    return later
  }

  test('is delivered as it was written', async () => {
    const { tools, channels } = await installation()
    const later = await withAlert(tools)
    await watch.run({}, tools)
    const told = channels.mail.heard.filter(({ kind }) => kind === 'quota.near')
    expect(told).toEqual([later])
  })

  test('waits for a deaf channel like any other', async () => {
    const { tools, channels } = await installation()
    channels.mail.mood = 'is away'
    await withAlert(tools)
    await watch.run({}, tools)
    channels.mail.mood = 'takes'
    tools.clock.passSeconds(3600)
    await watch.run({}, tools)
    expect(channels.mail.heard.map(({ kind }) => kind)).toContain('quota.near')
  })

  test('leaves an incident that is that build’s to close', async () => {
    const { tools, channels } = await installation()
    await withAlert(tools)
    for (let hour = 0; hour < 30; hour += 1) {
      tools.clock.passSeconds(3600)
      await watch.run({}, tools)
    }
    const { incidents } = await readAlertState(tools)
    expect(incidents['tokens/quota.near']).toMatchObject({
      kind: 'quota.near',
      isOpen: true,
      later: 1,
    })
    const told = channels.mail.heard.filter(({ kind }) => kind === 'quota.near')
    expect(told.map(({ status }) => status)).toEqual(['firing'])
  })
})

describe('fields that another build has added', () => {
  const later = { kept: ['true'] }

  test('stay in every state, whoever of this build writes it next', async () => {
    const { tools } = await installation()
    await drill.run({}, tools)
    await prune.run({}, tools)
    const states = ['watch', 'alerts', 'prune', 'drill'].map(
      (name) => `backups/_state/${name}.json`,
    )
    const inside = (value: unknown) => {
      const entries = Object.entries(fieldsOf(value))
      return Object.fromEntries(entries.map(([name, one]) => [name, { ...fieldsOf(one), later }]))
    }
    for (const key of states) {
      await resealed(tools, key, ({ databases, incidents, ...rest }) => ({
        ...rest,
        later,
        ...(databases === undefined ? {} : { databases: inside(databases) }),
        ...(incidents === undefined ? {} : { incidents: inside(incidents) }),
      }))
    }
    const partsOf = (key: string) => {
      const { databases, incidents } = payloadAt(tools, key).document
      return { ...fieldsOf(databases), ...fieldsOf(incidents) }
    }
    const before = states.map((key) => ({
      key,
      etag: tools.store.objects.get(key)?.object.etag,
      names: Object.keys(partsOf(key)),
    }))
    tools.clock.passSeconds(3600)
    await pushed(tools, sound(40))
    await watch.run({}, tools)
    await prune.run({}, tools)
    await drill.run({}, tools)
    for (const { key, etag, names } of before) {
      expect(tools.store.objects.get(key)?.object.etag, key).not.toBe(etag)
      expect(payloadAt(tools, key).document['later'], key).toEqual(later)
      const parts = partsOf(key)
      // An incident may be over by now.
      const left = names.filter((name) => Object.hasOwn(parts, name))
      expect(left.length, key).toBeGreaterThan(3)
      for (const name of left) expect(parts[name], `${key} ${name}`).toMatchObject({ later })
    }
  })

  test('stay in an entry, in its claim and in its verdict, through every change but a new verdict', async () => {
    const { tools } = await installation()
    await resealed(tools, keyOf(newest), (entry) => ({
      ...entry,
      later,
      claim: { ...fieldsOf(entry['claim']), kind: 'sqlite', later },
      verdict: { ...fieldsOf(entry['verdict']), figures: later },
    }))
    await changeEntry(tools, nameOf(newest), (entry) => withPin(entry, ada, 'for good'))
    await restore.run({ database: 'tokens', at: newest }, tools)
    expect(entryIn(tools, newest)).toMatchObject({
      later,
      claim: { kind: 'sqlite', later },
      verdict: { figures: later },
      pin: { by: 'ada' },
    })
  })

  test('stay in the line of a catalog', async () => {
    const { tools } = await installation()
    const key = 'backups/_state/tokens/catalog.json'
    await resealed(tools, key, ({ lines, ...rest }) => ({
      ...rest,
      later,
      lines: { ...fieldsOf(lines), [newest]: { ...fieldsOf(fieldsOf(lines)[newest]), later } },
    }))
    await pushed(tools, sound(41))
    await readHoldings(tools, 'tokens', await listShelves(tools, 'tokens'))
    const { document } = payloadAt(tools, key)
    expect(document).toMatchObject({ later, lines: { [newest]: { later } } })
    expect(Object.keys(fieldsOf(document['lines']))).toHaveLength(9)
  })
})
