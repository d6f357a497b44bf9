/** What is there of one database, and what does retention say of each copy today? */
import type { Tools } from '../../ports'
import { copiesOf } from '../../rules/copy/held'
import type { Held } from '../../rules/copy/held'
import type { PruneState } from '../../rules/copy/journal'
import { own } from '../../rules/plain/own'
import { stockOf } from '../../rules/watching/standing'

import { planHoldings } from './plan'

/** `copies` are the stored ones, newest first. */
export const takeStock = (
  holdings: readonly Held[],
  about: {
    database: string
    heartbeatAt: Date | undefined
    /** What the last run of prune left: how many it let go of, and when they go. */
    prune: PruneState | undefined
    now: Date
  },
  tools: Tools,
) => {
  const leaving = own(about.prune?.databases ?? {}, about.database)?.leaving
  const terms = { ...about, leaving: leaving?.copies, strangers: 0 }
  const plan = planHoldings(holdings, terms, tools)
  const rulings = new Map(plan.copies.map((copy) => [copy.id, copy]))
  const copies = copiesOf(holdings).map((copy) => {
    const { keep = true, reasons = [] } = rulings.get(copy.id) ?? {}
    return { ...copy, keep, reasons }
  })
  return { plan, leaving, copies, stock: stockOf(copies, { brake: plan.brake, now: about.now }) }
}
