/**
 * What is seen of each kind of damage, without and with the claim that a host makes of its copy?
 *
 * The table in test/README.md was printed by this file: SNAPPROOF_DAMAGE_TABLE=400 npm test.
 */
import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { checkReferences } from '../../../lib/adapters/sqlite/checks/references'
import { checkStructure } from '../../../lib/adapters/sqlite/checks/structure'
import { judgeReferences } from '../../../lib/rules/kinds/sqlite/checks'
import { headBytes, judgeHeader } from '../../../lib/rules/kinds/sqlite/header'
import { judgeArrival, judgeBytes } from '../../../lib/rules/verdict/arrival'
import { casesOf } from '../../cases'

import { bytesSource, chance, closeQuietly, made, openSession } from './sessions'

const trials = Number(process.env['SNAPPROOF_DAMAGE_TABLE'] ?? casesOf(24))

const schema = `PRAGMA page_size=4096;
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, note TEXT);
CREATE TABLE visits (id INTEGER PRIMARY KEY, user_id REFERENCES users(id), at TEXT, body BLOB);
CREATE INDEX visits_at ON visits(at);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO users SELECT i, printf('user %06d', i * 7919 % 100003), hex(i * 7919) FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
INSERT INTO visits SELECT i, 1 + i % 2000, printf('2026-%04d', i * 104729 % 10000), hex(zeroblob(60)) FROM n;`

const original = made(schema)
const later = made(`${schema} UPDATE users SET note = replace(note, '1', '2');`)
const page = 4096
const pages = original.length / page

const below = chance(20_260_301)

const changed = (change: (bytes: Buffer) => void) => (): Buffer => {
  const bytes = Buffer.from(original)
  change(bytes)
  return bytes
}

const flip = (bytes: Buffer, at: number) =>
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << below(8)), at)
const anyPage = (): number => (1 + below(pages - 1)) * page
const stale = (bytes: Buffer, count: number): void => {
  for (let turn = 0; turn < count; turn += 1) {
    const at = anyPage()
    bytes.set(later.subarray(at, at + page), at)
  }
}

const kinds: { name: string; damaged: () => Buffer; surely?: boolean }[] = [
  { name: 'one bit, anywhere', damaged: changed((bytes) => flip(bytes, below(bytes.length))) },
  {
    name: 'one bit in the first 16 bytes of a page',
    damaged: changed((bytes) => flip(bytes, anyPage() + below(16))),
  },
  { name: 'one bit in the file header', damaged: changed((bytes) => flip(bytes, below(100))) },
  {
    name: 'one byte',
    damaged: changed((bytes) => void bytes.writeUInt8(below(256), below(bytes.length))),
  },
  {
    name: 'a sector zeroed',
    damaged: changed((bytes) => {
      const at = anyPage() + below(8) * 512
      bytes.fill(0, at, at + 512)
    }),
  },
  {
    name: 'a page zeroed',
    damaged: changed((bytes) => {
      const at = anyPage()
      bytes.fill(0, at, at + page)
    }),
  },
  {
    name: 'a page of noise',
    surely: true,
    damaged: changed((bytes) => {
      const at = anyPage()
      for (let i = at; i < at + page; i += 1) bytes.writeUInt8(below(256), i)
    }),
  },
  {
    name: 'two pages swapped',
    damaged: changed((bytes) => {
      const a = anyPage()
      const b = anyPage()
      bytes.set(original.subarray(b, b + page), a)
      bytes.set(original.subarray(a, a + page), b)
    }),
  },
  {
    name: 'a page overwritten by another',
    damaged: changed((bytes) => {
      const a = anyPage()
      const b = anyPage()
      bytes.set(original.subarray(b, b + page), a)
    }),
  },
  {
    name: 'content shifted by 512 bytes in a page',
    damaged: changed((bytes) => {
      const at = anyPage()
      bytes.copyWithin(at + 512, at, at + page - 512)
    }),
  },
  { name: 'one byte short', surely: true, damaged: () => original.subarray(0, -1) },
  { name: 'one page short', surely: true, damaged: () => original.subarray(0, -page) },
  {
    name: 'cut anywhere',
    surely: true,
    damaged: () => original.subarray(0, 1 + below(original.length - 1)),
  },
  { name: 'tail zeroed', damaged: changed((bytes) => void bytes.fill(0, anyPage())) },
  {
    name: 'trailing bytes',
    surely: true,
    damaged: () => Buffer.concat([original, Buffer.alloc(1 + below(5000))]),
  },
  { name: 'one stale page', damaged: changed((bytes) => stale(bytes, 1)) },
  { name: 'three stale pages', damaged: changed((bytes) => stale(bytes, 3)) },
]

const whole = { isWhole: true, isLocal: true, sums: () => undefined, hostSays: '' }

/** As the engine goes: header, structure, references; the first failure decides. */
const isSeenWithoutClaim = (bytes: Buffer): boolean => {
  const { finding } = judgeHeader(bytes.subarray(0, headBytes), bytes.length)
  if (finding.outcome === 'failed') return true
  const session = openSession(bytesSource(bytes))
  if (!session) return true
  try {
    if (checkStructure(session, whole).finding.outcome === 'failed') return true
    return checkReferences(session, true).some(
      (answer) => judgeReferences(answer, true).outcome === 'failed',
    )
  } finally {
    closeQuietly(session.db)
  }
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const claim = { sizeBytes: original.length, sha256: hash(original), encoding: 'identity' } as const

const isSeenWithClaim = (bytes: Buffer): boolean =>
  judgeArrival(claim, bytes.length).outcome === 'failed' ||
  judgeBytes(claim, { sha256: hash(bytes) }).outcome === 'failed'

describe('of damage of every kind', () => {
  const told: string[] = []

  test('the undamaged file raises no alarm', () => {
    expect(isSeenWithoutClaim(original)).toBe(false)
    expect(isSeenWithClaim(original)).toBe(false)
  })

  test.each(kinds)('$name is always seen with the claim', ({ name, damaged, surely }) => {
    let without = 0
    let tried = 0
    while (tried < trials) {
      const bytes = damaged()
      // Chance may have changed nothing at all: that is no damage.
      if (bytes.equals(original)) continue
      tried += 1
      expect(isSeenWithClaim(bytes)).toBe(true)
      if (isSeenWithoutClaim(bytes)) without += 1
    }
    if (surely) expect(without).toBe(tried)
    told.push(`| ${name} | ${Math.round((without / tried) * 100)} % | 100 % |`)
    if (trials > 100 && told.length === kinds.length) console.log(told.join('\n'))
  })
})
