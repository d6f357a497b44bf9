/** The script that asks this step has its own tests, in test/droplet. */
import { describe, expect, test } from 'vitest'

import { changeEntry, readEntry } from '../../lib/journey/bucket/ledger'
import { restore } from '../../lib/journey/restore'
import type { Examiner, Store } from '../../lib/ports'
import { withAcceptance, withLetGo } from '../../lib/rules/copy/care'
import { testTools, sqliteOf } from '../fakes/tools'
import { nameOf, quick } from '../fixtures/bucket/buckets'
import { pushedAt } from '../fixtures/bucket/pushed-at'
import { requestFor } from '../fixtures/bucket/requests'
import { sound, withZeroedPage } from '../fixtures/databases'

const three = async () => {
  const tools = testTools()
  const first = await pushedAt(tools, '2026-03-01T01:00:00Z', sound(10))
  const second = await pushedAt(tools, '2026-03-02T01:00:00Z', sound(20))
  const damaged = await pushedAt(tools, '2026-03-03T01:00:00Z', withZeroedPage())
  return { tools, first, second, damaged }
}

/** The same for what is not about SQLite. */
const quickThree = async () => {
  const unseen = quick(testTools())
  const figures = { schema: { tokens: ['key'] }, rows: { tokens: 1 } }
  const examiner: Examiner = async (order) => ({ ...(await sqliteOf(unseen)(order)), ...figures })
  const tools = { ...unseen, examiners: { sqlite: examiner } }
  const first = await pushedAt(tools, '2026-03-01T01:00:00Z', Buffer.from('one'))
  const second = await pushedAt(tools, '2026-03-02T01:00:00Z', Buffer.from('two'))
  const damaged = await pushedAt(tools, '2026-03-03T01:00:00Z', Buffer.from('damaged'))
  return { tools, first, second, damaged }
}

