/**
 * Whose are the objects of an inventory, and who has none? Asked when all of its lines are written: read once
 * more, and held against what the database knows.
 */
import type { Handed, TakeOrder } from '../../ports'
import type { Foot, ObjectLine } from '../../rules/kinds/objects/inventory'
import { ownersExpected, ownersTally, unasked } from '../../rules/kinds/objects/owners'
import type { Owned } from '../../rules/kinds/objects/owners'
import { partsOf } from '../../rules/kinds/objects/pattern'
import type { ObjectsSettings, Reading } from '../../rules/kinds/objects/settings'
import { own } from '../../rules/plain/own'

import { linesWritten } from './past'

type About = {
  order: TakeOrder
  owners: NonNullable<ObjectsSettings['owners']>
  readings: readonly Reading[]
  before: Foot | undefined
}

type Book = { part: string; take(owner: string, at: string): void; owned(): Owned }

const bookOf = (
  part: string,
  handed: Handed,
  { by, before, takenAt }: { by: string; before: Owned | undefined; takenAt: Date },
): Book => {
  // Of another question nothing is gone on with.
  const known = before?.by === by ? before : undefined
  if ('why' in handed)
    return { part, take: () => undefined, owned: () => unasked(by, handed.why, known) }
  return { part, ...ownersTally({ by, ...handed, takenAt, before: known }) }
}

const enter = (
  books: readonly Book[],
  readings: readonly Reading[],
  { key, of, at, found }: ObjectLine,
): void => {
  if (found?.growth === 'gone') return
  const pattern = readings.find(({ name }) => name === of)?.pattern
  const parts = (pattern && partsOf(pattern, key)) ?? {}
  for (const { part, take } of books) {
    const owner = own(parts, part)
    if (owner !== undefined) take(owner, at)
  }
}

export const ownersIn = async (
  bytes: Uint8Array,
  { order, owners, readings, before }: About,
): Promise<NonNullable<Foot['owners']>> => {
  const { takenAt } = order
  const books: Book[] = []
  for (const [part, { by }] of Object.entries(ownersExpected(owners))) {
    const question = own(owners, part)
    if (!question) continue
    const last = own(before?.owners ?? {}, part)
    books.push(bookOf(part, await order.ask(question), { by, before: last, takenAt }))
  }
  for await (const read of linesWritten(bytes))
    if (read.is === 'object') enter(books, readings, read.object)
  return Object.fromEntries(books.map(({ part, owned }) => [part, owned()]))
}
