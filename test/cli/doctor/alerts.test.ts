// What the doctor says of the three timers: of the silent ones, and of those that never ran.
import { describe, expect, test } from 'vitest'

import { probeAlerts } from '../../../lib/cli/doctor/alerts'
import { readEnvironment } from '../../../lib/edge/config'
import { writeWatchState } from '../../../lib/journey/bucket/watch-state'
import { prune } from '../../../lib/journey/prune'
import { secret, testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { watched, withMinutes } from '../../fixtures/bucket/watching'
import { watchOf } from '../../fixtures/told/troubles'

const environment = readEnvironment({
  SPACES_ENDPOINT: 'https://fra1.digitaloceanspaces.com',
  SPACES_REGION: 'fra1',
  SPACES_BUCKET: 'my-backups',
  SPACES_API_KEY: 'key',
  SPACES_API_SECRET: 'its secret',
  SNAPPROOF_SECRET: secret,
  ALERTS: 'off',
})

const daySeconds = 86_400

const said = async (tools: TestTools) =>
  (await probeAlerts(environment, tools))
    .filter(({ what }) => ['watch', 'prune', 'drill'].includes(what))
    .map(({ what, state, detail }) => `${what} ${state}: ${detail}`)

describe('the doctor', () => {
  test('finds nothing wrong with timers that never ran, where there is nothing to do', async () => {
    expect(await said(testTools())).toEqual([
      'watch note: has not run yet; it does every ten minutes',
      'prune note: has not run yet; it does every night',
      'drill note: has not run yet; it does every week',
    ])
  })

  test('finds wrong that none of them ever ran, when the first copy has been there for long', async () => {
    const tools = quick(testTools())
    await pushed(tools, Buffer.from('one'))
    tools.clock.passSeconds(17 * daySeconds)
    expect(await said(tools)).toEqual([
      'watch wrong: has never run, and the first copy came 17 days ago',
      'prune wrong: has never run, and the first copy came 17 days ago',
      'drill wrong: has never run, and the first copy came 17 days ago',
    ])
  })

  test('tells those that run from the one whose trigger is missing', async () => {
    const tools = quick(testTools())
    await pushed(tools, Buffer.from('one'))
    await watched(tools)
    tools.clock.passSeconds(17 * daySeconds)
    await watched(tools)
    await prune.run({}, withMinutes(tools, 14))
    expect(await said(tools)).toEqual([
      'watch ok: ran just now',
      'prune ok: ran just now',
      'drill wrong: has never run, and the first copy came 17 days ago',
    ])
    await writeWatchState(tools, watchOf())
    tools.clock.passSeconds(3 * 3600)
    expect((await said(tools))[0]).toMatch(/^watch wrong: ran /)
  })
})
