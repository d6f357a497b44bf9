import { describe, expect, test } from 'vitest'

import { changeEntry } from '../../../lib/journey/bucket/ledger'
import { verify } from '../../../lib/journey/verify'
import { watch } from '../../../lib/journey/watch'
import { withAcceptance } from '../../../lib/rules/copy/care'
import type { Entry } from '../../../lib/rules/copy/entry'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf } from '../../fixtures/bucket/buckets'
import { copied, entryOf, otherBytes, seeing, toldOf } from '../../fixtures/bucket/compared'
import type { Seen } from '../../fixtures/bucket/compared'
import { pushed } from '../../fixtures/bucket/requests'
import { sound } from '../../fixtures/databases'

const schema = { tokens: ['key'], users: ['id'] }

describe('rows that somebody would miss', () => {
  const day = 86_400
  const tokens = (count: number): Seen => ({ schema, rows: { tokens: count, users: 300 } })
  const fallOf = ({ verdict }: Entry) => verdict?.fall

  /** Copies of so many rows each, so far apart, oldest first. */
  const series = async (tools: TestTools, counts: readonly number[], apartSeconds = 60) => {
    const entries: Entry[] = []
    for (const count of counts) {
      tools.clock.passSeconds(apartSeconds - 60)
      entries.push(await copied(tools, tokens(count)))
    }
    return entries
  }

  /** As retention does: the file, and what was known of it. */
  const prunedOf = (tools: TestTools, { id, key }: Entry) => {
    for (const gone of [key, `${key}.sha256`, entryKey('backups/', nameOf(id))])
      tools.store.objects.delete(gone)
  }

  test('are held against the copy before, and the copy that still has them is named', async () => {
    const [before, after] = await series(testTools(), [6181, 2472])
    expect(after && fallOf(after)).toEqual({
      since: after?.id,
      sinceAt: after?.arrivedAt,
      before: before?.id,
      beforeAt: before?.arrivedAt,
      tables: { tokens: { had: 6181, has: 2472 } },
    })
    expect(after?.verdict?.outcome).toBe('warned')
    expect(after && toldOf(after)[0]).toMatchObject({ check: 'rows', code: 'fall' })
    expect(after && toldOf(after)[0]?.mend).toContain(`accept ${after?.id}`)
  })

  test('are missed in one more push of the same, and in as many as come', async () => {
    const [before, first, ...later] = await series(
      testTools(),
      [6181, 2472, 2472, 2480, 2472, 2300],
    )
    for (const one of later) {
      expect(fallOf(one)).toMatchObject({ since: first?.id, before: before?.id })
      expect(one.verdict?.outcome).toBe('warned')
    }
    expect(later.at(-1)?.verdict?.fall?.tables).toEqual({ tokens: { had: 6181, has: 2300 } })
  })

  test('are missed still when they went a month ago, and the copies of that time are gone', async () => {
    const tools = testTools()
    const [before, first] = await series(tools, [6181, 2472])
    const later = await series(tools, [2472, 2472, 2472, 2472], 10 * day)
    if (first) prunedOf(tools, first)
    const [last] = await series(tools, [2472])
    for (const one of [...later, last]) {
      expect(one && fallOf(one)).toMatchObject({ since: first?.id, before: before?.id })
    }
  })

  test('that go little by little are missed once most of them are gone', async () => {
    const tools = testTools()
    const entries = await series(tools, [6000, 6000, 5100, 4300, 3600, 3050, 2600], day)
    expect(entries.slice(0, -1).flatMap((one) => fallOf(one) ?? [])).toEqual([])
    expect(entries.at(-1)?.verdict?.fall).toMatchObject({
      before: entries[1]?.id,
      tables: { tokens: { had: 6000, has: 2600 } },
    })
  })

  test('that are back are missed no longer', async () => {
    const [, gone, back, after] = await series(testTools(), [6181, 2472, 6100, 6100])
    expect(gone && fallOf(gone)).toBeDefined()
    for (const one of [back, after]) {
      expect(one && fallOf(one)).toBeUndefined()
      expect(one?.verdict?.outcome).toBe('passed')
    }
  })

  test('that were meant to go are missed no longer, though the copy that was accepted goes too', async () => {
    const tools = testTools()
    const [, gone] = await series(tools, [6181, 2472])
    const ada = { at: tools.clock.now().toISOString(), by: 'ada' }
    await changeEntry(tools, nameOf(gone?.id ?? ''), (entry) =>
      withAcceptance(entry, ada, 'it was meant'),
    )
    const [next] = await series(tools, [2472])
    expect(next && fallOf(next)).toBeUndefined()
    expect(next?.verdict?.outcome).toBe('passed')
    if (gone) prunedOf(tools, gone)
    const later = await series(tools, [2472, 2400], day)
    expect(later.map(fallOf)).toEqual([undefined, undefined])
    // What goes after that is missed anew, and the copy from before is one from after the first.
    const [again] = await series(tools, [300], day)
    expect(again && fallOf(again)).toMatchObject({
      since: again?.id,
      before: later.at(-1)?.id,
      tables: { tokens: { had: 2472, has: 300 } },
    })
  })

  test('that were meant to go are right in every copy of that fall, older ones too', async () => {
    const tools = testTools()
    const [, first, second] = await series(tools, [6181, 2472, 2472])
    const ada = { at: tools.clock.now().toISOString(), by: 'ada' }
    await changeEntry(tools, nameOf(first?.id ?? ''), (entry) =>
      withAcceptance(entry, ada, 'it was meant'),
    )
    expect(second && fallOf(second)).toBeDefined()
    const [third] = await series(tools, [2472])
    expect(third && fallOf(third)).toBeUndefined()
  })

  test('a month later a proof tells of them as the first one did, whatever stands beside it by then', async () => {
    const tools = testTools()
    const [before, gone, ...later] = await series(tools, [6181, 2472, 2472, 6181], day)
    tools.clock.passSeconds(30 * day)
    for (const one of [before, ...later.slice(0, 1)]) if (one) prunedOf(tools, one)
    const id = gone?.id ?? ''
    await verify.run({ ticket: id }, { ...tools, examiners: { sqlite: seeing(tokens(2472)) } })
    const proven = await entryOf(tools, id)
    expect(proven.verdict?.at).not.toBe(gone?.verdict?.at)
    const { fall, drift, begins, findings } = gone?.verdict ?? {}
    expect(proven.verdict).toMatchObject({ fall, drift, begins, findings })
  })

  test('a proof anew finds nothing to miss where nothing was missed when the copy came', async () => {
    const tools = testTools()
    const [, plain] = await series(tools, [3000, 3000, 9000, 3000], day)
    // What came to stand before it since, as a file that somebody moved here, is no part of its story.
    await tools.store.put('backups/tokens_2026-02-28.db', sound(7))
    const deadlineAt = new Date(tools.clock.now().getTime() + 900_000)
    await watch.run({}, { ...tools, deadlineAt, examiners: { sqlite: seeing(tokens(9000)) } })
    const id = plain?.id ?? ''
    await verify.run({ ticket: id }, { ...tools, examiners: { sqlite: seeing(tokens(3000)) } })
    const proven = await entryOf(tools, id)
    expect(fallOf(proven)).toBeUndefined()
    expect(proven.verdict?.outcome).toBe('passed')
  })

  describe('where the store is away while one copy is compared', () => {
    const uncompared = async (tools: TestTools, seen: Seen) => {
      tools.clock.passSeconds(60)
      const id = await pushed(tools, otherBytes())
      tools.store.failNext('list')
      await verify.run({ ticket: id }, { ...tools, examiners: { sqlite: seeing(seen) } })
      const entry = await entryOf(tools, id)
      expect(entry.verdict?.drift).toBeUndefined()
      return entry
    }

    test('are missed in the next one since the first', async () => {
      const tools = testTools()
      const [before, gone] = await series(tools, [6181, 2472])
      await uncompared(tools, tokens(2472))
      const [next] = await series(tools, [2472])
      expect(next && fallOf(next)).toMatchObject({ since: gone?.id, before: before?.id })
    })

    test('and were explained before are not missed after it', async () => {
      const tools = testTools()
      const after: Seen = {
        schema: { tokens: ['key', 'scope'], users: ['id'] },
        rows: { tokens: 0, users: 300 },
      }
      await series(tools, [6181])
      expect(fallOf(await copied(tools, after))).toBeUndefined()
      await uncompared(tools, after)
      expect(fallOf(await copied(tools, after))).toBeUndefined()
    })

    test('and stand under another name since are not missed after it', async () => {
      const tools = testTools()
      await series(tools, [6181, 6181])
      const renamed: Seen = {
        schema: { keys: ['key'], users: ['id'] },
        rows: { keys: 6181, users: 300 },
      }
      await uncompared(tools, renamed)
      expect(fallOf(await copied(tools, renamed))).toBeUndefined()
    })

    test('are missed still, where it is away while the same copy is proven anew', async () => {
      const tools = testTools()
      const [, gone] = await series(tools, [6181, 2472])
      const id = gone?.id ?? ''
      tools.store.failNext('list')
      await verify.run({ ticket: id }, { ...tools, examiners: { sqlite: seeing(tokens(2472)) } })
      const { fall, drift, begins, findings } = gone?.verdict ?? {}
      expect((await entryOf(tools, id)).verdict).toMatchObject({ fall, drift, begins, findings })
    })

    test('are missed in the same copy, which the watch opens once more an hour later', async () => {
      const tools = testTools()
      await series(tools, [6181, 6181])
      const { id } = await uncompared(tools, tokens(2472))
      const run = () => {
        const deadlineAt = new Date(tools.clock.now().getTime() + 900_000)
        return watch.run({}, { ...tools, deadlineAt, examiners: { sqlite: seeing(tokens(2472)) } })
      }
      expect((await run()).verified).toEqual([])
      tools.clock.passSeconds(3600)
      expect((await run()).verified).toEqual([id])
      expect(fallOf(await entryOf(tools, id))).toMatchObject({ since: id })
      tools.clock.passSeconds(3600)
      expect((await run()).verified).toEqual([])
    })
  })
})
