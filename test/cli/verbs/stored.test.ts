/** Is what stands in the store still what was written of it? Copies that are sound, changed, gone, leaving or not ours. */
import { describe, expect, test } from 'vitest'

import { askedFor, exitFor, verifyStored } from '../../../lib/cli/verbs/stored'
import type { Asked, FoundCopy } from '../../../lib/cli/verbs/stored'
import { changeEntry, readEntry } from '../../../lib/journey/bucket/ledger'
import { verifySnapshot } from '../../../lib/journey/verify'
import { withAcceptance, withLetGo } from '../../../lib/rules/copy/care'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf, quick } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { ofNewerBuild } from '../../fixtures/newer'

const started = (): TestTools =>
  quick(testTools({ databases: { tokens: {}, sessions: {}, empty: {} } }))

/** A copy that was pushed and judged, a minute after the one before. */
const kept = async (tools: TestTools, content: string, database = 'tokens'): Promise<string> => {
  tools.clock.passSeconds(60)
  const id = await pushed(tools, Buffer.from(content), { database })
  await verifySnapshot(nameOf(id), tools)
  return id
}

const all = async (tools: TestTools, asked: Asked = { is: 'all' }): Promise<FoundCopy[]> => {
  const found: FoundCopy[] = []
  for await (const one of verifyStored(asked, tools)) found.push(one)
  return found
}

const only = async (tools: TestTools, name: string): Promise<FoundCopy> => {
  const [found, ...more] = await all(tools, { is: 'ticket', name })
  if (!found || more.length > 0) throw new Error('that is not one copy')
  return found
}

const entryOf = async (tools: TestTools, id: string) => (await readEntry(tools, nameOf(id)))?.entry

const keyOf = async (tools: TestTools, id: string) => (await entryOf(tools, id))?.key ?? ''

/** Bytes that rot in the store: no listing tells of it. */
const rotten = async (tools: TestTools, id: string): Promise<void> => {
  const found = tools.store.objects.get(await keyOf(tools, id))
  if (found) found.bytes = Buffer.alloc(found.bytes.length, 'rot')
}

describe('which copies are opened', () => {
  const three = async () => {
    const tools = started()
    const old = await kept(tools, 'first')
    const other = await kept(tools, 'other', 'sessions')
    const young = await kept(tools, 'second')
    return { tools, old, young, other }
  }
  const tickets = async (tools: TestTools, asked: Asked) =>
    (await all(tools, asked)).map(({ ticket }) => ticket)

  test('the newest of each database, all of one, one alone, or all that there are, newest first', async () => {
    const { tools, old, young, other } = await three()
    expect(await tickets(tools, askedFor([], false))).toEqual([other, young])
    expect(await tickets(tools, askedFor(['tokens'], false))).toEqual([young, old])
    expect(await tickets(tools, askedFor([old], false))).toEqual([old])
    expect(await tickets(tools, askedFor([], true))).toEqual([other, young, old])
    expect(await tickets(tools, askedFor(['empty'], false))).toEqual([])
  })

  test('the newest is one that can be opened, and those before it are told', async () => {
    const { tools, old, young } = await three()
    await ofNewerBuild(tools, entryKey('backups/', nameOf(young)))
    const found = (await all(tools, { is: 'newest' })).filter(
      ({ database }) => database === 'tokens',
    )
    expect(found.map(({ ticket, verdict }) => [ticket, verdict])).toEqual([
      [young, 'of a newer Snapproof'],
      [old, 'passed'],
    ])
  })

  test('a name that no database or copy has is refused, and so is more than one thing', async () => {
    const { tools, old } = await three()
    await expect(all(tools, askedFor(['tokns'], false))).rejects.toMatchObject({
      mend: 'You may mean tokens.',
    })
    const unheld = old.replace(/.{6}$/, 'ffffff')
    await expect(all(tools, askedFor([unheld], false))).rejects.toMatchObject({
      why: `There is no copy ${unheld}.`,
    })
    expect(() => askedFor(['../x'], false)).toThrow('bad-request')
    expect(() => askedFor(['tokens', 'sessions'], false)).toThrow('bad-request')
    expect(() => askedFor(['tokens'], true)).toThrow('bad-request')
  })

  test('no function is asked, and one copy is open at a time', async () => {
    const { tools } = await three()
    let open = 0
    let most = 0
    const { sqlite } = tools.examiners
    const watched: TestTools = {
      ...tools,
      starter: async () => {
        throw new Error('a function was asked')
      },
      examiners: {
        sqlite: async (order) => {
          most = Math.max(most, (open += 1))
          const examination = await sqlite?.(order)
          open -= 1
          if (!examination) throw new Error('there is no examiner')
          return examination
        },
      },
    }
    expect(await all(watched)).toHaveLength(3)
    expect(most).toBe(1)
  })
})

