/** What is on its way out of one database: written by a run of prune, and read by the next. */
import type { Tools } from '../../ports'
import { stateKey } from '../../rules/copy/snapshot'
import { Leaving, leavingType } from '../../rules/keeping/leaving'

import { readSealed, sealValue } from './sealed'

const keyOf = (prefix: string, database: string): string =>
  stateKey(prefix, `${database}/leaving.json`)

/** Undefined where nothing is, or nobody of ours said so. */
export const readLeaving = async (tools: Tools, database: string): Promise<Leaving | undefined> => {
  const key = keyOf(tools.settings.prefix, database)
  return (await readSealed(tools, { key, type: leavingType, shape: Leaving }))?.value
}

export const writeLeaving = async (
  { store, settings }: Tools,
  database: string,
  leaving: Leaving,
): Promise<void> => {
  await store.put(keyOf(settings.prefix, database), sealValue(settings, leavingType, leaving))
}
