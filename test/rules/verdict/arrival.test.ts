import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  judgeArrival,
  beyondTempFolder,
  judgeBytes,
  tooLittleMemory,
} from '../../../lib/rules/verdict/arrival'
import type { Announced, Received } from '../../../lib/rules/verdict/arrival'
import { told } from '../../fixtures/told/entries'

const source = 'a'.repeat(64)
const raw = 'b'.repeat(64)
const foreign = 'c'.repeat(64)
const plain: Announced = { sizeBytes: 8192, sha256: source, encoding: 'identity' }
const archive: Announced = { ...plain, encoding: 'gzip', rawSizeBytes: 40_960, rawSha256: raw }
const unannounced: Announced = { encoding: 'gzip' }
const adopted: Announced = { sizeBytes: 8192, encoding: 'identity', adopted: {} }

describe('judgeArrival', () => {
  test.each([
    { announced: 8192, stored: 8191, outcome: 'failed', why: 'one byte less' },
    { announced: 8192, stored: 8192, outcome: 'passed', why: 'exactly' },
    { announced: 8192, stored: 8193, outcome: 'failed', why: 'one byte more' },
    { announced: 8192, stored: 0, outcome: 'failed', why: 'nothing' },
    { announced: 0, stored: 0, outcome: 'passed', why: 'nothing, as announced' },
    { announced: 0, stored: 1, outcome: 'failed', why: 'something where nothing was announced' },
    { announced: undefined, stored: 0, outcome: 'passed', why: 'nobody announced anything' },
    { announced: undefined, stored: 8192, outcome: 'passed', why: 'nobody announced a size' },
  ])('$stored of $announced bytes: $outcome ($why)', ({ announced, stored, outcome }) => {
    const finding = judgeArrival({ ...plain, sizeBytes: announced }, stored)
    expect(finding.outcome).toBe(outcome)
    expect(finding.check).toBe('arrival')
  })

  test('reads well', () => {
    expect([
      told(judgeArrival(plain, 8192)),
      told(judgeArrival(unannounced, 8192)),
      told(judgeArrival(plain, 8191)),
      told(judgeArrival(plain, 1)),
    ]).toMatchInlineSnapshot(`
      [
        "passed arrival: 8.0 KiB, as announced.",
        "passed arrival: 8.0 KiB.",
        "failed arrival: The store holds 8191 bytes; 8192 were announced. -> Do not restore this copy. Push again, or wait for the next run: it takes a new one.",
        "failed arrival: The store holds 1 byte; 8192 were announced. -> Do not restore this copy. Push again, or wait for the next run: it takes a new one.",
      ]
    `)
  })

  test('passes any size that was announced, and no other', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: -2, max: 2 }), (sizeBytes, more) => {
        const { outcome } = judgeArrival({ ...plain, sizeBytes }, sizeBytes + more)
        expect(outcome).toBe(more === 0 ? 'passed' : 'failed')
      }),
    )
  })
})

