/** What every engine says where the reading failed, or the time: of the copy itself nothing, neither good nor bad. */
import { createHash } from 'node:crypto'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import type { ByteSource } from '../../../lib/adapters/reading/source'
import { enginesOf } from '../../../lib/edge/tools'
import { Fault } from '../../../lib/faults'
import { expectationsOf } from '../../../lib/rules/settings/databases'
import { handClock } from '../../fakes/tools'
import { madeBy } from '../../fixtures/databases'

const clock = handClock('2026-03-01T01:00:00.000Z')
const engines = enginesOf({ assets: path.resolve('.build'), memoryBytes: 256 * 1024 ** 2, clock })

type Kind = keyof typeof engines

const seen = async (kind: Kind, open: () => Promise<ByteSource | undefined>, leftMs = 60_000) => {
  const { findings, method } = await engines[kind].examiner(open)({
    key: 'backups/x',
    claim: { kind, encoding: 'identity' },
    expected: expectationsOf({}, 'x', kind).asked,
    deadlineAt: new Date(clock.now().getTime() + leftMs),
  })
  const unread = findings.filter(({ outcome }) => outcome !== 'passed')
  return { unread, method }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Ten bytes are announced, and this comes. */
async function* breaking(thrown: unknown): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x')
  throw thrown
}

async function* endless(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x')
  await new Promise(() => undefined)
}

const of: Record<Kind, { named: string; check: string; again: string }> = {
  sqlite: {
    named: 'snapshot',
    check: 'bytes',
    again: 'Push again. If you did not delete it, look at who may write to the bucket.',
  },
  postgres: {
    named: 'snapshot',
    check: 'bytes',
    again: 'Push again. If you did not delete it, look at who may write to the bucket.',
  },
  objects: {
    named: 'inventory',
    check: 'bytes',
    again:
      'The next watch takes another. If you did not delete it, look at who may write to the bucket.',
  },
}

const kinds: readonly Kind[] = ['sqlite', 'postgres', 'objects']

describe.each(kinds)('of %s', (kind) => {
  const { named, check, again } = of[kind]
  const outcome = 'unverifiable'

  test('nothing is said where it is not there any more', async () => {
    const { unread, method } = await seen(kind, async () => undefined)
    const detail = `The ${named} is no longer in the store.`
    expect(unread).toEqual([
      { check: kind === 'sqlite' ? 'arrival' : check, outcome, detail, mend: again },
    ])
    expect(method).toBe('not opened')
  })

  test('nothing is said where its store has a word of its own', async () => {
    const why = 'The store is away.'
    const fault = new Fault({ code: 'settings', why, mend: 'Wait for it.' })
    const { unread } = await seen(kind, async () => ({ sizeBytes: 10, chunks: breaking(fault) }))
    expect(unread).toEqual([{ check, outcome, detail: why, mend: 'Wait for it.' }])
  })

  test('nothing is said where the reading breaks off', async () => {
    const source = { sizeBytes: 10, chunks: breaking(new Error('oops')) }
    const { unread } = await seen(kind, async () => source)
    const detail = `Reading the ${named} failed half-way.`
    const mend = 'Nothing is to be done now: it is tried again by itself.'
    expect(unread).toEqual([{ check, outcome, detail, mend }])
  })
})

test.each(['sqlite', 'postgres'] as const)(
  'of %s nothing is said when the time is up',
  async (kind) => {
    const { unread } = await seen(kind, async () => ({ sizeBytes: 10, chunks: endless() }), 2001)
    const machine =
      'Fetch it with restore.sh --salvage --at TICKET to a machine with more time, and run "npx snapproof verify FILE" on it.'
    expect(unread).toEqual([
      {
        check: 'bytes',
        outcome: 'unverifiable',
        detail: 'The time ran out before the snapshot had been read.',
        mend: machine,
      },
    ])
  },
)

test('a snapshot that fits nowhere, and is had in no parts, is hashed and named with its size', async () => {
  const bytes = madeBy('CREATE TABLE t (a); INSERT INTO t VALUES (1);')
  const examine = enginesOf({
    assets: path.resolve('.build'),
    memoryBytes: 256 * 1024 ** 2,
    clock,
    spoolBytes: bytes.length - 1,
  }).sqlite.examiner(async () => ({ sizeBytes: bytes.length, chunks: once(bytes) }))
  const { findings, sha256 } = await examine({
    key: 'backups/x',
    claim: { encoding: 'identity' },
    expected: expectationsOf({}, 'x').asked,
    deadlineAt: new Date(clock.now().getTime() + 60_000),
  })
  expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(findings.map(({ check, outcome }) => `${outcome} ${check}`)).toEqual([
    'passed arrival',
    'passed bytes',
    'unverifiable structure',
  ])
  expect(findings.at(-1)?.detail).toBe(
    'The database has 8.0 KiB; the temp folder has room for 8.0 KiB.',
  )
})
