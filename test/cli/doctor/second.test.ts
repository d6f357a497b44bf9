// The second place by each of its keys: what each may do, and what nobody may.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import { systemClock } from '../../../lib/adapters/clock'
import { storeProbe } from '../../../lib/adapters/spaces/probe'
import type { Reply, StoreProbe } from '../../../lib/adapters/spaces/probe'
import { probeSecond } from '../../../lib/cli/doctor/second'
import type { SecondProbes } from '../../../lib/cli/doctor/second'
import { startStore } from '../../../lib/local/store/server'
import { dayMs } from '../../../lib/rules/plain/time-units'

const reply = (status: number): Reply => ({ status, serverTime: undefined })

/** A key that may do what is said, at a store that overwrites nothing. */
const probeOf = (changes: Partial<StoreProbe> = {}): StoreProbe => ({
  reach: async () => ({ ...reply(200), code: '' }),
  versioning: async () => 'never',
  expiring: async () => [],
  upload: async () => reply(403),
  readAsStranger: async () => reply(403),
  listAsStranger: async () => reply(403),
  isThere: async () => false,
  admits: async () => false,
  remove: async () => false,
  ...changes,
})

const writing = (again = 412): StoreProbe => {
  let sent = 0
  return probeOf({
    upload: async () => {
      sent += 1
      return reply(sent === 1 ? 200 : again)
    },
  })
}

const look = (changes: Partial<SecondProbes> = {}) =>
  probeSecond(
    {
      reads: probeOf(),
      writes: writing(),
      deletes: probeOf({ remove: async () => true }),
      first: probeOf({ upload: async () => reply(200) }),
      ...changes,
    },
    { bucket: 'my-copies', prefix: 'backups/', mark: 'm', clock: systemClock },
  )

const found = async (what: string, changes: Partial<SecondProbes>) =>
  (await look(changes)).find((one) => one.what === what)

describe('the doctor of the second place', () => {
  test('finds nothing wrong where each key may do what it is for, and nothing else', async () => {
    const seen = await look()
    expect(seen.map(({ what, state }) => `${state} ${what}`)).toEqual([
      'ok second place',
      'ok second: unversioned',
      'ok second: no expiry',
      'ok second: another place',
      'ok second: reading key',
      'ok second: carrying',
      'ok second: create-only',
      'ok second: private',
      'ok second: writing key',
      'ok second: deleting',
    ])
  })

  test.each([
    { status: 404, detail: 'there is no bucket "my-copies" (404)' },
    { status: 403, detail: 'the store refuses SECOND_API_KEY (403 AccessDenied)' },
  ])('asks no further where it does not answer: $status', async ({ status, detail }) => {
    const reach = async () => ({ ...reply(status), code: 'AccessDenied' })
    const seen = await look({ reads: probeOf({ reach }) })
    expect(seen).toMatchObject([{ what: 'second place', state: 'wrong', detail }])
    const silent = probeOf({ reach: () => Promise.reject(new Error('no route')) })
    expect(await look({ reads: silent })).toMatchObject([
      { state: 'wrong', detail: 'the store does not answer' },
    ])
  })

  test.each([
    {
      what: 'second: reading key',
      changes: { reads: probeOf({ upload: async () => reply(400) }) },
      state: 'note',
      detail: 'may write there',
    },
    {
      what: 'second: carrying',
      changes: { writes: undefined },
      state: 'wrong',
      detail: 'no key is set that may write there',
    },
    {
      what: 'second: carrying',
      changes: { writes: probeOf() },
      state: 'wrong',
      detail: 'a right upload is refused (403)',
    },
    {
      what: 'second: create-only',
      changes: { writes: writing(200) },
      state: 'wrong',
      detail: 'overwrites what stands there',
    },
    {
      what: 'second: private',
      changes: { reads: probeOf({ readAsStranger: async () => reply(200) }) },
      state: 'wrong',
      detail: 'anyone can list or read',
    },
    {
      what: 'second: writing key',
      changes: { writes: { ...writing(), remove: async () => true } },
      state: 'note',
      detail: 'may delete there too',
    },
    {
      what: 'second: deleting',
      changes: { deletes: undefined },
      state: 'note',
      detail: 'it only grows',
    },
    {
      what: 'second: deleting',
      changes: { deletes: probeOf() },
      state: 'wrong',
      detail: 'may not delete',
    },
  ] as const)('$what: $detail', async ({ what, changes, state, detail }) => {
    const one = await found(what, changes)
    expect(one).toMatchObject({ state, detail: expect.stringContaining(detail) })
  })

  test('says of another time that it is one: what is signed then is refused like another key', async () => {
    const serverTime = new Date(systemClock.now().getTime() + 3 * dayMs)
    const reads = probeOf({
      reach: async () => ({ status: 403, code: 'RequestTimeTooSkewed', serverTime }),
    })
    expect(await look({ reads })).toMatchObject([
      {
        what: 'second: clock',
        state: 'wrong',
        detail: expect.stringContaining('behind the store'),
      },
      { what: 'second place', state: 'wrong' },
    ])
  })

  test('takes away again what it wrote in the first place, and says nothing where it cannot ask', async () => {
    const left = new Set<string>()
    const upload = async (name: string) => {
      left.add(name)
      return reply(200)
    }
    const first = probeOf({ upload, remove: async (name) => left.delete(name) })
    const isThere = async (name: string) => left.has(name)
    const same = await found('second: another place', { first, reads: probeOf({ isThere }) })
    expect(same).toMatchObject({ state: 'wrong' })
    expect(left).toEqual(new Set())
    const refused = probeOf({ isThere: async () => undefined })
    expect(await found('second: another place', { first, reads: refused })).toBeUndefined()
    const away = probeOf({ upload: () => Promise.reject(new Error('no route')) })
    expect(await found('second: another place', { first: away })).toBeUndefined()
  })

  test('is told by a store that takes part: one key for all, and no more is left than it found', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-second-'))
    const key = { accessKey: 'a', secretKey: 'b' }
    const store = await startStore({ folder, buckets: ['two'], ...key })
    try {
      const { endpoint } = store
      const place = { endpoint, region: 'local', bucket: 'two', prefix: 'backups/', ...key }
      const all = {
        reads: storeProbe(place),
        writes: storeProbe(place),
        deletes: storeProbe(place),
      }
      // The same machine by another of its names.
      const first = { ...place, endpoint: endpoint.replace('127.0.0.1', 'localhost') }
      const seen = await probeSecond(
        { ...all, first: storeProbe(first) },
        { ...place, mark: 'mark', clock: systemClock },
      )
      const said = Object.fromEntries(seen.map(({ what, state }) => [what, state]))
      expect(said).toMatchObject({
        'second place': 'ok',
        'second: another place': 'wrong',
        'second: reading key': 'note',
        'second: create-only': 'ok',
        'second: private': 'ok',
        'second: writing key': 'note',
        'second: deleting': 'ok',
      })
    } finally {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
