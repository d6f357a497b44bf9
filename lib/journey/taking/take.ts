/**
 * What nobody pushes is taken here, when it is due: from the app's own bucket into a copy like every other,
 * with its claim, its entry and its verdict. What there is no time for is gone on with by the next run.
 */
import { createHash } from 'node:crypto'

import { asFault } from '../../faults'
import type { Take, Taken, TellingTools, Tools } from '../../ports'
import { wordOf } from '../../rules/copy/entry'
import type { Claim } from '../../rules/copy/entry'
import type { Shelf } from '../../rules/copy/shelf'
import { nextInstant } from '../../rules/copy/snapshot'
import { own } from '../../rules/plain/own'
import { minuteMs } from '../../rules/plain/time-units'
import { countWords } from '../../rules/plain/wording'
import { expectationsOf, expectationsSha256 } from '../../rules/settings/databases'
import { isWhole } from '../../rules/verdict/verdict'
import { announce } from '../bucket/ledger'
import { listShelves } from '../bucket/shelves'
import { verifySnapshot } from '../verify'

import { askIn, newestIn } from './ask'
import type { Found } from './ask'
import { endBegun, readBegun, writeBegun } from './begun'
import { keeperOf } from './keep'

export type Takings = {
  /** The copies that came of it, each with its verdict. */
  taken: string[]
  /** What goes on in the next run, each in a sentence. */
  taking: string[]
  faults: string[]
}

/** The watch comes so often: who waits for the whole span would come later every day. */
const earlyMs = 10 * minuteMs

/** So much of what is left of a run may pass with it: the rest belongs to opening, telling and writing down. */
const share = 0.5

const isDue = (shelves: readonly Shelf[], everyMs: number, now: Date): boolean => {
  const newest = shelves.find(({ snapshots }) => snapshots.length > 0)
  return newest === undefined || now.getTime() - newest.name.at.getTime() >= everyMs - earlyMs
}

const openedBase = async (base: Found | undefined, { store }: Tools) => {
  const found = base && (await store.stream(base.entry.key, base.entry.etag))
  if (!base || !found) return undefined
  const { claim, accepted } = base.entry
  return { chunks: found.chunks, encoding: claim.encoding, isRight: accepted !== undefined }
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The claim first, as of every copy; then the bytes, and the verdict on them. */
const storeCopy = async (
  { database, kind, takenAt }: { database: string; kind: string; takenAt: Date },
  { bytes, raw }: Extract<Taken, { is: 'whole' }>,
  tools: Tools,
): Promise<string> => {
  const [shelves, now] = await Promise.all([listShelves(tools, database), tools.store.now()])
  const claim: Claim = {
    database,
    sizeBytes: bytes.length,
    sha256: sha256Of(bytes),
    takenAt: takenAt.toISOString(),
    encoding: 'gzip',
    rawSizeBytes: raw.sizeBytes,
    rawSha256: raw.sha256,
    kind,
    facts: {},
    host: 'snapproof watch',
    ticketAt: now.toISOString(),
  }
  const at = nextInstant(now, shelves[0]?.name.at)
  const { name, key } = await announce(tools, { claim, at, mark: tools.randomHex(6) })
  await tools.store.create(key, bytes)
  await verifySnapshot(name, tools)
  return name.id
}

type Wanted = { database: string; kind: string; said: unknown; take: Take }

const wantedIn = ({ settings: { databases }, takers }: TellingTools): Wanted[] =>
  Object.entries(databases).flatMap(([database, said]) => {
    const { kind } = expectationsOf(databases, database)
    const take = own(takers, kind)
    return take ? [{ database, kind, said, take }] : []
  })

const takeOne = async (
  { database, kind, said, take }: Wanted,
  isOver: () => boolean,
  tools: TellingTools,
): Promise<Partial<Takings>> => {
  const expected = expectationsOf(tools.settings.databases, database)
  const { schedule } = expected
  if (!schedule) return {}
  const [shelves, now] = await Promise.all([listShelves(tools, database), tools.store.now()])
  const expectations = expectationsSha256(expected)
  const found = await readBegun(tools, database)
  const left = found?.expectations === expectations ? found : undefined
  const base = await newestIn(shelves, (entry) => isWhole(wordOf(entry)), tools)
  // What is expected now was not asked of the objects: the next inventory asks it, and need not wait for its day.
  const isAskedOtherwise = base !== undefined && base.entry.verdict?.expectations !== expectations
  if (!left && !isAskedOtherwise && !isDue(shelves, schedule.everyMs, now)) return {}
  const from = base?.name.id
  const begun = left?.from === from ? left : undefined
  const takenAt = new Date(begun?.takenAt ?? now)
  const before = await openedBase(base, tools)
  const app = tools.appObjects
  const ask = askIn(tools)
  const keep = expected.contentsMs === undefined ? undefined : keeperOf(tools, database, now)
  const taken = await take({ database, said, app, takenAt, ask, before, keep, begun, isOver })
  if (taken.is === 'whole') {
    const id = await storeCopy({ database, kind, takenAt }, taken, tools)
    if (begun) await endBegun(tools, database, begun)
    return { taken: [id] }
  }
  const { bytes, after, lines, trouble } = taken
  const state = { takenAt: takenAt.toISOString(), after, lines, expectations, bytes }
  await writeBegun(tools, database, { ...state, ...(from === undefined ? {} : { from }) })
  return {
    taking: [`${database}: ${countWords(lines, 'object')} so far; the next run goes on`],
    faults: trouble === undefined ? [] : [`${database}: ${asFault(trouble).why}`],
  }
}

/** Each in its turn; one that cannot be taken keeps no other one waiting. */
export const takeDue = async (tools: TellingTools): Promise<Takings> => {
  const all: Takings = { taken: [], taking: [], faults: [] }
  const began = tools.clock.now().getTime()
  const until = began + (tools.deadlineAt.getTime() - began) * share
  const wanted = wantedIn(tools)
  for (const [place, one] of wanted.entries()) {
    const now = tools.clock.now().getTime()
    const endsAt = now + (until - now) / (wanted.length - place)
    const isOver = () => tools.clock.now().getTime() >= endsAt
    try {
      const { taken = [], taking = [], faults = [] } = await takeOne(one, isOver, tools)
      all.taken.push(...taken)
      all.taking.push(...taking)
      all.faults.push(...faults)
    } catch (thrown) {
      all.faults.push(`${one.database}: ${asFault(thrown).why}`)
    }
  }
  return all
}
