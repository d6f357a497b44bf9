/** What did the last drill find? A copy that could not be restored, an alarm that did not ring. */
import { dayMs } from '../plain/time-units'
import { ageWords, durationWords } from '../plain/wording'
import { slowedBy } from '../watching/drill'
import type { CopyDrill, DrillState } from '../watching/drill'

import { operatorCommand, someOf, troubleOf } from './trouble'
import type { Trouble } from './trouble'

const failed = (database: string, drills: readonly CopyDrill[]): Trouble[] => {
  const last = drills.at(-1)
  const latest = drills.filter(({ at }) => at.slice(0, 10) === last?.at.slice(0, 10))
  const bad = latest.find(({ outcome }) => outcome === 'failed')
  if (!bad) return []
  return [
    troubleOf({
      kind: 'drill.failed',
      severity: 'critical',
      database,
      since: bad.at,
      copy: bad.id,
      what: 'a kept copy could not be restored',
      facts: [
        { label: 'copy', text: bad.id },
        { label: 'found', text: bad.detail },
      ],
      meaning: 'On a bad day this copy would not have helped. The others are not touched by it.',
      nextStep: {
        text: 'Drill it once more by hand and read what it says:',
        command: operatorCommand(`drill ${database} --at ${bad.id}`),
      },
    }),
  ]
}

const slow = (database: string, drills: readonly CopyDrill[]): Trouble[] => {
  const factor = slowedBy(drills)
  const last = drills.at(-1)
  if (factor === undefined || !last) return []
  return [
    troubleOf({
      kind: 'restore.slow',
      severity: 'warning',
      database,
      since: last.at,
      what: `a restore takes ${factor.toFixed(1)} times as long as it did`,
      facts: [
        { label: 'now', text: durationWords(last.tookMs) },
        ...last.steps.map(({ step, tookMs }) => ({ label: step, text: durationWords(tookMs) })),
      ],
      meaning: 'On a bad day the app would be away for longer than you are used to.',
      nextStep: {
        text: 'See which step has grown. If the database has, that is all there is to it.',
      },
      isEvent: true,
    }),
  ]
}

/** A drill that was missed three weeks in a row was not just short of time. */
const waitsForMs = 15 * dayMs

const undone = ({ waiting }: DrillState, now: Date): Trouble[] =>
  Object.entries(waiting ?? {}).flatMap(([database, { since, why }]) =>
    now.getTime() - Date.parse(since) < waitsForMs
      ? []
      : [
          troubleOf({
            kind: 'drill.undone',
            severity: 'warning',
            database,
            since,
            what: 'no drill comes to an end for it',
            facts: [
              { label: 'since', text: ageWords(since, now) },
              { label: 'last time', text: why },
            ],
            meaning: 'Nobody knows whether a kept copy of it could be restored on a bad day.',
            nextStep: {
              text: 'Drill it by hand and read what it says, on your own machine:',
              command: operatorCommand(`drill ${database}`),
            },
          }),
        ],
  )

const mute = ({ rings, ranAt }: DrillState, now: Date): Trouble[] => {
  const unheard = rings.filter(({ isHeard }) => !isHeard)
  if (unheard.length === 0) return []
  return [
    troubleOf({
      kind: 'drill.failed',
      severity: 'critical',
      database: undefined,
      since: ranAt,
      what: 'an alarm that was rung on purpose was not raised',
      facts: [
        { label: 'not heard', text: someOf(unheard.map(({ name }) => name)) },
        ...unheard.map(({ name, detail }) => ({ label: name, text: detail })),
        { label: 'drilled', text: ageWords(ranAt, now) },
      ],
      meaning: 'A copy of this kind might come in, and nobody would be told.',
      nextStep: {
        text: 'Try every channel, then drill again; if it stays, this is a mistake in Snapproof:',
        command: 'npm run --silent snapproof -- alert-test',
      },
    }),
  ]
}

export const drillTroubles = (state: DrillState | undefined, now: Date): Trouble[] =>
  state
    ? [
        ...Object.entries(state.databases).flatMap(([database, { drills }]) => [
          ...failed(database, drills),
          ...slow(database, drills),
        ]),
        ...undone(state, now),
        ...mute(state, now),
      ]
    : []
