/** The same tools over the second place: whatever reads the first reads that one so. */
import { Fault } from '../../faults'
import type { SecondStore, Store, Tools } from '../../ports'
import type { Place } from '../../rules/copy/place'

const refuse = async (): Promise<never> => {
  throw new Fault({
    code: 'internal',
    why: 'Something was about to be written in the second place by who only reads there; nothing was done.',
    mend: 'This is a mistake in Snapproof: please report it.',
  })
}

/** Whoever holds a key that only reads there cannot ask for anything else either. */
const asStore = (second: SecondStore): Store => ({
  ...second,
  create: refuse,
  createFrom: refuse,
  replace: refuse,
  put: refuse,
  remove: refuse,
  uploadAddress: refuse,
})

/** Undefined where no second place is set. */
export const atSecond = <Handed extends Tools>(tools: Handed): Handed | undefined =>
  tools.second && { ...tools, store: asStore(tools.second) }

/** A Fault where the second place is meant and none is set. */
export const atPlace = <Handed extends Tools>(place: Place, tools: Handed): Handed => {
  const found = place === 'first' ? tools : atSecond(tools)
  if (found) return found
  throw new Fault({
    code: 'bad-request',
    why: 'No second place is set, so nothing stands there.',
    mend: 'Set SECOND_ENDPOINT and what belongs to it (lib/docs/second-place.md), or ask the first place.',
  })
}
