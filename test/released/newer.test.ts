/** What a build of a later format leaves, read by today's: signed by us, and not for us to read. */
import { beforeAll, describe, expect, test } from 'vitest'

import { readHoldings } from '../../lib/journey/bucket/holdings'
import { changeEntry, readEntry } from '../../lib/journey/bucket/ledger'
import { listShelves } from '../../lib/journey/bucket/shelves'
import { readWatchState } from '../../lib/journey/bucket/watch-state'
import { drill } from '../../lib/journey/drill'
import { readOverview } from '../../lib/journey/overview'
import { prune } from '../../lib/journey/prune'
import { restore } from '../../lib/journey/restore'
import { verdict } from '../../lib/journey/verdict'
import { verify } from '../../lib/journey/verify'
import { watch } from '../../lib/journey/watch'
import { withPin } from '../../lib/rules/copy/care'
import { entryKey } from '../../lib/rules/copy/snapshot'
import { some } from '../cases'
import type { FakeChannel } from '../fakes/channels'
import type { TestTools } from '../fakes/tools'
import { nameOf } from '../fixtures/bucket/buckets'
import { pushed } from '../fixtures/bucket/requests'
import { sound } from '../fixtures/databases'
import { ofNewerBuild } from '../fixtures/newer'

import { keysOf, watchedOver } from './standing'

const ada = { at: '2026-03-12T05:00:00.000Z', by: 'ada' }
/** The newest sound copy, by the watch that saw it last. */
const newest = 'tokens_2026-03-12T042200Z_000227'
const keyOf = (id: string) => entryKey('backups/', nameOf(id))

const bytesAt = ({ store }: TestTools, key: string) => store.objects.get(key)?.bytes.toString()

/** Every step that a bucket meets in a day; what each refuses is an answer too. */
const everything = async (tools: TestTools): Promise<string[]> => {
  const ticket = await pushed(tools, sound(31)).catch(() => '')
  const steps = [
    () => watch.run({}, tools),
    () => verdict.run({ ticket }, tools),
    () => verdict.run({ ticket: newest }, tools),
    () => verify.run({ ticket: newest }, tools),
    () => changeEntry(tools, nameOf(newest), (entry) => withPin(entry, ada, '')),
    () => restore.run({ database: 'tokens', at: newest, salvage: 'yes' }, tools),
    () => restore.run({ database: 'tokens', sure: 'yes' }, tools),
    () => restore.run({ database: 'tokens', list: 'yes' }, tools),
    () => prune.run({}, tools),
    () => drill.run({}, tools),
    () => readOverview(tools),
    () => watch.run({}, tools),
  ]
  const refused: string[] = []
  for (const step of steps) {
    await step().catch((thrown: unknown) => {
      refused.push(thrown instanceof Error ? (thrown.message.split(':')[0] ?? '') : 'no error')
    })
    tools.clock.passSeconds(60)
  }
  return refused
}

const toldOf = ({ heard }: FakeChannel, kind: string) =>
  heard.filter((alert) => alert.kind === kind).map(({ status, key }) => `${status} ${key}`)

const installation = () => watchedOver('1')
beforeAll(installation)

describe('an entry of a newer build', () => {
  test('is never called untrusted or unknown, never written over, and nothing is let go of beside it', async () => {
    const { tools } = await installation()
    await ofNewerBuild(tools, keyOf(newest))
    const before = bytesAt(tools, keyOf(newest))
    // The snapshot, a line beside it, and whatever else a newer build keeps of it.
    const beside = keyOf(newest).replace('.entry.json', '.pages.json')
    await tools.store.put(beside, Buffer.from('{}'))
    const removable = 'tokens_2026-03-08T010000Z_000101'
    expect(await everything(tools)).toEqual(Array.from({ length: 4 }, () => 'newer-format'))
    expect(bytesAt(tools, keyOf(newest))).toBe(before)
    expect(keysOf(tools, new RegExp(`${newest}|${removable}`))).toHaveLength(7)
    const holdings = await readHoldings(tools, 'tokens', await listShelves(tools, 'tokens'))
    expect(holdings.find(({ name }) => name.id === newest)).toMatchObject({
      isUntrusted: false,
      isNewer: true,
      line: undefined,
    })
    const state = (await readWatchState(tools))?.databases['tokens']
    expect(state).toMatchObject({ strangers: [], newer: [newest] })
    expect(state?.vanished).toBeUndefined()
  })

  test('brakes the retention of its database, and of no other', async () => {
    const { tools } = await installation()
    await ofNewerBuild(tools, keyOf(newest))
    const { databases } = await prune.run({}, tools)
    const of = (name: string) => databases.find(({ plan }) => plan.database === name)
    expect(of('tokens')?.plan.brake).toBe(
      'Nothing is deleted: 1 entry of a newer Snapproof cannot be read; deploy that one.',
    )
    expect(of('tokens')?.result).toBeUndefined()
    expect(of('tokens')?.plan.notes).toEqual([])
    expect(of('shop')?.plan.brake).toBeUndefined()
  })

  test('is no leftover, though nothing came under it for a year', async () => {
    const { tools } = await installation()
    const announced = keysOf(tools, /sessions_2026-03-10T090000Z_00019c\.entry\.json$/)[0] ?? ''
    await ofNewerBuild(tools, announced)
    tools.clock.passSeconds(365 * 86_400)
    await prune.run({}, tools)
    expect(tools.store.objects.has(announced)).toBe(true)
  })

  test('is told after half an hour, once, and is over when it can be read again', async () => {
    const { tools, channels } = await installation()
    const readable = tools.store.objects.get(keyOf(newest))
    await ofNewerBuild(tools, keyOf(newest))
    const told: number[] = []
    for (let run = 0; run < 8; run += 1) {
      tools.clock.passSeconds(600)
      await watch.run({}, tools)
      told.push(toldOf(channels.mail, 'format.newer').length)
    }
    expect(told).toEqual([0, 0, 0, 1, 1, 1, 1, 1])
    for (const kind of ['object.unknown', 'copy.gone', 'verify.failed'])
      expect(toldOf(channels.mail, kind).filter((one) => one.includes('/tokens/'))).toEqual([])
    if (readable) tools.store.objects.set(keyOf(newest), readable)
    tools.clock.passSeconds(600)
    await watch.run({}, tools)
    expect(toldOf(channels.mail, 'format.newer')).toEqual([
      'firing my-backups/tokens/format.newer',
      'resolved my-backups/tokens/format.newer',
    ])
  })

  test('is passed over by a restore, which says so', async () => {
    const { tools } = await installation()
    const all = keysOf(tools, /tokens_2026-03-12T.*\.entry\.json$/)
    for (const key of all) await ofNewerBuild(tools, key)
    const answer = await restore.run({ database: 'tokens', look: 'yes' }, tools)
    const said = restore.lines(answer).map(([, text]) => String(text))
    expect(said[0]).toBe('tokens_2026-03-11T010000Z_0001c1')
    expect(said).toContain(
      `passed over ${newest}, unknown: A newer Snapproof wrote it; deploy that one.`,
    )
    await expect(restore.run({ database: 'tokens', at: newest }, tools)).rejects.toMatchObject({
      code: 'newer-format',
    })
  })

  test('keeps nobody from pushing, and its bytes are no copy that counts as unchanged', async () => {
    const { tools } = await installation()
    await ofNewerBuild(tools, keyOf(newest))
    const ticket = await pushed(tools, sound(31))
    expect(ticket > newest).toBe(true)
    expect(await verdict.run({ ticket }, tools)).toMatchObject({ verdict: 'passed' })
    expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({ copy: { ticket } })
  })
})

