/** What the last run of the watch saw: read by alerts and the page, and by the next run. */
import type { Tools } from '../../ports'
import { stateKey } from '../../rules/copy/snapshot'
import { Spending, spendingType } from '../../rules/watching/running'
import { WatchState, watchStateType } from '../../rules/watching/watch-state'

import { readSealed, sealValue } from './sealed'

const keyOf = (prefix: string): string => stateKey(prefix, 'watch.json')

/** Undefined before the first run, and for one that is not ours: then everything is looked at. */
export const readWatchState = async (tools: Tools): Promise<WatchState | undefined> => {
  const key = keyOf(tools.settings.prefix)
  return (await readSealed(tools, { key, type: watchStateType, shape: WatchState }))?.value
}

/** When any build of ours last watched to the end, by the store's clock. */
export const watchedAt = async ({ store, settings }: Tools): Promise<Date | undefined> =>
  (await store.head(keyOf(settings.prefix)))?.modifiedAt

/** The last writer wins: two runs beside one another saw the same bucket. */
export const writeWatchState = ({ store, settings }: Tools, state: WatchState): Promise<void> =>
  store.put(keyOf(settings.prefix), sealValue(settings, watchStateType, state))

const spendingKeyOf = (prefix: string): string => stateKey(prefix, 'spending.json')

/** What the timers' runs took, a day by itself; undefined before the first run that measured itself. */
export const readSpending = async (tools: Tools): Promise<Spending | undefined> => {
  const key = spendingKeyOf(tools.settings.prefix)
  return (await readSealed(tools, { key, type: spendingType, shape: Spending }))?.value
}

/**
 * Written at the very end of a run, when nobody else may touch the state of the watch any more. The last writer
 * wins: of two runs beside one another one is not counted.
 */
export const writeSpending = ({ store, settings }: Tools, spending: Spending): Promise<void> =>
  store.put(spendingKeyOf(settings.prefix), sealValue(settings, spendingType, spending))
