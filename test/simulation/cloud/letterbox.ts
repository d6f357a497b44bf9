/**
 * Where people are told things: places that listen, are deaf for days, and refuse what they take again
 * the week after. The oracle hears what truly arrived, also where the answer did not come back.
 */
import type { Channel, Notifier } from '../../../lib/ports'
import type { Alert, Delivery, Message } from '../../../lib/rules/alerts/alert'
import type { Clocks } from '../clock'

import type { By } from './bucket'
import type { askerOf } from './faulty-store'

export type Mood = 'takes' | 'is away' | 'refuses' | 'throttles' | 'takes one and is away'

export const badMoods = ['is away', 'refuses', 'throttles', 'takes one and is away'] as const

export type Place = {
  id: string
  takes(alert: Pick<Alert, 'severity'>): boolean
  mood: Mood
  /** When it was last in another mood than the best. */
  illUntilMs: number
}

export type Letterbox = {
  places: readonly Place[]
  turn(place: Place, mood: Mood): void
  notifierFor(ask: ReturnType<typeof askerOf>, by: By): Notifier
}

export type Heard = {
  /** What arrived somewhere. */
  arrived(where: string, alerts: readonly Alert[], message: Message, by: By): void
  /** The success ping: all is well. */
  pinged(text: string, by: By): void
}

/** One takes everything; the other is a pager, and wakes nobody for less. */
const placesOf = (): Place[] => [
  { id: 'people', takes: () => true, mood: 'takes', illUntilMs: 0 },
  { id: 'pager', takes: ({ severity }) => severity === 'critical', mood: 'takes', illUntilMs: 0 },
]

const throttledSeconds = 45

export const letterboxOf = (clocks: Clocks, heard: Heard): Letterbox => {
  const places = placesOf()

  const answerOf = (place: Place, message: Message, by: By): Delivery => {
    const { mood, id } = place
    const { alerts } = message
    switch (mood) {
      case 'takes':
        heard.arrived(id, alerts, message, by)
        return { outcome: 'delivered', said: '200' }
      case 'is away':
        return { outcome: 'later', said: 'did not answer' }
      case 'refuses':
        return { outcome: 'refused', said: 'answered 404' }
      case 'throttles':
        return { outcome: 'later', said: 'answered 429', afterSeconds: throttledSeconds }
      case 'takes one and is away': {
        const some = alerts.slice(0, 1)
        heard.arrived(id, some, message, by)
        return { outcome: 'later', said: 'did not answer', told: some.map((alert) => alert.id) }
      }
      default:
        return mood satisfies never
    }
  }

  const channelOf = (place: Place, ask: ReturnType<typeof askerOf>, by: By): Channel => ({
    id: place.id,
    name: place.id,
    takes: place.takes,
    rehearse: ({ alerts }) => alerts.length,
    send: (message) =>
      ask(`tell ${place.id} ${message.id.slice(0, 8)}`, () => answerOf(place, message, by)).catch(
        (): Delivery => ({ outcome: 'later', said: 'no answer' }),
      ),
  })

  return {
    places,
    turn: (place, mood) => {
      if (place.mood !== 'takes') place.illUntilMs = clocks.nowMs()
      place.mood = mood
    },
    notifierFor: (ask, by) => ({
      channels: places.map((place) => channelOf(place, ask, by)),
      complaints: [],
      pulses: [
        {
          id: 'pulse',
          name: 'the pulse',
          databases: undefined,
          send: (text) =>
            ask('say that all is well', (): Delivery => {
              heard.pinged(text, by)
              return { outcome: 'delivered', said: '200' }
            }).catch((): Delivery => ({ outcome: 'later', said: 'no answer' })),
        },
      ],
    }),
  }
}
