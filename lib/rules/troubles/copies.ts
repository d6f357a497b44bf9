/** What is wrong with the copies of one database: damaged, undecided, or not where they should be? */
import { rising } from '../plain/order'
import { hourMs } from '../plain/time-units'
import { ageWords, instantWords } from '../plain/wording'
import type { Finding } from '../verdict/verdict'
import type { Seen } from '../watching/watch-state'

import { factsOf, manyWords, operatorCommand, someOf, troubleOf } from './trouble'
import type { Asked, Trouble } from './trouble'

export const damaged = ({ database, state, advice }: Asked): Trouble[] => {
  const { newest, wentBad } = state
  const found: Trouble[] = []
  const isSomethingLeft = state.newestSound !== undefined
  if (newest?.word === 'failed' && hasChanged(newest)) {
    found.push(changedAtRest({ database, advice }, newest, isSomethingLeft))
  } else if (newest?.word === 'failed') {
    found.push(
      troubleOf({
        kind: 'verify.failed',
        severity: 'critical',
        database,
        since: newest.arrivedAt,
        copy: newest.id,
        facts: [{ label: 'copy', text: newest.id }, ...factsOf(failedOf(newest))],
        ...advice.damaged({ database, isSomethingLeft }),
      }),
    )
  }
  const [bad] = wentBad
  if (bad) {
    found.push(
      troubleOf({
        kind: 'copy.decayed',
        severity: 'error',
        database,
        since: bad.provenAt ?? bad.arrivedAt,
        what: `${manyWords(wentBad.length, 'kept copy', 'kept copies')} went bad in the store`,
        facts: [
          { label: 'copies', text: someOf(wentBad.map(({ id }) => id)) },
          ...factsOf(failedOf(bad)),
        ],
        meaning: `What was sound when it came no longer is: the store lost bytes, or somebody changed them. ${advice.untouched}`,
        nextStep: { text: 'Look at who may write to the bucket, then ask the provider about it.' },
      }),
    )
  }
  return found
}

/** Whole, and not what lib/databases.ts expects: a migration, a wrong file, or something that is lost. */
export const unmet = ({ database, state, advice }: Asked): Trouble[] => {
  const { newest, newestSound } = state
  if (newest?.word !== 'unmet') return []
  const missed = newest.remarks.filter(({ outcome }) => outcome === 'unmet')
  return [
    troubleOf({
      kind: 'verify.unmet',
      severity: 'error',
      database,
      since: newest.arrivedAt,
      copy: newest.id,
      facts: [{ label: 'copy', text: newest.id }, ...factsOf(missed)],
      ...advice.unmet({
        database,
        copy: newest.id,
        isSomethingLeft: newestSound !== undefined,
        mend: missed[0]?.mend,
      }),
    }),
  ]
}

/** The same bytes that fail a check of today were not changed: only other bytes were. */
const hasChanged = ({ wasSound, remarks }: Seen): boolean =>
  wasSound === true &&
  remarks.some(
    ({ check, outcome }) => outcome === 'failed' && (check === 'arrival' || check === 'bytes'),
  )

const changedAtRest = (
  { database, advice }: Pick<Asked, 'database' | 'advice'>,
  newest: Seen,
  isSomethingLeft: boolean,
): Trouble =>
  troubleOf({
    kind: 'verify.failed',
    severity: 'critical',
    database,
    since: newest.provenAt ?? newest.arrivedAt,
    what: 'the newest copy was sound, and has changed in the store',
    facts: [
      { label: 'copy', text: newest.id },
      { label: 'arrived', text: instantWords(newest.arrivedAt) },
      ...factsOf(failedOf(newest)),
    ],
    meaning: `The store lost bytes, or somebody changed them. ${advice.untouched} ${
      isSomethingLeft
        ? 'The copies before this one are still there, and nothing is deleted while this lasts.'
        : advice.nothingLeft
    }`,
    nextStep: advice.changed(database),
  })

const failedOf = ({ remarks }: Seen): Finding[] =>
  remarks.filter(({ outcome }) => outcome === 'failed')

export const undecided = ({ database, state: { newest }, now }: Asked): Trouble[] => {
  if (!newest || (newest.word !== 'unverifiable' && newest.word !== 'pending')) return []
  const isWaiting = newest.word === 'pending'
  const remark = newest.remarks.find(({ outcome }) => outcome === 'unverifiable')
  return [
    troubleOf({
      kind: 'verify.unverifiable',
      severity: 'error',
      database,
      since: newest.arrivedAt,
      what: isWaiting ? 'the newest copy has no verdict' : 'the newest copy could not be checked',
      facts: [
        { label: 'copy', text: newest.id },
        { label: 'arrived', text: ageWords(newest.arrivedAt, now) },
        ...(remark ? [{ label: remark.check, text: remark.detail }] : []),
      ],
      meaning:
        'Nobody knows whether this copy is good. That says nothing against the data, and nothing for it.',
      nextStep: {
        text:
          remark?.mend ??
          `${isWaiting ? 'The watch tries it again by itself' : 'It was tried three times'}. Let the doctor try the whole set-up, on your own machine:`,
        ...(remark?.mend === undefined ? { command: operatorCommand('doctor') } : {}),
        ...(isWaiting
          ? {}
          : {
              otherwise: {
                text: 'If you have checked it in another way and know that it is good, say so on your own machine:',
                command: operatorCommand(`accept ${newest.id} --reason 'checked by hand'`),
              },
            }),
      },
      // It is tried three times, an hour apart, before anybody is told.
      graceMs: 2 * hourMs + hourMs / 2,
    }),
  ]
}

export const lost = ({ database, state, now, advice }: Asked): Trouble[] => {
  const { vanished } = state
  const missing = state.missing.toSorted(rising(({ ticketAt }) => ticketAt))
  const [first] = missing
  const found: Trouble[] = []
  if (first) {
    found.push(
      troubleOf({
        kind: 'upload.missing',
        severity: 'warning',
        database,
        since: first.ticketAt,
        ...advice.missing(database, missing.length),
        facts: [
          { label: 'announced', text: someOf(missing.map(({ id }) => id)) },
          { label: 'first', text: ageWords(first.ticketAt, now) },
        ],
      }),
    )
  }
  if (vanished) {
    found.push(
      troubleOf({
        kind: 'copy.gone',
        severity: 'critical',
        database,
        since: vanished.at,
        what: 'the newest sound copy is gone from the store',
        facts: [{ label: 'copy', text: vanished.id }],
        meaning:
          'Snapproof never deletes the newest sound copy: somebody else did, or the store lost it.',
        nextStep: advice.gone(database),
      }),
    )
  }
  return found
}
