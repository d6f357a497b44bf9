/**
 * People and monitors: am I safe? Everything that the page, the metrics and the reports tell, read at
 * the moment of asking, from the listing and what was derived from it. Nothing is written.
 */
import type { Tools } from '../ports'
import { rising } from '../rules/plain/order'
import { expectedOf } from '../rules/troubles/troubles'
import type { Head } from '../rules/watching/head'

import { readAlertState } from './bucket/alert-state'
import { readDrillState } from './bucket/drill-state'
import { readPruneState } from './bucket/prune-state'
import { listDatabase } from './bucket/shelves'
import { fingerprintOf, groupsOf, listHeartbeats, listTop } from './bucket/survey'
import type { Group } from './bucket/survey'
import { readWatchState } from './bucket/watch-state'
import { lookAtSecond } from './carrying/second-state'
import { besidesOf, headOf, neverRan, secondIn } from './gather/head'
import { setsOf } from './gather/sets'
import { readDatabase, withBesides } from './gather/standing'
import type { DatabaseOverview, Read } from './gather/standing'

export type Overview = Head & { databases: DatabaseOverview[] }

/** So many databases are read at a time. */
const atOnce = 8

type Groups = AsyncIterable<Group> | Iterable<Group>

const readDatabases = async (read: Read, groups: Groups) => {
  const found: Awaited<ReturnType<typeof readDatabase>>[] = []
  let some: ReturnType<typeof readDatabase>[] = []
  for await (const group of groups) {
    const reading = readDatabase(group, read)
    // The listing goes on meanwhile: a failure waits for its turn, and is not one that nobody heard.
    reading.catch(() => undefined)
    some.push(reading)
    if (some.length < atOnce) continue
    found.push(...(await Promise.all(some)))
    some = []
  }
  found.push(...(await Promise.all(some)))
  return found.toSorted(rising(({ overview }) => overview.database))
}

export const firstCopyIn = (databases: readonly DatabaseOverview[]): string | undefined =>
  databases.flatMap(({ copies }) => copies.map(({ arrivedAt }) => arrivedAt)).toSorted()[0]

const begin = async (tools: Tools) => {
  const { settings, store } = tools
  const [now, top, heartbeats, watch, prune, drill, alerts, second] = await Promise.all([
    store.now(),
    listTop(tools),
    listHeartbeats(tools),
    readWatchState(tools),
    readPruneState(tools),
    readDrillState(tools),
    readAlertState(tools),
    lookAtSecond(tools),
  ])
  // A database that was promised and never came is shown too: silence is how backups die.
  const expected = expectedOf(settings.databases, watch?.databases ?? {})
  const groups = groupsOf(tools, top.adopted, expected, top.strangers)
  return { now, top, heartbeats, watch, prune, drill, alerts, second, groups }
}

type Begun = Omit<Awaited<ReturnType<typeof begin>>, 'groups'> & { groups: Groups }

const overviewOf = async (begun: Begun, tools: Tools): Promise<Overview> => {
  const { now, top, heartbeats, watch, prune, drill, alerts, groups } = begun
  const known = watch?.databases ?? {}
  const read: Read = {
    now,
    heartbeats,
    known,
    drills: drill?.databases ?? {},
    prune,
    second: begun.second,
    tools,
  }
  const second = secondIn({ second: begun.second, known, now }, tools)
  const found = await readDatabases(read, groups)
  const firstAt = firstCopyIn(found.map(({ overview }) => overview))
  const state = watch ?? neverRan(now, top.strangers)
  const installation = besidesOf({ state, prune, drill, alerts, second, firstAt, now }, tools)
  const databases = found.map(({ overview }) =>
    withBesides(
      overview,
      installation.filter(({ database }) => database === overview.database),
      now,
    ),
  )
  const gathered = {
    now,
    ranAt: watch?.ranAt,
    firstAt,
    jobs: { prune: prune?.ranAt, drill: drill?.ranAt },
    drill,
    alerts,
    installation,
    troubles: databases.flatMap(({ troubles }) => troubles),
    questions: found.flatMap(({ questions }) => questions),
    sets: setsOf(databases),
    second,
    spent: watch?.spent,
  }
  return { ...headOf(databases, gathered, tools), databases }
}

/** Of these alone, each listed by itself. */
async function* groupsNamed(tools: Tools, names: readonly string[]): AsyncGenerator<Group> {
  for (const database of names) {
    const objects = await listDatabase(tools, database)
    yield { database, objects, fingerprint: fingerprintOf(objects) }
  }
}

export const readNamed = async (tools: Tools, names: readonly string[]): Promise<Overview> =>
  overviewOf({ ...(await begin(tools)), groups: groupsNamed(tools, names) }, tools)

/** Of all of them, however long it takes. */
export const readOverview = async (tools: Tools): Promise<Overview> =>
  overviewOf(await begin(tools), tools)

/** The same of so many at most. Undefined where there are more: then no copy of any is asked for. */
export const readFew = async (tools: Tools, atMost: number): Promise<Overview | undefined> => {
  const begun = await begin(tools)
  const few: Group[] = []
  for await (const group of begun.groups) {
    if (few.length === atMost) return undefined
    few.push(group)
  }
  return overviewOf({ ...begun, groups: few }, tools)
}
