/**
 * Why did a restore come to no end, where that says nothing of the dump? By what was too little here, and what
 * would have been enough.
 */
import { clip } from '../../../plain/wording'

import { memoryWanted } from './limits'
import type { Beyond } from './limits'

export type Halt = {
  by:
    | 'memory'
    | 'watchdog'
    | 'space'
    | 'statement'
    | 'time'
    | 'patience'
    | 'engine'
    | 'death'
    | 'start'
  line?: number
  detail?: string
}

const moreMemory = `more memory, limits.memory of ${memoryWanted} for snapshots/verify in project.yml, or a machine with PostgreSQL`

const known: Record<Halt['by'], { limit: string; takes: string }> = {
  memory: { limit: 'the memory here was used up', takes: moreMemory },
  watchdog: { limit: 'the memory here was used up', takes: moreMemory },
  space: { limit: 'there was no room for its database', takes: 'more room in the temp folder' },
  statement: {
    limit: 'one statement or row of it is too long to be held here',
    takes: 'a machine with PostgreSQL',
  },
  time: {
    limit: 'the time ran out while PostgreSQL was at it',
    takes: 'a run with more time, or a dump that keeps PostgreSQL less busy',
  },
  patience: {
    limit: 'PostgreSQL was at it for many times as long as a dump of its size takes',
    takes:
      'a look at what the dump does beside filling its tables: a trigger, a function or a DO block may have no end. Where it has one, a machine with PostgreSQL',
  },
  engine: { limit: 'PGlite itself failed', takes: 'a machine with PostgreSQL' },
  death: { limit: 'the process that restores it ended', takes: 'another try' },
  start: { limit: 'no process could be started for it here', takes: 'another try' },
}

/** Undefined: it ended, and said not why. */
export const haltWords = (halt: Halt = { by: 'death' }): Beyond => {
  const { limit, takes } = known[halt.by]
  const where = halt.line === undefined || halt.line === 0 ? '' : `, at line ${halt.line}`
  const detail = halt.detail === undefined ? '' : ` (${clip(halt.detail)})`
  return { limit: `${limit}${where}${detail}`, takes }
}
