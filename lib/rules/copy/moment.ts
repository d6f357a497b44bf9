/**
 * What moment did a person mean by "--at"? A ticket id, a day, or a time of day, all in UTC.
 *
 * `2025-07-04` means the end of that day: "give me the state of the 4th". A time means that
 * minute or second to its end. The copy that is used is the newest sound one that had come by then.
 */
import { dayMs, minuteMs } from '../plain/time-units'

import { parseId } from './snapshot'

export type Moment = { id: string } | { untilAt: Date }

const pattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:\.\d+)?)?Z?)?$/

export const momentRule =
  'Give a UTC day (2025-07-04), a UTC time (2025-07-04T01:00Z) or a ticket id (tokens_2025-07-04T010000Z_3f9a1c).'

/** Undefined for anything else, days that do not exist included. */
export const parseMoment = (given: string): Moment | undefined => {
  const text = given.trim()
  if (parseId(text)) return { id: text }
  const match = pattern.exec(text)
  if (!match) return undefined
  const [, day = '', hour, minute, second] = match
  const start = new Date(`${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}Z`)
  if (Number.isNaN(start.getTime()) || start.toISOString().slice(0, 10) !== day) return undefined
  const lengthMs = hour === undefined ? dayMs : second === undefined ? minuteMs : 1_000
  return { untilAt: new Date(start.getTime() + lengthMs - 1) }
}

/** Is this copy one of those that were meant? No moment means all of them. `at`: when it came. */
export const isWithin = (
  moment: Moment | undefined,
  { id, at }: { id: string; at: Date },
): boolean => {
  if (!moment) return true
  return 'id' in moment ? id === moment.id : at.getTime() <= moment.untilAt.getTime()
}
