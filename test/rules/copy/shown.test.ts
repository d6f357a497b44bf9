import { expect, test } from 'vitest'

import { emptyCatalog, lineOf } from '../../../lib/rules/copy/catalog'
import { withVerdict } from '../../../lib/rules/copy/entry'
import { copiesOf, heldOf } from '../../../lib/rules/copy/held'
import { sortObjects } from '../../../lib/rules/copy/shelf'
import { capturedAt, shownOf } from '../../../lib/rules/copy/shown'
import { announced, findingOf, id, key, verdictOf } from '../../fixtures/told/entries'

test('a copy is shown by what its entry and its file tell, in the order of the page’s JSON', () => {
  const findings = [findingOf('bytes', 'passed'), findingOf('references', 'warned')]
  const entry = withVerdict(
    { ...announced(), pin: { at: '2025-07-05T00:00:00.000Z', by: 'ada', note: '' } },
    verdictOf('warned', { findings, rows: { tokens: 3, sessions: 4 } }),
    '2025-07-04T01:00:05.000Z',
    'file',
  )
  const objects = [key, key.replace(/db$/, 'entry.json')].map((one) => ({
    key: one,
    sizeBytes: 4096,
    etag: 'file',
    modifiedAt: new Date('2025-07-04T01:00:05.000Z'),
  }))
  const catalog = { ...emptyCatalog, lines: { [id]: lineOf(entry, 'file') } }
  const { shelves } = sortObjects({ prefix: 'backups/', databases: {} }, objects)
  const shown = copiesOf(shelves.map((shelf) => heldOf(shelf, catalog))).map((copy) =>
    shownOf(copy, { change: 'tokens +1', keep: true, reasons: ['pinned'] }),
  )
  expect(JSON.stringify(shown, undefined, 2)).toBe(
    JSON.stringify(
      [
        {
          id,
          file: `${id}.db`,
          word: 'warned',
          takenAt: '2025-07-04T00:59:58Z',
          arrivedAt: '2025-07-04T01:00:05.000Z',
          provenAt: '2025-07-04T01:00:10.000Z',
          sizeBytes: 4096,
          rows: 7,
          change: 'tokens +1',
          tookMs: 12,
          remarks: [findings[1]],
          pinnedBy: 'ada',
          keep: true,
          reasons: ['pinned'],
        },
      ],
      undefined,
      2,
    ),
  )
})

test.each([
  { name: 'came after it was taken', takenAt: '2025-07-04T01:00:00.000Z', at: 'takenAt' },
  { name: 'claims to be taken later', takenAt: '2025-07-04T03:00:00.000Z', at: 'arrivedAt' },
] as const)('a copy that $name counts from its $at', ({ takenAt, at }) => {
  const times = { takenAt, arrivedAt: '2025-07-04T02:00:00.000Z' }
  expect(capturedAt(times)).toBe(times[at])
})
