/**
 * What did the first edition write, which knew one kind of thing? Its words for what was not met, and
 * two facts of the host as fields of the claim, without which it reads none.
 */
import { textOf } from '../plain/own'

type Fields = Readonly<Record<string, unknown>>

const expectationChecks = ['references', 'schema', 'rows', 'freshness', 'assertions', 'canary']

/** It called a copy failed that was whole, and not what was expected; and damage it said so. */
export const wasExpectation = ({ check, detail }: Fields): boolean =>
  typeof check === 'string' &&
  expectationChecks.includes(check) &&
  !String(detail).includes('SQLite calls it damaged')

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A claim as every build reads it. */
export const withFieldsThen = (fields: Fields): Fields => {
  const { facts, kind } = fields
  if (!isFields(facts) || kind !== undefined) return fields
  const sqliteVersion = textOf(facts, 'sqlite_version')
  return { ...fields, sqliteVersion, journalMode: textOf(facts, 'journal_mode') }
}

/** A claim as it is read today. */
export const withFacts = (fields: Fields): Fields => {
  const { sqliteVersion, journalMode, ...rest } = fields
  if (typeof sqliteVersion !== 'string' || typeof journalMode !== 'string') return fields
  if (isFields(rest['facts'])) return rest
  const said = { sqlite_version: sqliteVersion, journal_mode: journalMode }
  return { ...rest, facts: Object.fromEntries(Object.entries(said).filter(([, text]) => text)) }
}