describe('restore', () => {
  test('gives the newest sound copy, past a newer damaged one, with everything to check it by', async () => {
    const { tools, second } = await three()
    const answer = await restore.run({ database: 'tokens' }, tools)
    const lines = new Map(restore.lines(answer))
    expect(lines.get('ticket')).toBe(second)
    expect(lines.get('get')).toBe(`memory:get:backups/tokens/2026/03/${second}.db`)
    expect(lines.get('sha256')).toBe(requestFor(sound(20)).sha256)
    expect(lines.get('verdict')).toBe('passed')
    expect(lines.get('verified_at')).toBe('2026-03-02T01:00:00.000Z')
  })

  test('gives an address that opens for a quarter of an hour, and says so', async () => {
    const { tools } = await quickThree()
    const asked: number[] = []
    const downloadAddress: Store['downloadAddress'] = async (terms) => {
      asked.push(terms.expiresInSeconds)
      return tools.store.downloadAddress(terms)
    }
    const store = { ...tools.store, downloadAddress }
    const answer = await restore.run({ database: 'tokens', sure: 'yes' }, { ...tools, store })
    expect(asked).toEqual([15 * 60])
    expect(new Map(restore.lines(answer)).get('expires_seconds')).toBe(15 * 60)
  })

  test.each([
    { at: '2026-03-01', nth: 'first', why: 'a day means its end' },
    { at: '2026-03-02', nth: 'second', why: 'the copy of that day counts' },
    { at: '2026-03-02T00:59', nth: 'first', why: 'a minute before the second' },
    { at: '2026-03-02T01:00', nth: 'second', why: 'the minute of the second' },
    { at: '2027-01-01', nth: 'second', why: 'the damaged one is never given' },
  ] as const)('gives the newest sound copy taken by $at: $why', async ({ at, nth }) => {
    const made = await three()
    const answer = await restore.run({ database: 'tokens', at }, made.tools)
    expect(answer).toMatchObject({ copy: { ticket: made[nth] } })
  })

  test('gives one copy by its ticket', async () => {
    const { tools, first } = await three()
    expect(await restore.run({ database: 'tokens', at: first }, tools)).toMatchObject({
      copy: { ticket: first },
    })
  })

  test.each([
    { name: 'a damaged copy by its ticket', code: 'damaged', at: 'damaged' },
    { name: 'a time before the first', code: 'nothing-sound', at: '2026-02-28' },
    { name: 'a time that is none', code: 'bad-request', at: 'yesterday' },
  ])('refuses $name', async ({ at, code }) => {
    const { tools, damaged } = await three()
    const asked = restore.run({ database: 'tokens', at: at === 'damaged' ? damaged : at }, tools)
    await expect(asked).rejects.toMatchObject({ code })
  })

  test('lists every copy with its verdict, newest first', async () => {
    const { tools, first, second, damaged } = await three()
    const answer = await restore.run({ database: 'tokens', list: 'yes' }, tools)
    const lines = restore.lines(answer).map(([, value]) => String(value).split(' ').slice(0, 2))
    expect(lines).toEqual([
      [damaged, 'failed'],
      [second, 'passed'],
      [first, 'passed'],
    ])
  })

  test('lists of which sets there is a sound copy, newest first', async () => {
    const { tools, first, second, damaged } = await three()
    for (const id of [first, second, damaged]) {
      await changeEntry(tools, nameOf(id), (entry) => ({
        ...entry,
        claim: { ...entry.claim, set: { id: `of-${id}`, size: 2 } },
      }))
    }
    const asked = async (more: { at?: string } = {}) =>
      restore.lines(await restore.run({ database: 'tokens', list: 'sets', ...more }, tools))
    const [newest, older] = [second, first].map((id) => ['set', `of-${id} 2 ${id}`])
    expect(await asked()).toEqual([newest, older])
    expect(await asked({ at: '2026-03-01' })).toEqual([older])
    const now = tools.clock.now()
    await changeEntry(tools, nameOf(second), (entry) => withLetGo(entry, now))
    expect(await asked()).toEqual([older])
  })

  test('gives nothing of another database', async () => {
    const { tools } = await three()
    const asked = restore.run({ database: 'sessions' }, tools)
    await expect(asked).rejects.toMatchObject({ code: 'nothing-sound' })
  })

  test('passes over an entry that was forged', async () => {
    const { tools, first, second } = await quickThree()
    const key = `backups/tokens/2026/03/${second}.entry.json`
    await tools.store.put(key, Buffer.from('{"payloadType":"x","payload":"","signatures":[]}'))
    expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({
      copy: { ticket: first },
    })
  })

  test('still trusts entries of the secret before this one while a rotation lasts', async () => {
    const { tools, second } = await quickThree()
    const rotated = (secrets: { current: string; previous?: string }) =>
      restore.run({ database: 'tokens' }, { ...tools, settings: { ...tools.settings, secrets } })
    const { current } = tools.settings.secrets
    const next = 'another secret, just as long as the first one was'
    await expect(rotated({ current: next })).rejects.toMatchObject({ code: 'nothing-sound' })
    expect(await rotated({ current: next, previous: current })).toMatchObject({
      copy: { ticket: second },
    })
    // Its entry was signed anew when the copy was held; those beside it were not.
    expect(await rotated({ current: next })).toMatchObject({ copy: { ticket: second } })
  })

  test('holds the copy whose address it gives, for a day', async () => {
    const { tools, first, second } = await quickThree()
    await restore.run({ database: 'tokens' }, tools)
    const held = async (id: string) => (await readEntry(tools, nameOf(id)))?.entry.heldUntil
    expect(await held(second)).toBe('2026-03-04T01:00:00.000Z')
    expect(await held(first)).toBeUndefined()
  })

  test('holds nothing that it only lists', async () => {
    const { tools, first } = await quickThree()
    const before = new Map(tools.store.objects)
    await restore.run({ database: 'tokens', list: 'yes' }, tools)
    await restore.run({ database: 'tokens', list: 'yes', at: first }, tools)
    expect(tools.store.objects).toEqual(before)
  })

  test.each([{ method: 'replace' }, { method: 'read' }] as const)(
    'goes on where the hold cannot be written down: $method fails',
    async ({ method }) => {
      const { tools, second } = await quickThree()
      let isHeld = false
      const failing = (key: string) => {
        // The first read finds the copy; the next one is of the hold.
        if (key.includes(second) && isHeld) tools.store.failNext('read')
        isHeld ||= key.includes(second)
        return tools.store.read(key)
      }
      if (method === 'replace') tools.store.failNext('replace')
      const store = method === 'read' ? { ...tools.store, read: failing } : tools.store
      expect(await restore.run({ database: 'tokens' }, { ...tools, store })).toMatchObject({
        copy: { ticket: second },
        get: expect.stringContaining(second),
      })
    },
  )

  test.each([
    { name: 'one less than an hour ago', seconds: 3599, nth: 'first' },
    { name: 'exactly an hour ago', seconds: 3600, nth: 'second' },
    { name: 'one more than an hour ago', seconds: 3601, nth: 'second' },
  ] as const)('passes over a copy that is being let go: begun $name', async ({ seconds, nth }) => {
    const made = await quickThree()
    const { tools, second } = made
    const begun = tools.clock.now()
    await changeEntry(tools, nameOf(second), (entry) => withLetGo(entry, begun))
    tools.clock.passSeconds(seconds)
    expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({
      copy: { ticket: made[nth] },
    })
  })

  test('gives a copy that a person overruled, and says so', async () => {
    const { tools, damaged } = await quickThree()
    const ada = { at: tools.clock.now().toISOString(), by: 'ada' }
    await changeEntry(tools, nameOf(damaged), (entry) => withAcceptance(entry, ada, 'known'))
    expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({
      copy: { ticket: damaged, verdict: 'accepted' },
    })
  })

  test('gives nothing whose file is gone, nor a file that the entry does not mean', async () => {
    const { tools, first, second } = await quickThree()
    const key = `backups/tokens/2026/03/${second}.db`
    await tools.store.put(`${key}.gz`, Buffer.from('something else'))
    expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({
      copy: { ticket: second },
      get: `memory:get:${key}`,
    })
    tools.store.objects.delete(key)
    expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({
      copy: { ticket: first },
    })
  })

  // Known: the status calls it pending, and the address is given all the same.
  test('passes over a copy that was overwritten since it was judged', async () => {
    const { tools, first, second } = await quickThree()
    await tools.store.put(`backups/tokens/2026/03/${second}.db`, Buffer.from('something else'))
    expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({
      copy: { ticket: first },
    })
  })

  test('passes over a copy that began to be let go just before the store was away', async () => {
    const { tools, first, second } = await quickThree()
    let isMarked = false
    const store = {
      ...tools.store,
      replace: async (key: string, bytes: Uint8Array, etag: string) => {
        if (isMarked) return tools.store.replace(key, bytes, etag)
        isMarked = true
        const begun = tools.clock.now()
        await changeEntry(tools, nameOf(second), (entry) => withLetGo(entry, begun))
        const answer = await tools.store.replace(key, bytes, etag)
        // The hold asks how it stands now, and hears nothing.
        tools.store.failNext('read')
        return answer
      },
    }
    expect(await restore.run({ database: 'tokens' }, { ...tools, store })).toMatchObject({
      copy: { ticket: first },
    })
  })

  // Known: the hold reads the entry again and sees the mark, and nobody asks it.
  test('passes over a copy that began to be let go while it was asked for', async () => {
    const { tools, first, second } = await quickThree()
    let isMarked = false
    const reading = async (key: string) => {
      const found = await tools.store.read(key)
      if (key.includes(second) && !isMarked) {
        isMarked = true
        await changeEntry(tools, nameOf(second), (entry) => withLetGo(entry, tools.clock.now()))
      }
      return found
    }
    const store = { ...tools.store, read: reading }
    expect(await restore.run({ database: 'tokens' }, { ...tools, store })).toMatchObject({
      copy: { ticket: first },
    })
  })
})
