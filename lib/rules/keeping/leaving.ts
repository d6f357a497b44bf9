/**
 * What is on its way out? A plan is carried out by a run a day later at the earliest, and only for what the
 * plans of both days let go of: what a person, a restore or another verdict says in between takes it back.
 */
import * as z from 'zod'

import type { Copy } from '../copy/held'
import { dayMs, hourMs, minuteMs } from '../plain/time-units'
import { shapeOf } from '../trust/stored'

const instant = z.iso.datetime()

/** As the last run left it, for one database. */
export const Leaving = shapeOf({
  /** When that run looked, by the store's clock. */
  at: instant,
  /** Of the newest loss that any copy tells of: when it was. */
  fellAt: instant.optional(),
  copies: z.array(
    shapeOf({
      id: z.string(),
      entryEtag: z.string(),
      said: z.string().optional(),
      leavesAt: instant,
    }),
  ),
})
export type Leaving = z.infer<typeof Leaving>

export const leavingType = 'application/vnd.snapproof.leaving+json'

/** The same of what stands beside its copies, by their keys. */
export const LeavingContents = shapeOf({
  leaving: Leaving,
  /** The last one that was looked at, where there was more: the next run goes on behind it. */
  after: z.string().optional(),
})
export type LeavingContents = z.infer<typeof LeavingContents>

export const contentsType = 'application/vnd.snapproof.contents+json'

/** A timer of every night is some minutes early at times: that must not cost another day. */
const waitMs = dayMs - hourMs

/** A plan that is older than this is nobody's plan any more. */
const lapsesAfterMs = 7 * dayMs

/** The store's clock may be set back by so much. */
const skewMs = 10 * minuteMs

type Now = { now: Date; fellAt: string | undefined }

/**
 * What is said of a copy, as far as that could speak for keeping it. Opened again and found as before, or
 * signed anew, it has another entry, and nothing else is said of it.
 */
export const saidOf = (
  copy: Pick<Copy, 'word' | 'etag' | 'heldUntil' | 'fall' | 'isFallRight'>,
): string => {
  const { word, etag, heldUntil, fall, isFallRight } = copy
  return JSON.stringify([word, etag, heldUntil, fall?.sinceAt, isFallRight])
}

/** `said` is absent where an older build left the plan: then any change of the entry speaks for it. */
type Said = { id: string; entryEtag: string; said?: string | undefined }

/**
 * Of the plan of before what still counts, and from when on it may go: nothing where the plan is old, of
 * another time, or rows are gone since; and no copy of which something else is said now.
 */
export const stillLeaving = (
  before: Leaving | undefined,
  { now, fellAt, copies }: Now & { copies: readonly Said[] },
): ReadonlyMap<string, string> => {
  const ageMs = before ? now.getTime() - Date.parse(before.at) : Number.NaN
  const isOfNow = ageMs >= -skewMs && ageMs <= lapsesAfterMs
  const hasFallen = fellAt !== undefined && fellAt !== before?.fellAt
  if (!before || !isOfNow || hasFallen) return new Map()
  const latest = now.getTime() + waitMs + skewMs
  const asNow = new Map(copies.map((copy) => [copy.id, copy]))
  const counts = before.copies.filter(({ id, entryEtag, said, leavesAt }) => {
    const copy = asNow.get(id)
    const isAsSaid = copy?.entryEtag === entryEtag || (said !== undefined && copy?.said === said)
    return isAsSaid && Date.parse(leavesAt) <= latest
  })
  return new Map(counts.map(({ id, leavesAt }) => [id, leavesAt]))
}

type Planned = { id: string; keep: boolean; isBraked?: true | undefined }
type Twice = {
  before: ReturnType<typeof stillLeaving>
  now: Date
  /** Of a run that was ended in the middle: both plans had let go of these. */
  isMarked: (id: string) => boolean
}

/** What goes now, and what is only on its way: that stays, with the day on which it goes. */
export const lookedAtTwice = <One extends Planned>(
  copies: readonly One[],
  { before, now, isMarked }: Twice,
): (One & { leavesAt?: string })[] =>
  copies.map((copy) => {
    if (copy.keep) return copy
    const leavesAt = before.get(copy.id)
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
  { now, fellAt, said }: Now & { said: ReadonlyMap<string, string> },
): Leaving => ({
  at: now.toISOString(),
  fellAt,
  copies: copies.flatMap(({ id, entryEtag, leavesAt }) =>
    leavesAt === undefined ? [] : [{ id, entryEtag, said: said.get(id), leavesAt }],
  ),
})
