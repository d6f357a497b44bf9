/**
 * Carries sound copies to the second place, with the time that is left of a run. What it lacks is seen by
 * comparing the two listings of a database, and only where something has changed, or waits, or has not been looked
 * at for a week: a quiet run asks the second place nothing.
 *
 * Killed anywhere, run twice or beside itself it does no harm, and the next run goes on. It deletes nothing.
 */
import { Fault, asFault } from '../../faults'
import type { CarryingStore, Tools } from '../../ports'
import { copiesOf } from '../../rules/copy/held'
import { sortObjects } from '../../rules/copy/shelf'
import { isAnnounced } from '../../rules/copy/shelf'
import { own } from '../../rules/plain/own'
import { fitsInto, gapsOf, inTurn, isBehind } from '../../rules/second/carrying'
import type { Gap } from '../../rules/second/carrying'
import { comparedAs, toCompare, unseenIn } from '../../rules/second/second-state'
import type { SecondState } from '../../rules/second/second-state'
import { readHoldings } from '../bucket/holdings'
import { parseTicket } from '../bucket/ledger'
import { listDatabase } from '../bucket/shelves'
import { fingerprintOf } from '../bucket/survey'
import { readWatchState } from '../bucket/watch-state'
import { stampOf } from '../gather/look'

import { carryContents } from './contents'
import type { ContentsCarried } from './contents'
import { bring } from './place'
import { readSecondState, writeSecondState } from './second-state'

export type Carried = {
  /** Copies that stand there now and did not before, or of which a later word does. */
  carried: string[]
  /** How many contents stand there now and did not before, by their database: `bot 12`. */
  contents?: string[]
  /** What it could not do, each a sentence. */
  uncarried: string[]
}

/** The last moments of a run are for what is written of it. */
const reserveMs = 20_000

/** So much of the time may pass with comparing: what is found is to be carried as well. */
const compareShare = 0.4

/** In one run: databases that are compared, copies that are carried, and their bytes. Mostly the time ends it. */
const comparedAtMost = 400
const carriedAtMost = 200
const bytesAtMost = 8 * 1024 ** 3

/** After so many in a row it is the place, and not the copy. */
const faultsAtMost = 3

/** Until one has been measured; two regions of one provider manage ten times that. */
const usualBytesPerSecond = 4 * 1024 ** 2

/** A speed is taken from a copy that is large enough to show one. */
const measuredFromBytes = 8 * 1024 ** 2

/** A large copy that did not fit is tried where most of the run is left. */
const mostOfARun = 0.5

type Compared = {
  database: string
  fingerprint: string
  there: { id: string; at: Date }[]
  gaps: Gap[]
}

type Run = {
  tools: Tools
  second: CarryingStore
  /** When carrying ends, and how long it may take from its beginning. */
  endsMs: number
  wholeMs: number
  faults: string[]
}

const leftMs = ({ tools, endsMs }: Run): number => endsMs - tools.clock.now().getTime()

const compare = async (database: string, { tools, second }: Run): Promise<Compared> => {
  const { settings } = tools
  const standing = sortObjects(
    settings,
    await listDatabase({ store: second, settings }, database),
  ).shelves
  const objects = await listDatabase(tools, database)
  const { shelves } = sortObjects(settings, objects)
  const copies = copiesOf(await readHoldings(tools, database, shelves))
  return {
    database,
    // As the watch writes it: what it has seen unchanged since then is not compared again.
    fingerprint: stampOf({ database, objects, fingerprint: fingerprintOf(objects) }, tools),
    there: standing.filter(isAnnounced).map(({ name: { id, at } }) => ({ id, at })),
    gaps: gapsOf(copies, standing),
  }
}

const compareAll = async (names: readonly string[], run: Run): Promise<Compared[]> => {
  const until = run.endsMs - run.wholeMs * (1 - compareShare)
  const compared: Compared[] = []
  for (const database of names.slice(0, comparedAtMost)) {
    if (run.tools.clock.now().getTime() >= until) break
    try {
      compared.push(await compare(database, run))
    } catch (thrown) {
      // Whichever place is away, it is away for the others too.
      run.faults.push(`${database}: ${asFault(thrown).why}`)
      break
    }
  }
  return compared
}

type Speed = { bytesPerSecond: number | undefined }

const bringTimed = async (gap: Gap, { tools, second, ...run }: Run, speed: Speed) => {
  const began = tools.clock.now().getTime()
  const left = AbortSignal.timeout(Math.max(0, leftMs({ tools, second, ...run })))
  const isBrought = await bring(gap, { tools, second, until: left })
  const tookMs = tools.clock.now().getTime() - began
  const isMeasured = isBrought && gap.lacks === 'copy' && gap.sizeBytes >= measuredFromBytes
  if (isMeasured && tookMs > 0) speed.bytesPerSecond = (gap.sizeBytes / tookMs) * 1000
  return isBrought
}

