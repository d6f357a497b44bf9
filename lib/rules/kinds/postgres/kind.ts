/**
 * What is PostgreSQL as a kind of thing? A plain dump, as pg_dump writes it.
 */
import type { Kind } from '../kind'

import { begins } from './header'
import { samples } from './samples'
import { postgresExpected, settings } from './settings'
import type { PostgresExpected, PostgresSettings } from './settings'

const expectations = ['references', 'schema', 'rows'] as const

export const postgres = {
  name: 'postgres',
  checks: ['arrival', 'bytes', 'header', 'structure', ...expectations, 'clock'],
  essential: ['arrival', 'bytes', 'header', 'structure'],
  expectations,
  settings,
  expected: postgresExpected,
  isAsked: ({ tables, rows }) => (tables ?? rows) !== undefined,
  begins,
  facts: {},
  note: () => undefined,
  samples,
} as const satisfies Kind<PostgresSettings, PostgresExpected>
