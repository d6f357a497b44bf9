import { expect, test } from 'vitest'

import { mutantsOfPrune } from './mutants-of-prune'
import { mutantsOfSteps } from './mutants-of-steps'
import { simulate } from './simulate'

/** The simulation can fail: each broken part is seen, and soon. */
const stepsAtMost = 40_000
const seeds = [1, 2, 3, 4]

test.each([...mutantsOfPrune, ...mutantsOfSteps])(
  'sees $name',
  { timeout: 120_000 },
  async ({ invariant, says, change, days = 25 }) => {
    for (const seed of seeds) {
      const { violation, tally, report } = await simulate({ seed, days, ...change })
      if (!violation) continue
      expect(violation.message).toMatch(says)
      expect(violation.invariant).toBe(invariant)
      expect(tally.steps).toBeLessThan(stepsAtMost)
      expect(report).toContain(`--seed ${seed} --days ${days}`)
      return
    }
    expect.fail('nobody noticed')
  },
)
