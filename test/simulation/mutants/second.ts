/** A second place that is filled, emptied or forgotten otherwise than is promised. */
import type { Steps } from '../cloud/functions'
import { isOfSecond } from '../cloud/second-place'
import { noPlight } from '../plight'

import { prefix } from './mutant'
import type { Mutant } from './mutant'

const withSecond = () => ({ ...noPlight(), hasSecond: true })

const isFile = (key: string): boolean =>
  !key.startsWith(`${prefix}_`) && /\.(db|db\.gz|sql\.gz)$/.test(key)

/** The real prune, and then a broom in the second place. */
const sweeping =
  (isSwept: (key: string, here: ReadonlySet<string>) => boolean) =>
  (real: Steps): Partial<Steps> => ({
    prune: async (request, tools) => {
      const answer = await real.prune(request, tools)
      const { store, secondPrune } = tools
      const here = new Set((await store.list(prefix)).map(({ key }) => key))
      for (const { key } of (await secondPrune?.list(prefix)) ?? [])
        if (isFile(key) && isSwept(key, here)) await secondPrune?.remove(key)
      return answer
    },
  })

export const mutantsOfSecond: Mutant[] = [
  {
    name: 'a carrying that brings what is written of a copy, and not the copy',
    invariant: 11,
    days: 6,
    says: /not beside its file/,
    change: {
      plight: withSecond,
      steps: (real) => ({
        round: async (request, tools) => {
          const answer = await real.watch(request, tools)
          for (const { key } of await tools.store.list(prefix)) {
            const found = key.endsWith('.entry.json') ? await tools.store.read(key) : undefined
            if (found) await tools.secondWrite?.create(key, found.bytes).catch(() => undefined)
          }
          return { ...answer, called: [], carried: [], uncarried: [] }
        },
      }),
    },
  },
  {
    name: 'a second place that nobody carries to, and nobody speaks of',
    invariant: 11,
    says: /does not tell that/,
    change: { plight: withSecond, steps: ({ watch }) => ({ watch }) },
  },
  {
    name: 'a carrying that writes over what stands there',
    invariant: 11,
    says: /overwrote/,
    change: {
      plight: withSecond,
      wrap: (tools, name) => {
        const { secondWrite, secondPrune } = tools
        if (name !== 'prune' || !secondPrune) return { ...tools, secondWrite }
        const now: typeof secondPrune.now = async () => {
          for (const { key } of await secondPrune.list(prefix))
            if (isFile(key)) await secondPrune.put(key, Buffer.from('other bytes'))
          return secondPrune.now()
        }
        return { ...tools, secondPrune: { ...secondPrune, now } }
      },
    },
  },
  {
    name: 'a prune that empties the second place first',
    invariant: 11,
    says: /before the first/,
    change: { plight: withSecond, steps: sweeping((key, here) => here.has(key)) },
  },
  {
    name: 'a prune that lets both places go at once',
    invariant: 11,
    says: /kept for longer/,
    change: { plight: withSecond, steps: sweeping((key, here) => !here.has(key)) },
  },
  {
    name: 'a restore that names the second place for whatever the first has',
    invariant: 11,
    says: /of the second place, which is gone there/,
    change: {
      plight: withSecond,
      steps: (real) => ({
        restore: async (request, tools) => {
          const answer = await real.restore(request, tools)
          return 'get' in answer ? { ...answer, place: 'second' } : answer
        },
      }),
      // Carried once a day at most, so that the newest is mostly not there.
      wrap: (tools) =>
        tools.clock.now().getUTCHours() < 20 ? { ...tools, secondWrite: undefined } : tools,
    },
  },
  {
    name: 'a drill that calls every copy of the second place damaged',
    invariant: 5,
    days: 25,
    says: /in the second place failed/,
    change: {
      plight: withSecond,
      wrap: (tools) => ({
        ...tools,
        rehearsal: {
          ...tools.rehearsal,
          restore: async (order) =>
            isOfSecond(order.get)
              ? { steps: [], failed: 'It did not come.' }
              : tools.rehearsal.restore(order),
        },
      }),
    },
  },
]
