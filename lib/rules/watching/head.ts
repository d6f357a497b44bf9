/**
 * How does the whole installation stand, in a few lines however many databases there are: what the first
 * page says before its list, with the gravest of everything and how much more there is?
 */
import * as z from 'zod'

import { alertKinds, gravestFirst, severities } from '../alerts/alert'
import { capturedAt } from '../copy/shown'
import { inAYearOf } from '../keeping/outlook'
import { SecondStanding } from '../second/second-state'
import { troubleOf } from '../troubles/trouble'
import type { Trouble } from '../troubles/trouble'
import { shapeOf } from '../trust/stored'

import { Ring } from './drill'
import { Glance } from './glance'
import { Running } from './running'
import { healths, inOrder, Standing, standingAlone, worst } from './standing'
import type { Health } from './standing'
import { isTimerSilent, timers } from './timers'
import type { Timer } from './timers'

const instant = z.iso.datetime()

/** Absent and undefined are one to JSON, and are not to a type that names the field. */
const orNone = <Value>(shape: z.ZodType<Value>) => shape.optional().transform((value) => value)

const Step = shapeOf({ text: z.string(), command: z.string().optional() })

const TroubleShape = shapeOf({
  kind: z.enum(alertKinds),
  severity: z.enum(severities),
  database: orNone(z.string()),
  since: z.string(),
  what: z.string(),
  facts: z.array(shapeOf({ label: z.string(), text: z.string() })),
  meaning: z.string(),
  nextStep: shapeOf({
    text: z.string(),
    command: z.string().optional(),
    otherwise: Step.optional(),
  }),
  copy: z.string().optional(),
  graceMs: z.number(),
  isEvent: z.boolean(),
})

const WaitingShape = shapeOf({ channel: z.string(), why: z.string() })

const IncidentShape = shapeOf({
  key: z.string(),
  kind: z.string(),
  severity: z.enum(severities),
  database: orNone(z.string()),
  what: z.string(),
  since: z.string(),
  toldAt: orNone(z.string()),
  heardBy: z.array(z.string()),
  unheardBy: z.array(WaitingShape),
  remindersWait: z.array(WaitingShape),
  calmSince: orNone(z.string()),
  held: orNone(shapeOf({ why: z.string(), until: orNone(z.string()) })),
})

const SetShape = shapeOf({
  id: z.string(),
  databases: z.array(z.string()),
  state: z.enum(['restorable', 'waiting', 'broken']),
  why: z.string(),
})

export const Totals = shapeOf({
  databases: z.int(),
  copies: z.int(),
  sizeBytes: z.int(),
  /** What they will come to by their policies; absent while that is not known of each that has a copy. */
  inAYearBytes: z.int().optional(),
  byHealth: z.record(z.enum(healths), z.int()),
  /** How many troubles of databases there are: the gravest are told in full. */
  troubles: z.int(),
  /** When the first of the next copies is due. */
  nextBy: instant.optional(),
  /** When the oldest of the newest proven copies was taken. */
  oldestAt: instant.optional(),
  /** The first of the list, whichever part of it is shown: the headline tells of them. */
  first: z.array(Standing),
})
export type Totals = z.infer<typeof Totals>

const firstAtMost = 7

const earliest = (some: readonly string[]): string | undefined => some.toSorted()[0]

export const totalsOf = (lines: readonly Standing[]): Totals => {
  const numberOf = (health: Health) => lines.filter((one) => one.health === health).length
  return {
    databases: lines.length,
    copies: lines.reduce((sum, { count }) => sum + count, 0),
    sizeBytes: lines.reduce((sum, one) => sum + one.sizeBytes, 0),
    inAYearBytes: inAYearOf(lines.filter(({ count }) => count > 0)),
    byHealth: {
      trouble: numberOf('trouble'),
      late: numberOf('late'),
      pending: numberOf('pending'),
      never: numberOf('never'),
      sound: numberOf('sound'),
    },
    troubles: lines.reduce((sum, { wrong }) => sum + wrong, 0),
    nextBy: earliest(lines.flatMap(({ nextBy }) => nextBy ?? [])),
    oldestAt: earliest(
      lines.flatMap(({ newestSound }) => (newestSound ? capturedAt(newestSound) : [])),
    ),
    first: inOrder(lines).slice(0, firstAtMost).map(standingAlone),
  }
}