describe('judgeBytes', () => {
  const unpacked = { sizeBytes: 40_960, sha256: raw }
  const rows: { name: string; announced: Announced; received: Received; outcome: string }[] = [
    {
      name: 'the hash of the source',
      announced: plain,
      received: { sha256: source },
      outcome: 'passed',
    },
    { name: 'another hash', announced: plain, received: { sha256: foreign }, outcome: 'failed' },
    {
      name: 'a hash that nothing can be compared with',
      announced: { encoding: 'identity' },
      received: { sha256: foreign },
      outcome: 'passed',
    },
    {
      name: 'the first hash of a file that an older script left',
      announced: adopted,
      received: { sha256: foreign },
      outcome: 'passed',
    },
    {
      name: 'the hash seen when such a file was adopted',
      announced: { ...adopted, sha256: source },
      received: { sha256: source },
      outcome: 'passed',
    },
    {
      name: 'another hash than when it was adopted',
      announced: { ...adopted, sha256: source },
      received: { sha256: foreign },
      outcome: 'failed',
    },
    {
      name: 'an archive that unpacks to what was announced',
      announced: archive,
      received: { sha256: source, raw: unpacked },
      outcome: 'passed',
    },
    {
      name: 'another archive',
      announced: archive,
      received: { sha256: foreign, raw: unpacked },
      outcome: 'failed',
    },
    {
      name: 'an archive that does not unpack',
      announced: archive,
      received: { sha256: source, raw: { error: 'its content or its checksum is damaged' } },
      outcome: 'failed',
    },
    {
      name: 'an archive that does not unpack and was not announced',
      announced: unannounced,
      received: { sha256: source, raw: { error: 'its content or its checksum is damaged' } },
      outcome: 'failed',
    },
    {
      name: 'an archive with bytes behind it',
      announced: archive,
      received: { sha256: source, raw: { ...unpacked, isFollowed: true } },
      outcome: 'warned',
    },
    {
      name: 'another archive with bytes behind it',
      announced: archive,
      received: { sha256: source, raw: { ...unpacked, sha256: foreign, isFollowed: true } },
      outcome: 'failed',
    },
    {
      name: 'an archive without bytes behind it',
      announced: unannounced,
      received: { sha256: source, raw: { ...unpacked, isFollowed: false } },
      outcome: 'passed',
    },
    {
      name: 'an archive of one byte less',
      announced: archive,
      received: { sha256: source, raw: { ...unpacked, sizeBytes: 40_959 } },
      outcome: 'failed',
    },
    {
      name: 'an archive of one byte more',
      announced: archive,
      received: { sha256: source, raw: { ...unpacked, sizeBytes: 40_961 } },
      outcome: 'failed',
    },
    {
      name: 'an archive of other content',
      announced: archive,
      received: { sha256: source, raw: { ...unpacked, sha256: foreign } },
      outcome: 'failed',
    },
    {
      name: 'an archive of which nobody said what is in it',
      announced: unannounced,
      received: { sha256: foreign, raw: unpacked },
      outcome: 'passed',
    },
  ]

  test.each(rows)('$name: $outcome', ({ announced, received, outcome }) => {
    const finding = judgeBytes(announced, received)
    expect(finding.outcome).toBe(outcome)
    expect(finding.check).toBe('bytes')
    expect(finding.mend === undefined).toBe(outcome === 'passed')
  })

  test('reads well', () => {
    const details = rows.map(({ announced, received }) => judgeBytes(announced, received).detail)
    expect([...new Set(details)]).toMatchInlineSnapshot(`
      [
        "SHA-256 aaaaaaaaaaaa… is the one taken at the source.",
        "The SHA-256 of the stored bytes is not the one taken at the source.",
        "SHA-256 cccccccccccc…; no hash was taken at the source, so there is nothing to compare it with.",
        "SHA-256 aaaaaaaaaaaa… is the one seen when the file was adopted (none was taken at the source).",
        "The SHA-256 of the stored bytes is not the one seen when the file was adopted (none was taken at the source).",
        "The archive cannot be unpacked: its content or its checksum is damaged.",
        "SHA-256 aaaaaaaaaaaa… is the one taken at the source. The archive is whole, and behind its end stand bytes that belong to none.",
        "The SHA-256 of the unpacked database is not the one taken at the source.",
        "SHA-256 aaaaaaaaaaaa…; no hash was taken at the source, so there is nothing to compare it with.",
        "The archive unpacks to 40959 bytes; 40960 were announced.",
        "The archive unpacks to 40961 bytes; 40960 were announced.",
      ]
    `)
    expect(judgeBytes(plain, { sha256: foreign }).mend).toMatchInlineSnapshot(
      `"Do not restore this copy. Push again, or wait for the next run: it takes a new one."`,
    )
  })

  test('tells what follows an archive apart from what is in it', () => {
    const received = { sha256: source, raw: { ...unpacked, isFollowed: true } }
    expect(judgeBytes(archive, received)).toMatchObject({
      code: 'followed',
      mend: 'Look at what writes the archive. gzip unpacks it, warns of trailing garbage and ends with 2, which a script may take for a failure.',
    })
  })

  test('passes nothing that differs from the claim in size or hash', () => {
    const hash = fc.constantFrom(source, raw, foreign)
    const size = fc.constantFrom(0, 40_959, 40_960)
    fc.assert(
      fc.property(hash, hash, size, (stored, content, sizeBytes) => {
        const received = { sha256: stored, raw: { sizeBytes, sha256: content } }
        const isAnnounced = stored === source && content === raw && sizeBytes === 40_960
        expect(judgeBytes(archive, received).outcome).toBe(isAnnounced ? 'passed' : 'failed')
      }),
    )
  })
})

describe('what has no room', () => {
  const mib = 1024 ** 2

  test('is never held against the data: too little memory', () => {
    expect(told(tooLittleMemory(128 * mib))).toMatchInlineSnapshot(
      `"unverifiable structure: There is too little memory here to open a database (128 MiB). -> Set limits.memory of snapshots/verify in project.yml to 256 or more and deploy again. The upload is kept; nothing was deleted."`,
    )
  })

  test('is never held against the data: beyond the temp folder', () => {
    expect(told(beyondTempFolder(2048 * mib, 512 * mib))).toMatchInlineSnapshot(
      `"unverifiable structure: The database has 2.0 GiB; the temp folder has room for 512 MiB. -> Push it without --gzip: then it is read straight from the store at any size. Or fetch it beside the live file with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it. The upload is kept; nothing was deleted."`,
    )
    expect(told(beyondTempFolder(undefined, 512 * mib))).toMatchInlineSnapshot(
      `"unverifiable structure: The archive unpacks to more than 512 MiB; there is no room for it in the temp folder. -> Push it without --gzip: then it is read straight from the store at any size. Or fetch it beside the live file with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it. The upload is kept; nothing was deleted."`,
    )
  })
})

test('a hash that an older script left beside its file is told as such', () => {
  const left: Announced = {
    sizeBytes: 1,
    sha256: source,
    encoding: 'identity',
    adopted: { hasSums: true },
  }
  expect(judgeBytes(left, { sha256: source }).detail).toMatch(
    /is the one in the \.sha256 that stood beside/,
  )
  expect(judgeBytes(left, { sha256: foreign })).toMatchObject({ outcome: 'failed' })
})
