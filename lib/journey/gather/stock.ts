/** What is there of one database, and what does retention say of each copy today? */
import type { Tools } from '../../ports'
import { copiesOf } from '../../rules/copy/held'
import type { Held } from '../../rules/copy/held'
import { stockOf } from '../../rules/watching/standing'

import { planHoldings } from './plan'

/** `copies` are the stored ones, newest first. */
export const takeStock = (
  holdings: readonly Held[],
  about: { database: string; heartbeatAt: Date | undefined; now: Date },
  tools: Tools,
) => {
  const plan = planHoldings(holdings, { ...about, strangers: 0 }, tools)
  const rulings = new Map(plan.copies.map((copy) => [copy.id, copy]))
  const copies = copiesOf(holdings).map((copy) => {
    const { keep = true, reasons = [] } = rulings.get(copy.id) ?? {}
    return { ...copy, keep, reasons }
  })
  return { plan, copies, stock: stockOf(copies, { brake: plan.brake, now: about.now }) }
}
