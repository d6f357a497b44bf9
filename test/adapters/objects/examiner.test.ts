/** An inventory as it lies in a store or on a disk, judged by what stands in it. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { objectsEngine } from '../../../lib/adapters/objects/examiner'
import type { ByteSource } from '../../../lib/adapters/reading/source'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { objectsExpected } from '../../../lib/rules/kinds/objects/settings'
import type { Announced } from '../../../lib/rules/verdict/arrival'
import { away } from '../../fakes/memory-store'
import { handClock } from '../../fakes/tools'
import { inventoryText, objectLine } from '../../fixtures/inventories'

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const expected = objectsExpected({
  collections: { chats: { objects: 'c/{chat}', grows: 'id', within: '2h' } },
})

type Asked = {
  claim?: Partial<Announced>
  piece?: number
  source?: ByteSource | undefined
  leftMs?: number
}

const examine = async (bytes: Buffer, options: Asked = {}) => {
  const { claim, piece = 7, leftMs = 60_000 } = options
  const clock = handClock('2026-03-01T02:00:00.000Z')
  const source =
    'source' in options ? options.source : { sizeBytes: bytes.length, chunks: pieces(bytes, piece) }
  const examiner = objectsEngine({ clock }).examiner(async () => {
    clock.passSeconds(3)
    return source
  })
  const seen = await examiner({
    key: 'x',
    claim: { encoding: 'identity', kind: 'objects', ...claim },
    expected,
    deadlineAt: new Date(clock.now().getTime() + leftMs),
  })
  const told = seen.findings.map(({ check, outcome }) => `${outcome} ${check}`)
  return { ...seen, told, verdict: judgeAs('objects', seen.findings), last: seen.findings.at(-1) }
}

const lines = ['c/1', 'c/2'].map((key) =>
  objectLine(key, { found: { growth: 'new', list: { count: 2, sha256: 'f' } } }),
)
const { by = '' } = expected.collections['chats'] ?? {}
const sound = Buffer.from(inventoryText(lines, { head: { collections: { chats: by } } }))
const packed = gzipSync(sound)

describe('a sound inventory', () => {
  test.each([1, 7, 100_000])('passes, in pieces of %d bytes', async (piece) => {
    const seen = await examine(sound, {
      piece,
      claim: { sizeBytes: sound.length, sha256: sha256Of(sound) },
    })
    expect(seen).toMatchObject({
      verdict: 'passed',
      rows: { chats: 2, 'chats entries': 4 },
      schema: { chats: [], 'chats entries': [] },
      sha256: sha256Of(sound),
      method: 'every line of the inventory',
      figures: { uploads: { failed: [], fine: ['1', '2'], leftOut: 0 } },
      tookMs: 3_000,
    })
    expect(seen.told).toEqual(
      ['arrival', 'bytes', 'structure', 'schema', 'rows', 'freshness', 'growth'].map(
        (check) => `passed ${check}`,
      ),
    )
  })

  test('passes compressed, in one archive or in several that follow one another', async () => {
    const claim = {
      encoding: 'gzip',
      rawSizeBytes: sound.length,
      rawSha256: sha256Of(sound),
    } as const
    expect(await examine(packed, { claim })).toMatchObject({ verdict: 'passed' })
    const parts = Buffer.concat([gzipSync(sound.subarray(0, 50)), gzipSync(sound.subarray(50))])
    expect(await examine(parts, { claim })).toMatchObject({ verdict: 'passed' })
  })
})

describe('an inventory is damaged', () => {
  test.each([
    { name: 'of another size', bytes: sound, claim: { sizeBytes: 1 }, is: 'failed arrival' },
    {
      name: 'of another hash',
      bytes: sound,
      claim: { sha256: 'f'.repeat(64) },
      is: 'failed bytes',
    },
    {
      name: 'an archive that is cut',
      bytes: packed.subarray(0, -9),
      claim: { encoding: 'gzip' as const },
      is: 'failed bytes',
    },
    {
      name: 'an archive of more',
      bytes: packed,
      claim: { encoding: 'gzip' as const, rawSizeBytes: 9 },
      is: 'failed bytes',
    },
    { name: 'cut', bytes: sound.subarray(0, -20), is: 'failed structure' },
    { name: 'empty', bytes: Buffer.alloc(0), is: 'failed structure' },
    {
      name: 'followed by something without an end',
      bytes: Buffer.concat([sound, Buffer.from('x')]),
      is: 'failed structure',
    },
    {
      name: 'one line without an end',
      bytes: Buffer.alloc(1_200_000, 0x20),
      is: 'failed structure',
    },
    {
      name: 'a long line with an end',
      bytes: Buffer.concat([Buffer.alloc(1_200_000, 0x20), Buffer.from('\n')]),
      is: 'failed structure',
    },
  ])('$name', async ({ bytes, claim = {}, is }) => {
    const seen = await examine(bytes, { claim, piece: 500_000 })
    expect(seen.verdict).toBe('failed')
    expect(seen.told.at(-1)).toBe(is)
    const isRead = is === 'failed structure'
    expect(seen.method).toBe(isRead ? 'every line of the inventory' : 'not opened')
    expect(seen.sha256).toBe(is === 'failed arrival' ? undefined : sha256Of(bytes))
    expect(seen.rows).toBeUndefined()
  })
})

describe('what could not be read is neither good nor bad', () => {
  const again = 'Nothing is to be done now: it is tried again by itself.'
  const failing = (thrown: Error): ByteSource => ({
    sizeBytes: 9,
    chunks: { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(thrown) }) },
  })

  test.each([
    {
      name: 'it is gone',
      options: { source: undefined },
      detail: 'The inventory is no longer in the store.',
      mend: 'The next watch takes another. If you did not delete it, look at who may write to the bucket.',
    },
    {
      name: 'the store is away',
      options: { source: failing(away()) },
      detail: away().why,
      mend: away().mend,
    },
    {
      name: 'the time is over',
      options: { leftMs: -60_000 },
      detail: 'The time ran out.',
      mend: again,
    },
    {
      name: 'nobody knows why',
      options: { source: failing(new Error('?')) },
      detail: 'Reading the inventory failed half-way.',
      mend: again,
    },
  ])('$name', async ({ options, detail, mend }) => {
    const { verdict, findings, method, tookMs } = await examine(sound, options)
    expect({ verdict, findings, method, tookMs }).toEqual({
      verdict: 'unverifiable',
      findings: [{ check: 'bytes', outcome: 'unverifiable', detail, mend }],
      method: 'not opened',
      tookMs: 3_000,
    })
  })

  test('but where two seconds are left for writing it down, it is read', async () => {
    // Opening it takes three more.
    expect((await examine(sound, { leftMs: 5_000 })).verdict).toBe('passed')
    expect((await examine(sound, { leftMs: 4_999 })).verdict).toBe('unverifiable')
  })
})

test('a source is let go of, though nobody read it to its end', async () => {
  let isEnded = false
  async function* chunks() {
    try {
      yield sound
    } finally {
      isEnded = true
    }
  }
  const source = { sizeBytes: sound.length, chunks: chunks() }
  expect((await examine(sound, { source, claim: { sizeBytes: 1 } })).verdict).toBe('failed')
  await new Promise((resolve) => setImmediate(resolve))
  expect(isEnded).toBe(true)
})
