import type { Tools } from '../ports'
import { parseJson } from '../rules/seal'
import { stateKey } from '../rules/snapshot'
import { WatchState, watchStateType } from '../rules/watch-state'

import { openSealed, sealBytes } from './sealed'

const keyOf = (prefix: string): string => stateKey(prefix, 'watch.json')

/** Undefined before the first run, and for one that is not ours: then everything is looked at. */
export const readWatchState = async ({
  store,
  settings,
}: Tools): Promise<WatchState | undefined> => {
  const found = await store.read(keyOf(settings.prefix))
  const payload = found && openSealed(settings, watchStateType, found.bytes)
  return payload && WatchState.safeParse(parseJson(payload)).data
}

/** The last writer wins: two runs beside one another saw the same bucket. */
export const writeWatchState = ({ store, settings }: Tools, state: WatchState): Promise<void> =>
  store.put(
    keyOf(settings.prefix),
    sealBytes(settings, watchStateType, Buffer.from(JSON.stringify(state))),
  )