/** What was carried, and what there was nothing to carry of any more. */
const bringAll = async (gaps: readonly Gap[], run: Run, speed: Speed) => {
  const done: { gap: Gap; isBrought: boolean }[] = []
  let inARow = 0
  let bytes = 0
  const attempt = async (gap: Gap): Promise<void> => {
    try {
      done.push({ gap, isBrought: await bringTimed(gap, run, speed) })
      if (gap.lacks === 'copy') bytes += gap.sizeBytes
      inARow = 0
    } catch (thrown) {
      inARow += 1
      run.faults.push(`${gap.id}: ${asFault(thrown).why}`)
      // One that stands in the way is no sign that the place is away.
      if (thrown instanceof Fault && thrown.code === 'damaged') inARow = 0
    }
  }
  const isOver = () => done.length >= carriedAtMost || inARow >= faultsAtMost || leftMs(run) <= 0
  const tooLong: Gap[] = []
  for (const gap of gaps) {
    if (isOver()) break
    const isTooMuch = bytes > 0 && gap.lacks === 'copy' && bytes + gap.sizeBytes > bytesAtMost
    const bytesPerSecond = speed.bytesPerSecond ?? usualBytesPerSecond
    if (isTooMuch || !fitsInto(gap, { leftMs: leftMs(run), bytesPerSecond })) tooLong.push(gap)
    else await attempt(gap)
  }
  const [longest] = tooLong
  if (longest && !isOver() && leftMs(run) > run.wholeMs * mostOfARun) await attempt(longest)
  return done
}

const stateAfter = (
  before: SecondState,
  {
    compared,
    done,
    contents,
    now,
  }: {
    compared: Compared[]
    done: { gap: Gap; isBrought: boolean }[]
    contents: ContentsCarried['lines']
    now: Date
  },
): SecondState['databases'] => {
  const ended = new Set(done.map(({ gap }) => gap))
  const lines = compared.map(({ database, fingerprint, there, gaps }) => {
    const came = done.flatMap(({ gap, isBrought }) =>
      isBrought && isBehind(gap) && gap.database === database ? [parseTicket(gap.id)] : [],
    )
    const missing = gaps.filter((gap) => isBehind(gap) && !ended.has(gap))
    const known = own(before.databases, database)
    const about = { before: known, startedAt: before.startedAt, now }
    // What is only to be said anew is looked for by the next run too, where this one did not come to it.
    const isLeft = gaps.some((gap) => !isBehind(gap) && !ended.has(gap))
    const line = comparedAs(
      { fingerprint: isLeft ? '' : fingerprint, there: [...there, ...came], missing },
      about,
    )
    const beside = contents.get(database) ?? known?.contents
    return [database, { ...line, ...(beside ? { contents: beside } : {}) }] as const
  })
  return { ...before.databases, ...Object.fromEntries(lines) }
}

const withoutKey =
  'SECOND_WRITE_API_KEY is not set, so that nothing can be carried to the second place.'

const nothing = (): Carried => ({ carried: [], uncarried: [] })

/** Is told by the watch that comes after it: from what is left behind here. */
export const carryDue = async (tools: Tools): Promise<Carried> => {
  const { secondWrite: second, settings, clock, deadlineAt } = tools
  if (settings.second === undefined) return nothing()
  const watched = await readWatchState(tools)
  if (!watched) return nothing()
  const known = await readSecondState(tools)
  const now = new Date(watched.ranAt)
  const before: SecondState = known ?? {
    place: settings.second,
    startedAt: now.toISOString(),
    databases: {},
  }
  const names = toCompare(before, watched.databases, now)
  const unseen = unseenIn(before, { names, known: watched.databases, now })
  const noted = { ...before, databases: { ...before.databases, ...unseen } }
  const isNew = !known || Object.keys(unseen).length > 0
  if (!second) {
    const isSaid = before.fault?.why === withoutKey
    const fault = isSaid ? before.fault : { why: withoutKey, since: watched.ranAt }
    if (isNew || !isSaid) await writeSecondState(tools, { ...noted, fault })
    return { carried: [], uncarried: [withoutKey] }
  }
  const endsMs = deadlineAt.getTime() - reserveMs
  const wholeMs = endsMs - clock.now().getTime()
  // Noted first: from then on it is told if no run ever comes to carry anything.
  if (isNew) await writeSecondState(tools, noted)
  if (names.length === 0 || wholeMs <= 0) return nothing()
  const run: Run = { tools, second, endsMs, wholeMs, faults: [] }
  const compared = await compareAll(names, run)
  const speed: Speed = { bytesPerSecond: noted.bytesPerSecond }
  const done = await bringAll(inTurn(compared.flatMap(({ gaps }) => gaps)), run, speed)
  const beside = compared.map(({ database, fingerprint }) => ({
    database,
    fingerprint,
    before: own(noted.databases, database)?.contents,
  }))
  const { lines: contents, told } = await carryContents(beside, now, run)
  const [why] = run.faults
  const { fault: _, ...rest } = noted
  const databases = Object.fromEntries(
    Object.entries(stateAfter(noted, { compared, done, contents, now })).filter(([database]) =>
      Object.hasOwn(watched.databases, database),
    ),
  )
  await writeSecondState(tools, {
    ...rest,
    ranAt: now.toISOString(),
    ...(why === undefined
      ? {}
      : { fault: { why, since: noted.fault?.since ?? now.toISOString() } }),
    ...(speed.bytesPerSecond === undefined ? {} : { bytesPerSecond: speed.bytesPerSecond }),
    databases,
  })
  return {
    carried: done.flatMap(({ gap, isBrought }) => (isBrought ? [gap.id] : [])),
    ...(told.length > 0 ? { contents: told } : {}),
    uncarried: run.faults,
  }
}
