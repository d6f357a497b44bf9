/**
 * Channels that behave as the real ones do on good days and bad ones. What arrived is kept, also
 * where the answer was lost; a channel never throws.
 */
import type { Channel, Notifier, Pulse } from '../../lib/ports'
import type { Alert, Delivery, Message } from '../../lib/rules/alerts/alert'

export type Mood =
  | 'takes'
  | 'is away'
  | 'throttles'
  | 'refuses'
  | 'hangs'
  /** The first of the alerts arrives, the rest does not. */
  | 'takes one and is away'
  /** Everything arrives, and the answer does not. */
  | 'takes and hangs'

export type FakeChannel = Channel & {
  /** How it behaves from now on, and in the next calls before that. */
  mood: Mood
  plan: Mood[]
  tries: number
  /** Each alert that arrived, as often as it did, and the messages that brought them. */
  heard: Alert[]
  messages: Message[]
}

const never = () => new Promise<Delivery>(() => undefined)

export const throttledSeconds = 45

export const fakeChannel = (
  id: string,
  takes: (alert: Alert) => boolean = () => true,
): FakeChannel => {
  const arrive = (message: Message, alerts: Alert[]) => {
    channel.messages.push({ ...message, alerts })
    channel.heard.push(...alerts)
  }
  const channel: FakeChannel = {
    id,
    name: `the ${id}`,
    mood: 'takes',
    plan: [],
    tries: 0,
    heard: [],
    messages: [],
    takes,
    rehearse: () => 1,
    send: async (message) => {
      channel.tries += 1
      const mood = channel.plan.shift() ?? channel.mood
      const { alerts } = message
      switch (mood) {
        case 'takes':
          arrive(message, alerts)
          return { outcome: 'delivered', said: `took ${alerts.length}` }
        case 'is away':
          return { outcome: 'later', said: 'did not answer within 10 s' }
        case 'throttles':
          return { outcome: 'later', said: 'answered 429', afterSeconds: throttledSeconds }
        case 'refuses':
          return { outcome: 'refused', said: 'answered 404; make a new address' }
        case 'takes one and is away': {
          const first = alerts.slice(0, 1)
          arrive(message, first)
          if (alerts.length === 1) return { outcome: 'delivered', said: 'took 1' }
          return { outcome: 'later', said: 'answered 503', told: first.map((alert) => alert.id) }
        }
        case 'takes and hangs':
          arrive(message, alerts)
          return never()
        case 'hangs':
          return never()
        default:
          return mood satisfies never
      }
    },
  }
  return channel
}

export type FakePulse = Pulse & { isAway: boolean; heard: string[] }

export const fakePulse = (id: string, databases?: readonly string[]): FakePulse => {
  const pulse: FakePulse = {
    id,
    name: `the ${id}`,
    databases,
    isAway: false,
    heard: [],
    send: async (text) => {
      if (pulse.isAway) return { outcome: 'later', said: 'did not answer within 10 s' }
      pulse.heard.push(text)
      return { outcome: 'delivered', said: 'answered 200' }
    },
  }
  return pulse
}

export const fakeNotifier = (
  channels: readonly Channel[],
  more: Partial<Pick<Notifier, 'pulses' | 'complaints'>> = {},
): Notifier => ({ channels, pulses: [], complaints: [], ...more })
