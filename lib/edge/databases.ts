/**
 * The databases of this installation, as `lib/databases.ts` has them: or every mistake in it at once,
 * before anything is done by half of what somebody meant.
 */
import { databases } from '../databases'
import { Fault } from '../faults'
import type { Settings } from '../ports'
import { readDatabases } from '../rules/settings/complaints'

export const knownDatabases = (said: unknown = databases): Settings['databases'] => {
  const read = readDatabases(said)
  if ('databases' in read) return read.databases
  throw new Fault({
    code: 'settings',
    why: `lib/databases.ts: ${read.complaints.join('; ')}.`,
    mend: 'Correct lib/databases.ts, then deploy again: npm run deploy',
  })
}
