/**
 * The first place was lost: everything that the second one holds is brought back into it, and watch, prune and drill
 * begin again there. Nothing that stands in the first is overwritten; ended anywhere, a next run goes on.
 *
 * A copy's file comes first, bound to its SHA-256, and its entry last: what a run that was ended leaves is no copy.
 */
import { Fault, asFault } from '../../faults'
import type { Tools } from '../../ports'
import type { Entry } from '../../rules/copy/entry'
import { copiesOf, isSoundCopy } from '../../rules/copy/held'
import { pruneStateType } from '../../rules/copy/journal'
import type { PruneState } from '../../rules/copy/journal'
import { isAway } from '../../rules/copy/place'
import { contentsPrefix, heartbeatKey, stateKey, sumsLine } from '../../rules/copy/snapshot'
import { broughtBack, comingOf, notBrought } from '../../rules/second/coming-back'
import type { Coming, NotBrought } from '../../rules/second/coming-back'
import { expectationsOf } from '../../rules/settings/databases'
import { timelinessOf } from '../../rules/settings/schedule'
import { drillStateType } from '../../rules/watching/drill'
import type { DrillState } from '../../rules/watching/drill'
import { readDrillState } from '../bucket/drill-state'
import { readHoldings } from '../bucket/holdings'
import { createEntry, parseTicket, readEntry } from '../bucket/ledger'
import { readPruneState } from '../bucket/prune-state'
import { sealValue } from '../bucket/sealed'
import { listShelves } from '../bucket/shelves'
import { databaseNames, listHeartbeats } from '../bucket/survey'
import { contentOf } from '../taking/keep'
import { countLacking, lackingIn, mayHaveContents, sideBySide } from '../taking/side-by-side'
import type { Pair } from '../taking/side-by-side'

import { atPlace } from './at-second'

export type RebuildPlan = {
  database: string
  /** The newest first: that is the one to restore tonight. */
  coming: Coming[]
  standing: number
  left: NotBrought[]
  /** What is kept beside its copies and is to come; absent where nothing is. */
  contents?: { count: number; bytes: number }
}

const planOne = async (database: string, tools: Tools, second: Tools): Promise<RebuildPlan> => {
  const there = await listShelves(second, database)
  const here = new Map((await listShelves(tools, database)).map((one) => [one.name.id, one]))
  const plan: RebuildPlan = { database, coming: [], standing: 0, left: [] }
  for (const held of await readHoldings(second, database, there, { isKept: false })) {
    const found = comingOf(held, here.get(held.name.id))
    if (!found) continue
    if ('standing' in found) plan.standing += 1
    else if ('coming' in found) plan.coming.push(found.coming)
    else plan.left.push(found.left)
  }
  if (!mayHaveContents(database, tools)) return plan
  const contents = await countLacking({ here: second.store, there: tools.store }, database, tools)
  return contents.count === 0 ? plan : { ...plan, contents }
}

/** What there is in the second place, and what of it the first lacks; nothing is written. */
export const planRebuild = async (
  tools: Tools,
  only: string | undefined,
): Promise<RebuildPlan[]> => {
  const second = atPlace('second', tools)
  const names = only === undefined ? await databaseNames(second) : [only]
  const plans: RebuildPlan[] = []
  for (const name of names) plans.push(await planOne(name, tools, second))
  return plans.filter(
    ({ coming, standing, left, contents }) =>
      coming.length + standing + left.length > 0 || contents !== undefined,
  )
}

const rerun = 'Run it again: what is there now is planned anew.'

const gone = (key: string): Fault =>
  new Fault({
    code: 'store-missing',
    why: `${key} is no longer in the second place.`,
    mend: rerun,
  })

/** Exactly the bytes that were announced, or nothing: the write itself compares their SHA-256. */
const bringFile = async (
  { key, sizeBytes, from }: Coming,
  { claim, verdict }: Entry,
  { tools, second }: { tools: Tools; second: Tools },
): Promise<void> => {
  const sha256 = claim.sha256 ?? verdict?.sha256
  if (!from || sha256 === undefined) return
  const found = await second.store.stream(key, from.etag)
  if (!found) throw gone(key)
  await tools.store.createFrom(key, { chunks: found.chunks, sizeBytes, sha256 })
}

const bringSums = async (
  { key, claim }: Entry,
  { tools, second }: { tools: Tools; second: Tools },
): Promise<void> => {
  const noted = await second.store.read(`${key}.sha256`)
  const line = noted?.bytes ?? (claim.sha256 && Buffer.from(sumsLine(claim.sha256, key)))
  if (line) await tools.store.create(`${key}.sha256`, line)
}

/** One copy, with its line and its entry. */
export const bringBack = async (coming: Coming, tools: Tools): Promise<void> => {
  const second = atPlace('second', tools)
  const name = parseTicket(coming.id)
  const read = await readEntry(second, name)
  if (!read) throw gone(coming.key)
  const { entry } = read
  await bringFile(coming, entry, { tools, second })
  const here = await tools.store.head(coming.key)
  if (here?.sizeBytes !== coming.sizeBytes) {
    throw new Fault({
      code: 'damaged',
      why: `What stands at ${coming.key} in the first place now is not the copy.`,
      mend: 'Look at who else writes to the bucket, and run it again.',
    })
  }
  await bringSums(entry, { tools, second })
  const at = tools.clock.now().toISOString()
  const written = await createEntry(tools, name, broughtBack(entry, { etag: here.etag, at }))
  // One that stands there is not overwritten; if it is not ours, that is told.
  if (written === 'exists') await readEntry(tools, name)
}

