/** Databases that were pushed together: can they be restored together? */
import type { Copy } from '../../rules/copy/held'
import { judgeSet } from '../../rules/copy/set'
import type { SetVerdict } from '../../rules/copy/set'

export type SetStatus = SetVerdict & { id: string; databases: string[] }

/** The sets among the newest copies of each database. */
export const setsOf = (recent: readonly Copy[]): SetStatus[] => {
  const members = new Map<string, Copy[]>()
  for (const copy of recent) {
    const { setId: id } = copy
    if (id !== undefined) members.set(id, [...(members.get(id) ?? []), copy])
  }
  return [...members].map(([id, set]) => {
    const databases = set.map(({ database }) => database).toSorted()
    return { id, databases, ...judgeSet(set, set[0]?.setSize ?? set.length) }
  })
}
