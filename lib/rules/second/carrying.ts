/**
 * What does the second place lack, and what is carried there next? The newest copy of each database before
 * anything else; then turn by turn, of each database what has waited longest.
 */
import { isSoundEntry } from '../copy/entry'
import type { Entry } from '../copy/entry'
import { isSoundCopy } from '../copy/held'
import type { Copy } from '../copy/held'
import type { Shelf } from '../copy/shelf'
import { rising } from '../plain/order'
import { secondMs } from '../plain/time-units'

/** All of it; what is written of it; or its entry alone, which has changed since it was carried. */
export type Lack = 'copy' | 'papers' | 'entry'

export type Gap = Pick<Copy, 'database' | 'id' | 'key' | 'sizeBytes' | 'arrivedAt'> & {
  lacks: Lack
  /** The newest sound copy of its database. */
  isNewest: boolean
}

/** What counts as behind: a copy whose entry is older there stands there all the same. */
export const isBehind = ({ lacks }: Pick<Gap, 'lacks'>): boolean => lacks !== 'entry'

const lackOf = (copy: Copy, there: Shelf | undefined): Lack | undefined => {
  const isThere = there?.snapshots.some(({ key }) => key === copy.key) ?? false
  if (!isThere) return 'copy'
  if (!there?.entry || !there.sums) return 'papers'
  return there.entry.etag === copy.entryEtag ? undefined : 'entry'
}

/** What is on its way out is not carried any more; what is not sound never is. */
const isToStand = (copy: Copy): boolean =>
  isSoundCopy(copy) && copy.sha256 !== undefined && copy.letGoAt === undefined

/** `copies` are those of one database, newest first; `there` is what stands at the second place. */
export const gapsOf = (copies: readonly Copy[], there: readonly Shelf[]): Gap[] => {
  const byId = new Map(there.map((shelf) => [shelf.name.id, shelf]))
  return copies.filter(isToStand).flatMap((copy, place) => {
    const lacks = lackOf(copy, byId.get(copy.id))
    if (lacks === undefined) return []
    const { database, id, key, sizeBytes, arrivedAt } = copy
    return [{ database, id, key, sizeBytes, arrivedAt, lacks, isNewest: place === 0 }]
  })
}

const byWaiting = rising<Gap>(
  ({ arrivedAt }) => Date.parse(arrivedAt),
  ({ id }) => id,
)

/**
 * In the order in which they are carried. A database with years behind it keeps no other waiting: beyond the
 * newest ones each has one turn in each round.
 */
export const inTurn = (gaps: readonly Gap[]): Gap[] => {
  const newest = gaps.filter((gap) => gap.isNewest && isBehind(gap))
  const rest = gaps.filter((gap) => !(gap.isNewest && isBehind(gap)))
  const turns = new Map<string, number>()
  const placed = [
    ...rest.filter(isBehind).toSorted(byWaiting),
    ...rest.filter((gap) => !isBehind(gap)).toSorted(byWaiting),
  ].map((gap) => {
    const turn = turns.get(gap.database) ?? 0
    turns.set(gap.database, turn + 1)
    return { gap, turn }
  })
  const others = placed.toSorted(
    rising(
      ({ gap }) => (isBehind(gap) ? 0 : 1),
      ({ turn }) => turn,
    ),
  )
  return [...newest.toSorted(byWaiting), ...others.map(({ gap }) => gap)]
}

/** May this one be begun? What would take longer than there is time for keeps no other waiting. */
export const fitsInto = (
  { sizeBytes, lacks }: Pick<Gap, 'sizeBytes' | 'lacks'>,
  { leftMs, bytesPerSecond }: { leftMs: number; bytesPerSecond: number },
): boolean => {
  const needsMs = lacks === 'entry' ? 0 : (sizeBytes / bytesPerSecond) * secondMs
  return leftMs > 0 && needsMs <= leftMs
}

/** When was anything last said of it? What changes an entry leaves one of these. */
const saidAtMs = ({ claim, history, verdict, pin, accepted, startedAt }: Entry): number =>
  Math.max(
    ...[claim.ticketAt, verdict?.at, pin?.at, accepted?.at, startedAt]
      .flatMap((at) => at ?? [])
      .concat(history.map(({ at }) => at))
      .map((at) => Date.parse(at)),
  )

/** May this entry take the place of the one that stands there? Never an older one, nor one of another file. */
export const mayReplace = (entry: Entry, there: Entry): boolean =>
  isSoundEntry(entry) &&
  entry.id === there.id &&
  entry.key === there.key &&
  entry.claim.sha256 === there.claim.sha256 &&
  saidAtMs(entry) >= saidAtMs(there)
