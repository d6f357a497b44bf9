import { parseTicket } from '../../../lib/journey/bucket/ledger'
import { planDatabase } from '../../../lib/journey/gather/plan'
import { answerOf } from '../../../lib/journey/gather/pruned'
import { applyPlan } from '../../../lib/journey/prune'
import type { Tools } from '../../../lib/ports'
import type { PrunePlan } from '../../../lib/rules/copy/journal'
import type { Steps } from '../cloud/functions'
import type { World } from '../world'

import { prefix, wrapStore } from './mutant'
import type { Mutant } from './mutant'

/** A prune of its own, with the real plan and deeds of another kind. */
const pruneBy =
  (deed: (plan: PrunePlan, tools: Tools) => Promise<unknown>) =>
  (_: Steps, world: World): Partial<Steps> => ({
    prune: async (_request, tools) => {
      const now = await tools.store.now()
      for (const database of Object.keys(world.settings.databases)) {
        await deed(await planDatabase(tools, database, { now, heartbeatAt: now }), tools)
      }
      return answerOf({ databases: [], left: [], unreached: [], faults: [] })
    },
  })

const letGo = (plan: PrunePlan, isMeant: (index: number) => boolean): PrunePlan => ({
  ...plan,
  copies: plan.copies.map((copy, index) => ({ ...copy, keep: copy.keep && !isMeant(index) })),
})

/** The real deed, but for its own last look at the newest sound copy. */
const carryOut = (plan: PrunePlan, tools: Tools) =>
  applyPlan(
    { ...plan, copies: plan.copies.toSorted((a, b) => Number(b.keep) - Number(a.keep)) },
    tools,
  )

const entryKeyOf = (id: string): string => {
  const { at, database } = parseTicket(id)
  return `${prefix}${database}/${at.toISOString().slice(0, 7).replace('-', '/')}/${id}.entry.json`
}

export const mutantsOfPrune: Mutant[] = [
  {
    name: 'a prune that removes without a plan',
    invariant: 1,
    says: /no plan/,
    change: {
      steps: pruneBy(async ({ copies }, { store }) => {
        for (const { key } of copies.slice(8)) await store.remove(key)
      }),
    },
  },
  {
    name: 'a prune whose journal is written afterwards',
    invariant: 1,
    says: /no plan/,
    change: {
      wrap: wrapStore('prune', (store) => {
        const later: (() => Promise<void>)[] = []
        return {
          put: async (key, bytes) => {
            if (!key.endsWith('.plan.json')) return store.put(key, bytes)
            later.push(() => store.put(key, bytes))
          },
        }
      }),
    },
  },
  {
    name: 'a rule that lets go of the newest sound copy',
    invariant: 1,
    says: /the newest sound copy/,
    change: {
      steps: pruneBy((plan, tools) =>
        carryOut(
          letGo(plan, (index) => index === 0),
          tools,
        ),
      ),
    },
  },
  {
    name: 'a rule that keeps two sound copies',
    invariant: 1,
    says: /left [12] sound copies/,
    change: {
      steps: pruneBy((plan, tools) =>
        carryOut(
          letGo(plan, (index) => index > 1),
          tools,
        ),
      ),
    },
  },
  {
    name: 'a rule that lets go of what is unmet first',
    days: 60,
    invariant: 1,
    says: /the newest whole copy/,
    change: {
      steps: pruneBy((plan, tools) =>
        carryOut(
          letGo(plan, (index) => plan.copies[index]?.word === 'unmet'),
          tools,
        ),
      ),
    },
  },
  {
    name: 'a prune that does not look for pins',
    days: 60,
    invariant: 1,
    says: /pinned before its plan/,
    change: {
      steps: pruneBy(async (plan, tools) => {
        const all = {
          ...plan,
          copies: plan.copies.map((copy, index) => ({ ...copy, keep: index < 4 })),
        }
        await applyPlan(all, tools)
      }),
    },
  },
  {
    name: 'a watch that tidies up',
    invariant: 1,
    says: /only prune may/,
    change: {
      steps: (real) => ({
        watch: async (request, tools) => {
          for (const { key } of await tools.store.list(`${prefix}`)) {
            if (/\.(db|sql\.gz)$/.test(key)) await tools.store.remove(key)
          }
          return real.watch(request, tools)
        },
      }),
    },
  },
  {
    name: 'a prune that deletes the snapshot last',
    invariant: 1,
    says: /the entry of .* before its snapshot/,
    change: {
      wrap: wrapStore('prune', (store) => ({
        remove: async (key) => {
          const isSnapshot = /\.(db|db\.gz|sql\.gz)$/.test(key)
          const [id = ''] = key.slice(key.lastIndexOf('/') + 1).split('.')
          if (isSnapshot) await store.remove(entryKeyOf(id))
          await store.remove(key)
        },
      })),
    },
  },
]
