/** Databases that were pushed together: can they be restored together? */
import { judgeSet } from '../../rules/copy/set'
import type { SetMember, SetVerdict } from '../../rules/copy/set'
import type { Standing } from '../../rules/watching/standing'

export type SetStatus = SetVerdict & { id: string; databases: string[] }

/** The sets among the newest copies of each database. */
export const setsOf = (lines: readonly Pick<Standing, 'database' | 'stock'>[]): SetStatus[] => {
  const members = new Map<string, (SetMember & { size: number | undefined })[]>()
  for (const { database, stock } of lines) {
    for (const { id, size, word, takenAt } of stock?.sets ?? [])
      members.set(id, [...(members.get(id) ?? []), { database, word, takenAt, size }])
  }
  return [...members].map(([id, set]) => {
    const databases = set.map(({ database }) => database).toSorted()
    return { id, databases, ...judgeSet(set, set[0]?.size ?? set.length) }
  })
}
