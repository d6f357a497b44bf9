/**
 * What must a kind of thing say of itself, so that it can be pushed, judged, kept, compared, shown and
 * brought back? Whatever else there is of it stands in its own folders, and nobody else knows.
 */
import type * as z from 'zod'

import type { AlertKind, NextStep } from '../alerts/alert'
import type { Finding } from '../verdict/verdict'

/** A copy made on the spot, to see that the alarm still rings. */
export type Sample = {
  name: string
  make(now: Date): Buffer
  /** What must be raised; nothing, for a good one. */
  raises: AlertKind | undefined
  isLate?: boolean
  /** What is expected of it, in the kind's own shape. */
  expected: unknown
  /** So many rows stood in each table of it yesterday. */
  had?: Readonly<Record<string, number>>
}

/** The headline, what it means, and what to do. */
type Told = { what: string; meaning: string; nextStep: NextStep }

/** What is said of the live thing behind a copy, and how it is asked. */
export type Advice = {
  /** What the copies are copies of, as a person calls it. */
  live: string
  /** A whole sentence for what happened to the store alone. */
  untouched: string
  /** Where `restore.sh` brings nothing back: what a copy is good for, and what to do instead. */
  insteadOfBack?: string
  /** What an unmet copy is. */
  unmetNote: string
  /** What one and what several are called of what is counted: under this name, or of all together. */
  unit(name?: string): readonly [string, string]
  /** "17 rows": all that was counted. */
  countedAll(rows: Readonly<Record<string, number>>): string
  /** What a drill of one does, and how that is told. */
  drill: {
    name: string
    /** "restored": in a word. */
    done: string
    /** All of it; behind the word for it stands from where. */
    proven(from: string): string
    /** The same, where there is little room. */
    provenBriefly(from: string): string
    time: string
    none: string
  }
  /** What a day is called of which a copy tells, and to which of them such a day leads. */
  covered: string
  reach: string
  /** What else a copy may count than it did. */
  otherCounts: string
  /** How the first copy comes. */
  first(database: string): NextStep
  never(database: string): Told
  late(database: string): Told
  /** By its bytes; `isSomethingLeft`: an older one is sound. */
  damaged(about: { database: string; isSomethingLeft: boolean }): Told
  /** It was sound when it came. */
  changed(database: string): NextStep
  nothingLeft: string
  /** `mend`: what the first check that it does not meet says itself. */
  unmet(about: {
    database: string
    copy: string
    isSomethingLeft: boolean
    mend: string | undefined
  }): Told
  /** Announced, and not in the store. */
  missing(database: string, count: number): Told
  /** The newest sound copy was taken away. */
  gone(database: string): NextStep
  /** Of one name so much has gone, `has` undefined where all of it has; or of so many names something. */
  fallen(fall: {
    database: string
    before: string
    copy: string
    tables: Readonly<Record<string, { had: number; has?: number | undefined }>>
  }): Told
  /** In the place of a number, where all that was counted is gone. */
  nothingOfIt: string
  /** No copy from before the fall is left. */
  leaving: string
  stale: string
  trueToIt: string
  /** Nothing in it, or nothing new, for weeks. */
  empty(days: number): { what: string; meaning: string }
  same: string
  still(database: string): string
  /** More come than ever did. */
  hurried: string
}

/** What one database asks of the newest sound copy of another: for the values of one column. */
export type Question = { path: readonly string[]; of: string; sql: string }

/**
 * `Said` is what may be said of it in lib/databases.ts beside what may be said of every kind, and
 * `Expected` what its engine is asked by that.
 */
export type Kind<Said = unknown, Expected = unknown> = {
  name: string
  /** In the order in which they run and are told. */
  checks: readonly string[]
  /** Without an answer from each of these nothing is called sound. */
  essential: readonly string[]
  /** Those that ask whether it is what lib/databases.ts expects: none of them speaks against bytes. */
  expectations: readonly string[]
  /** The fields that may stand in lib/databases.ts. */
  settings: z.ZodRawShape
  expected(said: Said | undefined): Expected
  /** What is wrong between several of these fields, each of which is right for itself. */
  mistakes?(said: Said): readonly { path: readonly string[]; rule: string }[]
  /** What it asks of the copies of other databases. */
  questions?(said: Said): readonly Question[]
  /** What its engine is expected to do to hand out those values, and nothing else; absent where it cannot. */
  handingOut?(sql: string): Expected
  /** How long what a copy tells of is kept beside it; absent where a copy holds all that there is. */
  contentsMs?(said: Said): number | undefined
  /** Is anything expected of what is in it? */
  isAsked(said: Said): boolean
  /** Do these first bytes look like one? Asked of a file whose name does not say what it is. */
  begins?(head: Uint8Array): boolean
  /** What its taker says on the host, field by field: whatever is not named here is refused. */
  facts: Readonly<Record<string, z.ZodType<string | undefined>>>
  /** What the host's facts and the findings say together. */
  note(facts: Readonly<Record<string, unknown>>, findings: readonly Finding[]): Finding | undefined
  samples: readonly Sample[]
  /** What people are told of it; of what a host pushes there is nothing to add. */
  advice?: Advice
}
