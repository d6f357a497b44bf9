/**
 * How far is the second place behind, and since when? What a run that carries leaves behind, and what is told
 * of it to people.
 */
import * as z from 'zod'

import { rising } from '../plain/order'
import { own } from '../plain/own'
import { dayMs } from '../plain/time-units'
import { countWords } from '../plain/wording'
import { shapeOf } from '../trust/stored'

import type { Gap } from './carrying'
import { CarriedContents, isLookDue } from './contents'

const instant = z.iso.datetime()

const SecondDatabase = shapeOf({
  /** How the first place stood when the two were last compared. */
  fingerprint: z.string(),
  lookedAt: instant,
  /** Sound copies that do not stand there, and their bytes. */
  behind: z.int(),
  behindBytes: z.int(),
  /** What came since then and no run could compare: how many were seen to come, and when the last of them did. */
  unseen: shapeOf({ copies: z.int(), lastAt: instant }).optional(),
  /** Since when the one waits that has waited longest. */
  since: instant.optional(),
  /** Copies that stand there with their entries, and the newest of them. */
  copies: z.int(),
  newest: shapeOf({ id: z.string(), at: instant }).optional(),
  /** What is kept beside its copies; absent where nothing was ever looked for. */
  contents: CarriedContents.optional(),
})
export type SecondDatabase = z.infer<typeof SecondDatabase>

export const SecondState = shapeOf({
  /** Which bucket, and where: another one is begun anew. */
  place: z.string(),
  /** Since when copies are carried there. */
  startedAt: instant,
  /** When something was last carried, or tried. */
  ranAt: instant.optional(),
  /** What the last try ended with. */
  fault: shapeOf({ why: z.string(), since: instant }).optional(),
  /** As the last large copy went. */
  bytesPerSecond: z.number().optional(),
  databases: z.record(z.string(), SecondDatabase),
})
export type SecondState = z.infer<typeof SecondState>

export const secondStateType = 'application/vnd.snapproof.second-state+json'

/** Whatever stands there unwatched is looked at so often all the same. */
const lookAgainAfterMs = 7 * dayMs

type Known = Readonly<
  Record<
    string,
    { fingerprint: string; newestSound?: { id: string; arrivedAt: string } | undefined }
  >
>

/**
 * Which databases are to be compared, in this order: those whose newest copy is not known to stand there, the
 * others that changed or are behind, and those that nobody has looked at for long.
 */
export const toCompare = (state: SecondState, known: Known, now: Date): string[] => {
  const ranked = Object.entries(known).flatMap(([database, { fingerprint, newestSound }]) => {
    const line = own(state.databases, database)
    const lookedMs = line ? Date.parse(line.lookedAt) : 0
    const isNewestThere = newestSound === undefined || line?.newest?.id === newestSound.id
    const isBeside = line?.contents !== undefined && isLookDue(line.contents, fingerprint)
    const isChanged = line?.fingerprint !== fingerprint || line.behind > 0 || isBeside
    const isOld = now.getTime() - lookedMs >= lookAgainAfterMs
    // A database of which nothing sound was ever seen has nothing to carry.
    if (newestSound === undefined && !line) return []
    if (!isChanged && !isOld) return []
    return [{ database, rank: isChanged ? (isNewestThere ? 1 : 0) : 2, lookedMs }]
  })
  return ranked
    .toSorted(
      rising(
        ({ rank }) => rank,
        ({ lookedMs }) => lookedMs,
        ({ database }) => database,
      ),
    )
    .map(({ database }) => database)
}

type Stands = { id: string; at: Date }

/** The line of a database, once a run has compared the two places and carried what it could. */
export const comparedAs = (
  {
    fingerprint,
    there,
    missing,
  }: { fingerprint: string; there: readonly Stands[]; missing: readonly Gap[] },
  { before, startedAt, now }: { before: SecondDatabase | undefined; startedAt: string; now: Date },
): SecondDatabase => {
  const since = sinceOf(missing, { before, startedAt })
  const newest = there.reduce<Stands | undefined>(
    (last, one) => (last && last.at >= one.at ? last : one),
    undefined,
  )
  return {
    fingerprint,
    lookedAt: now.toISOString(),
    behind: missing.length,
    behindBytes: missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...(since === undefined ? {} : { since }),
    copies: there.length,
    ...(newest ? { newest: { id: newest.id, at: newest.at.toISOString() } } : {}),
  }
}

const lastOf = (some: readonly string[]): string | undefined => some.toSorted().at(-1)

/**
 * Nothing waits from before the place was set up, nor from before a look at which nothing waited: what came a
 * month ago and is sound since yesterday waits since yesterday.
 */
const sinceOf = (
  missing: readonly Pick<Gap, 'arrivedAt'>[],
  { before, startedAt }: { before: SecondDatabase | undefined; startedAt: string },
): string | undefined => {
  const [oldest] = missing.map(({ arrivedAt }) => arrivedAt).toSorted()
  const clearAt = before?.behind === 0 ? before.lookedAt : startedAt
  return oldest === undefined ? undefined : lastOf([oldest, clearAt, startedAt])
}

/** What people are told of one database there. */
export const SecondLine = shapeOf({
  behind: z.int(),
  /** Contents beside its copies that wait; absent where none does. */
  contents: z.int().optional(),
  since: instant.optional(),
  copies: z.int(),
  /** When the newest copy that stands there was taken up. */
  newestAt: instant.optional(),
})
export type SecondLine = z.infer<typeof SecondLine>