/** The catalog is made anew as it is read: how many of them count as sound in the first place now. */
export const soundNow = async (database: string, tools: Tools): Promise<number> => {
  const holdings = await readHoldings(tools, database, await listShelves(tools, database))
  return copiesOf(holdings).filter(isSoundCopy).length
}

/** Nobody is late before there was a chance to be heard of since the bucket stands. */
const hearAgain = async (database: string, tools: Tools): Promise<void> => {
  const { schedule } = expectationsOf(tools.settings.databases, database)
  const [newest] = copiesOf(await readHoldings(tools, database, await listShelves(tools, database)))
  if (!newest) return
  const now = await tools.store.now()
  const heartbeatAt = (await listHeartbeats(tools)).get(database)?.toISOString()
  const heard = { since: newest.arrivedAt, arrivedAt: newest.arrivedAt, heartbeatAt }
  if (timelinessOf(heard, schedule, now).is !== 'late') return
  const said = JSON.stringify({ at: now.toISOString(), by: 'rebuild' })
  await tools.store.put(heartbeatKey(tools.settings.prefix, database), Buffer.from(`${said}\n`))
}

/**
 * Their states went with the bucket: from now on they are expected to run, and not since the first copy ever came.
 * A state that stands stays as it is.
 */
export const beginAgain = async (databases: readonly string[], tools: Tools): Promise<void> => {
  const { store, settings } = tools
  const ranAt = (await store.now()).toISOString()
  const write = async (name: string, type: string, state: PruneState | DrillState) =>
    store.create(stateKey(settings.prefix, name), sealValue(settings, type, state))
  if (!(await readPruneState(tools)))
    await write('prune.json', pruneStateType, { ranAt, databases: {} })
  if (!(await readDrillState(tools)))
    await write('drill.json', drillStateType, { ranAt, rings: [], databases: {} })
  for (const database of databases) await hearAgain(database, tools)
}

export type Rebuilt = { brought: number; contents: number; bytes: number; failed: NotBrought[] }

/** So many at once: most of the time of a small copy is waiting for an answer. */
const atOnce = 4

/** One content, held against the hash in its name; what stands there already is not overwritten. */
const bringContent = async ({ kept, object }: Pair, tools: Tools): Promise<void> => {
  const found = await atPlace('second', tools).store.read(object.key)
  if (!found) throw gone(object.key)
  const other = (why: string): Fault => new Fault({ code: 'damaged', why, mend: rerun })
  if (!contentOf(kept, found.bytes)) throw other('in the second place it is not what was kept')
  if ((await tools.store.create(object.key, found.bytes)) === 'created') return
  const here = await tools.store.read(object.key)
  if (!here || !contentOf(kept, here.bytes)) throw other(notBrought.other)
}

/** The newest of every database first, and then the others; one copy's trouble keeps no other waiting. */
export const carryOut = async (
  plans: readonly RebuildPlan[],
  tools: Tools,
  tell: (done: Rebuilt) => void,
): Promise<Rebuilt> => {
  const done: Rebuilt = { brought: 0, contents: 0, bytes: 0, failed: [] }
  const attempt = async (id: string, bring: () => Promise<void>): Promise<void> => {
    try {
      await bring()
    } catch (thrown) {
      const { code, why } = asFault(thrown)
      // Where a place is away it is away for the others too; what was brought stands.
      if (isAway({ code }) && code !== 'store-missing') throw thrown
      done.failed.push({ id, why })
    }
    tell(done)
  }
  const attemptCopy = (one: Coming): Promise<void> =>
    attempt(one.id, async () => {
      await bringBack(one, tools)
      done.brought += 1
      done.bytes += one.from ? one.sizeBytes : 0
    })
  const attemptContent = (pair: Pair): Promise<void> =>
    attempt(pair.object.key, async () => {
      await bringContent(pair, tools)
      done.contents += 1
      done.bytes += pair.object.sizeBytes
    })
  const newest = plans.flatMap(({ coming }) => coming.slice(0, 1))
  const all = [...newest, ...plans.flatMap(({ coming }) => coming.slice(1))]
  for (let from = 0; from < all.length; from += atOnce)
    await Promise.all(all.slice(from, from + atOnce).map(attemptCopy))
  for (const { database, contents } of plans) {
    if (!contents) continue
    const prefix = contentsPrefix(tools.settings.prefix, database)
    const places = { here: atPlace('second', tools).store, there: tools.store }
    for await (const pairs of sideBySide(places, { prefix })) {
      const lacking = lackingIn(pairs)
      for (let from = 0; from < lacking.length; from += atOnce)
        await Promise.all(lacking.slice(from, from + atOnce).map(attemptContent))
    }
  }
  return done
}
