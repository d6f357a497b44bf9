/** 4 and 5, for whoever looks: nothing is called safe that is not, by the page or by a drill. */
import { z } from 'zod'

import type { Content } from '../cloud/bucket'
import type { Ended } from '../cloud/functions'
import { Violation } from '../violation'

import { isOfObjects } from './inventories'
import { kinds } from './troubles'
import type { Kind } from './troubles'
import { isGood, judgeTruly } from './truth'
import type { EntrySeen, Truth } from './truth'

const Overview = z.object({
  databases: z.array(
    z.object({
      database: z.string(),
      health: z.string(),
      newestSound: z.object({ id: z.string() }).optional(),
    }),
  ),
  sets: z.array(z.object({ id: z.string(), state: z.string(), databases: z.array(z.string()) })),
})
const Report = z.object({
  copies: z.array(
    z.object({ id: z.string(), outcome: z.string(), place: z.literal('second').optional() }),
  ),
})

/** Listings lag by minutes, and the store's clock is off by minutes. */
const slackMs = 40 * 60_000

/** What speaks against calling a database sound. */
const grave: readonly Kind[] = kinds.filter((kind) => kind !== 'upload.missing')

export const onlookersOracle = (
  truth: Truth,
  sureSince: (database: string, kind: Kind) => number,
  /** What the second place holds under this ticket. */
  inSecond: (id: string) => { entry: EntrySeen; stored: Content | undefined } | undefined,
) => {
  const isTrulySound = (id: string, sinceMs: number): boolean =>
    truth.copies().some((copy) => copy.entry.id === id && truth.isSound(copy)) ||
    truth.lost.some((one) => one.id === id && one.atMs >= sinceMs) ||
    // What prune takes meanwhile was sound until then.
    !truth.copies().some((copy) => copy.entry.id === id)

  const looked = (answer: unknown, startedAtMs: number): void => {
    const { databases, sets } = Overview.parse(answer)
    for (const { database, health, newestSound } of databases) {
      const wrong = grave.find((kind) => sureSince(database, kind) < startedAtMs - slackMs)
      if (health === 'sound' && wrong) {
        throw new Violation(5, `status calls ${database} sound, and it is ${wrong}`)
      }
      if (newestSound && !isTrulySound(newestSound.id, startedAtMs - slackMs)) {
        throw new Violation(4, `status calls ${newestSound.id} sound, and it is not`)
      }
    }
    for (const { id, state, databases: members } of sets) {
      if (state !== 'restorable') continue
      const whole = members.filter((database) =>
        truth
          .copies(database)
          .some(
            ({ entry }) =>
              entry.claim.set?.id === id && isTrulySound(entry.id, startedAtMs - slackMs),
          ),
      )
      if (whole.length < 2) throw new Violation(4, `status calls the set ${id} restorable`)
    }
  }

  const drilled = (answer: unknown): void => {
    for (const { id, outcome, place } of Report.parse(answer).copies) {
      const isThere = place === 'second'
      const copy = isThere ? inSecond(id) : truth.copies().find(({ entry }) => entry.id === id)
      // No stranger comes to the second place.
      if (!copy?.stored || (!isThere && truth.touched.has(copy.entry.key))) continue
      const told = judgeTruly(copy.stored, copy.entry)
      // What is in an inventory its own oracle asks.
      const isWhole = isOfObjects(copy.entry.key) ? told.isAsClaimed : isGood(told)
      const where = isThere ? ' in the second place' : ''
      if (outcome === 'proven' && !isWhole)
        throw new Violation(4, `a drill calls ${id}${where} proven`)
      if (outcome === 'failed' && isWhole)
        throw new Violation(5, `a drill calls ${id}${where} failed`)
    }
  }

  return {
    ended: ({ name, said, startedAtMs }: Ended): void => {
      if ('fault' in said) return
      if (name === 'status') looked(said.answer, startedAtMs)
      if (name === 'drill') drilled(said.answer)
    },
  }
}
