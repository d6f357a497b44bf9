import { changeAlertState } from '../../../lib/journey/bucket/alert-state'
import type { Channel, TellingTools } from '../../../lib/ports'
import type { Delivery } from '../../../lib/rules/alerts/alert'
import type { AlertState } from '../../../lib/rules/alerts/outbox'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import type { Steps } from '../cloud/functions'

import type { Mutant } from './mutant'

/** A watch that does its work, and then, or before, something else to the state of the alerts. */
const watchWith =
  (when: 'before' | 'after', change: (at: AlertState, tools: TellingTools) => AlertState) =>
  (real: Steps): Partial<Steps> => ({
    watch: async (request, tools) => {
      const spoil = () => changeAlertState(tools, (at) => change(at, tools))
      if (when === 'before') await spoil()
      const answer = await real.watch(request, tools)
      if (when === 'after') await spoil()
      return answer
    },
  })

const withChannels =
  (change: (channel: Channel) => Channel) =>
  (tools: TellingTools): TellingTools => ({
    ...tools,
    notifier: { ...tools.notifier, channels: tools.notifier.channels.map(change) },
  })

/** It believes in another schedule than the one that was set. */
const withSchedule =
  (expectEvery: DatabaseSettings['expectEvery']) =>
  (tools: TellingTools, asked: keyof Steps): TellingTools => {
    if (asked !== 'watch') return tools
    const databases = Object.fromEntries(
      Object.entries(tools.settings.databases).map(([name, one]) => [
        name,
        { ...one, expectEvery },
      ]),
    )
    return { ...tools, settings: { ...tools.settings, databases } }
  }

const away: Promise<Delivery> = Promise.resolve({ outcome: 'later', said: 'no answer' })

/** Once for each message. */
const firstTimes = () => {
  const known = new Set<string>()
  return (id: string) => !known.has(id) && known.add(id).size > 0
}
const firstTime = firstTimes()

export const mutantsOfAlerts: Mutant[] = [
  {
    name: 'an outbox that lets go of what was not delivered',
    days: 60,
    invariant: 6,
    says: /dropped (firing|resolved|reminder) .*, which \w+ was never told/,
    change: {
      wrap: withChannels((channel) => ({
        ...channel,
        send: async (message) => {
          const { outcome, said } = await channel.send(message)
          return outcome === 'later' ? { outcome: 'delivered', said } : { outcome, said }
        },
      })),
    },
  },
  {
    name: 'a watch that empties its outbox',
    days: 60,
    invariant: 6,
    says: /dropped .*, which \w+ was never told/,
    change: { steps: watchWith('after', (at) => ({ ...at, outbox: [] })) },
  },
  {
    name: 'a flip that is decided, and queued for nobody',
    days: 60,
    invariant: 6,
    says: /nobody told \w+ of/,
    change: {
      wrap: withChannels((channel) => ({
        ...channel,
        takes: () => false,
      })),
    },
  },
  {
    name: 'a watch that tells nobody who is late',
    days: 60,
    invariant: 6,
    says: /nobody told \w+ of .*backup\.(late|never)/,
    change: { wrap: withSchedule('off') },
  },
  {
    name: 'a lease that never ends',
    invariant: 6,
    says: /is well, and is not told of|nobody told/,
    change: {
      steps: watchWith('before', (at, { clock }) => {
        const leaseUntil = new Date(clock.now().getTime() + 290_000).toISOString()
        return { ...at, outbox: at.outbox.map((one) => ({ ...one, leaseUntil })) }
      }),
      // Each message is left once, or none would ever be leased.
      wrap: withChannels((channel) => {
        return {
          ...channel,
          send: (message) => (firstTime(message.id) ? away : channel.send(message)),
        }
      }),
    },
  },
  {
    name: 'a watch that forgets what it told',
    days: 10,
    invariant: 6,
    says: /still believes in/,
    change: { steps: watchWith('after', (at) => ({ ...at, incidents: {} })) },
  },
  {
    name: 'a watch that calls everybody late',
    invariant: 6,
    says: /backup\.(never|late), and it is not so/,
    change: { wrap: withSchedule('1h') },
  },
  {
    name: 'a watch that gives the all-clear too early',
    days: 60,
    invariant: 6,
    says: /is over, and it is not/,
    change: {
      // Every second time it believes that nothing is expected of anybody.
      wrap: (tools, asked) => {
        const isOdd = Math.floor(tools.clock.now().getTime() / 21_600_000) % 2 === 1
        return isOdd ? withSchedule('off')(tools, asked) : tools
      },
    },
  },
  {
    name: 'a channel that is sent everything twice',
    invariant: 6,
    says: /told \w+ once more of/,
    change: {
      wrap: withChannels((channel) => ({
        ...channel,
        send: async (message) => {
          await channel.send(message)
          return channel.send(message)
        },
      })),
    },
  },
  {
    name: 'a reminder with every run',
    watchEveryHours: 1,
    invariant: 6,
    says: /was told \d+ times in a day of/,
    change: {
      wrap: (tools) => ({ ...tools, settings: { ...tools.settings, remindEveryMs: 1 } }),
    },
  },
  {
    name: 'a success ping whatever was found',
    days: 60,
    invariant: 6,
    says: /all is called well/,
    change: {
      steps: (real) => ({
        watch: async (request, tools) => {
          const answer = await real.watch(request, tools)
          for (const { send } of tools.notifier.pulses) await send('passed')
          return answer
        },
      }),
    },
  },
]
