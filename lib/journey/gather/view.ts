/**
 * What does whoever asks for all of them see, or for one? Few databases are read as they stand now. Of many
 * the watch has summed up how they stood when it last ran, so that a page of its list, or the page of one
 * database, costs the same few requests however many there are.
 */
import type { Tools } from '../../ports'
import { emptyAlertState } from '../../rules/alerts/outbox'
import { databaseNamePattern, heartbeatKey } from '../../rules/copy/snapshot'
import { rising } from '../../rules/plain/order'
import { own } from '../../rules/plain/own'
import { isAwaited } from '../../rules/settings/databases'
import { drillTroubles } from '../../rules/troubles/drills'
import { glanceOf } from '../../rules/watching/glance'
import type { Glance } from '../../rules/watching/glance'
import type { Head } from '../../rules/watching/head'
import { unwatched, withSilence } from '../../rules/watching/head'
import { inOrder } from '../../rules/watching/standing'
import type { Standing } from '../../rules/watching/standing'
import { readAlertState } from '../bucket/alert-state'
import { readDrillState } from '../bucket/drill-state'
import { readPruneState } from '../bucket/prune-state'
import { listDatabase } from '../bucket/shelves'
import { readHead, readSummary } from '../bucket/summary'
import type { Summary } from '../bucket/summary'
import { fingerprintOf } from '../bucket/survey'
import { readWatchState } from '../bucket/watch-state'
import { lookAtSecond } from '../carrying/second-state'
import { firstCopyIn, readFew, readNamed } from '../overview'
import type { Overview } from '../overview'

import { besidesOf, headOf, neverRan, secondIn } from './head'
import { setsOf } from './sets'
import { readDatabase, withBesides } from './standing'
import type { DatabaseOverview } from './standing'
import { summedUp } from './sum-up'

/** So many are read as they stand: a person who has just pushed the first copy looks at once. */
export const fewAtMost = 20

/** What part of the list is wanted, of those whose names hold these letters. */
export type Wanted = {
  query: string
  /** From 1 on. */
  page: number
  size: number
  /** The list of people begins with the gravest; programs go through it by names, which do not move. */
  by: 'gravity' | 'name'
}

export type List = {
  lines: Standing[]
  query: string
  /** How many there are of that name. */
  found: number
  page: number
  pages: number
  size: number
}

export type View = {
  head: Head
  list: List
  /** Where there are few: all of them, with every copy. */
  whole: Overview | undefined
}

const listOf = (
  names: readonly string[],
  { query, page, size, by }: Wanted,
  at: (places: readonly number[]) => Standing[],
): List => {
  const found = [...names.entries()].filter(([, name]) => name.includes(query))
  const ordered = by === 'name' ? found.toSorted(rising(([, name]) => name)) : found
  const pages = Math.max(1, Math.ceil(found.length / size))
  const shown = Math.min(Math.max(1, page), pages)
  const places = ordered.slice((shown - 1) * size, shown * size).map(([place]) => place)
  return { lines: at(places), query, found: found.length, page: shown, pages, size }
}

const wholeView = (whole: Overview, wanted: Wanted): View => {
  const lines = inOrder(whole.databases)
  const names = lines.map(({ database }) => database)
  const at = (places: readonly number[]) => places.flatMap((place) => lines[place] ?? [])
  return { head: whole, list: listOf(names, wanted, at), whole }
}

/**
 * Where the watch has written no summary yet, its own state says as much but of the copies. Where it never
 * ran, nobody has seen them: then there is a head, which says so, and no line.
 */
const summedUpNow = async (tools: Tools, now: Date): Promise<Summary> => {
  const [watch, prune, drill, alerts, second] = await Promise.all([
    readWatchState(tools),
    readPruneState(tools),
    readDrillState(tools),
    readAlertState(tools),
    lookAtSecond(tools),
  ])
  const state = watch ?? neverRan(now)
  const { head, kept } = summedUp(
    { state, prune, drill, alerts, second, stocks: new Map(), now },
    tools,
  )
  const names = kept.map(({ line }) => line.database)
  return {
    head: watch ? withSilence(head, now) : unwatched(head),
    names,
    at: (places) => places.flatMap((place) => kept[place] ?? []),
  }
}

/** Few as they stand; of many what the watch summed up, with the silence of whoever has not run since. */
const readStandings = async (tools: Tools): Promise<{ whole: Overview } | { summary: Summary }> => {
  const stored = await readSummary(tools)
  if (!stored || stored.names.length <= fewAtMost) {
    const whole = await readFew(tools, fewAtMost)
    if (whole) return { whole }
  }
  const now = await tools.store.now()
  const summary = stored
    ? { ...stored, head: withSilence(stored.head, now) }
    : await summedUpNow(tools, now)
  return { summary }
}

