import { judgeSet } from '../../rules/copy/set'
import type { SetVerdict } from '../../rules/copy/set'
import type { Held } from '../../rules/copy/held'

/** Databases that were pushed together: can they be restored together? */
export type SetStatus = SetVerdict & { id: string; databases: string[] }

/** The sets among the newest copies of each database. */
export const setsOf = (recent: readonly Held[]): SetStatus[] => {
  const members = new Map<string, Held[]>()
  for (const holding of recent) {
    const id = holding.line?.setId
    if (id !== undefined) members.set(id, [...(members.get(id) ?? []), holding])
  }
  return [...members].map(([id, set]) => {
    const told = set.map(({ name, word, line }) => ({
      database: name.database,
      word,
      takenAt: line?.takenAt ?? name.at.toISOString(),
    }))
    const databases = told.map(({ database }) => database).toSorted()
    return { id, databases, ...judgeSet(told, set[0]?.line?.setSize ?? set.length) }
  })
}
