/** Is a mistake in lib/databases.ts a setting to mend, and no failure of ours? */
import { expect, test } from 'vitest'

import { databases } from '../../lib/databases'
import { knownDatabases } from '../../lib/edge/databases'

test('what lib/databases.ts says is what holds', () => {
  expect(knownDatabases()).toEqual(databases)
})

test('every mistake in it is told at once, with the mend', () => {
  const said = { tokens: { expectEvery: '24 hours' }, shop: { kep: 'all' } }
  expect(() => knownDatabases(said)).toThrow(
    expect.objectContaining({
      code: 'settings',
      why: 'lib/databases.ts: tokens.expectEvery is \'24 hours\', and should be a span such as 45m, 26h or 7d; shop has no field "kep"; you may mean "keep".',
      mend: 'Correct lib/databases.ts, then deploy again: npm run deploy',
    }),
  )
})