export const readView = async (tools: Tools, wanted: Wanted): Promise<View> => {
  const found = await readStandings(tools)
  if ('whole' in found) return wholeView(found.whole, wanted)
  const { head, names, at } = found.summary
  const lines = (places: readonly number[]) => at(places).map(({ line }) => line)
  return { head, list: listOf(names, wanted, lines), whole: undefined }
}

function* linesIn({ names, at }: Summary): Generator<Standing> {
  for (const place of names.keys()) for (const { line } of at([place])) yield line
}

/** Every one, and of many none before it is asked for: together they are more than a function holds. */
export const readEach = async (
  tools: Tools,
): Promise<{ head: Head; lines: Iterable<Standing> }> => {
  const found = await readStandings(tools)
  return 'whole' in found
    ? { head: found.whole, lines: found.whole.databases }
    : { head: found.summary.head, lines: linesIn(found.summary) }
}

/** So many databases of a list are read whole at one asking. */
export const wholeAtMost = 100

export type Part = {
  /** Of these every copy. */
  overview: Overview
  /** Of the others what the watch saw. */
  others: Standing[]
  found: number
  page: number
  pages: number
}

/** Whole, where all of them are no more than can be read at one asking; of more a page of them. */
export const readPart = async (
  tools: Tools,
  { page, by, size = wholeAtMost }: Pick<Wanted, 'page' | 'by'> & { size?: number },
): Promise<Part> => {
  const few = await readFew(tools, size)
  if (few) return { overview: few, others: [], found: few.databases.length, page: 1, pages: 1 }
  const { head, list } = await readView(tools, { query: '', page: 1, size: Infinity, by })
  const found = list.lines.length
  const pages = Math.max(1, Math.ceil(found / size))
  const shown = Math.min(Math.max(1, page), pages)
  const isHere = (_: unknown, place: number) => Math.floor(place / size) === shown - 1
  const names = list.lines.filter(isHere).map(({ database }) => database)
  const { databases } = await readNamed(tools, names)
  const others = list.lines.filter((one, place) => !isHere(one, place))
  return { overview: { ...head, databases }, others, found, page: shown, pages }
}

export type Alone = { head: Head; one: DatabaseOverview }

/** One database as it stands now: nothing of any other is read. Undefined where there is none of that name. */
export const readAlone = async (tools: Tools, database: string): Promise<Alone | undefined> => {
  const { store, settings } = tools
  // Whatever else is called so stands in no bucket of ours.
  if (!databaseNamePattern.test(database)) return undefined
  const [now, stored, objects, heartbeat, prune, drill, second] = await Promise.all([
    store.now(),
    readSummary(tools),
    listDatabase(tools, database),
    store.head(heartbeatKey(settings.prefix, database)),
    readPruneState(tools),
    readDrillState(tools),
    lookAtSecond(tools),
  ])
  const watch = stored ? undefined : await readWatchState(tools)
  const place = stored?.names.indexOf(database) ?? -1
  const known = stored?.at([place])[0]?.known ?? own(watch?.databases ?? {}, database)
  const isExpected = isAwaited(settings.databases, database) || known?.arrivedAt !== undefined
  if (!isExpected && objects.length === 0) return undefined
  const group = { database, objects, fingerprint: fingerprintOf(objects) }
  const { overview, questions } = await readDatabase(group, {
    now,
    heartbeats: new Map(heartbeat ? [[database, heartbeat.modifiedAt]] : []),
    known: known ? { [database]: known } : {},
    drills: drill?.databases ?? {},
    prune,
    second,
    tools,
  })
  const firstAt = stored?.head.firstAt ?? firstCopyIn([overview])
  const state = watch ?? neverRan(now)
  const there = secondIn({ second, known: state.databases, now }, tools)
  const about = { state, prune, drill, alerts: emptyAlertState, second: there, firstAt, now }
  const installation = besidesOf(about, tools)
  const besides = installation.filter((one) => one.database === database)
  const one = withBesides(overview, besides, now)
  if (stored) return { head: withSilence(stored.head, now), one }
  const head = headOf(
    [one],
    {
      now,
      ranAt: watch?.ranAt,
      firstAt,
      jobs: { prune: prune?.ranAt, drill: drill?.ranAt },
      drill,
      alerts: await readAlertState(tools),
      installation,
      troubles: one.troubles,
      questions,
      sets: setsOf([one]),
      second: there,
      spent: watch?.spent,
    },
    tools,
  )
  return { head, one }
}

/** What anybody may know. Where no summary tells it yet, the watch's own state does. */
export const readGlance = async (tools: Tools, now: Date): Promise<Glance | undefined> => {
  const head = await readHead(tools)
  if (head?.glance) return head.glance
  const [state, drill] = await Promise.all([readWatchState(tools), readDrillState(tools)])
  const besides = drillTroubles(drill, now)
  return state && glanceOf(state, tools.settings.databases, { besides, now })
}
