import { describe, expect, test } from 'vitest'

import type { StoreProbe } from '../../../lib/adapters/spaces/probe'
import { clockObservation, probeStore } from '../../../lib/cli/doctor/store'

const now = new Date('2026-03-01T01:00:00.000Z')

/** A store where all is well, but for what is told. */
const probe = (changes: Partial<StoreProbe> = {}): StoreProbe => ({
  reach: async () => ({ status: 200, code: '', serverTime: now }),
  versioning: async () => 'never',
  expiring: async () => [],
  upload: async (_, __, abuse) => ({ status: abuse ? 403 : 200, serverTime: now }),
  readAsStranger: async () => ({ status: 403, serverTime: now }),
  listAsStranger: async () => ({ status: 403, serverTime: now }),
  isThere: async () => false,
  admits: async () => false,
  remove: async () => true,
  ...changes,
})

const look = async (changes: Partial<StoreProbe> = {}) => {
  let uploads = 0
  const once: StoreProbe['upload'] = async (_, __, abuse) => {
    uploads += 1
    return { status: uploads === 1 && !abuse ? 200 : 412, serverTime: now }
  }
  const about = { mark: 'm', bucket: 'b', prefix: 'backups/', clock: { now: () => now } }
  return probeStore(probe({ upload: once, ...changes }), about)
}

const found = async (what: string, changes: Partial<StoreProbe>) =>
  (await look(changes)).find((one) => one.what === what)

describe('the doctor of the store', () => {
  test('finds nothing wrong where nothing is', async () => {
    const seen = await look()
    expect(seen.map(({ state }) => state)).toEqual(seen.map(() => 'ok'))
    expect(seen.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['unversioned', 'no expiry', 'deleting']),
    )
  })

  test.each([
    { aheadMs: 259_200_000, says: 'this machine is 3 days ahead of the store' },
    { aheadMs: -90 * 60_000, says: 'this machine is 90 minutes behind the store' },
    { aheadMs: 400_000, says: 'this machine is 7 minutes ahead of the store' },
  ])('says of a clock that $says', ({ aheadMs, says }) => {
    const seen = clockObservation(new Date(now.getTime() - aheadMs), now)
    expect(seen).toMatchObject({ what: 'clock', state: 'wrong', detail: says })
  })

  test.each([
    { found: 'enabled', detail: 'keeps versions' },
    { found: 'suspended', detail: 'are suspended' },
  ] as const)('finds versioning that is $found', async ({ found: versioning, detail }) => {
    expect(await found('unversioned', { versioning: async () => versioning })).toMatchObject({
      state: 'wrong',
      detail: expect.stringContaining(detail),
      mend: 'Use another bucket, one that never had versioning switched on.',
    })
  })

  test.each([
    '',
    'back',
    'backups/',
    'backups/tokens/2026/',
    'backups/_state/',
    'backups/_journal/',
  ])('finds a lifecycle rule that deletes what stands under "%s"', async (rule) => {
    expect(await found('no expiry', { expiring: async () => ['logs/', rule] })).toMatchObject({
      state: 'wrong',
      detail: expect.stringContaining(`under "${rule}"`),
      mend: expect.stringContaining('Remove that rule'),
    })
  })

  test.each(['logs/', 'backup-of-others/', 'backups/_reports/digests/', 'backups/_state/probe/'])(
    'has nothing against one for "%s"',
    async (rule) => {
      expect(await found('no expiry', { expiring: async () => [rule] })).toMatchObject({
        state: 'ok',
      })
    },
  )

  test('finds that its own probe stays behind where deletes are denied, and names it', async () => {
    const remove = async (name: string) => name !== 'm-a'
    expect(await found('deleting', { remove })).toMatchObject({
      state: 'wrong',
      detail: 'this key may not delete: backups/_state/probe/m-a stays behind',
      mend: expect.stringContaining('s3:DeleteObject'),
    })
  })

  test('says what it could not ask, and calls it neither', async () => {
    const unasked = {
      versioning: async () => undefined,
      expiring: async () => undefined,
      remove: async () => Promise.reject(new Error('away')),
    }
    for (const what of ['unversioned', 'no expiry', 'deleting'])
      expect(await found(what, unasked)).toMatchObject({ state: 'unknown' })
  })

  test('calls a certificate by its name, and anything else an absence', async () => {
    const cause = Object.assign(new Error('no'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const reach = async () => Promise.reject(new TypeError('fetch failed', { cause }))
    expect(await look({ reach })).toEqual([
      {
        what: 'certificate',
        state: 'wrong',
        detail: 'the store’s is not trusted here (DEPTH_ZERO_SELF_SIGNED_CERT)',
        mend: expect.stringContaining('NODE_EXTRA_CA_CERTS='),
      },
    ])
    const away = async () => Promise.reject(new TypeError('fetch failed'))
    expect(await look({ reach: away })).toMatchObject([{ what: 'bucket', state: 'wrong' }])
  })
})
