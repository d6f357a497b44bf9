/** How far the second place was when a run last carried something there: read by alerts and the page. */
import type { Tools } from '../../ports'
import { stateKey } from '../../rules/copy/snapshot'
import { SecondState, secondStateType } from '../../rules/second/second-state'
import { isNewer } from '../bucket/ledger'
import { readSealed, sealValue } from '../bucket/sealed'

const keyOf = (prefix: string): string => stateKey(prefix, 'second.json')

/** Undefined where no second place is set, unasked; and where this one is another than before. */
export const readSecondState = async (tools: Tools): Promise<SecondState | undefined> => {
  const { second, settings } = tools
  if (!second) return undefined
  const key = keyOf(settings.prefix)
  const state = (await readSealed(tools, { key, type: secondStateType, shape: SecondState }))?.value
  return state?.place === settings.second ? state : undefined
}

/** For who only tells of it: what a newer build keeps here stops nothing of the first place. */
export const lookAtSecond = async (tools: Tools): Promise<SecondState | undefined> =>
  readSecondState(tools).catch((thrown: unknown) => {
    if (isNewer(thrown)) return undefined
    throw thrown
  })

export const writeSecondState = async (
  { store, settings }: Tools,
  state: SecondState,
): Promise<void> => {
  await store.put(keyOf(settings.prefix), sealValue(settings, secondStateType, state))
}
