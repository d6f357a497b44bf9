/**
 * Carries what is kept beside copies (`keepContents`) to the second place, with the time that copies leave. Each is
 * held against the hash in its name before it goes and once it has arrived; nothing that stands there is
 * overwritten. Only where an inventory may have come since the last look are the two listings compared.
 */
import { createHash } from 'node:crypto'

import { Fault, asFault } from '../../faults'
import type { CarryingStore, Tools } from '../../ports'
import { contentsPrefix } from '../../rules/copy/snapshot'
import { inTurnOf, lookOf, lookedAs } from '../../rules/second/contents'
import type { CarriedContents, Look } from '../../rules/second/contents'
import { expectationsOf } from '../../rules/settings/databases'
import { contentOf } from '../taking/keep'
import { lackingIn, sideBySide } from '../taking/side-by-side'
import type { Pair } from '../taking/side-by-side'

type Run = { tools: Tools; second: CarryingStore; endsMs: number; faults: string[] }

/** In one run and of one database: as many as one inventory reads. Mostly the time ends it. */
const carriedAtMost = 20_000
const bytesAtMost = 2 * 1024 ** 3

/** Most of the time of a small one is waiting for an answer; in memory at once are no more bytes than that. */
const atOnce = 8
const bytesAtOnce = 32 * 1024 ** 2

/** After so many in a row it is the place, and not the content. */
const faultsAtMost = 3

/** A list that somebody may make as long as he likes is told up to here. */
const toldAtMost = 20

/** So much of its time may pass with comparing. */
const compareShare = 0.5

const otherThere = (key: string): Fault =>
  new Fault({
    code: 'damaged',
    why: `What stands at ${key} in the second place is not the content of that name.`,
    mend: 'Nothing is overwritten there. Find out who wrote it, and delete that one object there by hand: then it is carried.',
  })

const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** Where its ETag does not say that these bytes stand there, they are read back. */
const prove = async (
  { kept, object: { key } }: Pair,
  bytes: Uint8Array,
  second: CarryingStore,
): Promise<void> => {
  const there = await second.head(key)
  if (there?.sizeBytes === bytes.length && there.etag === md5Of(bytes)) return
  const found = await second.read(key)
  if (!found || !contentOf(kept, found.bytes)) throw otherThere(key)
}

type Brought = 'brought' | 'nothing to bring'

const tell = (why: string, { faults }: Run): void => {
  if (faults.length < toldAtMost) faults.push(why)
}

const bring = async (pair: Pair, run: Run): Promise<Brought> => {
  const { tools, second } = run
  const { kept, object } = pair
  const found = await tools.store.read(object.key)
  // Let go of in between.
  if (!found) return 'nothing to bring'
  if (!contentOf(kept, found.bytes)) {
    // No word of it is carried, and it keeps no other waiting: what is not what was kept is not sound.
    tell(`${object.key} is not what was kept: its SHA-256 is another one.`, run)
    return 'nothing to bring'
  }
  const created = await second.create(object.key, found.bytes)
  await prove(pair, found.bytes, second)
  return created === 'created' ? 'brought' : 'nothing to bring'
}

type Comparison = { lacking: Pair[]; isEnded: boolean; last: string | undefined }

/** What is lacking there, as far as there is time to look and as one run can carry. */
const seenFrom = async (
  database: string,
  { after }: Look,
  { tools, second, untilMs }: Pick<Run, 'tools' | 'second'> & { untilMs: number },
): Promise<Comparison> => {
  const prefix = contentsPrefix(tools.settings.prefix, database)
  const places = { here: tools.store, there: second }
  const lacking: Pair[] = []
  let last: string | undefined
  for await (const pairs of sideBySide(places, { prefix, after })) {
    lacking.push(...lackingIn(pairs))
    last = pairs.at(-1)?.kept ?? last
    const isOver = tools.clock.now().getTime() >= untilMs
    if (isOver || lacking.length >= carriedAtMost) return { lacking, isEnded: false, last }
  }
  return { lacking, isEnded: true, last }
}

