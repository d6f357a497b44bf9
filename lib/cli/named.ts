/**
 * Which database does a command mean? One at most; and one that is there, so that a slip of the hand
 * is not answered with "nothing stored yet".
 */
import { Fault } from '../faults'
import { listDatabase } from '../journey/bucket/shelves'
import { databaseNames } from '../journey/bucket/survey'
import type { Tools } from '../ports'
import { databaseNamePattern, databaseNameRule } from '../rules/copy/snapshot'
import { nearestTo } from '../rules/plain/nearest'

import { usage } from './command'

/** Undefined where none is named; a name that no database can have is refused. */
export const oneDatabase = (positionals: readonly string[]): string | undefined => {
  const [database, ...more] = positionals
  if (more.length > 0)
    throw usage(
      `${positionals.length} databases are named, and it takes one: ${positionals.join(', ')}.`,
      'Name one of them.',
    )
  if (database !== undefined) mustBeName(database)
  return database
}

export const mustBeName = (database: string): void => {
  if (!databaseNamePattern.test(database))
    throw usage(`"${database}" is no name of a database.`, databaseNameRule)
}

/** A database of which nothing is stored is there too, where lib/databases.ts names it. */
export const mustBeThere = async (tools: Tools, database: string | undefined): Promise<void> => {
  if (database === undefined || Object.hasOwn(tools.settings.databases, database)) return
  if ((await listDatabase(tools, database)).length > 0) return
  const known = [...(await databaseNames(tools)), ...Object.keys(tools.settings.databases)]
  throw noSuchDatabase(database, [...new Set(known)].toSorted())
}

/** Where a copy is held against what is expected, and nothing would be expected of a misspelt name. */
export const mustBeExpected = (databases: Tools['settings']['databases'], name: string): void => {
  if (Object.hasOwn(databases, name)) return
  throw noSuchDatabase(name, Object.keys(databases).toSorted(), ' in lib/databases.ts')
}

/** More names than these say nothing to a person. */
const mostNames = 20

const noSuchDatabase = (database: string, known: readonly string[], where = ''): Fault => {
  const near = nearestTo(database, known)
  const more = known.length - mostNames
  const names = [...known.slice(0, mostNames), ...(more > 0 ? [`${more} more`] : [])].join(', ')
  return new Fault({
    code: 'not-found',
    why: `There is no database ${database}${where}; ${known.length === 0 ? 'there is none at all yet' : `there are: ${names}`}.`,
    mend: near === undefined ? 'Name one of these.' : `You may mean ${near}.`,
  })
}
