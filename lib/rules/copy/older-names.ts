/**
 * Which database is meant by the word that an older script wrote before the time? Mostly its own name; where it
 * called every dump `backup_…`, lib/databases.ts says whose they are (`olderNames: ['backup']`).
 */
import { own } from '../plain/own'

import { adoptedPrefix, nameSnapshot, parseKey } from './snapshot'
import type { ParsedKey } from './snapshot'

/** As the settings have them: where everything stands, and what lib/databases.ts says. */
export type Place = {
  prefix: string
  databases: Readonly<Record<string, { olderNames?: readonly string[] | undefined }>>
}

const markLength = 6

/** The settings stay as they are for as long as a process lives, and a listing has many files. */
const known = new WeakMap<Place['databases'], ReadonlyMap<string, string>>()

const ownersIn = (databases: Place['databases']): ReadonlyMap<string, string> => {
  const before = known.get(databases)
  if (before) return before
  const owners = new Map(
    Object.entries(databases).flatMap(([database, { olderNames = [] }]) =>
      olderNames.map((name) => [name, database]),
    ),
  )
  known.set(databases, owners)
  return owners
}

/** Itself, where nobody says otherwise. */
export const ownerOf = ({ databases }: Place, word: string): string =>
  ownersIn(databases).get(word) ?? word

/** As `parseKey`, and of the database that a file of an older script belongs to. */
export const parseOwned = (place: Place, key: string): ParsedKey | undefined => {
  const parsed = parseKey(place.prefix, key)
  // What stands in a folder says itself whose it is.
  if (!parsed || key.includes('/', place.prefix.length)) return parsed
  const { id, at, database: word } = parsed.name
  const database = ownerOf(place, word)
  if (database === word) return parsed
  return { ...parsed, name: nameSnapshot({ database, at, mark: id.slice(-markLength) }) }
}

/** Where the files of older scripts of one database stand, by each name that they gave it. */
export const adoptedPrefixes = ({ prefix, databases }: Place, database: string): string[] =>
  [database, ...(own(databases, database)?.olderNames ?? [])].map((name) =>
    adoptedPrefix(prefix, name),
  )
