import { describe, expect, test } from 'vitest'

import { readOverview } from '../../../lib/journey/overview'
import type { Tools } from '../../../lib/ports'
import { withVerdict } from '../../../lib/rules/copy/entry'
import type { Entry, Verdict } from '../../../lib/rules/copy/entry'
import { heartbeatKey } from '../../../lib/rules/copy/snapshot'
import type { Counts } from '../../../lib/rules/fall/drift'
import { fallen } from '../../browser/bad-days'
import { oneFailing } from '../../browser/stock'
import { ask } from '../../edge/asking'
import { testTools } from '../../fakes/tools'
import { watched } from '../../fixtures/bucket/watching'
import { verdictOf } from '../../fixtures/told/entries'
import { keepCopy } from '../../fixtures/told/kept'

const hour = 3_600

const one = async (tools: Tools, database = 'tokens') => {
  const found = (await readOverview(tools)).databases.find((each) => each.database === database)
  if (!found) throw new Error(`${database} is not shown`)
  return found
}

/** As it was judged, and what else its verdict tells. */
const withVerdictOf =
  (more: Partial<Verdict>) =>
  (entry: Entry): Entry =>
    entry.verdict ? { ...entry, verdict: { ...entry.verdict, ...more } } : entry

describe('one database in the overview', () => {
  test('tells of every copy what was found, what is kept and why, and how its file is called', async () => {
    const { tools } = await oneFailing()
    const { copies, newest, newestSound } = await one(tools)
    expect(copies[0]).toMatchObject({ word: 'failed', keep: true, provenAt: newest?.provenAt })
    expect(copies[0]?.remarks.map(({ check }) => check)).toEqual(['structure'])
    expect(copies[1]).toMatchObject({
      id: newestSound?.id,
      file: `${newestSound?.id}.db`,
      rows: expect.any(Number),
      reasons: expect.arrayContaining(['newest sound copy']),
    })
    const pinned = (await one(tools, 'sessions')).copies.find(({ pinnedBy }) => pinnedBy)
    expect(pinned).toMatchObject({ word: 'warned', pinnedBy: 'maria', reasons: ['pinned'] })
  })

  test('the calendar goes by the time in the name, as a restore does, and knows no damaged copy', async () => {
    const { tools } = await oneFailing()
    const { calendar, newestSound } = await one(tools)
    expect(calendar.days.at(-1)).toMatchObject({ isOwn: false, copy: { id: newestSound?.id } })
    const early = testTools()
    // A host whose clock is a month behind has its copies found under the day they came.
    await keepCopy(early, {
      daysAgo: 0,
      change: (entry) => ({
        ...entry,
        claim: { ...entry.claim, takenAt: '2026-02-01T01:00:00.000Z' },
      }),
    })
    expect((await one(early)).calendar.days.at(-1)).toMatchObject({
      label: '2026-03-01',
      isOwn: true,
    })
  })

  test('a copy that is being let go is not offered, for no restore would hand it out', async () => {
    const tools = testTools()
    await keepCopy(tools, {
      daysAgo: 1,
      change: (entry) => ({ ...entry, letGoAt: tools.clock.now().toISOString() }),
    })
    expect((await one(tools)).calendar.days.at(-1)?.copy).toBeUndefined()
  })

  test('a host that says "unchanged" in time is not late', async () => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 5 })
    expect(await one(tools)).toMatchObject({ health: 'late' })
    await tools.store.put(heartbeatKey('backups/', 'tokens'), Buffer.from('{}'))
    expect(await one(tools)).toMatchObject({
      health: 'sound',
      heartbeatAt: '2026-03-01T01:00:00.000Z',
      nextBy: '2026-03-02T03:00:00.000Z',
    })
  })

  test('a kept copy that went bad is a trouble, though a clock that was ahead has dated it', async () => {
    const tools = testTools()
    const failedLater = (entry: Entry) =>
      withVerdict(
        entry,
        verdictOf('failed', { at: '2027-04-06T01:00:00.000Z' }),
        entry.arrivedAt ?? '',
        entry.etag ?? '',
      )
    await keepCopy(tools, { daysAgo: 1, change: failedLater })
    await keepCopy(tools, { daysAgo: 0 })
    const { health, troubles } = await one(tools)
    expect(troubles.map(({ kind }) => kind)).toEqual(['copy.decayed'])
    expect(health).toBe('trouble')
    await watched(tools)
    expect((await ask(tools, { path: '/badge' })).body).toContain('1 database in trouble')
  })

  test('a fall names the copy from before, what it has and what there is today, and the command', async () => {
    const { tools } = await fallen()
    const { health, fall, copies, newest } = await one(tools, 'shop')
    const [, first, before] = copies
    expect(health).toBe('trouble')
    expect(newest).toMatchObject({ word: 'warned' })
    expect(fall).toEqual({
      since: first?.id,
      sinceAt: first?.arrivedAt,
      before: before?.id,
      beforeAt: before?.arrivedAt,
      tables: [
        { table: 'orders', before: 6158, now: 2472 },
        { table: 'carts', before: 211, now: undefined },
      ],
      restoreCommand: `restore.sh --at ${before?.id} /etc/snapproof/shop.env`,
    })
    expect((await one(tools, 'sessions')).fall).toBeUndefined()
  })

  test('a fall tells what it remembers of a copy whose rows are not known any more', async () => {
    const tools = testTools()
    const before = await keepCopy(tools, { daysAgo: 1 })
    await keepCopy(tools, {
      daysAgo: 0,
      outcome: 'warned',
      change: withVerdictOf({
        fall: {
          since: 'x',
          sinceAt: tools.clock.now().toISOString(),
          before,
          beforeAt: '2026-02-28T01:00:00.000Z',
          tables: { orders: { had: 900, has: 2 } },
        },
      }),
    })
    expect((await one(tools)).fall?.tables).toEqual([{ table: 'orders', before: 900, now: 2 }])
  })

  test('of each copy it is told what changed since the last one before it that was counted', async () => {
    const tools = testTools()
    const counted = (rows: Counts, more: Partial<Verdict> = {}) => withVerdictOf({ rows, ...more })
    await keepCopy(tools, { daysAgo: 4, change: counted({ orders: 10, carts: 4 }) })
    await keepCopy(tools, { daysAgo: 3, outcome: 'failed', change: counted({ orders: 1 }) })
    await keepCopy(tools, { daysAgo: 2, outcome: 'pending' })
    await keepCopy(tools, {
      daysAgo: 1,
      outcome: 'unmet',
      change: counted(
        { orders: 12, sessions_v2: 5 },
        { drift: { came: ['table sessions_v2', 'column orders.vat'], went: ['table carts'] } },
      ),
    })
    await keepCopy(tools, { daysAgo: 0, change: counted({ orders: 12, sessions_v2: 5 }) })
    const { copies } = await one(tools)
    expect(copies.map(({ change }) => change)).toEqual([
      'the same rows',
      'sessions_v2 new with 5, carts gone with 4, orders +2; new: column orders.vat',
      undefined,
      undefined,
      undefined,
    ])
  })

  test('what is told of a change stays one short line, whatever a table is called', async () => {
    const tools = testTools()
    const name = `a\r\n\u202E${'x'.repeat(5000)}`
    await keepCopy(tools, { daysAgo: 1, change: withVerdictOf({ rows: { [name]: 1 } }) })
    await keepCopy(tools, { daysAgo: 0, change: withVerdictOf({ rows: { [name]: 2 } }) })
    const change = (await one(tools)).copies[0]?.change ?? ''
    expect(change.length).toBeLessThanOrEqual(200)
    expect(change).toMatch(/^[a-z x]+…$/)
  })

  test('what is wrong stands in the order of how grave it is', async () => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 5 })
    await keepCopy(tools, { daysAgo: 4, outcome: 'failed' })
    await tools.store.put('backups/tokens/notes.txt', Buffer.from('hello'))
    const { troubles } = await one(tools)
    expect(troubles.map(({ kind }) => kind)).toEqual([
      'verify.failed',
      'backup.late',
      'object.unknown',
    ])
  })

  test('an unverifiable copy becomes a trouble once it was tried for long enough', async () => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 1 })
    await keepCopy(tools, { daysAgo: 0, outcome: 'pending' })
    expect(await one(tools)).toMatchObject({ health: 'pending' })
    tools.clock.passSeconds(4 * hour)
    expect(await one(tools)).toMatchObject({ health: 'trouble' })
  })
})
