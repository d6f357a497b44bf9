/** Broken parts around copies that are whole and not what is expected, and around rows that are gone. */
import { Fault } from '../../../lib/faults'
import { changeEntry, parseTicket, readEntry } from '../../../lib/journey/bucket/ledger'
import type { TellingTools } from '../../../lib/ports'
import type { Alert } from '../../../lib/rules/alerts/alert'
import { wordOf } from '../../../lib/rules/copy/entry'
import { parseId } from '../../../lib/rules/copy/snapshot'
import { dayMs } from '../../../lib/rules/plain/time-units'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import { everyExaminer } from '../../fakes/tools'
import type { Steps } from '../cloud/functions'

import type { Mutant } from './mutant'

const withDatabases = (
  tools: TellingTools,
  change: (settings: DatabaseSettings) => DatabaseSettings,
): TellingTools => {
  const databases = Object.fromEntries(
    Object.entries(tools.settings.databases).map(([name, one]) => [name, change(one)]),
  )
  return { ...tools, settings: { ...tools.settings, databases } }
}

const opens: readonly (keyof Steps)[] = ['verdict', 'verify', 'watch']

/** A person is never asked: whoever asks gets what there is. */
const sure = (real: Steps, isMeant: (question: string) => boolean): Partial<Steps> => ({
  restore: async (request, tools) =>
    real.restore(request, tools).catch((thrown: unknown) => {
      const isAsked = thrown instanceof Fault && thrown.code === 'ask-first'
      if (isAsked && isMeant(thrown.why)) return real.restore({ ...request, sure: 'yes' }, tools)
      throw thrown
    }),
})

