/** What is kept of all databases together outgrows what can be read: is everything forgotten then? */
import { expect, test } from 'vitest'

import { noteDrill, readDrillState } from '../../../lib/journey/bucket/drill-state'
import { readWatchState, writeWatchState } from '../../../lib/journey/bucket/watch-state'
import { largestOwnBytes } from '../../../lib/rules/trust/seal'
import type { CopyDrill, DrillReport } from '../../../lib/rules/watching/drill'
import { shortenedWords, stateBytesAtMost } from '../../../lib/rules/watching/share'
import { allWell } from '../../browser/stock'
import { slow } from '../../cases'
import { testTools } from '../../fakes/tools'
import { watched } from '../../fixtures/bucket/watching'

const sizeOf = (tools: ReturnType<typeof testTools>, name: string): number =>
  tools.store.objects.get(`backups/_state/${name}.json`)?.bytes.length ?? Infinity

const tooLong = 'x'.repeat(stateBytesAtMost)

test(
  'the watch tells of one database shorter, keeps the other as it is, and says so',
  slow,
  async () => {
    const { tools } = await allWell()
    const before = await readWatchState(tools)
    const one = before?.databases['tokens']
    if (!before || !one) throw new Error('nothing was watched')
    const strangers = [`backups/tokens/${tooLong}`, 'backups/tokens/notes.txt']
    const databases = { ...before.databases, tokens: { ...one, strangers } }
    await writeWatchState(tools, { ...before, databases })
    await watched(tools)
    const after = await readWatchState(tools)
    expect(after?.databases['tokens']?.strangers).toEqual([
      expect.stringMatching(/^backups\/tokens\/x+…$/),
    ])
    expect(after?.databases['sessions']).toEqual(before.databases['sessions'])
    expect(after?.faults).toEqual([shortenedWords(1)])
    expect(sizeOf(tools, 'watch')).toBeLessThan(largestOwnBytes / 100)
  },
)

test('a drill is remembered in short, and every database of it', slow, async () => {
  const tools = testTools()
  const at = '2026-03-02T05:45:07.000Z'
  const drilled = (database: string, detail: string): CopyDrill => ({
    database,
    id: `${database}_2026-03-02T010000Z_3f9a1c`,
    at,
    outcome: 'failed',
    detail,
    sizeBytes: 1,
    steps: [],
    tookMs: 1,
  })
  const copies = [drilled('shop', tooLong), drilled('users', 'x'.repeat(600))]
  const report: DrillReport = { at, copies, rings: [], left: [] }
  await noteDrill(report, {}, tools)
  const { shop, users } = (await readDrillState(tools))?.databases ?? {}
  expect(shop?.drills).toMatchObject([
    { outcome: 'failed', detail: expect.stringMatching(/^x+…$/) },
  ])
  expect(users?.drills).toEqual([copies[1]])
  expect(sizeOf(tools, 'drill')).toBeLessThan(largestOwnBytes / 100)
})
