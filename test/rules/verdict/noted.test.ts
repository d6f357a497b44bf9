// When is a copy not what its older script noted of it?
import { describe, expect, test } from 'vitest'

import { judgeBytes } from '../../../lib/rules/verdict/arrival'

const [stored, plain, other] = ['a1', 'b2', 'c3'].map((two) => two.repeat(32))
const raw = { sizeBytes: 900, sha256: plain ?? '' }

const judged = (
  note: { sha256?: readonly (string | undefined)[]; sizeBytes?: readonly number[] },
  unpacked: typeof raw | undefined = raw,
) => {
  const { sha256 = [], sizeBytes = [] } = note
  const noted = { file: 'x.gz.meta', sha256: sha256.map(String), sizeBytes }
  const announced = { encoding: 'gzip' as const, sizeBytes: 100, adopted: { note: noted } }
  const received = { sha256: stored ?? '', ...(unpacked && { raw: unpacked }) }
  return judgeBytes(announced, received)
}

describe('a copy beside which an older script left a note', () => {
  test.each([
    [[stored], [100], 'SHA-256 a1a1a1a1a1a1… is the one in x.gz.meta'],
    [[plain], [900], 'SHA-256 b2b2b2b2b2b2… is the one in x.gz.meta'],
    [[other, stored], [], 'SHA-256 a1a1a1a1a1a1… is the one in x.gz.meta'],
    [[], [100], 'no hash was taken at the source'],
    [[], [900], 'no hash was taken at the source'],
    [[], [], 'no hash was taken at the source'],
  ])('is what it says: %s, %s', (sha256, sizeBytes, detail) => {
    const finding = judged({ sha256, sizeBytes })
    expect(finding).toMatchObject({ check: 'bytes', outcome: 'passed' })
    expect(finding.detail).toContain(detail)
  })

  test.each([
    [{ sha256: [other] }, 'is not the one in x.gz.meta, which stands beside the file, and what'],
    [{ sha256: [other], sizeBytes: [100] }, 'is not the one in x.gz.meta'],
    [{ sizeBytes: [101] }, 'says 101 bytes; there are 100, and 900 once they are unpacked.'],
    [{ sizeBytes: [1, 2] }, 'says 1 byte and 2 bytes; there are 100'],
  ])('is damaged where it is not: %j', (note, detail) => {
    const finding = judged(note)
    expect(finding).toMatchObject({ check: 'bytes', outcome: 'failed' })
    expect(finding.detail).toContain(detail)
    expect(finding.mend).toContain('restore.sh --salvage')
  })

  test('is told plainly where nothing was unpacked', () => {
    expect(
      judgeBytes(
        {
          encoding: 'identity',
          sizeBytes: 100,
          adopted: { note: { file: 'x.meta', sha256: [], sizeBytes: [7] } },
        },
        { sha256: stored ?? '' },
      ).detail,
    ).toBe('x.meta beside the file says 7 bytes; there are 100.')
    expect(
      judgeBytes(
        {
          encoding: 'identity',
          sizeBytes: 100,
          adopted: { note: { file: 'x.meta', sha256: [String(other)], sizeBytes: [] } },
        },
        { sha256: stored ?? '' },
      ).detail,
    ).toBe(
      'The SHA-256 of the stored bytes is not the one in x.meta, which stands beside the file.',
    )
  })

  test('is warned of where the hash is right and the size is not', () => {
    expect(judged({ sha256: [stored], sizeBytes: [5] })).toEqual({
      check: 'bytes',
      outcome: 'warned',
      code: 'noted',
      detail:
        'The bytes are those whose SHA-256 was noted, but x.gz.meta beside the file says 5 bytes; there are 100, and 900 once they are unpacked.',
      mend: 'Look at how the script that wrote the note counts. The copy itself is what it noted.',
    })
  })
})
