import type { Channel, Notifier } from '../../lib/ports'
import type { Delivery, Message } from '../../lib/rules/alert'

import type { askerOf } from './faulty-store'

/**
 * Where people are told things: one channel that takes everything, when it can be reached at all.
 */
export type Letterbox = { notifierFor(ask: ReturnType<typeof askerOf>): Notifier }

export const letterboxOf = (hear: (message: Message) => void): Letterbox => ({
  notifierFor: (ask) => {
    const send: Channel['send'] = (message) => {
      const answer = (): Delivery => {
        hear(message)
        return { outcome: 'delivered', said: '200' }
      }
      return ask('tell people', answer).catch((): Delivery => ({
        outcome: 'later',
        said: 'no answer',
      }))
    }
    return {
      channels: [{ id: 'people', name: 'people', takes: () => true, rehearse: () => 1, send }],
      complaints: [],
      pulses: [],
    }
  },
})
