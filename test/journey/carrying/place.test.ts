// One copy and what is written of it: what may take the place of what, and what is never left standing as good.
import { describe, expect, test } from 'vitest'

import { changeEntry, parseTicket } from '../../../lib/journey/bucket/ledger'
import { readSecondState } from '../../../lib/journey/carrying/second-state'
import type { CarryingStore } from '../../../lib/ports'
import { withAcceptance, withPin } from '../../../lib/rules/copy/care'
import { testTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { keysHere, keysThere, rounded, withSecond } from '../../fixtures/bucket/second-place'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'
import { keepCopy, keepDays } from '../../fixtures/told/kept'

const make = (): TwoPlaces => withSecond(quick(testTools({ databases: {} })))

const bytesOf = (tools: TwoPlaces, place: 'store' | 'second', key: string) =>
  tools[place].objects.get(key)?.bytes.toString()

const snapshotOf = (tools: TwoPlaces, id: string): string =>
  keysHere(tools).find((key) => key.endsWith(`${id}.db`)) ?? ''

const entryKeyIn = (tools: TwoPlaces): string =>
  keysHere(tools).find((key) => key.endsWith('.entry.json')) ?? ''

const stateOf = async (tools: TwoPlaces) => {
  const state = await readSecondState(tools)
  if (!state) throw new Error('nothing is known of the second place')
  return state
}

const hand = { at: '2026-03-01T02:00:00.000Z', by: 'ann' }

describe('the bytes of a copy', () => {
  test('never counts on what a store has made of the bytes, and says which object stands in the way', async () => {
    const tools = make()
    const [id = '', other = ''] = await keepDays(tools, 2)
    const key = snapshotOf(tools, id)
    await tools.second.put(key, Buffer.from('something else of the same key'))
    const answer = await rounded(tools)
    expect(answer.carried).toEqual([other])
    expect(answer.uncarried).toEqual([
      `${id}: What stands at ${key} in the second place is not the copy.`,
    ])
    expect(bytesOf(tools, 'second', key)).toBe('something else of the same key')
    expect(keysThere(tools).filter((one) => one.includes(id))).toEqual([key])
    expect((await stateOf(tools)).databases['tokens']).toMatchObject({ behind: 1, copies: 1 })
    tools.second.objects.delete(key)
    expect((await rounded(tools)).carried).toEqual([id])
  })

  test('reads back what a store names by another ETag than that of its bytes', async () => {
    const tools = make()
    const [id = ''] = await keepDays(tools, 1)
    const { second } = tools
    const named = (swaps: boolean): CarryingStore => ({
      ...second,
      createFrom: async (key, given) => {
        const created = await second.createFrom(key, given)
        const stands = second.objects.get(key)
        if (!stands) return created
        stands.object.etag = 'of-some-other-kind'
        if (swaps) stands.bytes = Buffer.from(stands.bytes.toString().replace('the', 'THE'))
        return created
      },
    })
    const wrong = await rounded({ ...tools, secondWrite: named(true) })
    expect(wrong.uncarried).toEqual([expect.stringContaining('is not the copy')])
    expect(keysThere(tools)).toEqual([snapshotOf(tools, id)])
    second.objects.clear()
    const right = await rounded({ ...tools, secondWrite: named(false) })
    expect(right).toMatchObject({ carried: [id], uncarried: [] })
  })

  test('goes on where a run was killed after the bytes, without sending them again', async () => {
    const tools = make()
    const [id = ''] = await keepDays(tools, 1)
    tools.second.failNext('create')
    expect((await rounded(tools)).carried).toEqual([])
    expect(keysThere(tools)).toEqual([snapshotOf(tools, id)])
    let sent = 0
    const createFrom: CarryingStore['createFrom'] = (key, given) => {
      sent += 1
      return tools.second.createFrom(key, given)
    }
    const again = await rounded({ ...tools, secondWrite: { ...tools.second, createFrom } })
    expect(again.carried).toEqual([id])
    expect(sent).toBe(0)
    expect(keysThere(tools)).toEqual(keysHere(tools))
  })
})

describe('what is written of a copy', () => {
  test('takes the place of what was written before, and is not called behind meanwhile', async () => {
    const tools = make()
    const [id = ''] = await keepDays(tools, 1)
    await rounded(tools)
    await changeEntry(tools, parseTicket(id), (entry) => withPin(entry, hand, 'before the move'))
    tools.clock.passSeconds(600)
    expect((await rounded(tools)).carried).toEqual([id])
    expect((await stateOf(tools)).databases['tokens']).toMatchObject({ behind: 0, copies: 1 })
    const entryKey = entryKeyIn(tools)
    expect(bytesOf(tools, 'second', entryKey)).toBe(bytesOf(tools, 'store', entryKey))
  })

  test('is never put back to what was said before: an older entry stays here', async () => {
    const tools = make()
    const [id = ''] = await keepDays(tools, 1)
    const entryKey = entryKeyIn(tools)
    const older = tools.store.objects.get(entryKey)?.bytes ?? Buffer.alloc(0)
    await changeEntry(tools, parseTicket(id), (entry) => withPin(entry, hand, 'keep it'))
    await rounded(tools)
    const pinned = bytesOf(tools, 'second', entryKey)
    // Whoever may write into the first bucket puts the one from before back.
    await tools.store.put(entryKey, older)
    tools.clock.passSeconds(600)
    await rounded(tools)
    expect(bytesOf(tools, 'second', entryKey)).toBe(pinned)
  })

  test('replaces what nobody of ours has signed there', async () => {
    const tools = make()
    await keepDays(tools, 1)
    await rounded(tools)
    const entryKey = entryKeyIn(tools)
    await tools.second.put(entryKey, Buffer.from('{"payloadType":"x"}'))
    tools.clock.passSeconds(8 * 24 * 3600)
    await rounded(tools)
    expect(bytesOf(tools, 'second', entryKey)).toBe(bytesOf(tools, 'store', entryKey))
  })

  test('stays what it was there, once a copy has gone bad here', async () => {
    const tools = make()
    const [id = ''] = await keepDays(tools, 1)
    await rounded(tools)
    const entryKey = entryKeyIn(tools)
    const sound = bytesOf(tools, 'second', entryKey)
    await changeEntry(tools, parseTicket(id), (entry) => ({
      ...entry,
      verdict: entry.verdict && { ...entry.verdict, outcome: 'failed' },
    }))
    tools.clock.passSeconds(600)
    await rounded(tools)
    expect(bytesOf(tools, 'second', entryKey)).toBe(sound)
  })

  test('is carried once a person has accepted the copy, and it waits since then', async () => {
    const tools = make()
    await keepDays(tools, 1)
    const failed = await keepCopy(tools, { daysAgo: 20, outcome: 'failed' })
    await rounded(tools)
    expect(keysThere(tools).some((key) => key.includes(failed))).toBe(false)
    tools.clock.passSeconds(3600)
    await changeEntry(tools, parseTicket(failed), (entry) => withAcceptance(entry, hand, 'meant'))
    tools.second.failNext('createFrom')
    await rounded(tools)
    const { databases } = await stateOf(tools)
    expect(databases['tokens']).toMatchObject({ behind: 1, since: '2026-03-01T01:00:00.000Z' })
    tools.clock.passSeconds(600)
    expect((await rounded(tools)).carried).toEqual([failed])
  })
})
