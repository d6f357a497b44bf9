/**
 * To which days, weeks and months of the past could one go back? For each the copy that a restore to
 * its end would take: `--at` takes the newest sound copy that is not younger.
 */
import type { Copy } from '../copy/held'
import { dayMs } from '../plain/time-units'

import { dayOf, monthOf, weekOf } from './periods'

export type Restorable = Pick<Copy, 'id' | 'at' | 'provenAt'>

export type Cell = {
  /** "2026-11-21", "2026-W47", "2026-11". */
  label: string
  /** Absent where nothing reaches back so far. */
  copy?: { id: string; at: string; provenAt: string | undefined }
  /** The copy is of this very day, week or month, and not of an earlier one. */
  isOwn: boolean
}

export type Calendar = { days: Cell[]; weeks: Cell[]; months: Cell[] }

/** The last instants of so many days, weeks or months, the present one first. */
const endsOf = (now: Date, count: number, keyOf: (at: Date) => string): Date[] => {
  const ends: Date[] = [now]
  const midnight = Date.parse(`${dayOf(now)}T00:00:00Z`)
  for (let end = midnight - 1; ends.length < count; end -= dayMs) {
    const before = ends.at(-1)
    if (before && keyOf(before) !== keyOf(new Date(end))) ends.push(new Date(end))
  }
  return ends
}

/** Oldest first, as one reads. `copies` are the sound ones, newest first. */
const cellsOf = (
  copies: readonly Restorable[],
  ends: readonly Date[],
  keyOf: (at: Date) => string,
): Cell[] =>
  ends.toReversed().map((end) => {
    const label = keyOf(end)
    const found = copies.find(({ at }) => at.getTime() <= end.getTime())
    if (!found) return { label, isOwn: false }
    const { id, at, provenAt } = found
    return { label, copy: { id, at: at.toISOString(), provenAt }, isOwn: keyOf(at) === label }
  })

export const calendarOf = (copies: readonly Restorable[], now: Date): Calendar => ({
  days: cellsOf(copies, endsOf(now, 7, dayOf), dayOf),
  weeks: cellsOf(copies, endsOf(now, 4, weekOf), weekOf),
  months: cellsOf(copies, endsOf(now, 12, monthOf), monthOf),
})
