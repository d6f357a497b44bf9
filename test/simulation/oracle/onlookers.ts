/** 4 and 5, for whoever looks: nothing is called safe that is not, by the page or by a drill. */
import { z } from 'zod'

import type { Ended } from '../cloud/functions'
import { Violation } from '../violation'

import { kinds } from './troubles'
import type { Kind } from './troubles'
import { isGood, judgeTruly } from './truth'
import type { Truth } from './truth'

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
const Report = z.object({ copies: z.array(z.object({ id: z.string(), outcome: z.string() })) })

/** Listings lag by minutes, and the store's clock is off by minutes. */
const slackMs = 40 * 60_000

/** What speaks against calling a database sound. */
const grave: readonly Kind[] = kinds.filter((kind) => kind !== 'upload.missing')

export const onlookersOracle = (
  truth: Truth,
  sureSince: (database: string, kind: Kind) => number,
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
    for (const { id, outcome } of Report.parse(answer).copies) {
      const copy = truth.copies().find(({ entry }) => entry.id === id)
      if (!copy?.stored || truth.touched.has(copy.entry.key)) continue
      const isWhole = isGood(judgeTruly(copy.stored, copy.entry))
      if (outcome === 'proven' && !isWhole) throw new Violation(4, `a drill calls ${id} proven`)
      if (outcome === 'failed' && isWhole) throw new Violation(5, `a drill calls ${id} failed`)
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
