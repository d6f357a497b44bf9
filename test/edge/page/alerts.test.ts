import { describe, expect, test } from 'vitest'

import { changeAlertState } from '../../../lib/journey/bucket/alert-state'
import type { Channel } from '../../../lib/ports'
import { messageTo } from '../../../lib/rules/alerts/outbox'
import { heldOpen, unheard } from '../../browser/bad-days'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { watched } from '../../fixtures/bucket/watching'
import { alertOf } from '../../fixtures/told/alerts'
import { keepCopy } from '../../fixtures/told/kept'
import { look } from '../asking'

import { wordsOf } from './read-by-a-person'

const sectionOf = async (tools: TestTools): Promise<string> => {
  const { body } = await look(tools)
  return wordsOf(/<section aria-labelledby="h-self">.*?<\/section>/s.exec(body)?.[0] ?? '')
}

const withChannels = (channels: Channel[]): TestTools => ({
  ...testTools(),
  notifier: fakeNotifier(channels),
})

/** A damaged copy, as the watch has told it. */
const toldDamage = async (channels: Channel[]): Promise<TestTools> => {
  const tools = withChannels(channels)
  await keepCopy(tools, { daysAgo: 0.1, outcome: 'failed' })
  await watched(tools)
  tools.clock.passSeconds(300)
  return tools
}

describe('what is open', () => {
  test('was told, where every channel has taken it', async () => {
    const said = await sectionOf(await toldDamage([fakeChannel('a'), fakeChannel('b')]))
    expect(said).toContain('open tokens : the newest copy is damaged')
    expect(said).toContain(', told 5 min ago')
    expect(said).toContain('Every message was delivered.')
  })

  test('was heard by nobody, where every channel refused or was away: it is not called told', async () => {
    const { tools } = await unheard()
    const said = await sectionOf(tools)
    expect(said).toContain(
      'nobody has heard it yet: Slack: answered 404 "no_service"; PagerDuty: did not answer within 10 s',
    )
    expect(said).not.toMatch(/told (just now|\d)/)
  })

  test('was told to some, where some have not taken it', async () => {
    const away: Channel = {
      ...fakeChannel('b'),
      send: async () => ({ outcome: 'later', said: 'answered 503' }),
    }
    const said = await sectionOf(await toldDamage([fakeChannel('a'), away]))
    expect(said).toContain('told 1 of 2 channels; not heard yet: the b: answered 503')
  })

  test('is only held open, where nothing is to be seen of it', async () => {
    const { tools } = await heldOpen()
    const said = await sectionOf(tools)
    expect(said).toContain(
      'held open sessions : the backup is late since 2026-11-21 10:51 UTC , told 2 h ago; held open until 2026-11-21 15:16 UTC, since it came back once within a day; nothing is to be seen of it now',
    )
    expect((await look(tools)).body).not.toMatch(/chip bad">.*?open<\/span>/)
  })

  test('is held open, where a newer copy waits for the verdict that ends it', async () => {
    const tools = await toldDamage([fakeChannel('a')])
    await keepCopy(tools, { daysAgo: 0, outcome: 'pending' })
    expect(await sectionOf(tools)).toContain('held open until the newest copy has its verdict')
  })

  test('is open as long as it is there', async () => {
    const tools = await toldDamage([fakeChannel('a')])
    expect(await sectionOf(tools)).not.toContain('held open')
  })
})

test('a message that was not sent yet was not delivered', async () => {
  const tools = withChannels([fakeChannel('a')])
  const message = messageTo({ id: 'a', name: 'a' }, [alertOf()], tools.clock.now())
  await changeAlertState(tools, (state) => ({ ...state, outbox: [message] }))
  expect(await sectionOf(tools)).toContain('1 message not sent yet.')
  const tried = { ...message, id: 'b', attempts: 1, said: 'answered 503' }
  await changeAlertState(tools, (state) => ({ ...state, outbox: [message, tried] }))
  const said = await sectionOf(tools)
  expect(said).toContain('waits a : answered 503')
  expect(said).toContain('1 message not sent yet.')
})
