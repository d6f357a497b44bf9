/**
 * What does the name of a snapshot end in? By kind; the first is what is written, and all are read.
 *
 * A list that knows of nothing else: keys are read by whatever the kinds themselves are built on.
 */
import { falling } from '../plain/order'

export const suffixes = {
  sqlite: ['.db'],
  objects: ['.objects.jsonl'],
  postgres: ['.sql'],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>

export type KindName = keyof typeof suffixes

/** The kind of whatever does not say: the first edition knew no other. */
export const usualKind = 'sqlite' satisfies KindName

const suffixesOf: Readonly<Record<string, readonly [string, ...string[]]>> = suffixes

/** What a new snapshot of this kind ends in. */
export const suffixOf = (kind: string): string =>
  (Object.hasOwn(suffixesOf, kind) ? suffixesOf[kind] : undefined)?.[0] ?? suffixes[usualKind][0]

type Suffix = { suffix: string; kind: string }

/** The longest first: one may be the end of another. */
export const longestFirst = (some: readonly Suffix[]): Suffix[] =>
  some.toSorted(falling(({ suffix }) => suffix.length))

/** Every suffix with its kind. */
export const everySuffix: readonly Suffix[] = longestFirst(
  Object.entries(suffixesOf).flatMap(([kind, some]) => some.map((suffix) => ({ suffix, kind }))),
)