/** The next few, with no more bytes than are held at once; one at least. */
const someOf = (pairs: readonly Pair[]): Pair[] => {
  let bytes = 0
  const fits = ({ object }: Pair, place: number): boolean =>
    (bytes += object.sizeBytes) <= bytesAtOnce || place === 0
  const first = pairs.slice(0, atOnce)
  const end = first.findIndex((pair, place) => !fits(pair, place))
  return end === -1 ? first : first.slice(0, end)
}

/** Those that are not there for certain when it is back, in their order; and how many it brought. */
const bringAll = async (lacking: readonly Pair[], run: Run) => {
  const left: Pair[] = []
  let [brought, bytes, inARow, done] = [0, 0, 0, 0]
  const attempt = async (pair: Pair): Promise<Pair | undefined> => {
    try {
      if ((await bring(pair, run)) === 'brought') brought += 1
      inARow = 0
      return undefined
    } catch (thrown) {
      tell(asFault(thrown).why, run)
      // One that stands in the way is no sign that the place is away.
      inARow = thrown instanceof Fault && thrown.code === 'damaged' ? 0 : inARow + 1
      return pair
    }
  }
  const isOver = () =>
    inARow >= faultsAtMost || bytes >= bytesAtMost || run.tools.clock.now().getTime() >= run.endsMs
  while (done < lacking.length && !isOver()) {
    const some = someOf(lacking.slice(done, done + atOnce))
    left.push(...(await Promise.all(some.map(attempt))).flatMap((pair) => pair ?? []))
    bytes += some.reduce((sum, { object }) => sum + object.sizeBytes, 0)
    done += some.length
  }
  return { left: [...left, ...lacking.slice(done)], brought }
}

/** Behind which the next run goes on: all up to there stand there. */
const reachedBy = (
  look: Look,
  { lacking, last }: Comparison,
  left: readonly Pair[],
): string | undefined => {
  const [first] = left
  if (!first) return last ?? look.after
  return lacking[lacking.indexOf(first) - 1]?.kept ?? look.after
}

type Due = { database: string; before: CarriedContents | undefined; look: Look }

const carryOne = async ({ database, before, look }: Due, now: Date, run: Run) => {
  const { clock } = run.tools
  const beganMs = clock.now().getTime()
  const untilMs = beganMs + (run.endsMs - beganMs) * compareShare
  const seen = await seenFrom(database, look, { ...run, untilMs })
  const { left, brought } = await bringAll(seen.lacking, run)
  const after = reachedBy(look, seen, left)
  const about = {
    left: left.map(({ object }) => object),
    isEnded: seen.isEnded,
    before,
    now,
  }
  return { line: lookedAs({ ...look, after }, about), brought }
}

const keepsContents = (database: string, { settings }: Tools): boolean =>
  expectationsOf(settings.databases, database).contentsMs !== undefined

export type ContentsCarried = {
  lines: ReadonlyMap<string, CarriedContents>
  /** How many came of each database of which any did, such as `bot 12`. */
  told: string[]
}

/** `databases`: those that were compared in this run, as they were found and as they were known before. */
export const carryContents = async (
  databases: readonly {
    database: string
    fingerprint: string
    before: CarriedContents | undefined
  }[],
  now: Date,
  run: Run,
): Promise<ContentsCarried> => {
  const lines = new Map<string, CarriedContents>()
  const told: string[] = []
  const due = databases.flatMap(({ database, fingerprint, before }): Due[] => {
    const look = keepsContents(database, run.tools)
      ? lookOf(before, { fingerprint, now })
      : undefined
    return look ? [{ database, before, look }] : []
  })
  let isAway = false
  for (const [place, one] of inTurnOf(due).entries()) {
    const nowMs = run.tools.clock.now().getTime()
    const endsMs = nowMs + (run.endsMs - nowMs) / (due.length - place)
    // That it waits is written down of each, come what may: from then on it is told.
    const waits = lookedAs(one.look, { left: [], isEnded: false, before: one.before, now })
    lines.set(one.database, waits)
    if (isAway || endsMs <= nowMs) continue
    try {
      const { line, brought } = await carryOne(one, now, { ...run, endsMs })
      lines.set(one.database, line)
      if (brought > 0) told.push(`${one.database} ${brought}`)
    } catch (thrown) {
      // Whichever place is away, it is away for the others too.
      isAway = true
      run.faults.push(`${one.database}: ${asFault(thrown).why}`)
    }
  }
  return { lines, told }
}
