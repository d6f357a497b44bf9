/**
 * What do the child that restores and its parent tell each other? The order goes in once; what is found comes
 * out line by line, so that what was found before an end counts.
 */
import type { References, Told } from '../../../rules/kinds/postgres/restoring/checks'
import type { Refused } from '../../../rules/kinds/postgres/restoring/refusals'

import type { StartPlan } from './start'

export type Order = Omit<StartPlan, 'spill'> & {
  /** The file descriptor of a file without a name, and how large it may be. */
  spill: StartPlan['spill'] | undefined
  /** The process that waits for us. */
  parent: number
  /** Beyond this the child ends itself. */
  mostResidentBytes: number
  /** The user's own, to be asked when all is there. */
  questions: readonly string[]
}

/** Why the child came to no end. */
export type Halted = {
  by: 'memory' | 'space' | 'statement' | 'engine'
  line: number
  detail: string
}

export type Restored = {
  statements: number
  refused: readonly Refused[]
  /** So many there were; the first are told. */
  refusals: number
  skipped: Readonly<Record<string, number>>
  /** Extensions that could not be had. */
  missing: readonly string[]
}

export type TableCounted = {
  table: string
  /** Of a partitioned one all that are in it. */
  rows: number
  columns: readonly string[]
  /** It is divided into others. */
  isDivided: boolean
  /** It is one of those. */
  isPart: boolean
  /** It came with an extension. */
  isBorrowed: boolean
}

export type News =
  | { kind: 'started'; version: string }
  | { kind: 'restored'; restored: Restored }
  | { kind: 'tables'; tables: readonly TableCounted[] }
  | { kind: 'references'; references: References }
  | { kind: 'answers'; answers: readonly Told[] }
  | { kind: 'upkeep'; refusal?: string }
  | { kind: 'halted'; halted: Halted }
  | { kind: 'done' }
