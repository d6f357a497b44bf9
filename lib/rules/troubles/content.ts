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
  /** Its kind's own words, where there is nothing here. */
  what?: string
  severity: Severity
  isEvent: boolean
}

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
  { database, newest, advice }: Pick<Asked, 'database' | 'advice'> & { newest: Seen },
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
      meaning: advice.trueToIt,
      nextStep: { text: first.mend ?? `Look at ${advice.live} when you have time.` },
      isEvent: true,
    }),
  ]
}

export const remarked = ({ database, state: { newest }, advice }: Asked): Trouble[] => {
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
        what: what ?? advice.stale,
        facts: [
          { label: 'copy', text: newest.id },
          { label: remark.check, text: remark.detail },
        ],
        meaning: meaning ?? advice.trueToIt,
        nextStep: {
          text: remark.mend ?? `Look at ${advice.live} today.`,
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
  return [...found, ...otherWarnings({ database, newest, advice }, others)]
}

/** From then on it is not simply quiet. */
const emptyForMs = 14 * dayMs
const sameForMs = 21 * dayMs

/** Pushed for weeks, and there is nothing in it, or never anything else: that was hardly meant. */
export const still = (
  { database, state, advice }: Asked,
  schedule: Schedule | undefined,
): Trouble[] => {
  const { emptySince, sameSince, newestSound } = state
  const heardAt = lastHeardAt(state)
  if (!schedule || !heardAt || !newestSound) return []
  const lasted = (since: string) => heardAt.getTime() - Date.parse(since)
  const about = (since: string, said: { what: string; meaning: string }) => [
    troubleOf({
      kind: 'content.still',
      severity: 'warning',
      database,
      since,
      ...said,
      facts: [{ label: 'newest copy', text: newestSound.id }],
      nextStep: { text: advice.still(database) },
      isEvent: true,
    }),
  ]
  if (emptySince !== undefined && lasted(emptySince) >= emptyForMs) {
    const days = Math.floor(lasted(emptySince) / dayMs)
    return about(emptySince, advice.empty(days))
  }
  if (sameSince === undefined || lasted(sameSince) < sameForMs) return []
  const days = Math.floor(lasted(sameSince) / dayMs)
  const what = `nothing at all has changed in it for ${days} days`
  return about(sameSince, { what, meaning: advice.same })
}
