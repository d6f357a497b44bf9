/** The simulation can fail: each broken part is seen, and soon. */
import { expect, test } from 'vitest'

import { isThorough } from '../../cases'
import { noPlight } from '../plight'
import { simulate } from '../simulate'

import { mutantsOfAlerts } from './alerts'
import { mutantsOfContent } from './content'
import { mutantsOfDoors } from './doors'
import { mutantsOfIsolation } from './isolation'
import { mutantsOfObjects } from './objects'
import { mutantsOfPrune } from './prune'
import { mutantsOfSecond } from './second'
import { mutantsOfSteps } from './steps'

const stepsAtMost = 40_000
const seeds = [3, 1, 2, 4]

const all = [
  ...mutantsOfPrune,
  ...mutantsOfSteps,
  ...mutantsOfAlerts,
  ...mutantsOfDoors,
  ...mutantsOfContent,
  ...mutantsOfIsolation,
  ...mutantsOfSecond,
  ...mutantsOfObjects,
]

/** One for each invariant that is soon seen; SNAPPROOF_CASES=2, as in CI, tries every one of them. */
const some = all.filter((one, at) => all.findIndex((it) => it.invariant === one.invariant) === at)

test.each(isThorough ? all : some.filter(({ isLong }) => !isLong))(
  'sees $name',
  async ({ invariant, says, change, days = 25, watchEveryHours = 6 }) => {
    const seen: string[] = []
    for (const seed of seeds) {
      const { violation, tally, report } = await simulate({
        seed,
        days,
        watchEveryHours,
        plight: noPlight,
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

test('every invariant can be seen to be broken', () => {
  expect(some.map(({ invariant }) => invariant).toSorted((a, b) => a - b)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
  ])
})
