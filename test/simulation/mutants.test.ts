import { expect, test } from 'vitest'

import { mutantsOfAlerts } from './mutants-of-alerts'
import { mutantsOfDoors } from './mutants-of-doors'
import { mutantsOfPrune } from './mutants-of-prune'
import { mutantsOfSteps } from './mutants-of-steps'
import { simulate } from './simulate'

/** The simulation can fail: each broken part is seen, and soon. */
const stepsAtMost = 40_000
const seeds = [1, 2, 3, 4]

test.each([...mutantsOfPrune, ...mutantsOfSteps, ...mutantsOfAlerts, ...mutantsOfDoors])(
  'sees $name',
  { timeout: 120_000 },
  async ({ invariant, says, change, days = 25, watchEveryHours = 6 }) => {
    const seen: string[] = []
    for (const seed of seeds) {
      const { violation, tally, report } = await simulate({
        seed,
        days,
        watchEveryHours,
        ...change,
      })
      if (!violation) continue
      seen.push(violation.message)
      // It may be seen by something else first: another world shows it for what it is.
      if (!says.test(violation.message)) continue
      expect(violation.invariant).toBe(invariant)
      expect(tally.steps).toBeLessThan(stepsAtMost)
      expect(report).toContain(`--seed ${seed} --days ${days}`)
      return
    }
    expect.fail(seen.length === 0 ? 'nobody noticed' : `seen was only: ${seen.join('; ')}`)
  },
)
