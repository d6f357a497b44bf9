/**
 * What is wrong with one database? Asked of the watch's state alone.
 */
import { keyOf } from '../alerts/incidents'
import { adviceOf } from '../kinds/kinds'
import { usualKind } from '../kinds/suffixes'
import { own } from '../plain/own'
import { minuteMs } from '../plain/time-units'
import { ageWords, instantWords } from '../plain/wording'
import { expectationsOf, isAwaited } from '../settings/databases'
import type { DatabaseSettings } from '../settings/databases'
import type { Heard, Schedule } from '../settings/schedule'
import { lastHeardAt, timelinessOf } from '../settings/schedule'
import type { DatabaseState } from '../watching/watch-state'

import { crowded } from './budget'
import { remarked, still } from './content'
import { damaged, lost, undecided, unmet } from './copies'
import { fallen } from './falls'
import { hurried } from './pace'
import { manyWords, someOf, troubleOf } from './trouble'
import type { Asked, Trouble } from './trouble'

const overdue = (
  { database, state, now, advice }: Asked,
  schedule: Schedule | undefined,
): Trouble[] => {
  const timeliness = timelinessOf(state, schedule, now)
  if (timeliness.is === 'in time') return []
  const isNever = timeliness.is === 'never came'
  return [
    troubleOf({
      kind: isNever ? 'backup.never' : 'backup.late',
      severity: 'error',
      database,
      since: timeliness.dueAt.toISOString(),
      ...(isNever ? advice.never(database) : advice.late(database)),
      facts: [
        isNever
          ? { label: 'expected since', text: instantWords(timeliness.since.toISOString()) }
          : { label: 'last heard of', text: ageWords(timeliness.lastAt.toISOString(), now) },
        { label: 'was due by', text: instantWords(timeliness.dueAt.toISOString()) },
      ],
    }),
  ]
}

const ofNewer = ({ database, state: { newer = [] }, now }: Asked): Trouble[] =>
  newer.length === 0
    ? []
    : [
        troubleOf({
          kind: 'format.newer',
          severity: 'warning',
          database,
          since: now.toISOString(),
          what: `${manyWords(newer.length, 'copy', 'copies')} of a newer Snapproof cannot be read`,
          facts: [{ label: 'copies', text: someOf(newer) }],
          meaning: 'They are ours and are left as they are; nothing is deleted meanwhile.',
          nextStep: { text: 'Deploy the newer Snapproof again.' },
          // While functions are replaced one by one, that is so for a minute.
          graceMs: 30 * minuteMs,
        }),
      ]

export const strangersTrouble = (
  database: string | undefined,
  strangers: readonly string[],
  now: Date,
): Trouble =>
  troubleOf({
    kind: 'object.unknown',
    severity: 'warning',
    database,
    since: now.toISOString(),
    what: `${manyWords(strangers.length, 'unknown file')} in the bucket`,
    facts: [{ label: 'found', text: someOf(strangers) }],
    meaning:
      'Somebody else writes among the backups. Snapproof leaves alone what it does not know.',
    nextStep: {
      text: 'If it is yours, move it out of backups/. If not, find out who holds a key to the bucket.',
    },
  })

export const troublesOf = (
  database: string,
  state: DatabaseState,
  about: { schedule: Schedule | undefined; kind: string; now: Date },
): Trouble[] => {
  const asked = { database, state, now: about.now, advice: adviceOf(about.kind) }
  return [
    ...damaged(asked),
    ...unmet(asked),
    ...undecided(asked),
    ...overdue(asked, about.schedule),
    ...lost(asked),
    ...hurried(asked),
    ...crowded(asked),
    ...fallen(asked),
    ...(state.strangers.length > 0 ? [strangersTrouble(database, state.strangers, about.now)] : []),
    ...remarked(asked),
    ...still(asked, about.schedule),
    ...ofNewer(asked),
  ]
}

/**
 * Whose silence means something, whatever is stored of it. Once never heard of and no longer listed, or
 * listed as the example that it was shipped as, nothing is expected of it any more.
 */
export const expectedOf = (
  databases: Readonly<Record<string, DatabaseSettings>>,
  known: Readonly<Record<string, Heard>>,
): string[] => {
  const awaited = Object.keys(databases).filter((name) => isAwaited(databases, name))
  const heard = Object.entries(known).filter(([, one]) => lastHeardAt(one) !== undefined)
  return [...new Set([...awaited, ...heard.map(([name]) => name)])]
}

/** In whose words it is spoken of: of one that is not listed any more the newest copy says what it is. */
export const kindOf = (
  databases: Readonly<Record<string, DatabaseSettings>>,
  database: string,
  state: Pick<DatabaseState, 'newest'> | undefined,
): string => (own(databases, database) ?? state?.newest)?.kind ?? usualKind

export const scheduleOf = (
  databases: Readonly<Record<string, DatabaseSettings>>,
  database: string,
  state: DatabaseState,
): Schedule | undefined =>
  isAwaited(databases, database) || lastHeardAt(state)
    ? expectationsOf(databases, database).schedule
    : undefined

/**
 * What only a verdict on the newest copy can end: as long as there is none, a copy that came after a
 * damaged one is not called well.
 */
export const openQuestions = (database: string, { newest }: DatabaseState): string[] =>
  newest?.word === 'pending' || newest?.word === 'unverifiable'
    ? (
        ['verify.failed', 'verify.unmet', 'content.stale', 'clock.skew', 'host.changed'] as const
      ).map((kind) => keyOf({ database, kind }))
    : []
