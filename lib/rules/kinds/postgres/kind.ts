/**
 * What is PostgreSQL as a kind of thing? A plain dump, as pg_dump writes it.
 */
import * as z from 'zod'

import type { Kind } from '../kind'

import { countFacts, judgeUncounted } from './counts'
import { begins } from './header'
import { samples } from './samples'
import { postgresExpected, settings } from './settings'
import type { PostgresExpected, PostgresSettings } from './settings'

/** Words of the host's own choosing: shown to people, so they stay short, and in one line. */
const word = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'expected printable characters')

const expectations = ['references', 'schema', 'rows', 'freshness', 'assertions'] as const

export const postgres = {
  name: 'postgres',
  checks: ['arrival', 'bytes', 'header', 'structure', ...expectations, 'clock'],
  essential: ['arrival', 'bytes', 'header', 'structure'],
  expectations,
  settings,
  expected: postgresExpected,
  isAsked: ({ tables, rows, assertions }) => (tables ?? rows ?? assertions) !== undefined,
  begins,
  facts: { server_version: word, dump_version: word, dbname: word.optional(), ...countFacts },
  note: judgeUncounted,
  samples,
} as const satisfies Kind<PostgresSettings, PostgresExpected>