describe('what is found of a copy', () => {
  test('that is sound is written down, with the time', async () => {
    const tools = started()
    const id = await kept(tools, 'first')
    tools.clock.passSeconds(600)
    expect(await only(tools, id)).toMatchObject({
      verdict: 'passed',
      before: 'passed',
      isRecorded: true,
    })
    const now = tools.clock.now().toISOString()
    expect((await entryOf(tools, id))?.verdict).toMatchObject({ outcome: 'passed', at: now })
  })

  test('whose bytes are no longer those of its verdict is failed, was passed, and counts as failed from then on', async () => {
    const tools = started()
    const id = await kept(tools, 'first')
    await rotten(tools, id)
    expect(await only(tools, id)).toMatchObject({
      verdict: 'failed',
      before: 'passed',
      detail: expect.stringContaining('bytes: The SHA-256 of the stored bytes'),
      mends: [expect.stringContaining('Do not restore this copy')],
      isRecorded: true,
    })
    expect((await entryOf(tools, id))?.verdict?.outcome).toBe('failed')
  })

  test('that another file has replaced is told so, whatever that file is', async () => {
    const tools = started()
    const id = await kept(tools, 'first')
    await tools.store.put(await keyOf(tools, id), Buffer.from('other'))
    const found = await only(tools, id)
    expect(found).toMatchObject({ verdict: 'failed', before: 'passed' })
    expect(found.detail).toContain('Another file stands there than the one that was judged.')
  })

  test('that could not be checked is told so, and what was found before stands', async () => {
    const tools = started()
    const id = await kept(tools, 'first')
    const away: TestTools = {
      ...tools,
      examiners: {
        sqlite: async () => ({
          method: 'tried',
          tookMs: 1,
          findings: [{ check: 'structure', outcome: 'unverifiable', detail: 'It was too large.' }],
        }),
      },
    }
    expect(await only(away, id)).toMatchObject({
      verdict: 'unverifiable',
      before: 'passed',
      detail: 'structure: It was too large. What was found before stands: passed.',
    })
    expect((await entryOf(tools, id))?.verdict?.outcome).toBe('passed')
  })

  test('that a person has accepted stays accepted', async () => {
    const tools = started()
    const id = await kept(tools, 'damaged')
    const person = { at: tools.clock.now().toISOString(), by: 'ann' }
    await changeEntry(tools, nameOf(id), (entry) => withAcceptance(entry, person, 'known'))
    expect(await only(tools, id)).toMatchObject({ verdict: 'accepted', before: 'accepted' })
  })

  test('that is gone, has not come, is being let go, or is not ours, is a sentence, and nothing is written', async () => {
    const tools = started()
    const gone = await kept(tools, 'first')
    tools.store.objects.delete(await keyOf(tools, gone))
    const letGo = await kept(tools, 'second')
    await changeEntry(tools, nameOf(letGo), (entry) => withLetGo(entry, tools.clock.now()))
    const half = await kept(tools, 'third')
    await changeEntry(tools, nameOf(half), (entry) => withLetGo(entry, new Date(0)))
    tools.store.objects.delete(await keyOf(tools, half))
    tools.clock.passSeconds(60)
    const coming = await pushed(tools, Buffer.from('fourth'))
    tools.store.objects.delete(await keyOf(tools, coming))
    const newer = await kept(tools, 'fifth')
    await ofNewerBuild(tools, entryKey('backups/', nameOf(newer)))
    const forged = await kept(tools, 'sixth')
    await tools.store.put(entryKey('backups/', nameOf(forged)), Buffer.from('{}'))
    const bare = await kept(tools, 'seventh')
    tools.store.objects.delete(entryKey('backups/', nameOf(bare)))
    const before = new Map(tools.store.objects)
    const found = await all(tools)
    expect(new Map(found.map(({ ticket, verdict }) => [ticket, verdict]))).toEqual(
      new Map([
        [bare, 'unknown'],
        [forged, 'untrusted'],
        [newer, 'of a newer Snapproof'],
        [coming, 'not arrived'],
        [half, 'being let go'],
        [letGo, 'being let go'],
        [gone, 'gone'],
      ]),
    )
    for (const { detail, isRecorded } of found) {
      expect(detail).toMatch(/^[A-Z].+\.$/)
      expect(isRecorded).toBe(false)
    }
    expect(tools.store.objects).toEqual(before)
  })

  test('that went while it was looked for is no trouble', async () => {
    const tools = started()
    const old = await kept(tools, 'first')
    await kept(tools, 'second')
    const found: string[] = []
    for await (const { verdict } of verifyStored({ is: 'all' }, tools)) {
      found.push(verdict)
      tools.store.objects.delete(entryKey('backups/', nameOf(old)))
    }
    expect(found).toEqual(['passed', 'being let go'])
  })

  test('where the store is away ends the run: the next copy is not asked for', async () => {
    const tools = started()
    await kept(tools, 'first')
    await kept(tools, 'second')
    tools.store.failNext('head')
    await expect(all(tools)).rejects.toMatchObject({ code: 'store-unreachable' })
  })

  test('over which somebody else was faster every time is told, and the next one is opened', async () => {
    const tools = started()
    await kept(tools, 'first')
    const young = await kept(tools, 'second')
    const contended: TestTools = {
      ...tools,
      store: {
        ...tools.store,
        replace: async (key, bytes, etag) =>
          key.includes(young) ? 'changed' : tools.store.replace(key, bytes, etag),
      },
    }
    const found = await all(contended)
    expect(found.map(({ verdict }) => verdict)).toEqual(['not opened', 'passed'])
  })
})

describe('the exit code', () => {
  test.each([
    { verdicts: ['passed', 'warned', 'accepted'], code: 0 },
    { verdicts: ['passed', 'being let go'], code: 0 },
    { verdicts: ['being let go'], code: 3 },
    { verdicts: [], code: 3 },
    { verdicts: ['passed', 'unverifiable'], code: 3 },
    { verdicts: ['not arrived'], code: 3 },
    { verdicts: ['of a newer Snapproof'], code: 3 },
    { verdicts: ['unverifiable', 'unmet'], code: 4 },
    { verdicts: ['unmet', 'not opened'], code: 2 },
    { verdicts: ['not opened', 'passed', 'failed'], code: 1 },
    { verdicts: ['gone'], code: 1 },
    { verdicts: ['untrusted'], code: 1 },
  ])('is $code for $verdicts', ({ verdicts, code }) => {
    expect(exitFor(verdicts)).toBe(code)
  })
})
