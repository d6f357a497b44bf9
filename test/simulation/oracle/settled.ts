/**
 * 7. Whatever went wrong: once the faults stop and some days pass, everything is in its place again.
 */
import { z } from 'zod'

import { sha256Of } from '../cloud/content'
import type { File } from '../cloud/content'
import { Violation } from '../violation'

import { isOfObjects } from './inventories'
import { fileOf, payloadOf, wordSeen } from './truth'
import type { Copy, Truth } from './truth'

const Seen = z.object({ id: z.string() }).optional()
const WatchSeen = z.object({
  databases: z.record(
    z.string(),
    z.object({ copies: z.int(), newest: Seen, newestSound: Seen, unjudged: z.int() }),
  ),
})
const PruneSeen = z.object({
  databases: z.record(z.string(), z.object({ brake: z.string().optional() })),
})

const isTouched = (truth: Truth, { entry, entryKey }: Copy): boolean =>
  truth.touched.has(entry.key) || truth.touched.has(entryKey)

/** The time in its name, or that of its arrival, whichever was earlier: so is one told from another. */
const cameMs = (truth: Truth, copy: Copy): number => {
  const [day = '', time = ''] = copy.entry.id.slice(-25, -7).split('T')
  const named = `${day}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}Z`
  return Math.min(truth.arrivedMs(copy), Date.parse(named))
}

const newestOf = (truth: Truth, copies: readonly Copy[]): Copy | undefined =>
  copies.toSorted(
    (a, b) => cameMs(truth, b) - cameMs(truth, a) || (a.entry.id < b.entry.id ? 1 : -1),
  )[0]

/** What arrived and has no verdict yet. */
export const waitingIn = (truth: Truth): Copy[] =>
  truth.copies().filter(({ entry, stored }) => stored !== undefined && entry.verdict === undefined)

const everySnapshotIsJudged = (truth: Truth): void => {
  for (const copy of truth.copies()) {
    const { entry, stored } = copy
    if (!stored) continue
    if (!entry.verdict) throw new Violation(7, `${entry.id} arrived and has no verdict`)
    if (entry.etag !== undefined && entry.etag !== stored.object.etag) {
      // Its verdict stands over "could not check", and the one that is there now was not judged.
      throw new Violation(7, `${entry.id} is not the file that was judged`)
    }
  }
}

type Wanted = { truth: Truth; isExpected: (file: File) => boolean }

/** They are said to lack what is expected, and do not lack it any more since something else is. */
export const judgedByOthers = ({ truth, isExpected }: Wanted): Copy[] =>
  truth.copies().filter((copy) => {
    const file = fileOf(copy.stored)
    if (!file || !isExpected(file) || !truth.isWhole(copy)) return false
    const { findings = [] } = copy.entry.verdict ?? {}
    const isMissed = findings.some(
      ({ check, outcome }) => check === 'schema' && outcome !== 'passed',
    )
    return isMissed && wordSeen(copy.entry) !== 'accepted'
  })

/** What is expected was said days ago: every copy has been held against it since. */
const everythingIsJudgedAnew = (wanted: Wanted): void => {
  const [copy] = judgedByOthers(wanted)
  if (!copy) return
  const { id, verdict } = copy.entry
  throw new Violation(7, `${id} is still ${verdict?.outcome}, and is what is expected`)
}

const nothingIsLeftOver = (truth: Truth): void => {
  for (const copy of truth.copies()) {
    const { entry, stored } = copy
    if (stored || isTouched(truth, copy)) continue
    if (entry.letGoAt) throw new Violation(7, `the entry of ${entry.id}, let go, is left over`)
  }
  for (const key of truth.bucket.objects.keys()) {
    if (key.startsWith('backups/_') || isOfObjects(key) || truth.touched.has(key)) continue
    const snapshot = key.replace(/\.sha256$/, '')
    if (truth.copyOfKey(snapshot) || truth.touched.has(snapshot)) continue
    if (!key.endsWith('.entry.json'))
      throw new Violation(7, `${key} is left over, without its entry`)
  }
}

const stateOf = <State>(truth: Truth, name: string, shape: z.ZodType<State>): State => {
  const found = truth.bucket.objects.get(`backups/_state/${name}`)
  const state = shape.safeParse(found && payloadOf(found.bytes))
  if (state.data === undefined) throw new Violation(7, `_state/${name} is missing, or is not read`)
  return state.data
}

const watchKnowsTheBucket = (truth: Truth, databases: readonly string[]): void => {
  const state = stateOf(truth, 'watch.json', WatchSeen)
  for (const database of databases) {
    const stored = truth.copies(database).filter((copy) => copy.stored)
    const known = state.databases[database]
    if (known?.copies !== stored.length) {
      throw new Violation(7, `the watch counts ${known?.copies} of ${stored.length} ${database}`)
    }
    const newest = newestOf(truth, stored)?.entry.id
    if (known.newest?.id !== newest) {
      throw new Violation(7, `the watch calls ${known.newest?.id} the newest, and it is ${newest}`)
    }
    const sound = newestOf(
      truth,
      stored.filter((copy) => truth.isSound(copy)),
    )?.entry.id
    if (known.newestSound?.id !== sound) {
      throw new Violation(
        7,
        `the watch calls ${known.newestSound?.id} the newest sound one, and it is ${sound}`,
      )
    }
    const unjudged = stored.filter(({ entry }) => wordSeen(entry) === 'unverifiable').length
    if (known.unjudged !== unjudged) {
      throw new Violation(7, `the watch counts ${known.unjudged} of ${unjudged} unjudged copies`)
    }
  }
}

/** A large share at once asks for a person; every other brake must have come loose by now. */
const retentionIsNotStuck = (truth: Truth, databases: readonly string[]): void => {
  const state = stateOf(truth, 'prune.json', PruneSeen)
  for (const database of databases) {
    const brake = state.databases[database]?.brake
    if (brake !== undefined && !/at once/.test(brake)) {
      throw new Violation(7, `retention of ${database} is stuck: ${brake}`)
    }
  }
}

export const judgeSettled = (wanted: Wanted, databases: readonly string[]): void => {
  const { truth } = wanted
  everySnapshotIsJudged(truth)
  everythingIsJudgedAnew(wanted)
  nothingIsLeftOver(truth)
  watchKnowsTheBucket(truth, databases)
  retentionIsNotStuck(truth, databases)
}

/** What restore must answer of this database now; undefined where nothing is sound. */
export const newestSound = (truth: Truth, database: string): Copy | undefined =>
  newestOf(
    truth,
    truth.copies(database).filter((copy) => truth.isSound(copy)),
  )

export const judgeRestored = (truth: Truth, database: string, id: string | undefined): void => {
  const due = newestSound(truth, database)
  if (due?.entry.id !== id) {
    throw new Violation(7, `restore of ${database} gives ${id}, and the newest is ${due?.entry.id}`)
  }
  const { entry, stored } = due ?? {}
  if (stored && entry?.claim.sha256 !== sha256Of(stored.bytes)) {
    throw new Violation(
      2,
      `the newest sound copy of ${database} has other bytes than its entry says`,
    )
  }
}
