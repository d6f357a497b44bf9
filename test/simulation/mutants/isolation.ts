/** Broken fences between databases, and a round that leaves the two other timers to nobody. */
import { everyExaminer } from '../../fakes/tools'
import { noPlight } from '../plight'
import type { Plight } from '../plight'

import { wrapStore } from './mutant'
import type { Mutant } from './mutant'

const besieged = ([first]: readonly string[]): Plight => ({ ...noPlight(), besieged: first })

const shortOfTriggers = (): Plight => ({ ...noPlight(), isShortOfTriggers: true })

const isGiven = (key: string): boolean => key.endsWith('/given.json')

export const mutantsOfIsolation: Mutant[] = [
  {
    name: 'a ticket that says nothing of a silent watch',
    days: 10,
    invariant: 10,
    says: /says nothing of a watch that is silent/,
    change: {
      steps: (real) => ({
        ticket: async (request, tools) => {
          const { notice: _, ...answer } = await real.ticket(request, tools)
          return answer
        },
      }),
    },
  },
  {
    name: 'a round that calls nobody',
    days: 4,
    invariant: 10,
    says: /prune does not run, and nobody calls it/,
    change: {
      plight: shortOfTriggers,
      steps: (real) => ({ watch: (request, tools) => real.watch(request, tools) }),
    },
  },
  {
    name: 'tickets that are given before they are counted',
    invariant: 10,
    says: /gave \d+ tickets of \S+ in an hour/,
    change: {
      plight: besieged,
      wrap: wrapStore('ticket', (store) => ({
        create: async (key, bytes) => (isGiven(key) ? 'created' : store.create(key, bytes)),
        replace: async (key, bytes, etag) =>
          isGiven(key) ? 'replaced' : store.replace(key, bytes, etag),
      })),
    },
  },
  {
    name: 'a watch that gives each copy the whole of its time',
    isLong: true,
    invariant: 10,
    says: /came to its limit/,
    change: {
      plight: besieged,
      wrap: (tools, name) =>
        name === 'watch'
          ? {
              ...tools,
              examiners: everyExaminer(
                tools,
                (examine) => (order) =>
                  examine({ ...order, deadlineAt: new Date('2099-01-01T00:00:00Z') }),
              ),
            }
          : tools,
    },
  },
]