const UndeliveredShape = shapeOf({
  channel: z.string(),
  since: z.string(),
  why: z.string(),
  isRefused: z.boolean(),
})

const Jobs = shapeOf({ prune: orNone(z.string()), drill: orNone(z.string()) })

export const Head = shapeOf({
  generatedAt: instant,
  /** When the databases were looked at: at the asking, or by the last run of the watch. */
  asOf: instant,
  installation: z.string(),
  health: z.enum(healths),
  totals: Totals,
  /** What the functions take in a month; absent until it was measured over a week. */
  running: Running.optional(),
  /** What the badge tells; absent where nobody has watched, or an older build has. */
  glance: Glance.optional(),
  /** The gravest of what is wrong with databases, in full. */
  gravest: z.array(TroubleShape),
  sets: z.array(SetShape),
  /** What is wrong with the installation itself, the gravest first. */
  troubles: z.array(TroubleShape),
  /** Silent too where it never ran, although there has been something to watch for hours. */
  watch: shapeOf({ ranAt: orNone(instant), isSilent: z.boolean() }),
  /** When the other timers last did their work. */
  jobs: Jobs,
  /** When the first copy came. */
  firstAt: orNone(instant),
  /** Which of the three timers have not run for longer than they may. */
  silent: z.array(z.enum(timers)),
  /** The gravest first. */
  incidents: z.array(IncidentShape),
  /** What was tried and not taken, and how many messages were not tried yet. */
  undelivered: z.array(UndeliveredShape),
  unsent: z.int(),
  /** How many there are of what is told here up to a number. */
  all: shapeOf({ incidents: z.int(), undelivered: z.int(), sets: z.int() }),
  channels: z.array(z.string()),
  /** Absent where no second place is set. */
  second: orNone(SecondStanding),
  alarm: shapeOf({ provenAt: orNone(instant), rings: z.array(Ring) }),
  publicKey: z.string(),
  /** What answers: an operator can compare it with what was built. */
  build: shapeOf({ version: z.string(), sha256: orNone(z.string()) }),
})
export type Head = z.infer<typeof Head>

export const summaryType = 'application/vnd.snapproof.summary+json'

/** The watch tells of its own silence only when it is back; until then only we can. */
const silentTrouble = (since: string): Trouble =>
  troubleOf({
    kind: 'watcher.silent',
    severity: 'critical',
    database: undefined,
    since,
    what: 'nothing is watched',
    facts: [],
    meaning:
      'Copies are taken all the same, but nobody is told when one is damaged or does not come.',
    nextStep: {
      text: 'Look at the trigger of the watch, on your own machine:',
      command: 'doctl serverless triggers list',
    },
  })

/** Whoever has fallen silent is told by whoever looks, however old that is which there is to tell. */
export const withSilence = (head: Head, now: Date): Head => {
  const { watch, jobs, firstAt } = head
  const ran = { watch: watch.ranAt, ...jobs }
  const silent: Timer[] = timers.filter((timer) =>
    isTimerSilent(timer, { ranAt: ran[timer], firstAt, now }),
  )
  const isSilent = silent.includes('watch')
  const troubles = isSilent
    ? gravestFirst([silentTrouble(String(watch.ranAt ?? firstAt)), ...head.troubles])
    : head.troubles
  return {
    ...head,
    generatedAt: now.toISOString(),
    health: worst([head.health, ...(isSilent ? (['trouble'] as const) : [])]),
    troubles,
    watch: { ...watch, isSilent },
    silent,
  }
}

/** Of more databases than can be read at one asking nobody knows anything before the first run of the watch. */
export const unwatched = (head: Head): Head => ({
  ...head,
  health: 'trouble',
  troubles: gravestFirst([silentTrouble(head.generatedAt), ...head.troubles]),
  watch: { ranAt: undefined, isSilent: true },
  silent: [...timers],
})

/** Of what somebody may make as much of as he likes so much is kept; how much there is, is counted beside. */
export const gravestAtMost = 12
const listedAtMost = 50

export const listed = <Item>(items: readonly Item[]): Item[] => items.slice(0, listedAtMost)

export const gravestOf = (troubles: readonly Trouble[]): Trouble[] =>
  gravestFirst(troubles).slice(0, gravestAtMost)
