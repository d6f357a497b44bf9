/**
 * What an installation has to live with besides the weather: a database whose token is stolen, triggers that the
 * namespace had no room for, a second place that fails at its own times.
 */
import type { Random } from './random'

export type Plight = {
  /** The one whose push token somebody else holds. */
  besieged: string | undefined
  /** Only the watch has a trigger; it is to do what the others would have. */
  isShortOfTriggers: boolean
  /** Copies are carried to another bucket as well. */
  hasSecond: boolean
  /** The app keeps objects of its own in the same bucket, and inventories are taken of them. */
  hasObjects: boolean
}

export const noPlight = (): Plight => ({
  besieged: undefined,
  isShortOfTriggers: false,
  hasSecond: false,
  hasObjects: false,
})

export const plightOf = (databases: readonly string[], random: Random): Plight => {
  const besieged = random.anyOf(databases)
  return {
    besieged: random.chance(0.4) ? besieged : undefined,
    isShortOfTriggers: random.chance(0.35),
    hasSecond: random.chance(0.7),
    hasObjects: random.chance(0.4),
  }
}
