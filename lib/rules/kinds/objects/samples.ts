/**
 * Which inventories must the alarm tell apart? A sound one, and one of each way in which one is bad.
 */
import { dayMs, hourMs } from '../../plain/time-units'
import type { Sample } from '../kind'

import { inventoryFormat, lineOf } from './inventory'
import type { Found } from './inventory'
import type { ObjectsExpected } from './settings'

const list = { count: 2, sha256: '0'.repeat(64) }

const expected: ObjectsExpected = {
  collections: {
    pages: { objects: 'users/{user}/page.json', by: '', grows: 'id', withinMs: dayMs, atLeast: 1 },
  },
}

const inventory = (now: Date, { found, ageMs }: { found: Found; ageMs: number }): Buffer => {
  const object = {
    key: 'users/1/page.json',
    of: 'pages',
    sizeBytes: 9,
    etag: 'a',
    at: new Date(now.getTime() - ageMs).toISOString(),
    found,
  }
  const head = {
    inventory: inventoryFormat,
    database: 'alarm-drill',
    takenAt: now.toISOString(),
    collections: { pages: '' },
  }
  return Buffer.from([head, object, { lines: 1 }].map(lineOf).join(''))
}

const whole: Found = { list, growth: 'unchanged' }

const sound = (now: Date): Buffer => inventory(now, { found: whole, ageMs: hourMs })

export const samples: readonly Sample[] = [
  { name: 'a sound inventory', make: sound, raises: undefined, expected },
  {
    name: 'an inventory that was cut',
    make: (now) => sound(now).subarray(0, -12),
    raises: 'verify.failed',
    expected,
  },
  { name: 'an empty inventory', make: () => Buffer.alloc(0), raises: 'verify.failed', expected },
  {
    name: 'an inventory of objects that nobody writes to any more',
    make: (now) => inventory(now, { found: whole, ageMs: 30 * dayMs }),
    raises: 'content.stale',
    expected,
  },
  {
    name: 'an inventory with a list that has shrunk',
    make: (now) => inventory(now, { found: { ...whole, growth: 'shrunk' }, ageMs: hourMs }),
    raises: 'verify.unmet',
    expected,
  },
  {
    name: 'an inventory with most objects gone',
    make: sound,
    raises: 'rows.collapsed',
    expected,
    had: { pages: 10_000 },
  },
]
