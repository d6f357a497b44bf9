/** Every copy that either place has: those of the first, and behind them in their order those of the second. */
import type { Tools } from '../../ports'
import { isAway } from '../../rules/copy/place'
import { falling } from '../../rules/plain/order'
import { listCopies } from '../gather/copies'
import type { ListedCopy } from '../gather/copies'

import { atSecond } from './at-second'
import { askBoth } from './either'

type Asked = Parameters<typeof listCopies>[0]

const inSecond = (copy: ListedCopy): ListedCopy => ({
  ...copy,
  change: [...(copy.change === '-' ? [] : [copy.change]), 'in the second place'].join(', '),
  place: 'second',
})

/** A place that is away says nothing of the other one's copies; with both away there is no list. */
export const listEither = async (request: Asked, tools: Tools): Promise<ListedCopy[]> => {
  const second = atSecond(tools)
  if (!second) return listCopies(request, tools)
  const { here, there } = await askBoth(tools, second, (at) => listCopies(request, at))
  if (here.is === 'fault' && (!isAway(here.fault) || there.is === 'fault')) throw here.fault
  const first = here.is === 'fault' ? [] : here.answer
  const known = new Set(first.map(({ ticket }) => ticket))
  const others = there.is === 'fault' ? [] : there.answer
  const more = others.filter(({ ticket }) => !known.has(ticket))
  return more.length === 0
    ? first
    : [...first, ...more.map(inSecond)].toSorted(falling(({ ticket }) => ticket))
}
