import { describe, expect, test } from 'vitest'

import { withVerdict } from '../../../lib/rules/copy/entry'
import {
  entriesTable,
  evidenceFiles,
  evidenceKeys,
  opensslLine,
  readmeText,
} from '../../../lib/rules/digest/evidence'
import { seal } from '../../../lib/rules/trust/seal'
import { announced, claimOf, otherSecret, secret, verdictOf } from '../../fixtures/told/entries'

const span = { since: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-03-31T23:59:59Z') }

describe('evidence', () => {
  test('is the document, what was signed, and the signature, under the key that signed', () => {
    const keys = evidenceKeys({ current: secret, previous: otherSecret })
    const pathsBy = (by: string) => {
      const envelope = seal(by, 'text/plain', Buffer.from('hello'))
      const files = evidenceFiles('a/b.json', { bytes: Buffer.from('{}'), envelope }, keys)
      expect(files[1]?.bytes.toString()).toBe('DSSEv1 10 text/plain 5 hello')
      expect(files[2]?.bytes).toHaveLength(64)
      return files.map(({ path }) => path)
    }
    expect(pathsBy(secret)).toEqual(['a/b.json', 'a/b.signed', 'a/b.sig'])
    expect(pathsBy(otherSecret)).toEqual(['a/b.json', 'a/b.signed', 'a/b.sig-previous'])
    expect(evidenceKeys({ current: secret })).toHaveLength(1)
    const once = seal(secret, 'text/plain', Buffer.from('hello'))
    const envelope = { ...once, signatures: [...once.signatures, ...once.signatures] }
    const files = evidenceFiles('a/b.json', { bytes: Buffer.from('{}'), envelope }, keys)
    expect(files.map(({ path }) => path)).toEqual(['a/b.json', 'a/b.signed', 'a/b.sig'])
  })

  test('has a table that no spreadsheet takes for formulas', () => {
    const judged = withVerdict(announced(), verdictOf('passed', { method: 'a "b", c' }), 'x')
    const evil = { ...announced(), claim: claimOf({ sha256: undefined, database: '=1+1' }) }
    const [head, first, second] = entriesTable([judged, evil]).split('\n')
    expect(head).toMatch(/^ticket,database,/)
    expect(first).toMatch(/,passed,8192,a{64},"a ""b"", c"$/)
    expect(second).toMatch(/,'=1\+1,2025-07-04T00:59:58Z,,,pending,8192,,$/)
  })

  test('says how it is verified, and by which key', async () => {
    const keys = evidenceKeys({ current: secret, previous: otherSecret })
    const about = {
      installation: 'acme-backups',
      span,
      madeAt: new Date('2026-04-01T08:00:00Z'),
      version: '0.1.0',
      counts: { entries: 90, journal: 12, drills: 13 },
    }
    const text = readmeText({
      ...about,
      keys: keys.map((key) => ({ ...key, sha256: 'ab' })),
      untrusted: [{ path: 'backups/x.entry.json', why: 'it does not carry our signature' }],
    })
    expect(text).toMatch(
      /^Evidence of the backups of acme-backups\nfrom 2026-01-01 00:00 UTC to 2026-03-31 23:59 UTC\n/,
    )
    expect(text).toContain('sha256sum --quiet -c SHA256SUMS')
    expect(text).toContain('The copies themselves are not here.')
    for (const key of keys) expect(text).toContain(opensslLine(key))
    expect(text).toContain('1 document in the store could not be vouched for')
    expect(text).toContain('  backups/x.entry.json: it does not carry our signature')
    const calm = readmeText({ ...about, keys: [], untrusted: [] })
    expect(calm).toContain('Every document that was found carries the signature')
    await expect(text).toMatchFileSnapshot('__snapshots__/evidence.txt')
    for (const line of text.split('\n').filter((one) => !one.includes('openssl')))
      expect(line.length).toBeLessThanOrEqual(105)
  })
})
