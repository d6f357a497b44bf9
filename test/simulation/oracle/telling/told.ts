/**
 * What each place was truly told: what it believes is wrong, and how often it was told so.
 */
import type { Alert } from '../../../../lib/rules/alerts/alert'
import { dayMs } from '../../../../lib/rules/plain/time-units'
import type { By } from '../../cloud/bucket'
import { Violation } from '../../violation'

/** lib/docs/alerts.md: seven tellings of one trouble in any 24 hours. The store's clock may be set meanwhile. */
const tellingsAtMost = 7
const windowMs = dayMs - 3_600_000

type Arrival = { by: By; isExcused: () => boolean }

export type Believed = { isOpen: boolean; atMs: number; kind: string; database: string | undefined }

/** What is told while the store is away is remembered nowhere: the clock alone bounds it. */
const isStoreAway = ({ kind }: Pick<Alert, 'kind'>): boolean => kind === 'store.error'

export const toldOracle = (about: {
  isUnsteady: (by: By) => boolean
  /** It was told of as one of several. */
  isCounted: (where: string, key: string) => boolean
}) => {
  const { isUnsteady, isCounted } = about
  const arrivals = new Map<string, Arrival>()
  const times = new Map<string, number[]>()
  const beliefs = new Map<string, Believed>()

  const forbidTwice = (where: string, { id, key }: Alert, by: By): void => {
    const name = `${where} ${id}`
    const before = arrivals.get(name)
    if (before && !before.isExcused() && !isUnsteady(by)) {
      throw new Violation(
        6,
        `${by.name} told ${where} once more of ${key}, as ${before.by.name} had`,
      )
    }
    arrivals.set(name, { by, isExcused: () => isUnsteady(by) })
  }

  const forbidFlood = (where: string, { key, at, kind }: Alert): void => {
    if (isStoreAway({ kind })) return
    const name = `${where} ${key}`
    const atMs = Date.parse(at)
    const lately = (times.get(name) ?? []).filter((one) => Math.abs(atMs - one) < windowMs)
    times.set(name, [...lately, atMs])
    if (lately.length < tellingsAtMost) return
    throw new Violation(6, `${where} was told ${lately.length + 1} times in a day of ${key}`)
  }

  return {
    isHeard: (where: string, id: string): boolean => arrivals.has(`${where} ${id}`),
    beliefs: (where: string): readonly Believed[] =>
      [...beliefs].filter(([name]) => name.startsWith(`${where} `)).map(([, belief]) => belief),
    believes: (where: string, key: string): boolean =>
      beliefs.get(`${where} ${key}`)?.isOpen === true,
    hear: (where: string, alert: Alert, by: By, atMs: number): void => {
      const { id, key, status, kind, database } = alert
      const isAgain = arrivals.has(`${where} ${id}`)
      forbidTwice(where, alert, by)
      if (isAgain) return
      forbidFlood(where, alert)
      const name = `${where} ${key}`
      const isOver = status === 'resolved'
      const isKnown = beliefs.get(name)?.isOpen || isCounted(where, key)
      if (isOver && !isKnown && !isStoreAway(alert) && !key.endsWith('/folded')) {
        throw new Violation(6, `${where} was told that ${key} is over, and never that it began`)
      }
      beliefs.set(name, { isOpen: !isOver, atMs, kind, database })
    },
  }
}
