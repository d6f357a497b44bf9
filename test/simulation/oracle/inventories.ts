/**
 * 12. The app's own objects: while it only adds nothing is said against an inventory; what it does wrong, and
 * still stands, is named by the next inventory that was begun after it, and told.
 */
import { z } from 'zod'

import { hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import type { Change } from '../cloud/bucket'
import type { Ended } from '../cloud/functions'
import { Violation } from '../violation'

import { payloadOf, readEntrySeen } from './truth'

/** What lib/databases.ts calls it; of no other kind there is one of this name. */
export const objectsName = 'bot'

/** The part of the bucket that is the app's. */
const appPrefix = 'app/'

/** The other oracles are asked of copies that hosts push. */
export const isOfObjects = (key: string): boolean =>
  key.startsWith(appPrefix) ||
  key.startsWith(`backups/${objectsName}/`) ||
  key.startsWith(`backups/_state/${objectsName}/`)

export type Wrong = {
  key: string
  /** The check that is to name it. */
  check: 'growth' | 'schema' | 'private' | 'secrets'
  /** When was what is lost of a list written? No inventory misses what none has seen. */
  writtenMs?: number | undefined
}
type Standing = Wrong & { fromMs: number; untilMs: number }

type Inventory = { id: string; beganMs: number; endedMs: number; word: string }

/** So far may a listing lag behind. */
const lagMs = 6 * minuteMs

/** The first that is told of it may be cut short; the one after it sees that. */
const toldAfterMs = hourMs
const runsEnough = 2

/** From so many an inventory may go on: by an old listing from the last but one. */
const knownEnough = 2

/** A check that came later stands beside the nearest one that every build knows. */
const Finding = z
  .object({
    check: z.string(),
    checkNow: z.string().optional(),
    outcome: z.string(),
    outcomeNow: z.string().optional(),
  })
  .transform(({ check, checkNow, outcome, outcomeNow }) => ({
    check: checkNow ?? check,
    outcome: outcomeNow ?? outcome,
  }))

const Judged = z.object({
  predicate: z.object({
    snapproof: z.object({
      claim: z.object({ takenAt: z.string() }),
      verdict: z.object({ findings: z.array(Finding) }),
    }),
  }),
})

const wholeWords: readonly string[] = ['passed', 'warned', 'unmet']

export const inventoriesOracle = ({
  nowMs,
  isTold,
}: {
  nowMs: () => number
  /** Of whoever takes warnings: they know of it, or it is on its way to them. */
  isTold: () => boolean
}) => {
  const wrongs: Standing[] = []
  const times = new Map<string, { beganMs: number; endedMs: number }>()
  const judged = new Map<string, Inventory>()
  /** Since when the newest is said to be unmet, and the good runs of the watch that began long after. */
  let unmet: { id: string; sinceMs: number; runs: number } | undefined

  const isStanding = ({ untilMs }: Standing): boolean => untilMs === Infinity

  /** What was written then, and stood until later, is known to whichever inventory the next one goes on from. */
  const isKnown = ({ writtenMs = -Infinity, fromMs }: Pick<Standing, 'writtenMs' | 'fromMs'>) =>
    [...judged.values()].filter(
      ({ beganMs, endedMs, word }) =>
        wholeWords.includes(word) && beganMs > writtenMs + lagMs && endedMs < fromMs,
    ).length >= knownEnough

  const mustName = (wrong: Standing, { beganMs, endedMs }: Inventory): boolean =>
    wrong.fromMs < beganMs - lagMs &&
    wrong.untilMs > endedMs &&
    (wrong.check !== 'growth' || isKnown(wrong))

  const judge = (inventory: Inventory, findings: readonly z.infer<typeof Finding>[]): void => {
    const { id, beganMs, endedMs, word } = inventory
    const wasWrong = wrongs.some(
      ({ fromMs, untilMs }) => fromMs <= endedMs && untilMs >= beganMs - lagMs,
    )
    if (word === 'failed' || (word === 'unmet' && !wasWrong))
      throw new Violation(12, `${id} is said to be ${word}, and the app only added`)
    if (!wholeWords.includes(word)) return
    for (const wrong of wrongs.filter((one) => mustName(one, inventory))) {
      const { check, key } = wrong
      const named = findings.find((one) => one.check === check)
      if (named?.outcome !== 'unmet')
        throw new Violation(12, `${id} does not name ${key} by ${check}: ${named?.outcome}`)
    }
  }

  const noteNewest = ({ id, word }: Inventory): void => {
    const newest = [...judged.keys()].toSorted().at(-1)
    if (newest !== id) return
    if (word !== 'unmet') unmet = undefined
    else if (unmet?.id === undefined) unmet = { id, sinceMs: nowMs(), runs: 0 }
  }

  return {
    isWrong: (key: string): boolean => wrongs.some((one) => one.key === key && isStanding(one)),
    isSeen: (writtenMs: number): boolean => isKnown({ writtenMs, fromMs: nowMs() }),
    wrongKeys: (): string[] => wrongs.filter(isStanding).map(({ key }) => key),
    wentWrong: (wrong: Wrong): void =>
      void wrongs.push({ ...wrong, fromMs: nowMs(), untilMs: Infinity }),
    mended: (key: string): void => {
      for (const one of wrongs) if (one.key === key && isStanding(one)) one.untilMs = nowMs()
    },
    /** Some of the inventory of this name was read just now. */
    taken: (takenAt: Date): void => {
      const name = takenAt.toISOString()
      const { beganMs } = times.get(name) ?? { beganMs: nowMs() }
      times.set(name, { beganMs, endedMs: nowMs() })
    },
    hear: ({ key, after }: Change): void => {
      if (!after || !key.endsWith('.entry.json')) return
      const entry = readEntrySeen(after.bytes)
      const { data } = Judged.safeParse(payloadOf(after.bytes))
      if (!entry?.verdict || !data) return
      const { claim, verdict } = data.predicate.snapproof
      const time = times.get(claim.takenAt)
      if (!time) return
      const inventory = { id: entry.id, ...time, word: entry.verdict.outcome }
      if (judged.get(entry.id)?.word === inventory.word) return
      judge(inventory, verdict.findings)
      judged.set(entry.id, inventory)
      noteNewest(inventory)
    },
    /** A run of the watch has come to its end with a right clock, and saw everything. */
    watched: ({ startedAtMs }: Ended): void => {
      if (!unmet || startedAtMs < unmet.sinceMs + toldAfterMs) return
      unmet.runs += 1
      if (unmet.runs < runsEnough || isTold()) return
      throw new Violation(12, `nobody is told that ${unmet.id} is unmet`)
    },
  }
}
