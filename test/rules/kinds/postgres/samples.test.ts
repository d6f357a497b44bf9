/** The alarm's dumps are what they are called. */
import { expect, test } from 'vitest'

import { judgeSchema } from '../../../../lib/rules/kinds/postgres/content'
import { judgeHeader } from '../../../../lib/rules/kinds/postgres/header'
import { samples } from '../../../../lib/rules/kinds/postgres/samples'
import { judgeStructure } from '../../../../lib/rules/kinds/postgres/structure'
import { outlineOf } from '../../../fixtures/outlines'

const now = new Date('2026-11-21T01:00:00Z')

const asking = (...columns: string[]) => ({
  tables: { events: columns },
  rows: {},
  restore: 'unasked',
})

const wordOf = (dump: Buffer, expected: unknown): string => {
  const outline = outlineOf(dump)
  const judged = [judgeHeader(outline), judgeStructure(outline)].map(({ outcome }) => outcome)
  if (judged.includes('failed')) return 'verify.failed'
  const { tables } = Object.assign({ tables: {} }, expected)
  return judgeSchema(outline.tables, tables).outcome === 'unmet' ? 'verify.unmet' : 'sound'
}

test.each(samples)('$name', ({ make, raises, expected, had }) => {
  expect(wordOf(make(now), expected)).toBe(had ? 'sound' : (raises ?? 'sound'))
})

test('each is named for what is wrong with it, and raises what that raises', () => {
  expect(samples.map(({ make, ...sample }) => ({ ...sample, bytes: make(now).length }))).toEqual([
    { name: 'a sound dump', raises: undefined, expected: asking('at'), bytes: 267 },
    { name: 'a dump that was cut', raises: 'verify.failed', expected: asking('at'), bytes: 207 },
    { name: 'an empty dump', raises: 'verify.failed', expected: asking('at'), bytes: 0 },
    {
      name: 'a dump that is not what is expected',
      raises: 'verify.unmet',
      expected: asking('at', 'missing'),
      bytes: 267,
    },
    {
      name: 'a dump that has lost its rows',
      raises: 'rows.collapsed',
      expected: asking('at'),
      had: { events: 10_000 },
      bytes: 267,
    },
  ])
})

test('the sound one is a dump as pg_dump writes it, with the time at which it was made', () => {
  expect(samples[0]?.make(now).toString()).toMatchInlineSnapshot(`
    "--
    -- PostgreSQL database dump
    --

    CREATE TABLE public.events (
        at timestamp with time zone NOT NULL
    );

    COPY public.events (at) FROM stdin;
    2026-11-21T01:00:00.000Z
    2026-11-21T01:00:00.000Z
    2026-11-21T01:00:00.000Z
    \\.

    --
    -- PostgreSQL database dump complete
    --
    "
  `)
})
