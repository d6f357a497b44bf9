/**
 * What was expected of each database, and from when on? Told by whoever changed lib/databases.ts.
 */
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import { keyOf, meets } from '../cloud/content'
import type { File } from '../cloud/content'

/** The column that lib/databases.ts expects of a database's one table. */
export const keyExpectedIn = (
  said: DatabaseSettings | undefined,
  database: string,
): string | undefined => {
  const tables = said && 'tables' in said ? said.tables : undefined
  return [tables?.[database]].flat().find((one) => typeof one === 'string')
}

type Version = { key: string; fromMs: number }

/** A run that was begun by then may still hold a copy against what was expected before. */
const runAtMostMs = 20 * 60_000

export type Expected = ReturnType<typeof expectedOf>

export const expectedOf = (first: Readonly<Record<string, string>>, nowMs: () => number) => {
  const versions = new Map<string, Version[]>(
    Object.entries(first).map(([database, key]) => [database, [{ key, fromMs: -Infinity }]]),
  )
  const all = (database: string): readonly Version[] => versions.get(database) ?? []

  /** Whatever may have been asked by a run that ends now. */
  const lately = (database: string): string[] =>
    all(database)
      .filter((_, at, known) => (known[at + 1]?.fromMs ?? Infinity) > nowMs() - runAtMostMs)
      .map(({ key }) => key)

  return {
    change: (database: string, key: string): void =>
      void versions.set(database, [...all(database), { key, fromMs: nowMs() }]),
    isMetNow: (file: File): boolean => meets(file, all(file.database).at(-1)?.key ?? ''),
    wasMetLately: (file: File): boolean => lately(file.database).some((key) => meets(file, key)),
    wasUnmetLately: (file: File): boolean => lately(file.database).some((key) => !meets(file, key)),
    /** Was it ever what was expected? */
    isKnown: (file: File): boolean => all(file.database).some(({ key }) => key === keyOf(file)),
  }
}
