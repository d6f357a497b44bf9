import { keyOf } from './alert-policy'
import { damaged, lost, undecided } from './copy-troubles'
import { expectationsOf } from './databases'
import type { DatabaseSettings } from './databases'
import type { Schedule } from './schedule'
import { lastHeardAt, timelinessOf } from './schedule'
import { manyWords, someOf, troubleOf } from './trouble'
import type { Asked, Trouble } from './trouble'
import { isSound } from './verdict'
import type { Check, Finding } from './verdict'
import type { DatabaseState, Seen } from './watch-state'
import { ageWords, instantWords } from './wording'

/**
 * What is wrong with one database? Asked of the watch's state alone.
 */
const remarkOn = ({ remarks }: Seen, check: Check): Finding | undefined =>
  remarks.find((finding) => finding.check === check && finding.outcome === 'warned')

const overdue = ({ database, state, now }: Asked, schedule: Schedule | undefined): Trouble[] => {
  const timeliness = timelinessOf(state, schedule, now)
  if (timeliness.is === 'in time') return []
  const isNever = timeliness.is === 'never came'
  return [
    troubleOf({
      kind: isNever ? 'backup.never' : 'backup.late',
      severity: 'error',
      database,
      since: timeliness.dueAt.toISOString(),
      what: isNever ? 'the first backup is overdue' : 'the backup is late',
      facts: [
        isNever
          ? { label: 'expected since', text: instantWords(timeliness.since.toISOString()) }
          : { label: 'last heard of', text: ageWords(timeliness.lastAt.toISOString(), now) },
        { label: 'was due by', text: instantWords(timeliness.dueAt.toISOString()) },
      ],
      meaning: isNever
        ? 'Nothing of what the app writes is in any backup.'
        : 'Whatever the app has written since the last copy is in no backup.',
      nextStep: {
        text: isNever
          ? 'Set the Droplet up; run on your own machine, this prints what to paste there. If no backup is wanted, take the database out of lib/databases.ts and deploy again.'
          : "Run the push by hand on the Droplet and read what it says. If the database is retired, set expectEvery: 'off' for it in lib/databases.ts and deploy again.",
        command: isNever
          ? `npm run --silent snapproof -- enroll ${database}`
          : `push.sh -v /etc/snapproof/${database}.env`,
      },
    }),
  ]
}

const odd = ({ database, state, now }: Asked): Trouble[] => {
  const { strangers, newest } = state
  const found: Trouble[] = []
  if (strangers.length > 0) found.push(strangersTrouble(database, strangers, now))
  // What is remarked of a copy that is damaged, or not judged, is no trouble of its own.
  if (!newest || !isSound(newest.word)) return found
  const remarks = [
    {
      check: 'rows',
      kind: 'rows.collapsed',
      what: 'most rows of a table are gone',
      severity: 'error',
      isEvent: true,
    },
    {
      check: 'schema',
      kind: 'rows.collapsed',
      what: 'tables or columns are gone',
      severity: 'warning',
      isEvent: true,
    },
    {
      check: 'freshness',
      kind: 'content.stale',
      what: 'the newest copy holds nothing fresh',
      severity: 'error',
      isEvent: false,
    },
    {
      check: 'clock',
      kind: 'clock.skew',
      what: "the host's clock is wrong",
      severity: 'warning',
      isEvent: false,
    },
  ] as const
  for (const { check, kind, what, severity, isEvent } of remarks) {
    const remark = remarkOn(newest, check)
    if (!remark || found.some((one) => one.kind === kind)) continue
    found.push(
      troubleOf({
        kind,
        severity,
        database,
        since: newest.arrivedAt,
        what,
        facts: [
          { label: 'copy', text: newest.id },
          { label: check, text: remark.detail },
        ],
        meaning: 'The copy itself is sound, and true to what stood in the database.',
        nextStep: { text: remark.mend ?? 'Look at the live database today.' },
        isEvent,
      }),
    )
  }
  return found
}

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
  about: { schedule: Schedule | undefined; now: Date },
): Trouble[] => {
  const asked = { database, state, now: about.now }
  return [
    ...damaged(asked),
    ...undecided(asked),
    ...overdue(asked, about.schedule),
    ...lost(asked),
    ...odd(asked),
  ]
}

/** Once never heard of and no longer listed, nothing is expected of it any more. */
export const scheduleOf = (
  databases: Readonly<Record<string, DatabaseSettings>>,
  database: string,
  state: DatabaseState,
): Schedule | undefined =>
  Object.hasOwn(databases, database) || lastHeardAt(state)
    ? expectationsOf(databases, database).schedule
    : undefined

/**
 * What only a verdict on the newest copy can end: as long as there is none, a copy that came after a
 * damaged one is not called well.
 */
export const openQuestions = (database: string, { newest }: DatabaseState): string[] =>
  newest?.word === 'pending' || newest?.word === 'unverifiable'
    ? (['verify.failed', 'content.stale', 'clock.skew'] as const).map((kind) =>
        keyOf({ database, kind }),
      )
    : []