describe('whoever asks for an entry of a newer build', () => {
  test('is told to deploy that one', async () => {
    const { tools } = await installation()
    await ofNewerBuild(tools, keyOf(newest))
    await expect(readEntry(tools, nameOf(newest))).rejects.toMatchObject({
      code: 'newer-format',
      why: `The entry of ${newest} was written by a newer Snapproof, and this one cannot read it.`,
      mend: 'Deploy the newer one. Nothing was changed or deleted.',
    })
  })
})

describe('a state of a newer build', () => {
  const states = [
    { name: 'watch.json', stops: ['newer-format', 'newer-format', 'newer-format'] },
    { name: 'alerts.json', stops: ['newer-format', 'newer-format', 'newer-format'] },
    { name: 'prune.json', stops: ['newer-format', 'newer-format', 'newer-format', 'newer-format'] },
    { name: 'drill.json', stops: ['newer-format', 'newer-format', 'newer-format', 'newer-format'] },
    { name: 'tokens/catalog.json', stops: [] },
  ]
  test.each(some(states, 1))(
    'is never written over, whoever runs: $name',
    async ({ name, stops }) => {
      const { tools } = await installation()
      await drill.run({}, tools)
      await prune.run({}, tools)
      const key = `backups/_state/${name}`
      await ofNewerBuild(tools, key)
      const before = bytesAt(tools, key)
      expect(await everything(tools)).toEqual(stops)
      expect(bytesAt(tools, key)).toBe(before)
    },
  )

  test('of prune keeps this one from letting go of anything', async () => {
    const { tools } = await installation()
    await ofNewerBuild(tools, 'backups/_state/prune.json')
    const before = [...tools.store.objects.keys()]
    await expect(prune.run({}, tools)).rejects.toMatchObject({ code: 'newer-format' })
    expect([...tools.store.objects.keys()]).toEqual(before)
  })

  test('of a catalog is done without: everything is read, and all of it is known', async () => {
    const { tools } = await installation()
    const shelves = await listShelves(tools, 'tokens')
    const told = async () =>
      (await readHoldings(tools, 'tokens', shelves)).map(({ name, word, isUntrusted }) => ({
        id: name.id,
        word,
        isUntrusted,
      }))
    const before = await told()
    await ofNewerBuild(tools, 'backups/_state/tokens/catalog.json')
    expect(await told()).toEqual(before)
  })

  test.each(['watch.json', 'alerts.json'])(
    'is told by the clock where the newer build itself is gone, and not while it runs: %s',
    async (name) => {
      const { tools, channels } = await installation()
      await ofNewerBuild(tools, `backups/_state/${name}`)
      const run = async (at: string) => {
        tools.clock.moveTo(at)
        await expect(watch.run({}, tools)).rejects.toMatchObject({ code: 'newer-format' })
        return toldOf(channels.mail, 'format.newer').length
      }
      expect(await run('2026-03-12T05:59:00Z')).toBe(0)
      expect(await run('2026-03-12T06:05:00Z')).toBe(1)
      expect(await run('2026-03-12T06:15:00Z')).toBe(1)
      expect(await run('2026-03-12T12:01:00Z')).toBe(2)
      expect(channels.mail.heard.at(-1)).toMatchObject({
        status: 'firing',
        severity: 'critical',
        headline: 'my-backups: nothing is watched, for a newer Snapproof was here',
      })
      // The newer one watches: whoever still runs beside it says nothing.
      tools.clock.moveTo('2026-03-12T18:00:00Z')
      await ofNewerBuild(tools, 'backups/_state/watch.json')
      expect(await run('2026-03-12T18:05:00Z')).toBe(2)
    },
  )
})
