/**
 * Is what nobody has written to since still private? Whoever changes an ACL alone changes nothing that a listing
 * tells, so some objects are tried without a key in their turn, when all lines of an inventory are written.
 */
import type { TakeOrder } from '../../ports'
import type { Foot, Tried } from '../../rules/kinds/objects/inventory'
import { turnOf } from '../../rules/kinds/objects/turn'
import type { Answer } from '../../rules/kinds/objects/turn'

import { linesWritten } from './past'

const triesAtOnce = 8

type About = {
  order: TakeOrder
  before: Foot | undefined
  /** What whoever asked without a key for a list of them was answered. */
  isOpen: Answer
}

export const triedIn = async (
  bytes: Uint8Array,
  { order: { app, isOver }, before, isOpen }: About,
): Promise<Tried | undefined> => {
  // In the first one each was read just now, and tried. Of a store that answers no stranger nothing is learnt.
  if (!before || isOpen === undefined) return before?.tried
  const turn = turnOf(before.tried)
  for await (const read of linesWritten(bytes)) {
    if (isOver()) return before.tried
    if (read.is === 'object') turn.take(read.object)
  }
  const tries = turn.tries()
  const answers: Answer[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let one = tries[next]; one && !isOver(); one = tries[next]) {
      const at = next
      next += 1
      answers[at] = await app.isOpenToAnyone(one.key)
    }
  }
  await Promise.all(Array.from({ length: triesAtOnce }, work))
  return turn.end(answers)
}
