import { describe, expect, test } from 'vitest'

import { changeEntry, parseTicket } from '../../../lib/journey/bucket/ledger'
import { isIdle, planDatabase, planHoldings } from '../../../lib/journey/gather/plan'
import { withPin } from '../../../lib/rules/copy/care'
import { withVerdict } from '../../../lib/rules/copy/entry'
import type { Entry } from '../../../lib/rules/copy/entry'
import { handClock, testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { verdictOf } from '../../fixtures/told/entries'
import { keepCopy, keepDays } from '../../fixtures/told/kept'

const make = () => testTools({ databases: {} })

const planned = (tools: TestTools, heartbeatAt?: Date) =>
  planDatabase(tools, 'tokens', { now: tools.clock.now(), heartbeatAt })

const fateOf = async (tools: TestTools, id: string) => {
  const copy = (await planned(tools)).copies.find((one) => one.id === id)
  return copy && `${copy.keep ? 'keep' : 'let go'}: ${copy.reasons.join(', ')}`
}

describe('a plan', () => {
  test('of nothing is idle', async () => {
    const plan = await planned(make())
    expect(plan).toMatchObject({ copies: [], leftovers: [], notes: [], brake: undefined })
    expect(isIdle(plan)).toBe(true)
  })

  test('says its policy in words, and each copy’s reason', async () => {
    const tools = make()
    await keepDays(tools, 10)
    const plan = await planned(tools)
    expect(plan.policy).toMatch(/^7 daily, 4 weekly and 12 monthly copies/)
    expect(
      plan.copies.map(({ keep, reasons }) => `${keep ? 'keep' : 'go'} ${reasons.join()}`),
    ).toEqual([
      'keep daily 1 of 7,weekly 1 of 4,monthly 1 of 12,newest sound copy',
      'keep daily 2 of 7,monthly 2 of 12',
      'keep daily 3 of 7',
      'keep daily 4 of 7',
      'keep daily 5 of 7',
      'keep daily 6 of 7',
      'keep daily 7 of 7',
      'keep weekly 2 of 4',
      'go no slot: daily, weekly and monthly hold others',
      'keep oldest, in a free monthly slot',
    ])
    expect(isIdle(plan)).toBe(false)
  })

  test('measures age by the time of arrival as first seen, whatever the listing says today', async () => {
    const tools = make()
    await keepDays(tools, 20)
    // The store dates everything of now, since the fixtures were written now.
    const plan = await planned(tools)
    expect(plan.copies.some(({ keep }) => !keep)).toBe(true)
    expect(plan.copies.at(-1)?.arrivedAt).toBe('2026-02-10T01:00:00.000Z')
  })

  test('knows a database to be in time by what arrived last, whatever its name says', async () => {
    const tools = testTools({ databases: { tokens: { expectEvery: '25h' } } })
    await keepDays(tools, 12)
    tools.clock.passSeconds(4 * 86_400)
    expect((await planned(tools)).brake).toMatch(/the last was heard of it/)
    // Named before the others, and here only now: a copy of an older script, or one from a spool.
    const change = (entry: Entry) => ({ ...entry, arrivedAt: tools.clock.now().toISOString() })
    await keepCopy(tools, { daysAgo: 30, change })
    expect((await planned(tools)).brake ?? '').not.toMatch(/the last was heard of it/)
  })

  test('counts no copy whose file is gone, or is not the one that was judged', async () => {
    const tools = make()
    const ids = await keepDays(tools, 5)
    const [, gone = '', changed = ''] = ids
    const keyOf = (id: string) =>
      [...tools.store.objects.keys()].find((key) => key.endsWith(`${id}.db`)) ?? ''
    tools.store.objects.delete(keyOf(gone))
    await tools.store.put(keyOf(changed), Buffer.from('something else'))
    const plan = await planned(tools)
    expect(plan.copies.map(({ id }) => id)).not.toContain(gone)
    expect(await fateOf(tools, changed)).toBe('keep: waits for its verdict')
  })

  test('counts no copy whose entry is not ours', async () => {
    const tools = make()
    const [newest = '', second = ''] = await keepDays(tools, 3)
    const key = [...tools.store.objects.keys()].find((one) => one.endsWith(`${newest}.entry.json`))
    await tools.store.put(
      key ?? '',
      Buffer.from('{"payloadType":"x","payload":"","signatures":[]}'),
    )
    const plan = await planned(tools)
    expect(plan.copies[0]?.id).toBe(second)
    expect(plan.notes).toEqual(['1 file that nobody announced: not ours to let go.'])
  })

  test('lets nothing of a pinned copy go, not even what is left of one', async () => {
    const tools = make()
    const ids = await keepDays(tools, 12)
    const [, , , , , , , , pinned = ''] = ids
    const person = { at: '2026-03-01T00:00:00.000Z', by: 'ann' }
    expect(await fateOf(tools, pinned)).toMatch(/^let go/)
    await changeEntry(tools, parseTicket(pinned), (entry) => withPin(entry, person, 'why'))
    expect(await fateOf(tools, pinned)).toBe('keep: pinned')
  })

  test.each([
    { days: 30, isLeft: false },
    { days: 31, isLeft: true },
  ])('of an entry that lost its snapshot $days days ago: goes is $isLeft', async (row) => {
    const tools = make()
    await keepDays(tools, 2)
    const lost = await keepCopy(tools, {
      daysAgo: 40,
      change: (entry) => {
        const at = new Date(tools.clock.now().getTime() - row.days * 86_400_000).toISOString()
        return withVerdict(entry, verdictOf('passed', { at }), at, entry.etag)
      },
    })
    const key = [...tools.store.objects.keys()].find((one) => one.endsWith(`${lost}.db`))
    tools.store.objects.delete(key ?? '')
    const { leftovers } = await planned(tools)
    expect(leftovers.map(({ reason }) => reason)).toEqual(
      row.isLeft ? ['somebody took its snapshot away, more than 30 days ago'] : [],
    )
  })

  test('spares what is left of a pinned copy, however long ago its snapshot was taken away', async () => {
    const tools = make()
    await keepDays(tools, 2)
    const person = { at: '2026-01-20T00:00:00.000Z', by: 'ann' }
    const lost = await keepCopy(tools, {
      daysAgo: 40,
      change: (entry) => withPin(entry, person, 'why'),
    })
    const key = [...tools.store.objects.keys()].find((one) => one.endsWith(`${lost}.db`))
    tools.store.objects.delete(key ?? '')
    expect((await planned(tools)).leftovers).toEqual([])
  })

  test.each([
    { ours: '2026-03-01T01:10:00Z', brake: undefined },
    { ours: '2026-03-01T01:11:00Z', brake: /our clock and the store's are 11 minutes apart/ },
    { ours: '2026-03-01T00:49:00Z', brake: /our clock and the store's are 11 minutes apart/ },
  ])('brakes while our clock says $ours and the store says 01:00', async ({ ours, brake }) => {
    const tools = make()
    await keepDays(tools, 12)
    const now = tools.clock.now()
    const wrong = { ...tools, clock: handClock(ours) }
    const plan = await planDatabase(wrong, 'tokens', { now, heartbeatAt: undefined })
    if (brake) expect(plan.brake).toMatch(brake)
    else expect(plan.brake).toBeUndefined()
  })

  test('takes a checksum line without its copy for a leftover after a day', async () => {
    const tools = make()
    await keepDays(tools, 2)
    const key = 'backups/tokens/2026/02/tokens_2026-02-01T010000Z_abcdef.db.sha256'
    await tools.store.put(key, Buffer.from('x'))
    expect((await planned(tools)).leftovers).toEqual([])
    tools.clock.passSeconds(86_401)
    const { leftovers } = await planned(tools, tools.clock.now())
    expect(leftovers).toMatchObject([{ keys: [key], reason: 'a checksum line without its copy' }])
  })
})

const baseOf = (tools: TestTools, id: string): string =>
  ([...tools.store.objects.keys()].find((key) => key.endsWith(`${id}.entry.json`)) ?? '').replace(
    '.entry.json',
    '',
  )

describe('what is left of a copy', () => {
  /** What was left of one, and how many hours ago its entry and its checksum line were written. */
  const leftOf = async (
    change: (entry: Entry) => Entry,
    {
      sums = true,
      outcome,
      entryHoursAgo = 24 * 40,
    }: {
      sums?: boolean
      outcome?: 'pending'
      entryHoursAgo?: number
    } = {},
  ) => {
    const tools = make()
    await keepDays(tools, 2)
    const about = { daysAgo: 40, change, ...(outcome && { outcome }) }
    const id = await keepCopy(tools, about)
    const base = baseOf(tools, id)
    tools.store.objects.delete(`${base}.db`)
    if (!sums) tools.store.objects.delete(`${base}.db.sha256`)
    else await tools.store.put(`${base}.db.sha256`, Buffer.from('x'))
    const entry = tools.store.objects.get(`${base}.entry.json`)
    const at = new Date(tools.clock.now().getTime() - entryHoursAgo * 3_600_000)
    if (entry) entry.object.modifiedAt = at
    const { leftovers } = await planned(tools)
    return leftovers.map((one) => ({
      ...one,
      id: one.id === id,
      keys: one.keys.map((key) => key.replace(base, 'BASE')),
    }))
  }
  const whole = { id: true, keys: ['BASE.db.sha256', 'BASE.entry.json'] }

  test('that was let go goes at once, with its checksum line', async () => {
    const reason = 'the rest of a copy that was let go'
    const letGoAt = '2026-03-01T00:59:00.000Z'
    expect(await leftOf((entry) => ({ ...entry, letGoAt }))).toEqual([{ ...whole, reason }])
    expect(await leftOf((entry) => ({ ...entry, letGoAt }), { sums: false })).toEqual([
      { id: true, keys: ['BASE.entry.json'], reason },
    ])
  })

  test('that never came goes after thirty days, by our time and by the store’s', async () => {
    const reason = 'announced more than 30 days ago, and never came'
    const ticketAt = (at: string) => (entry: Entry) => ({
      ...entry,
      claim: { ...entry.claim, ticketAt: at },
    })
    const asked = { outcome: 'pending' as const }
    const old = ticketAt('2026-01-30T00:59:59.000Z')
    expect(await leftOf(old, asked)).toEqual([{ ...whole, reason }])
    // Exactly thirty days are not more; and what the store has only now may be of a clock that was wrong.
    expect(await leftOf(ticketAt('2026-01-30T01:00:00.000Z'), asked)).toEqual([])
    expect(await leftOf(old, { ...asked, entryHoursAgo: 24 * 30 })).toEqual([])
  })

  test('is nobody’s for a day where only its checksum line is there', async () => {
    const tools = make()
    await keepDays(tools, 2)
    const key = 'backups/tokens/2026/02/tokens_2026-02-01T010000Z_abcdef.db.sha256'
    await tools.store.put(key, Buffer.from('x'))
    tools.clock.passSeconds(86_400)
    expect((await planned(tools, tools.clock.now())).leftovers).toEqual([])
    tools.clock.passSeconds(1)
    const plan = await planned(tools, tools.clock.now())
    expect(plan.leftovers).toEqual([
      {
        id: 'tokens_2026-02-01T010000Z_abcdef',
        keys: [key],
        reason: 'a checksum line without its copy',
      },
    ])
    expect(plan.copies.every(({ keep }) => keep)).toBe(true)
    expect(isIdle(plan)).toBe(false)
  })
})

test('where every copy is kept that is the policy, and each says so; strangers are counted', async () => {
  const tools = testTools({ databases: { tokens: { keep: 'all' } } })
  const [id] = await keepDays(tools, 1)
  for (const name of ['a', 'b'])
    await tools.store.put(`backups/tokens/${name}.txt`, Buffer.from('x'))
  const plan = await planned(tools)
  expect(plan).toMatchObject({
    database: 'tokens',
    at: '2026-03-01T01:00:00.000Z',
    policy: 'every copy',
    notes: ['2 files that nobody announced: not ours to let go.'],
    copies: [{ id, keep: true, reasons: ['all'], word: 'passed' }],
    leftovers: [],
  })
  expect(plan.brake).toBeUndefined()
  expect(plan.id).toMatch(/^2026-03-01T010000Z_[0-9a-f]{6}$/)
  expect(isIdle(plan)).toBe(true)
})

test('of the second place the policy is its own, and is called so', () => {
  const tools = make()
  const first = { standing: new Set<string>(), brake: undefined }
  const about = { now: tools.clock.now(), heartbeatAt: undefined, database: 'tokens', strangers: 0 }
  const { policy } = planHoldings([], about, tools)
  expect(policy).toMatch(/^7 daily/)
  expect(planHoldings([], { ...about, first }, tools).policy).toMatch(/^in the second place \d/)
})
