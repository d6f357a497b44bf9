/**
 * Which invariant is held by whom, and what proves that a break is seen? The numbers are those of this
 * list; lib/README.md says the same in an order of its own.
 *
 * 1 only prune deletes       deletions.ts            mutants/prune.ts
 * 2 the announced bytes      verdicts.ts             an address that takes other bytes
 * 3 the door                 actors/onlookers.ts     a door that a revoked token opens
 * 4 passed is never wrong    verdicts.ts, onlookers  an examiner that says passed
 * 5 "could not check"        verdicts.ts, onlookers  a verdict that turns it; a page that calls all sound
 * 6 every trouble is told    alerts.ts               mutants/alerts.ts
 * 7 killed anywhere          settled.ts, restores    mutants/steps.ts
 * 8 nothing outside          boundaries.ts           a step that writes outside
 * 9 no secret                boundaries.ts           a log that holds the token
 * 10 nobody holds others up  isolation.ts            mutants/isolation.ts
 * 11 the second place        second.ts               mutants/second.ts
 * 12 the app's own objects   inventories.ts          mutants/objects.ts
 */
import type { Overview } from '../../../lib/journey/overview'
import type { VerdictAnswer } from '../../../lib/journey/verdict'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import type { Bucket, By, Change } from '../cloud/bucket'
import type { Ended } from '../cloud/functions'
import type { Heard, Place } from '../cloud/letterbox'
import { Violation } from '../violation'

import { alertsOracle } from './alerts'
import { boundariesOracle } from './boundaries'
import { deletionsOracle } from './deletions'
import { expectedOf, keyExpectedIn } from './expected'
import type { Expected } from './expected'
import { fallsOf } from './falls'
import { inventoriesOracle, isOfObjects, objectsName } from './inventories'
import { isolationOracle } from './isolation'
import { onlookersOracle } from './onlookers'
import { restoresOracle } from './restores'
import { secondOracle } from './second'
import { truthOf } from './truth'
import type { Truth } from './truth'
import { verdictsOracle } from './verdicts'
import { wordsOracle } from './words'

/**
 * The one who knows the truth: asked at every change in the store and at every answer of a function.
 */
export type Oracle = {
  truth: Truth
  inventories: ReturnType<typeof inventoriesOracle>
  /** Of these no function may ever touch one. */
  foreign: Set<string>
  /** The store would refuse it; that a function tries is wrong already. */
  trespass(key: string, by: By): void
  ended(ended: Ended): void
  heard: Heard
  /** A call of this run went wrong, or its answer was lost. */
  unsteady(by: By): void
  /** It was ended at its time limit. */
  cut(by: By, startedAtMs: number): void
  /** Somebody was let in who may not be. */
  opened(by: string): void
  /** lib/databases.ts was changed: this column is to be there. */
  expects(database: string, key: string): void
  isExpected: Expected['isMetNow']
  /** What was lost in this accident was to go, as a person has said. */
  isSettled(accident: string): boolean
  /** The copy that an alert would name to whoever says that it is right as it is. */
  toAccept(database: string): string | undefined
  verdictIs(answer: VerdictAnswer): void
  overviewIs(overview: Overview): void
  /** More may be added: what an operator changes is a secret too. */
  secrets: string[]
  /** Some quiet days have passed: whatever has no trigger was called by what has one. */
  timersCame(): void
  /** The world is at rest. */
  settled(): void
}

/** Their answers are for whoever asked, and hold an address. */
const mayHoldAddress: readonly string[] = ['ticket', 'restore']

export const oracleOf = (options: {
  bucket: Bucket
  second: Bucket | undefined
  secrets: readonly string[]
  addressMark: string
  nowMs: () => number
  databases: Readonly<Record<string, DatabaseSettings>>
  installation: string
  places: () => readonly Place[]
  besieged: () => string | undefined
  calmSinceMs: () => number
}): Oracle => {
  const { bucket, addressMark } = options
  const truth = truthOf(bucket)
  const secrets = [...options.secrets, addressMark]
  const boundaries = boundariesOracle(truth, secrets)
  const deletions = deletionsOracle(truth)
  const keys = Object.entries(options.databases).map(([name, said]) => [
    name,
    keyExpectedIn(said, name) ?? '',
  ])
  const expected = expectedOf(Object.fromEntries(keys), options.nowMs)
  const falls = fallsOf(truth)
  const words = wordsOracle(truth)
  const verdicts = verdictsOracle(truth, expected)
  const alerts = alertsOracle({ truth, falls, ...options })
  const names = Object.keys(options.databases)
  const isolation = isolationOracle({ truth, ...options, databases: names })
  const second = secondOracle({ truth, ...options, isTold: () => alerts.isTold('-/second.behind') })
  const restores = restoresOracle({
    truth,
    falls,
    nowMs: options.nowMs,
    handedOut: second.handedOut,
    hasSecond: options.second !== undefined,
  })
  const onlookers = onlookersOracle(truth, alerts.sureSince, second.heldThere)
  const inventories = inventoriesOracle({
    ...options,
    isTold: () => alerts.isTold(`${objectsName}/verify.unmet`),
  })

  bucket.onChange((change: Change) => {
    // What the app does with its own it says itself.
    if (change.by.role === 'app') return
    if (isOfObjects(change.key)) {
      boundaries.hear(change)
      deletions.hear(change, undefined, undefined)
      second.hear(change, undefined)
      isolation.hear(change)
      inventories.hear(change)
      return
    }
    const { before, after } = truth.hear(change)
    boundaries.hear(change)
    deletions.hear(change, before, after)
    verdicts.hear(change, before?.entry)
    falls.hear(change, before, after)
    restores.hear(change)
    alerts.hear(change, before)
    second.hear(change, after)
    isolation.hear(change)
  })

  return {
    truth,
    inventories,
    foreign: boundaries.foreign,
    trespass: boundaries.trespass,
    heard: {
      arrived: (where, some, message, by) => {
        boundaries.forbidSecrets(JSON.stringify(message), 'an alert')
        words.arrived(some)
        alerts.arrived(where, some, by)
      },
      pinged: (text, by) => {
        boundaries.forbidSecrets(text, 'a ping')
        alerts.pinged(by)
      },
    },
    unsteady: (by) => {
      alerts.unsteady(by)
      isolation.unsteady(by)
      restores.unsteady(by)
    },
    cut: isolation.cut,
    opened: (by) => {
      throw new Violation(3, `${by} opened the door`)
    },
    expects: expected.change,
    isExpected: expected.isMetNow,
    isSettled: falls.isSettled,
    toAccept: falls.toAccept,
    verdictIs: (answer) => words.verdict(answer.ticket, answer),
    overviewIs: words.overview,
    secrets,
    timersCame: isolation.settled,
    settled: () => {
      second.settled()
      alerts.settled()
    },
    ended: (ended) => {
      const { name, said } = ended
      const text =
        'fault' in said ? `${said.fault.message} ${said.fault.mend}` : JSON.stringify(said.answer)
      const mayHold = mayHoldAddress.includes(name) && 'answer' in said
      if (mayHold) {
        for (const secret of secrets.filter((one) => one !== addressMark)) {
          if (text.includes(secret)) boundaries.forbidSecrets(secret, `the answer of ${name}`)
        }
      } else boundaries.forbidSecrets(text, `the answer of ${name}`)
      if (name === 'restore') words.restored(ended)
      restores.ended(ended)
      if (alerts.ended(ended)) {
        second.watched(ended)
        inventories.watched(ended)
      }
      onlookers.ended(ended)
      isolation.ended(ended)
    },
  }
}
