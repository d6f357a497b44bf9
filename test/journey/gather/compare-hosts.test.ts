import { describe, expect, test } from 'vitest'

import { changeEntry } from '../../../lib/journey/bucket/ledger'
import { choose } from '../../../lib/journey/gather/choose'
import { verify } from '../../../lib/journey/verify'
import { whyNotAcceptable, withAcceptance } from '../../../lib/rules/copy/care'
import { wordOf } from '../../../lib/rules/copy/entry'
import { troublesOf } from '../../../lib/rules/troubles/troubles'
import { isOtherHost } from '../../../lib/rules/verdict/host-name'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf } from '../../fixtures/bucket/buckets'
import { entryOf, otherBytes, seeing } from '../../fixtures/bucket/compared'
import type { Seen } from '../../fixtures/bucket/compared'
import { pushed } from '../../fixtures/bucket/requests'
import { stateOf, watched } from '../../fixtures/bucket/watching'

const dayS = 86_400

const seen: Seen = { schema: { tokens: ['key'] }, rows: { tokens: 300 } }

/** A day later a host pushes, and the copy is opened: its ticket. */
const sent = async (tools: TestTools, host: string, what: Seen = seen): Promise<string> => {
  tools.clock.passSeconds(dayS)
  const ticket = await pushed(tools, otherBytes(), { host })
  await verify.run({ ticket }, { ...tools, examiners: { sqlite: seeing(what) } })
  return ticket
}

const hostsSaid = async (tools: TestTools, id: string) => {
  const { verdict } = await entryOf(tools, id)
  return verdict?.findings.filter(isOtherHost)
}

/** What is told of it after a watch, and since which copy. */
const toldIn = async (tools: TestTools) => {
  await watched(tools)
  const about = { schedule: undefined, kind: 'sqlite', now: tools.clock.now() }
  return troublesOf('tokens', await stateOf(tools), about).filter(
    ({ kind }) => kind === 'host.changed',
  )
}

describe('a copy from another host than the last sound one', () => {
  test('is sound, with a warning that names both; so it is told, listed, shown and asked of', async () => {
    const tools = testTools()
    await sent(tools, 'app-1')
    const id = await sent(tools, 'staging')
    expect(wordOf(await entryOf(tools, id))).toBe('warned')
    const [trouble, ...more] = await toldIn(tools)
    expect(more).toEqual([])
    expect(trouble).toMatchObject({ severity: 'warning', isEvent: false })
    expect(trouble?.what).toBe('the newest copy comes from another host')
    expect(trouble?.facts[1]?.text).toBe(
      'It comes from staging; the copies before it came from app-1.',
    )
    expect((await stateOf(tools)).newest?.remarks).toMatchObject([{ code: 'other-host' }])
    const { says, question } = await choose({ database: 'tokens' }, tools)
    expect(says.join('\n')).toContain('arrival: It comes from staging; the copies before it')
    expect(question).toBe('This copy is sound, with a warning.')
  })

  test('is told of one that is damaged as well, and is over with the next of the right host', async () => {
    const tools = testTools()
    await sent(tools, 'app-1')
    await sent(tools, 'staging', { ...seen, outcome: 'failed' })
    expect(await toldIn(tools)).toHaveLength(1)
    await sent(tools, 'app-1')
    expect(await toldIn(tools)).toEqual([])
  })

  test('is accepted by itself once the new host alone has pushed for some copies', async () => {
    const tools = testTools()
    await sent(tools, 'app-1')
    const told: number[] = []
    for (let copy = 0; copy < 4; copy += 1) {
      await sent(tools, 'app-2')
      told.push((await toldIn(tools)).length)
    }
    expect(told).toEqual([1, 1, 1, 0])
  })

  test('is accepted by a person at once, and what that host sends from then on as well', async () => {
    const tools = testTools()
    await sent(tools, 'app-1')
    const id = await sent(tools, 'app-2')
    expect(whyNotAcceptable(await entryOf(tools, id))).toBeUndefined()
    const ada = { at: tools.clock.now().toISOString(), by: 'ada' }
    await changeEntry(tools, nameOf(id), (entry) => withAcceptance(entry, ada, 'it has moved'))
    expect(wordOf(await entryOf(tools, id))).toBe('accepted')
    expect(await toldIn(tools)).toEqual([])
    expect(await hostsSaid(tools, await sent(tools, 'app-2'))).toEqual([])
    // And not what the one before sends now.
    expect(await hostsSaid(tools, await sent(tools, 'app-1'))).toMatchObject([
      { code: 'two-hosts' },
    ])
  })

  test('says so still when it is opened again, and its neighbours have changed', async () => {
    const tools = testTools()
    await sent(tools, 'app-1')
    const id = await sent(tools, 'staging')
    await sent(tools, 'app-1')
    const before = await hostsSaid(tools, id)
    await verify.run({ ticket: id }, { ...tools, examiners: { sqlite: seeing(seen) } })
    expect(await hostsSaid(tools, id)).toEqual(before)
    expect(before).toHaveLength(1)
  })
})

test('two hosts under one name are told as two, with one alert for all their copies', async () => {
  const tools = testTools()
  const whats: string[] = []
  for (const host of ['a', 'b', 'a', 'b', 'a']) {
    await sent(tools, host)
    whats.push(...(await toldIn(tools)).map(({ what }) => what))
  }
  const two = 'two hosts push under one name'
  expect(whats).toEqual(['the newest copy comes from another host', two, two, two])
})
