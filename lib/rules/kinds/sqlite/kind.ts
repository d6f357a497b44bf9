/**
 * What is SQLite as a kind of thing? A file of tables, whole or not by its own arithmetic.
 */
import * as z from 'zod'

import { textOf } from '../../plain/own'
import type { Kind } from '../kind'

import { judgeEngine } from './engine'
import { samples } from './samples'
import { handingOut, settings, sqliteExpected } from './settings'
import type { SqliteExpected, SqliteSettings } from './settings'

/** Words of the host's own choosing: shown to people, so they stay short and printable. */
const word = z
  .string()
  .max(100)
  .regex(/^[\x20-\x7e]*$/, 'expected printable characters')

const expectations = ['references', 'schema', 'rows', 'freshness', 'assertions', 'canary'] as const

export type SqliteCheck = (typeof sqlite.checks)[number]

export const sqlite = {
  name: 'sqlite',
  checks: ['arrival', 'bytes', 'header', 'structure', ...expectations, 'engine', 'clock'],
  essential: ['arrival', 'bytes', 'header', 'structure', 'references'],
  expectations,
  settings,
  expected: sqliteExpected,
  handingOut,
  isAsked: ({ tables, rows, assertions }) => (tables ?? rows ?? assertions) !== undefined,
  facts: { sqlite_version: word, journal_mode: word, computed: word.optional() },
  note: (facts, findings) => {
    const structure = findings.find(({ check }) => check === 'structure')
    const engine = {
      sqliteVersion: textOf(facts, 'sqlite_version'),
      journalMode: textOf(facts, 'journal_mode'),
    }
    return judgeEngine(engine, structure?.outcome)
  },
  samples,
} as const satisfies Kind<SqliteSettings, SqliteExpected>
