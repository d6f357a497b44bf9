/**
 * Which dumps must the alarm tell apart? A sound one, and one of each way in which a dump is bad.
 */
import type { Sample } from '../kind'

import type { PostgresExpected } from './settings'

const rowCount = 3

const dump = (now: Date): string =>
  [
    '--',
    '-- PostgreSQL database dump',
    '--',
    '',
    'CREATE TABLE public.events (',
    '    at timestamp with time zone NOT NULL',
    ');',
    '',
    'COPY public.events (at) FROM stdin;',
    ...Array.from({ length: rowCount }, () => now.toISOString()),
    String.raw`\.`,
    '',
    '--',
    '-- PostgreSQL database dump complete',
    '--',
    '',
  ].join('\n')

const sound = (now: Date): Buffer => Buffer.from(dump(now))

const asked = (columns: readonly string[]): PostgresExpected => ({
  tables: { events: columns },
  rows: {},
  restore: 'unasked',
})

const expected = asked(['at'])

export const samples: readonly Sample[] = [
  { name: 'a sound dump', make: sound, raises: undefined, expected },
  {
    name: 'a dump that was cut',
    make: (now) => sound(now).subarray(0, -60),
    raises: 'verify.failed',
    expected,
  },
  { name: 'an empty dump', make: () => Buffer.alloc(0), raises: 'verify.failed', expected },
  {
    name: 'a dump that is not what is expected',
    make: sound,
    raises: 'verify.unmet',
    expected: asked(['at', 'missing']),
  },
  {
    name: 'a dump that has lost its rows',
    make: sound,
    raises: 'rows.collapsed',
    expected,
    had: { events: 10_000 },
  },
]
