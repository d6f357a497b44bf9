/** Is the second place behind for so long that somebody must know? That it is by a few minutes is its nature. */
import { hourMs } from '../plain/time-units'
import { ageWords, instantWords, sizeWords } from '../plain/wording'
import { behindWords } from '../second/second-state'
import type { SecondStanding } from '../second/second-state'

import { operatorCommand, someOf, troubleOf } from './trouble'
import type { Trouble } from './trouble'

/** A day, and two hours for what came in its last minute. */
const behindForMs = 26 * hourMs

const waitsWords = (standing: SecondStanding): string => {
  const { behindBytes, databases, named } = standing
  const more = databases - named.length
  const of = `${someOf(named)}${more > 0 ? ` and ${more} more` : ''}`
  return `${behindWords(standing)} of ${of}${behindBytes === 0 ? '' : `, ${sizeWords(behindBytes)}`}`
}

export const secondTroubles = (standing: SecondStanding | undefined, now: Date): Trouble[] => {
  if (standing?.since === undefined) return []
  if (now.getTime() - Date.parse(standing.since) < behindForMs) return []
  const { place, since, ranAt, fault } = standing
  return [
    troubleOf({
      kind: 'second.behind',
      severity: 'warning',
      database: undefined,
      since,
      what: 'the second place is behind',
      facts: [
        { label: 'place', text: place },
        { label: 'waits', text: waitsWords(standing) },
        ...(ranAt === undefined ? [] : [{ label: 'last try', text: ageWords(ranAt, now) }]),
        ...(fault
          ? [{ label: 'fault', text: `${fault.why} So since ${instantWords(fault.since)}.` }]
          : []),
      ],
      meaning:
        'Nothing is lost by it: these copies stand in the first place. Should that one be lost, they would be lost with it.',
      nextStep: {
        text: fault
          ? 'Mend what the last try ended with; the doctor tries the second place, on your own machine:'
          : 'Copies are carried by themselves, with the time that the watch has left. See whether it runs, and comes to its end:',
        command: fault ? operatorCommand('doctor') : 'doctl serverless activations list --limit 20',
      },
    }),
  ]
}
