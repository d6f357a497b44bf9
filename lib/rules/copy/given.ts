/** How many tickets were given within the hour? Whoever may ask may ask many times at once. */
import * as z from 'zod'

import { hourMs } from '../plain/time-units'
import { shapeOf } from '../trust/stored'

export const Given = shapeOf({ tickets: z.array(z.iso.datetime()) })
export type Given = z.infer<typeof Given>

export const givenType = 'application/vnd.snapproof.given+json'

/** Undefined where the hour is full. A time that the store's clock has since left counts no longer. */
export const withTicket = (
  { tickets }: Given,
  { now, limit }: { now: Date; limit: number },
): Given | undefined => {
  const recent = tickets.filter((at) => Math.abs(now.getTime() - Date.parse(at)) < hourMs)
  return recent.length < limit ? { tickets: [...recent, now.toISOString()] } : undefined
}
