/** What does one inventory say of one object? Read until its place in the order of the keys has come, and no further. */
import { inOrder } from '../../rules/kinds/objects/inventory'
import type { ObjectLine } from '../../rules/kinds/objects/inventory'

import { linesOf } from './past'
import type { Packed } from './past'

export const lineIn = async (packed: Packed, key: string): Promise<ObjectLine | undefined> => {
  for await (const read of linesOf(packed)) {
    if (read.is !== 'object') continue
    const order = inOrder(read.object.key, key)
    if (order === 0) return read.object
    if (order > 0) return undefined
  }
  return undefined
}
