/**
 * Which copies must the alarm tell apart? A sound one, and one of each way in which a copy is bad.
 */
import { dayMs } from '../../plain/time-units'
import type { Sample } from '../kind'

import { damagedDatabase, sampleDatabase } from './sample-database'
import { sqliteExpected } from './settings'
import type { SqliteExpected } from './settings'

const asked = (columns: readonly string[]): SqliteExpected => ({
  ...sqliteExpected(undefined),
  tables: { events: columns },
  freshness: { sql: 'SELECT max(at) FROM events', withinMs: dayMs },
})

const expected = asked(['at'])

export const samples: readonly Sample[] = [
  { name: 'a sound copy', make: sampleDatabase, raises: undefined, expected },
  { name: 'a damaged copy', make: damagedDatabase, raises: 'verify.failed', expected },
  { name: 'an empty copy', make: () => Buffer.alloc(0), raises: 'verify.failed', expected },
  {
    name: 'a copy of old content',
    make: (now) => sampleDatabase(new Date(now.getTime() - 30 * dayMs)),
    raises: 'content.stale',
    expected,
  },
  {
    name: 'a copy that is not what is expected',
    make: sampleDatabase,
    raises: 'verify.unmet',
    expected: asked(['at', 'missing']),
  },
  {
    name: 'a copy that has lost its rows',
    make: sampleDatabase,
    raises: 'rows.collapsed',
    expected,
    had: { events: 10_000 },
  },
  {
    name: 'a copy that did not come',
    make: sampleDatabase,
    raises: 'backup.late',
    expected,
    isLate: true,
  },
]
