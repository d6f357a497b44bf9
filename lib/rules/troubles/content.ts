/**
 * What should somebody know of a copy that is sound? What its checks warned of, and what nobody notices:
 * a database that is pushed for weeks and holds nothing, or never anything else.
 */
import type { AlertKind, Severity } from '../alerts/alert'
import { dayMs } from '../plain/time-units'
import { lastHeardAt } from '../settings/schedule'
import type { Schedule } from '../settings/schedule'
import { isOtherHost, isTwoHosts } from '../verdict/host-name'
import { isSound } from '../verdict/verdict'
import type { Finding } from '../verdict/verdict'
import type { Seen } from '../watching/watch-state'

import { acceptCommand, factsOf, troubleOf } from './trouble'
import type { Asked, Trouble } from './trouble'

type Remark = {
  is(finding: Finding): boolean
  meaning?: string
  kind: AlertKind
  what: string
  severity: Severity
  isEvent: boolean
}

const trueToIt = 'The copy itself is sound, and true to what stood in the database.'

const aboutHosts =
  'Where one of them is a clone, or a try with the settings of the other, a restore may bring back its data. After a move this ends by itself, once the new host alone has pushed some copies.'

/** What is remarked of a sound copy, and how it is told; whatever is not named here is told as it is. */
const remarks: readonly Remark[] = [
  {
    // The first edition knew of a fall by a finding alone.
    is: ({ check, code }) => check === 'rows' && code === undefined,
    kind: 'rows.collapsed',
    what: 'most rows of a table are gone',
    severity: 'error',
    isEvent: true,
  },
  {
    is: ({ check, code }) => check === 'freshness' && code !== 'no-time',
    kind: 'content.stale',
    what: 'the newest copy holds nothing fresh',
    severity: 'error',
    isEvent: false,
  },
  {
    is: ({ check }) => check === 'clock',
    kind: 'clock.skew',
    what: "the host's clock is wrong",
    severity: 'warning',
    isEvent: false,
  },
  {
    is: isTwoHosts,
    kind: 'host.changed',
    what: 'two hosts push under one name',
    severity: 'warning',
    meaning: aboutHosts,
    isEvent: false,
  },
  {
    is: (finding) => isOtherHost(finding) && !isTwoHosts(finding),
    kind: 'host.changed',
    what: 'the newest copy comes from another host',
    severity: 'warning',
    meaning: aboutHosts,
    isEvent: false,
  },
]

const isToldAsFall = ({ code }: Finding): boolean => code === 'fall'

/** Nothing that is warned of stays unsaid: what no other alert tells is told once, all of it. */
const otherWarnings = (
  { database, newest }: { database: string; newest: Seen },
  others: readonly Finding[],
): Trouble[] => {
  const [first] = others
  if (!first) return []
  return [
    troubleOf({
      kind: 'sound.warned',
      severity: 'warning',
      database,
      since: newest.arrivedAt,
      what: 'the newest copy is sound, with a warning',
      facts: [{ label: 'copy', text: newest.id }, ...factsOf(others)],
      meaning: trueToIt,
      nextStep: { text: first.mend ?? 'Look at the live database when you have time.' },
      isEvent: true,
    }),
  ]
}

export const remarked = ({ database, state: { newest } }: Asked): Trouble[] => {
  if (!newest) return []
  const warnings = newest.remarks.filter(
    (finding) =>
      finding.outcome === 'warned' &&
      !isToldAsFall(finding) &&
      // What is remarked of a copy that is damaged, or not judged, is no trouble of its own.
      (isOtherHost(finding) ? newest.word !== 'accepted' : isSound(newest.word)),
  )
  const found = remarks.flatMap(({ is, kind, what, severity, meaning, isEvent }) => {
    const remark = warnings.find(is)
    if (!remark) return []
    return [
      troubleOf({
        kind,
        severity,
        database,
        since: newest.arrivedAt,
        what,
        facts: [
          { label: 'copy', text: newest.id },
          { label: remark.check, text: remark.detail },
        ],
        meaning: meaning ?? trueToIt,
        nextStep: {
          text: remark.mend ?? 'Look at the live database today.',
          ...(isOtherHost(remark)
            ? {
                otherwise: {
                  text: 'To say at once that this host is the right one, on your own machine:',
                  command: acceptCommand(newest.id),
                },
              }
            : {}),
        },
        isEvent,
      }),
    ]
  })
  const others = warnings.filter((finding) => !remarks.some(({ is }) => is(finding)))
  return [...found, ...otherWarnings({ database, newest }, others)]
}

/** From then on it is not simply quiet. */
const emptyForMs = 14 * dayMs
const sameForMs = 21 * dayMs

/** Pushed for weeks, and there is nothing in it, or never anything else: that was hardly meant. */
export const still = ({ database, state }: Asked, schedule: Schedule | undefined): Trouble[] => {
  const { emptySince, sameSince, newestSound } = state
  const heardAt = lastHeardAt(state)
  if (!schedule || !heardAt || !newestSound) return []
  const lasted = (since: string) => heardAt.getTime() - Date.parse(since)
  const about = (since: string, what: string, meaning: string) => [
    troubleOf({
      kind: 'content.still',
      severity: 'warning',
      database,
      since,
      what,
      facts: [{ label: 'newest copy', text: newestSound.id }],
      meaning,
      nextStep: {
        text: `Check that the app writes to the file that SNAPPROOF_FILE names in /etc/snapproof/${database}.env. If nothing is to change in it any more, set expectEvery: 'off' for it in lib/databases.ts and deploy again.`,
      },
      isEvent: true,
    }),
  ]
  if (emptySince !== undefined && lasted(emptySince) >= emptyForMs) {
    const days = Math.floor(lasted(emptySince) / dayMs)
    return about(
      emptySince,
      `not one copy of the last ${days} days holds a row`,
      'A database without rows is kept with care, and would bring nothing back.',
    )
  }
  if (sameSince === undefined || lasted(sameSince) < sameForMs) return []
  const days = Math.floor(lasted(sameSince) / dayMs)
  return about(
    sameSince,
    `nothing at all has changed in it for ${days} days`,
    'The host looks at it every time, and finds the same bytes: the app may be writing elsewhere.',
  )
}
