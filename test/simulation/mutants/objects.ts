/** Inventories that say less, or more, than the app's objects do. */
import type { Examination, TellingTools } from '../../../lib/ports'
import { noPlight } from '../plight'

import { prefix, wrapStore } from './mutant'
import type { Mutant } from './mutant'

const withObjects = () => ({ ...noPlight(), hasObjects: true })

const judging =
  (change: (seen: Examination) => Examination) =>
  (tools: TellingTools): TellingTools => {
    const { objects, ...others } = tools.examiners
    if (!objects) return tools
    return {
      ...tools,
      examiners: { ...others, objects: async (order) => change(await objects(order)) },
    }
  }

const turned = (
  { findings, ...seen }: Examination,
  check: string,
  outcome: 'passed' | 'unmet',
): Examination => ({
  ...seen,
  findings: findings.map((one) => (one.check === check ? { ...one, outcome } : one)),
})

export const mutantsOfObjects: Mutant[] = [
  {
    name: 'an inventory that calls every new message a loss',
    invariant: 12,
    days: 4,
    says: /is said to be unmet, and the app only added/,
    change: { plight: withObjects, wrap: judging((seen) => turned(seen, 'growth', 'unmet')) },
  },
  {
    name: 'an inventory that does not miss what a list has lost',
    invariant: 12,
    says: /does not name \S+ by growth: passed/,
    change: { plight: withObjects, wrap: judging((seen) => turned(seen, 'growth', 'passed')) },
  },
  {
    name: 'a taker that forgets what it saw',
    invariant: 12,
    says: /does not name \S+ by growth/,
    change: {
      plight: withObjects,
      wrap: (tools) => {
        const { objects } = tools.takers
        if (!objects) return tools
        return {
          ...tools,
          takers: { objects: (order) => objects({ ...order, before: undefined }) },
        }
      },
    },
  },
  {
    name: 'a watch that tidies up what is the app’s',
    invariant: 8,
    days: 4,
    says: /touched app\/\S+, the app’s/,
    change: {
      plight: withObjects,
      steps: (real, { bucket }) => ({
        watch: async (request, tools) => {
          const [found] = bucket.view('app/', 0)
          if (found) bucket.remove(found.key, { role: 'watch', name: 'a mutant' })
          return real.watch(request, tools)
        },
      }),
    },
  },
  {
    name: 'a watch that passes over what it took itself',
    invariant: 12,
    says: /nobody is told that bot_\S+ is unmet/,
    change: {
      plight: withObjects,
      wrap: wrapStore('watch', (store) => ({
        pages: async function* pages(under, after) {
          for await (const page of store.pages(under, after))
            yield under === prefix ? page.filter(({ key }) => !key.includes('/bot/')) : page
        },
      })),
    },
  },
]
