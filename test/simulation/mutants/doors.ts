/** Broken doors and faces: a token, a page, and the name under which a copy comes in. */
import { wrapStore } from './mutant'
import type { Mutant } from './mutant'

export const mutantsOfDoors: Mutant[] = [
  {
    name: 'a door that a revoked token opens',
    days: 60,
    isLong: true,
    invariant: 3,
    says: /a revoked token opened the door/,
    change: {
      wrap: (tools) => ({ ...tools, settings: { ...tools.settings, revokedKeyIds: new Set() } }),
    },
  },
  {
    name: 'a page that calls everything sound',
    days: 60,
    invariant: 5,
    says: /status calls \S+ sound, and it is/,
    change: {
      steps: (real) => ({
        status: async (request, tools) => {
          const seen = await real.status(request, tools)
          return { ...seen, databases: seen.databases.map((one) => ({ ...one, health: 'sound' })) }
        },
      }),
    },
  },
  {
    name: 'a ticket that names by its own clock',
    days: 60,
    invariant: 7,
    says: /is named ahead of its arrival/,
    change: {
      wrap: wrapStore('ticket', (_, { clock }) => ({ now: async () => clock.now() })),
    },
  },
]
