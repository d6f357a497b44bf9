/**
 * Has every owner that a database knows its objects, and does it know the owner of every object? An owner is what
 * stands in one part of the keys; the database is asked in its newest sound copy.
 *
 * A copy and an inventory are not of one moment. What does not agree is told once a copy shows it that was taken
 * after it was so: who came or went in between is no alarm.
 */
import { createHash } from 'node:crypto'

import * as z from 'zod'

import { rising } from '../../plain/order'
import { own } from '../../plain/own'
import { clip, countWords } from '../../plain/wording'
import { passed } from '../../verdict/verdict'
import type { Finding } from '../../verdict/verdict'
import type { Question } from '../kind'
import { innerQuestion } from '../questions'

import { short } from './pattern'

/** By the part of the keys that names the owner. */
export const ownersSetting = z.record(
  z.string(),
  z.strictObject({
    /** The database that knows them. */
    of: z.string().min(1),
    /** A SELECT for one column: each of them. */
    sql: innerQuestion,
  }),
)
type Said = z.infer<typeof ownersSetting>

export const questionsOf = (said: Said = {}): Question[] =>
  Object.entries(said).map(([part, one]) => ({ path: ['owners', part], ...one }))

const fingerprint = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16)

/** What they were asked by, in a word. */
export type OwnersExpected = Readonly<Record<string, { of: string; by: string }>>

export const ownersExpected = (said: Said): OwnersExpected =>
  Object.fromEntries(
    Object.entries(said).map(([part, { of, sql }]) => [
      part,
      { of, by: fingerprint(JSON.stringify([of, sql])) },
    ]),
  )

const Some = z.looseObject({ count: z.int().nonnegative(), first: z.array(z.string()) })
const Since = z.record(z.string(), z.iso.datetime())

/** What one inventory says of one part. */
export const Owned = z.looseObject({
  by: z.string(),
  /** Why nobody could say who the owners are. */
  why: z.string().optional(),
  known: z.int().nonnegative(),
  missing: Some,
  ownerless: Some,
  /** How many do not agree that no copy has shown yet. */
  waiting: z.int().nonnegative(),
  /** By hashes, since when each does not agree: for the inventories that come. */
  missingSince: Since,
  ownerlessSince: Since,
})
export type Owned = z.infer<typeof Owned>

const none = { count: 0, first: [] }

/** Nobody could be asked: what is known stays, and is compared when somebody can be. */
export const unasked = (by: string, why: string, before: Owned | undefined): Owned => ({
  by,
  why,
  known: 0,
  missing: none,
  ownerless: none,
  waiting: 0,
  missingSince: before?.missingSince ?? {},
  ownerlessSince: before?.ownerlessSince ?? {},
})

/** So many are told apart: more are no less of an alarm, and would fill the memory. */
const unknownAtMost = 100_000
/** A line has its bounds, and so has what is remembered in it. */
const rememberedAtMost = 5_000
const toldAtMost = 3

type Asked = {
  by: string
  values: readonly string[]
  copyAt: Date
  takenAt: Date
  before: Owned | undefined
}

/** Those of them that the copy shows, and since when each of all is so. */
const sorted = (
  since: readonly (readonly [owner: string, at: string])[],
  { before, copyAt }: { before: Readonly<Record<string, string>> | undefined; copyAt: Date },
) => {
  const all = since.map(([owner, at]) => {
    const hash = fingerprint(owner)
    return { owner, hash, at: own(before ?? {}, hash) ?? at }
  })
  const told = all.filter(({ at }) => Date.parse(at) < copyAt.getTime())
  const remembered = all.toSorted(rising(({ hash }) => hash)).slice(0, rememberedAtMost)
  return {
    told: { count: told.length, first: told.slice(0, toldAtMost).map(({ owner }) => short(owner)) },
    waiting: all.length - told.length,
    since: Object.fromEntries(remembered.map(({ hash, at }) => [hash, at])),
  }
}

/** Takes the owner of each object, and when that was written. */
export const ownersTally = ({ by, values, copyAt, takenAt, before }: Asked) => {
  const known = new Set(values)
  const missing = new Set(known)
  const unknown = new Map<string, string>()
  return {
    take: (owner: string, at: string): void => {
      missing.delete(owner)
      if (known.has(owner)) return
      const oldest = unknown.get(owner)
      const isTaken = oldest === undefined ? unknown.size < unknownAtMost : at < oldest
      if (isTaken) unknown.set(owner, at)
    },
    owned: (): Owned => {
      const lacking = sorted(
        [...missing].map((owner) => [owner, takenAt.toISOString()] as const),
        { before: before?.missingSince, copyAt },
      )
      const strange = sorted([...unknown], { before: before?.ownerlessSince, copyAt })
      return {
        by,
        known: known.size,
        missing: lacking.told,
        ownerless: strange.told,
        waiting: lacking.waiting + strange.waiting,
        missingSince: lacking.since,
        ownerlessSince: strange.since,
      }
    },
  }
}

type Told = { part: string; of: string; owned: Owned }

const some = ({ count, first }: Owned['missing']): string => {
  const more = count - first.length
  return `${first.map(clip).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const wrongWords = ({ part, of, owned }: Told): string[] => {
  const { known, missing, ownerless } = owned
  return [
    ...(missing.count === 0
      ? []
      : [`${part}: ${missing.count} of ${known} in ${of} without an object: ${some(missing)}`]),
    ...(ownerless.count === 0
      ? []
      : [`${part}: ${ownerless.count} with objects and not in ${of}: ${some(ownerless)}`]),
  ]
}

const rightWords = ({ part, of, owned: { known, waiting } }: Told): string =>
  `${part}: ${countWords(known, 'owner')} in ${of}${waiting === 0 ? '' : `, and ${waiting} of whom a later copy must tell`}`

/** What lib/databases.ts expects of them; `owned` is what the inventory says. */
export const judgeOwners = (
  expected: OwnersExpected,
  owned: Readonly<Record<string, Owned>> = {},
): Finding => {
  const all = Object.entries(expected).map(([part, { of, by }]) => {
    const found = own(owned, part)
    return { part, of, owned: found?.by === by ? found : undefined }
  })
  const told = all.flatMap(({ owned: one, ...rest }) => (one ? [{ ...rest, owned: one }] : []))
  const wrong = told.flatMap(wrongWords)
  if (wrong.length > 0)
    return {
      check: 'owners',
      outcome: 'unmet',
      detail: `${wrong.join('; ')}.`,
      mend: 'Look at who was added or taken away in the database last, and at what the app wrote for whom. If it is the SQL that is wrong, change owners in lib/databases.ts and deploy again.',
    }
  const silent = told.filter(({ owned: one }) => one.why !== undefined)
  if (silent.length > 0)
    return {
      check: 'owners',
      outcome: 'warned',
      detail: silent
        .map(({ part, of, owned: one }) => `${part}: ${of} could not be asked. ${one.why}`)
        .join(' '),
      mend: 'The next inventory asks again. If the SQL is named, change owners in lib/databases.ts and deploy again; else push a new copy of that database.',
    }
  const late = all.filter(({ owned: one }) => !one).map(({ part }) => part)
  if (late.length > 0)
    return {
      check: 'owners',
      outcome: 'warned',
      detail: `Taken before lib/databases.ts was changed: the owners were not asked for ${late.join(', ')}.`,
      mend: 'Nothing is to be done: the next inventory asks it.',
    }
  return passed('owners', `${told.map(rightWords).join('; ')}.`)
}