export const mutantsOfContent: Mutant[] = [
  {
    name: 'an examiner that calls what is not expected damaged',
    days: 60,
    invariant: 5,
    says: /is said to be failed, and is sound/,
    change: {
      wrap: (tools) => ({
        ...tools,
        examiners: everyExaminer(tools, (examine) => async (order) => {
          const seen = await examine(order)
          const findings = seen.findings.map((finding) =>
            finding.outcome === 'unmet' ? { ...finding, outcome: 'failed' } : finding,
          )
          return { ...seen, findings }
        }),
      }),
    },
  },
  {
    name: 'an examiner that does not ask what is expected',
    days: 60,
    invariant: 4,
    says: /is said to be passed, and lacks what is expected/,
    change: {
      wrap: (tools, asked) =>
        opens.includes(asked) ? withDatabases(tools, (one) => ({ ...one, tables: {} })) : tools,
    },
  },
  {
    name: 'an alert that calls damaged what is whole',
    days: 60,
    invariant: 5,
    says: /an alert calls \S+ "damag/,
    change: {
      wrap: (tools) => {
        const worse = (alert: Alert): Alert => ({ ...alert, meaning: 'It may be damaged.' })
        const channels = tools.notifier.channels.map((channel) => ({
          ...channel,
          send: (message: Parameters<typeof channel.send>[0]) =>
            channel.send({ ...message, alerts: message.alerts.map(worse) }),
        }))
        return { ...tools, notifier: { ...tools.notifier, channels } }
      },
    },
  },
  {
    name: 'a verdict that is told as the first edition told it',
    days: 60,
    invariant: 5,
    says: /a verdict calls \S+ "failed"/,
    change: {
      steps: (real) => ({
        verdict: async (request, tools) => {
          const answer = await real.verdict(request, tools)
          return answer.verdict === 'unmet' ? { ...answer, verdict: 'failed' } : answer
        },
      }),
    },
  },
  {
    name: 'a page that knows damaged and sound, and nothing between',
    days: 60,
    invariant: 5,
    says: /the page calls \S+ "failed"/,
    change: {
      steps: (real) => ({
        status: async (request, tools) => {
          const seen = await real.status(request, tools)
          const databases = seen.databases.map((one) => ({
            ...one,
            copies: one.copies.map((copy) =>
              copy.word === 'unmet' ? { ...copy, word: 'failed' } : copy,
            ),
          }))
          return { ...seen, databases }
        },
      }),
    },
  },
  {
    name: 'an examiner that opens no copy again that was unmet once',
    days: 15,
    invariant: 7,
    says: /is still unmet, and is what is expected/,
    change: {
      wrap: (tools) => ({
        ...tools,
        examiners: everyExaminer(tools, (examine) => async (order) => {
          const [id = ''] = order.key.slice(order.key.lastIndexOf('/') + 1).split('.')
          const name = parseId(id)
          const read = name && (await readEntry(tools, name))
          if (read && wordOf(read.entry) === 'unmet') {
            throw new Fault({ code: 'store-unreachable', why: 'No.', mend: 'Wait.' })
          }
          return examine(order)
        }),
      }),
    },
  },
  {
    name: 'a watch that misses no rows',
    days: 60,
    invariant: 6,
    says: /nobody told \w+ of .*rows\.collapsed/,
    change: {
      wrap: (tools, asked) =>
        opens.includes(asked)
          ? withDatabases(tools, (one) => ({ ...one, collapse: 'off' }))
          : tools,
    },
  },
  {
    name: 'a watch that takes it upon itself that rows were to go',
    days: 60,
    invariant: 6,
    says: /rows\.collapsed(?: is over, and it is not|, which is so since)/,
    change: {
      steps: (real, { oracle, alive }) => ({
        watch: async (request, tools) => {
          // Not at once, so that it was told before.
          const isIdle = Math.floor(tools.clock.now().getTime() / dayMs) % 2 === 1
          for (const database of isIdle ? [] : alive.keys()) {
            const id = oracle.toAccept(database)
            if (id !== undefined) await real.accept({ id }, tools).catch(() => undefined)
          }
          return real.watch(request, tools)
        },
      }),
    },
  },
  {
    name: 'a watch that misses every row',
    days: 60,
    invariant: 6,
    says: /rows\.collapsed, and it is not so/,
    change: {
      wrap: (tools, asked) =>
        opens.includes(asked)
          ? withDatabases(tools, (one) => ({ ...one, collapse: { share: 0.001, slackRows: 0 } }))
          : tools,
    },
  },
  {
    name: 'a yes that nobody hears',
    days: 40,
    invariant: 6,
    says: /rows\.collapsed.*(and it is not so|long over)|believes in rows\.collapsed/,
    change: {
      steps: (real) => ({
        accept: async ({ id }, tools) => {
          const said = await real.accept({ id }, tools)
          const name = parseTicket(id)
          const read = await readEntry(tools, name)
          if (read?.entry.accepted) {
            await changeEntry(tools, name, ({ accepted, ...entry }) => ({
              ...entry,
              ...(accepted && { accepted: { ...accepted, isFallRight: undefined } }),
            }))
          }
          return said
        },
      }),
    },
  },
  {
    name: 'a restore that hands out what has lost its rows',
    days: 60,
    invariant: 7,
    says: /unasked, from which rows are gone/,
    change: { steps: (real) => sure(real, (question) => question.startsWith('Rows or tables')) },
  },
  {
    name: 'a restore that passes over what is whole',
    days: 40,
    invariant: 7,
    says: /passed over \S+ unasked, which is whole/,
    change: { steps: (real) => sure(real, (question) => question.includes('older state')) },
  },
  {
    name: 'a restore that asks every time',
    days: 60,
    invariant: 7,
    says: /asks, and there is nothing to ask about/,
    change: {
      steps: (real) => ({
        restore: async (request, tools) => {
          if (request.at !== undefined || request.sure === 'yes' || request.list === 'yes')
            return real.restore(request, tools)
          throw new Fault({ code: 'ask-first', why: 'Are you sure?', mend: 'Be sure.' })
        },
      }),
    },
  },
]
