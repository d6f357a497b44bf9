/**
 * The fewest changes, and the fewest statements, that still show it: one after the other is left
 * away, from the last to the first, until none can be spared.
 */
import { spelledOut } from './bases'
import type { Base, Recipe } from './recipe'

type Shows = (smaller: Recipe) => Promise<boolean>

/** Without this part SQLite may not make the database any more: then it is needed. */
const shows = async (recipe: Recipe, stillShows: Shows): Promise<boolean> => {
  try {
    return await stillShows(recipe)
  } catch {
    return false
  }
}

const without = <T>(all: readonly T[], place: number): T[] => all.filter((_, at) => at !== place)

const shrink = async <T>(
  all: readonly T[],
  put: (fewer: T[]) => Recipe,
  stillShows: Shows,
): Promise<T[]> => {
  let least = [...all]
  for (let place = least.length - 1; place >= 0; place -= 1) {
    const fewer = without(least, place)
    if (await shows(put(fewer), stillShows)) least = fewer
  }
  return least
}

/** More would only cost time: a finding is read by a person who can go on from there. */
const mostRounds = 3

export const minimise = async (recipe: Recipe, stillShows: Shows): Promise<Recipe> => {
  let least = recipe
  const put = (more: Partial<Recipe>): Recipe => ({ ...least, ...more })
  for (let round = 0; round < mostRounds; round += 1) {
    const before = least.changes.length
    least = put({ changes: await shrink(least.changes, (changes) => put({ changes }), stillShows) })
    if (least.changes.length === before) break
  }
  for (const simplify of [{ asks: false }, { claim: 'none' }] as const) {
    const simpler = put(simplify)
    const isOther = JSON.stringify(simpler) !== JSON.stringify(least)
    if (isOther && (await shows(simpler, stillShows))) least = simpler
  }
  const spelled = put({ base: spelledOut(least.base) })
  const { base } = spelled
  if (!('sql' in base) || !(await shows(spelled, stillShows))) return least
  least = spelled
  const bare: Base = { sql: base.sql }
  if (await shows(put({ base: bare }), stillShows)) least = put({ base: bare })
  const later = 'later' in least.base ? { later: base.later } : {}
  const baseOf = (sql: string[]): Recipe => put({ base: { sql, ...later } })
  const sql = await shrink(base.sql, baseOf, stillShows)
  return baseOf(sql)
}
