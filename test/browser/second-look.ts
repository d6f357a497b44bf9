/** An ordinary week with everything in it: a plan on its way out, a second place that is behind, what it costs. */
import { readWatchState } from '../../lib/journey/bucket/watch-state'
import { writeSecondState } from '../../lib/journey/carrying/second-state'
import { prune } from '../../lib/journey/prune'
import { watchOnce } from '../../lib/journey/watch'
import { dayMs, hourMs } from '../../lib/rules/plain/time-units'
import type { Spending } from '../../lib/rules/watching/running'
import type { TestTools } from '../fakes/tools'
import { placeName, withSecond } from '../fixtures/bucket/second-place'
import { withMinutes } from '../fixtures/bucket/watching'

import { allWell, keepGrown, mebibyte } from './stock'
import type { Stocked } from './stock'

const dayAgo = (tools: TestTools, days: number): string =>
  new Date(tools.clock.now().getTime() - days * dayMs).toISOString()

/** As small functions measure themselves: 144 looks, a night, and once a week a drill. */
export const measuredFor = (tools: TestTools, days: number): Spending => ({
  since: dayAgo(tools, days),
  days: Object.fromEntries(
    Array.from({ length: days + 1 }, (_, ago) => [
      dayAgo(tools, ago).slice(0, 10),
      { runs: 145, gibSeconds: 94.125, requests: 2_934 },
    ]),
  ),
  upTo: {},
})

/** The store there has refused since yesterday: two copies wait, and the rest stands there. */
const lagging = async (tools: TestTools): Promise<void> => {
  const { databases = {} } = (await readWatchState(tools)) ?? {}
  const since = new Date(tools.clock.now().getTime() - 30 * hourMs).toISOString()
  const lines = Object.entries(databases).map(([database, { fingerprint, copies }]) => [
    database,
    {
      fingerprint,
      lookedAt: dayAgo(tools, 0.01),
      behind: database === 'tokens' ? 2 : 0,
      behindBytes: database === 'tokens' ? 84 * mebibyte : 0,
      ...(database === 'tokens' ? { since } : {}),
      copies: database === 'tokens' ? copies - 2 : copies,
      newest: { id: database, at: dayAgo(tools, database === 'tokens' ? 2.52 : 0.52) },
    },
  ])
  await writeSecondState(tools, {
    place: placeName,
    startedAt: dayAgo(tools, 200),
    ranAt: dayAgo(tools, 0.01),
    fault: { why: 'The store answered 403 (AccessDenied).', since },
    databases: Object.fromEntries(lines),
  })
}

export const leaving = async (): Promise<Stocked> => {
  const { tools: made, ids } = await allWell()
  const tools = withSecond(made)
  for (const daysAgo of [2.7, 3.7, 4.7])
    await keepGrown(tools, { database: 'tokens', daysAgo, sizeBytes: 42 * mebibyte })
  await prune.run({}, withMinutes({ ...tools, secondPrune: undefined }, 15))
  const spending = measuredFor(tools, 17)
  await watchOnce(withMinutes(tools, 15), spending)
  await lagging(tools)
  await watchOnce(withMinutes(tools, 15), spending)
  tools.clock.passSeconds(240)
  return { tools, ids }
}

export const secondLooks = { leaving }
