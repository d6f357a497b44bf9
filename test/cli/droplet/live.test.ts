/** What can be enrolled, and how is it reached from its host? */
import { expect, test } from 'vitest'

import { liveOf } from '../../../lib/cli/droplet/live'

test.each([
  { path: undefined, postgres: undefined },
  { path: '/srv/bot.db', postgres: undefined },
  { path: undefined, postgres: 'bot' },
])('what nobody pushes is not enrolled, and why is said: %o', (how) => {
  const enrolled = () => liveOf({ database: 'bot', kind: 'objects', variables: {}, ...how })
  expect(enrolled).toThrow(
    expect.objectContaining({
      code: 'bad-request',
      why: 'bot is of kind objects in lib/databases.ts: no host pushes it.',
      mend: expect.stringMatching(
        /^Nothing is to be enrolled: the watch takes it .* npm run deploy$/,
      ),
    }),
  )
})
