/**
 * As much of a database's copies as its calendar and its curve need, in a few numbers: of which days they
 * are, and how large? A summary of ten thousand databases has no room for more.
 */
import type { Copy } from '../copy/held'
import { falling } from '../plain/order'
import { dayMs } from '../plain/time-units'

import { calendarOf } from './calendar'
import type { Calendar } from './calendar'
import { dayOf, monthOf, weekOf } from './periods'

/**
 * The newest copies of so many days, weeks and months: however late the calendar is drawn, none of its
 * cells can ask for another one, as long as no copy has come or gone.
 */
const spans = [
  { keyOf: dayOf, most: 7 },
  { keyOf: weekOf, most: 4 },
  { keyOf: monthOf, most: 12 },
]

/** Days since 1970 and sizes in turn, the newest first. `copies` are those that can be restored. */
export const coverOf = (copies: readonly Pick<Copy, 'at' | 'sizeBytes'>[]): number[] => {
  const newestFirst = copies.toSorted(falling(({ at }) => at.getTime()))
  const kept = new Set<number>()
  for (const { keyOf, most } of spans) {
    const seen = new Set<string>()
    for (const [place, { at }] of newestFirst.entries()) {
      const key = keyOf(at)
      if (seen.has(key)) continue
      if (seen.size === most) break
      seen.add(key)
      kept.add(place)
    }
  }
  return newestFirst
    .filter((_, place) => kept.has(place))
    .flatMap(({ at, sizeBytes }) => [Math.floor(at.getTime() / dayMs), sizeBytes])
}

/** Newest first, as it was kept. */
export const coveredBy = (cover: readonly number[]): { at: Date; sizeBytes: number }[] => {
  const found: { at: Date; sizeBytes: number }[] = []
  for (let place = 0; place + 1 < cover.length; place += 2)
    found.push({ at: new Date(Number(cover[place]) * dayMs), sizeBytes: Number(cover[place + 1]) })
  return found
}

/** The same calendar as of the copies themselves; which of them a cell would take is not known any more. */
export const calendarBy = (cover: readonly number[], now: Date): Calendar =>
  calendarOf(
    coveredBy(cover).map(({ at }) => ({ id: '', at, provenAt: undefined })),
    now,
  )
