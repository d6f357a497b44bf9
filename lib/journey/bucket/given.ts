/** Tickets of a database, counted as they are given: of those that ask at once each is counted. */
import { Fault } from '../../faults'
import type { Tools } from '../../ports'
import { Given, givenType, withTicket } from '../../rules/copy/given'
import { stateKey } from '../../rules/copy/snapshot'

import { isNewer } from './ledger'
import { readSealed, sealValue } from './sealed'

/** Of those that ask at once one is counted at a time; the rest come again in a moment. */
const attempts = 8

const read = (tools: Tools, key: string) =>
  readSealed(tools, { key, type: givenType, shape: Given }).catch((thrown: unknown) => {
    if (isNewer(thrown)) return 'newer' as const
    throw thrown
  })

/** `full` where the hour has no ticket left: none is given before it is counted. */
export const countTicket = async (
  tools: Tools,
  database: string,
  hour: { now: Date; limit: number; mark: string },
): Promise<'counted' | 'full'> => {
  const { store, settings } = tools
  const key = stateKey(settings.prefix, `${database}/given.json`)
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await read(tools, key)
    // A newer build counts in a way that we do not know: a push must not wait for it.
    if (found === 'newer') return 'counted'
    const next = withTicket(found?.value ?? { tickets: [] }, hour)
    if (!next) return 'full'
    // The store takes the same bytes for the same write: only one of two may believe it was his.
    const bytes = sealValue(settings, givenType, { ...next, writtenBy: hour.mark })
    const written = found
      ? await store.replace(key, bytes, found.etag)
      : await store.create(key, bytes)
    if (written === 'created' || written === 'replaced') return 'counted'
  }
  throw new Fault({
    code: 'contended',
    why: `Too many asked for a ticket for ${database} at the same moment.`,
    mend: 'It is asked for again by itself. If it stays, look who else holds the push token of this database.',
  })
}
