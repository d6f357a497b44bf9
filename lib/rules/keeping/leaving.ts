/**
 * What is on its way out? A plan is carried out by a run a day later at the earliest, and only for what the
 * plans of both days let go of: what a person, a restore or a new verdict says in between takes it back.
 */
import * as z from 'zod'

import { dayMs, hourMs, minuteMs } from '../plain/time-units'
import { shapeOf } from '../trust/stored'

const instant = z.iso.datetime()

/** As the last run left it, for one database. */
export const Leaving = shapeOf({
  /** When that run looked, by the store's clock. */
  at: instant,
  /** Of the newest loss that any copy tells of: when it was. */
  fellAt: instant.optional(),
  copies: z.array(shapeOf({ id: z.string(), entryEtag: z.string(), leavesAt: instant })),
})
export type Leaving = z.infer<typeof Leaving>

export const leavingType = 'application/vnd.snapproof.leaving+json'

/** A timer of every night is some minutes early at times: that must not cost another day. */
const waitMs = dayMs - hourMs

/** A plan that is older than this is nobody's plan any more. */
const lapsesAfterMs = 7 * dayMs

/** The store's clock may be set back by so much. */
const skewMs = 10 * minuteMs

type Now = { now: Date; fellAt: string | undefined }

/** Of the plan of before what still counts: nothing where it is old, of another time, or rows are gone since. */
export const stillLeaving = (
  before: Leaving | undefined,
  { now, fellAt }: Now,
): ReadonlyMap<string, { entryEtag: string; leavesAt: string }> => {
  const ageMs = before ? now.getTime() - Date.parse(before.at) : Number.NaN
  const isOfNow = ageMs >= -skewMs && ageMs <= lapsesAfterMs
  const hasFallen = fellAt !== undefined && fellAt !== before?.fellAt
  if (!before || !isOfNow || hasFallen) return new Map()
  const latest = now.getTime() + waitMs + skewMs
  const counts = before.copies.filter(({ leavesAt }) => Date.parse(leavesAt) <= latest)
  return new Map(counts.map((one) => [one.id, one]))
}

type Planned = { id: string; entryEtag: string; keep: boolean; isBraked?: true | undefined }
type Twice = {
  before: ReturnType<typeof stillLeaving>
  now: Date
  /** Of a run that was ended in the middle: both plans had let go of these. */
  isMarked: (id: string) => boolean
}

/** Is a copy's entry as it was when the plan of before let go of it? */
export const isStillLeaving = (
  { id, entryEtag }: Pick<Planned, 'id' | 'entryEtag'>,
  before: ReturnType<typeof stillLeaving>,
): boolean => before.get(id)?.entryEtag === entryEtag

/** What goes now, and what is only on its way: that stays, with the day on which it goes. */
export const lookedAtTwice = <One extends Planned>(
  copies: readonly One[],
  { before, now, isMarked }: Twice,
): (One & { leavesAt?: string })[] =>
  copies.map((copy) => {
    if (copy.keep) return copy
    const leavesAt = isStillLeaving(copy, before) ? before.get(copy.id)?.leavesAt : undefined
    if (isMarked(copy.id) || (leavesAt !== undefined && Date.parse(leavesAt) <= now.getTime()))
      return { ...copy, leavesAt: leavesAt ?? now.toISOString() }
    return {
      ...copy,
      keep: true,
      leavesAt: leavesAt ?? new Date(now.getTime() + waitMs).toISOString(),
    }
  })

/** For the next run to read: what goes now too, since there may be no time for it. */
export const leavingOf = (
  copies: readonly { id: string; entryEtag: string; leavesAt?: string | undefined }[],
  { now, fellAt }: Now,
): Leaving => ({
  at: now.toISOString(),
  fellAt,
  copies: copies.flatMap(({ id, entryEtag, leavesAt }) =>
    leavesAt === undefined ? [] : [{ id, entryEtag, leavesAt }],
  ),
})