/** What people are told of all of it. */
export const SecondStanding = shapeOf({
  place: z.string(),
  behind: z.int(),
  behindBytes: z.int(),
  /** Contents beside copies that wait; absent where none does. */
  contents: z.int().optional(),
  /** Since when the longest waiting copy waits; absent where none does. */
  since: instant.optional(),
  /** Some of the databases that are behind, and how many there are. */
  named: z.array(z.string()),
  databases: z.int(),
  /** Of the newest copies there the oldest: each database has one that is no older. */
  newestAt: instant.optional(),
  ranAt: instant.optional(),
  fault: shapeOf({ why: z.string(), since: instant }).optional(),
})
export type SecondStanding = z.infer<typeof SecondStanding>

/** What waits, in words. */
export const behindWords = ({
  behind,
  contents,
}: Pick<SecondLine, 'behind' | 'contents'>): string => {
  const copies = countWords(behind, 'copy', 'copies')
  if (contents === undefined) return copies
  const others = countWords(contents, 'content of objects', 'contents of objects')
  return behind === 0 ? others : `${copies} and ${others}`
}

/** Its newest sound copy is not the one that is known to stand there, and it has changed since the last look. */
const isUnseen = (
  line: SecondDatabase | undefined,
  { fingerprint, newestSound }: Known[string],
): boolean => line?.fingerprint !== fingerprint && line?.newest?.id !== newestSound?.id

/** It came after the last one that was counted, or looked at. */
const isLater = (line: SecondDatabase | undefined, arrivedAt: string): boolean =>
  line === undefined || arrivedAt > (line.unseen?.lastAt ?? line.lookedAt)

/** That nobody has ever looked. */
const never = new Date(0).toISOString()

/**
 * The lines of databases that a run could not compare, where something waits that no line counts yet. It must be
 * noted: each copy that comes takes the place of the one before as the newest, and by that one alone the wait would
 * begin anew each day, and no more than one would ever wait.
 */
export const unseenIn = (
  state: Pick<SecondState, 'startedAt' | 'databases'>,
  { names, known, now }: { names: readonly string[]; known: Known; now: Date },
): SecondState['databases'] =>
  Object.fromEntries(
    names.flatMap((database) => {
      const line = own(state.databases, database)
      const one = own(known, database)
      if (!one?.newestSound || !isUnseen(line, one)) return []
      const { arrivedAt } = one.newestSound
      // What had come by the last look, and was not sound then, waits as well; unless it may be one that waited then.
      const isFirst = line?.behind === 0 && line.unseen === undefined
      if (!isLater(line, arrivedAt) && !isFirst) return []
      const since = line?.since ?? secondLineOf(state, database, one).since ?? now.toISOString()
      const blank = { fingerprint: '', lookedAt: never, behind: 0, behindBytes: 0, copies: 0 }
      const unseen = { copies: (line?.unseen?.copies ?? 0) + 1, lastAt: arrivedAt }
      return [[database, { ...(line ?? blank), unseen, since }]]
    }),
  )

/** What came since the last look, and is not known to stand there. */
const unseenOf = (line: SecondDatabase | undefined, known: Known[string]): number => {
  if (known.newestSound === undefined || !isUnseen(line, known)) return 0
  return (line?.unseen?.copies ?? 0) + (isLater(line, known.newestSound.arrivedAt) ? 1 : 0)
}

/**
 * As it stands today: what came since the last comparison counts too, so that a run which never comes to carry
 * anything does not look as if nothing waited.
 */
export const secondLineOf = (
  state: Pick<SecondState, 'startedAt' | 'databases'>,
  database: string,
  known: Known[string],
): SecondLine => {
  const line = own(state.databases, database)
  const behind = (line?.behind ?? 0) + unseenOf(line, known)
  const contents = line?.contents?.behind ?? 0
  const arrivedAt = known.newestSound?.arrivedAt ?? state.startedAt
  const waits = behind === 0 ? [] : [line?.since ?? lastOf([arrivedAt, state.startedAt])]
  const [since] = [...waits, line?.contents?.since].flatMap((at) => at ?? []).toSorted()
  return {
    behind,
    ...(contents === 0 ? {} : { contents }),
    ...(since === undefined ? {} : { since }),
    copies: line?.copies ?? 0,
    ...(line?.newest ? { newestAt: line.newest.at } : {}),
  }
}

const namedAtMost = 5

export const secondStandingOf = (state: SecondState, known: Known): SecondStanding => {
  const lines = Object.entries(known).map(([database, one]) => ({
    database,
    ...secondLineOf(state, database, one),
  }))
  const behind = lines.filter((line) => line.behind > 0 || line.contents !== undefined)
  const contents = lines.reduce((sum, line) => sum + (line.contents ?? 0), 0)
  const longest = behind.toSorted(rising(({ since }) => String(since)))
  const since = longest[0]?.since
  const [newestAt] = lines.flatMap((line) => line.newestAt ?? []).toSorted()
  return {
    place: state.place,
    behind: behind.reduce((sum, line) => sum + line.behind, 0),
    behindBytes: behind.reduce((sum, { database }) => {
      const line = own(state.databases, database)
      return sum + (line?.behindBytes ?? 0) + (line?.contents?.behindBytes ?? 0)
    }, 0),
    ...(contents === 0 ? {} : { contents }),
    ...(since === undefined ? {} : { since }),
    named: longest.slice(0, namedAtMost).map(({ database }) => database),
    databases: behind.length,
    ...(newestAt === undefined ? {} : { newestAt }),
    ...(state.ranAt === undefined ? {} : { ranAt: state.ranAt }),
    ...(state.fault ? { fault: state.fault } : {}),
  }
}
