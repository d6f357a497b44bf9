import { describe, expect, test } from 'vitest'

import { changeAlertState, readAlertState } from '../../../lib/journey/bucket/alert-state'
import { sealBytes } from '../../../lib/journey/bucket/sealed'
import { alertStateType, emptyAlertState, messageTo } from '../../../lib/rules/alerts/outbox'
import type { AlertState } from '../../../lib/rules/alerts/outbox'
import { watchStateType } from '../../../lib/rules/watching/watch-state'
import { testTools } from '../../fakes/tools'
import { awayAt, counted, tally } from '../../fixtures/bucket/store-calls'
import { alertOf } from '../../fixtures/told/alerts'
import { otherSecret } from '../../fixtures/told/entries'

const key = 'backups/_state/alerts.json'

const pinged = (name: string) => (state: AlertState) => ({
  ...state,
  pinged: { ...state.pinged, [name]: 'mark' },
})

describe('the state of the alerts', () => {
  test('is empty before anything was told', async () => {
    expect(await readAlertState(testTools())).toEqual(emptyAlertState)
  })

  test('is read back as it was written, alerts of the installation among it', async () => {
    const tools = testTools()
    const alerts = [
      alertOf(),
      alertOf({ database: undefined, newestProven: undefined, nextStep: { text: 'Nothing.' } }),
    ]
    const outbox = [messageTo({ id: 'slack', name: 'slack' }, alerts, tools.clock.now())]
    const written = await changeAlertState(tools, (state) => ({ ...state, outbox }))
    expect(await readAlertState(tools)).toMatchObject(written)
    expect(written.outbox[0]?.alerts).toEqual(alerts)
  })

  test('is not written where nothing has changed', async () => {
    const tools = testTools()
    await changeAlertState(tools, pinged('a'))
    const { tools: seen, calls } = counted(tools)
    await changeAlertState(seen, pinged('a'))
    expect(tally(calls)).toEqual({ read: 1 })
  })

  test('keeps what each of several at once has changed', async () => {
    const tools = testTools()
    const names = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(names.map((name) => changeAlertState(tools, pinged(name))))
    expect(Object.keys((await readAlertState(tools)).pinged).toSorted()).toEqual(names)
  })

  test('is given up, with a fault, where it never holds still', async () => {
    const tools = testTools()
    await changeAlertState(tools, pinged('a'))
    const store = { ...tools.store, replace: async () => 'changed' as const }
    await expect(changeAlertState({ ...tools, store }, pinged('b'))).rejects.toMatchObject({
      code: 'contended',
      why: 'The state of the alerts kept changing while it was written.',
    })
    expect((await readAlertState(tools)).pinged).toEqual({ a: 'mark' })
  })

  test.each([
    { name: 'no JSON', bytes: () => Buffer.from('\0\0\0') },
    { name: 'nothing', bytes: () => Buffer.alloc(0) },
    {
      name: 'signed by somebody else',
      bytes: () => {
        const { settings } = testTools({ secrets: { current: otherSecret } })
        return sealBytes(settings, alertStateType, Buffer.from(JSON.stringify(emptyAlertState)))
      },
    },
    {
      name: 'signed as something else',
      bytes: () => {
        const { settings } = testTools()
        return sealBytes(settings, watchStateType, Buffer.from(JSON.stringify(emptyAlertState)))
      },
    },
    {
      name: 'of a form that we do not write',
      bytes: () => sealBytes(testTools().settings, alertStateType, Buffer.from('{"outbox":7}')),
    },
  ])('is begun anew where what stands there is $name', async ({ bytes }) => {
    const tools = testTools()
    await tools.store.put(key, bytes())
    expect(await readAlertState(tools)).toEqual(emptyAlertState)
    await changeAlertState(tools, pinged('a'))
    expect((await readAlertState(tools)).pinged).toEqual({ a: 'mark' })
  })

  test('outlives a change of the secret', async () => {
    const tools = testTools()
    const state = await changeAlertState(tools, pinged('a'))
    const secrets = { current: otherSecret, previous: tools.settings.secrets.current }
    const renewed = { ...tools, settings: { ...tools.settings, secrets } }
    expect(await readAlertState(renewed)).toMatchObject(state)
  })

  test.each(['before', 'after'] as const)(
    'is changed or is not, where the store is away at any request (%s)',
    async (when) => {
      const whole = testTools()
      await changeAlertState(whole, pinged('a'))
      const { tools: seen, calls } = counted(whole)
      await changeAlertState(seen, pinged('b'))
      for (let nth = 0; nth < calls.length; nth += 1) {
        const tools = testTools()
        await changeAlertState(tools, pinged('a'))
        const { tools: faulty } = awayAt(tools, nth, when)
        await expect(changeAlertState(faulty, pinged('b'))).rejects.toMatchObject({
          code: 'store-unreachable',
        })
        await changeAlertState(tools, pinged('b'))
        expect((await readAlertState(tools)).pinged).toEqual({ a: 'mark', b: 'mark' })
      }
    },
  )
})
