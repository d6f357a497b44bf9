/**
 * What presses on an installation besides the weather: a database whose token is stolen, and triggers
 * that the namespace had no room for.
 */
import type { Random } from './random'

export type Plight = {
  /** The one whose push token somebody else holds. */
  besieged: string | undefined
  /** Only the watch has a trigger; it is to do what the others would have. */
  isShortOfTriggers: boolean
}

export const noPlight = (): Plight => ({ besieged: undefined, isShortOfTriggers: false })

export const plightOf = (databases: readonly string[], random: Random): Plight => {
  const besieged = random.anyOf(databases)
  return {
    besieged: random.chance(0.4) ? besieged : undefined,
    isShortOfTriggers: random.chance(0.35),
  }
}
