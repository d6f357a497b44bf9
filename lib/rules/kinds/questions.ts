/**
 * Does the content say what it should? The questions that a user writes in lib/databases.ts, to whatever kind
 * of database: how they are said there, and how an answer is judged.
 *
 * Answers are judged, never quoted: what stands in a row stays in the database.
 */
import * as z from 'zod'

import { duration, parseDuration } from '../plain/duration'
import { hourMs } from '../plain/time-units'
import { clip, countWords } from '../plain/wording'
import type { Finding } from '../verdict/verdict'

/** Questions only: what a user writes here never changes anything, and reads one database. */
const question = z.string().regex(/^\s*(select|with)\b/i, 'expected one SELECT')

const AssertionSettings = z.strictObject({
  /** What is asked, in words: it stands in findings and alerts. */
  name: z.string().min(1).max(100),
  sql: question,
  /** What must come back. Without it: no rows at all. */
  expect: z
    .union([
      z.literal('no rows'),
      z.strictObject({ equals: z.union([z.string(), z.number()]) }),
      z.strictObject({ atLeast: z.number() }),
      z.strictObject({ atMost: z.number() }),
    ])
    .optional(),
  /** A copy that does not hold to it is unmet (`fail`), or is sound with a warning (`warn`). */
  otherwise: z.enum(['fail', 'warn']).optional(),
})

export const questionSettings = {
  /** A SELECT for the time of the newest content: `SELECT max(created_at) FROM sessions`. */
  freshest: question.optional(),
  /** How old that may be when the copy is taken: `26h`. */
  within: duration.optional(),
  /** Your own questions to the data. */
  assertions: z.array(AssertionSettings).optional(),
}

const Settings = z.object(questionSettings)
type Said = z.infer<typeof Settings>

export type Expected =
  | 'no rows'
  | { equals: string | number }
  | { atLeast: number }
  | { atMost: number }

export type Assertion = { name: string; sql: string; expect: Expected; isWarning: boolean }

export type Freshness = { sql: string; withinMs: number }

/** Content may be as old as the daily push and its delay, where nothing else is said. */
const usualWithinMs = 26 * hourMs

export const freshnessOf = (said: Said | undefined): Freshness | undefined =>
  said?.freshest === undefined
    ? undefined
    : { sql: said.freshest, withinMs: parseDuration(said.within ?? '') ?? usualWithinMs }

export const assertionsOf = (said: Said | undefined): readonly Assertion[] =>
  (said?.assertions ?? []).map(({ name, sql, expect, otherwise }) => ({
    name,
    sql,
    expect: expect ?? 'no rows',
    isWarning: otherwise === 'warn',
  }))

/** Expected tables, each with the columns that must be there; and how many at least, `atLeast: 10`. */
export const tablesSetting = z
  .record(z.string(), z.union([z.array(z.string()), z.int().nonnegative()]))
  .refine(
    (tables) =>
      Object.entries(tables).every(([name, said]) => isFloor(name) || Array.isArray(said)),
    'expected a list of columns for each table; a number stands at atLeast alone',
  )

const isFloor = (name: string): boolean => name === 'atLeast'

export const columnsOf = (
  said: z.infer<typeof tablesSetting> | undefined,
): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(said ?? {}).flatMap(([table, columns]) =>
      Array.isArray(columns) ? [[table, columns]] : [],
    ),
  )

/** What an engine said to one question, as far as every engine says it. */
export type Answered =
  | { rows: readonly (readonly (string | undefined)[])[]; isCut?: boolean | undefined }
  /** A table or a column that the question names: it is misspelt there, or gone here. */
  | { gone: string }
  /** It could not be answered, which its engine has judged. */
  | { judged: Finding }

const failing = (assertion: Assertion, detail: string): Finding => ({
  check: 'assertions',
  outcome: assertion.isWarning ? 'warned' : 'unmet',
  detail: `"${assertion.name}" does not hold: ${detail}.`,
  mend: `Ask the live database with the SQL of "${assertion.name}" in lib/databases.ts. If it is the question that is wrong, change it there and deploy again.`,
})

const holds = (expect: Exclude<Expected, 'no rows'>, value: string): boolean => {
  if ('equals' in expect) return value === String(expect.equals)
  const number = Number(value)
  return 'atLeast' in expect ? number >= expect.atLeast : number <= expect.atMost
}

const wanted = (expect: Exclude<Expected, 'no rows'>): string => {
  if ('equals' in expect) return `exactly ${expect.equals}`
  return 'atLeast' in expect ? `at least ${expect.atLeast}` : `at most ${expect.atMost}`
}

export const judgeAssertion = (assertion: Assertion, answer: Answered): Finding => {
  const { name, expect } = assertion
  if ('gone' in answer) {
    return {
      check: 'assertions',
      outcome: 'unmet',
      detail: `"${name}" asks for what is not there: ${clip(answer.gone)}.`,
      mend: 'After a migration, change its SQL in lib/databases.ts and deploy again: the copies are then judged anew by themselves.',
    }
  }
  if ('judged' in answer) {
    const { judged } = answer
    return { ...judged, detail: `"${name}": ${judged.detail}` }
  }
  const passed: Finding = { check: 'assertions', outcome: 'passed', detail: `"${name}" holds.` }
  if (expect === 'no rows') {
    const count = `${countWords(answer.rows.length, 'row')}${answer.isCut ? ' or more' : ''}`
    return answer.rows.length === 0
      ? passed
      : failing(assertion, `${count} came back, expected none`)
  }
  const value = answer.rows[0]?.[0]
  if (value === undefined)
    return failing(assertion, `no value came back, expected ${wanted(expect)}`)
  return holds(expect, value) ? passed : failing(assertion, `the value is not ${wanted(expect)}`)
}

/** Times as applications store them: ISO text, or seconds or milliseconds since 1970. */
export const parseContentTime = (value: string): Date | undefined => {
  const trimmed = value.trim()
  if (/^\d{9,11}(\.\d+)?$/.test(trimmed)) return new Date(Number(trimmed) * 1000)
  if (/^\d{12,14}$/.test(trimmed)) return new Date(Number(trimmed))
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))? ?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
      trimmed,
    )
  if (!match) return undefined
  const [, day, time = '00:00', zone = 'Z'] = match
  const whole = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone
  const parsed = new Date(`${day}T${time}${whole}`)
  return Number.isNaN(parsed.getTime()) ? undefined : parsed
}

const hours = (ms: number): string => {
  const count = Math.floor(ms / hourMs)
  return count >= 48 ? countWords(Math.floor(count / 24), 'day') : countWords(count, 'hour')
}

/** The newest row inside against the span it should be younger than, measured at the snapshot. */
export const judgeFreshness = (
  answer: Answered,
  { withinMs, takenAt, where }: { withinMs: number; takenAt: Date; where: string },
): Finding => {
  if ('gone' in answer) {
    return {
      check: 'freshness',
      outcome: 'unmet',
      detail: `The question for the newest content asks for what is not there: ${clip(answer.gone)}.`,
      mend: 'After a migration, change "freshest" in lib/databases.ts and deploy again: the copies are then judged anew by themselves.',
    }
  }
  if ('judged' in answer) return answer.judged
  const value = answer.rows[0]?.[0]
  const newest = value === undefined ? undefined : parseContentTime(value)
  if (!newest) {
    return {
      check: 'freshness',
      outcome: 'warned',
      code: 'no-time',
      detail: 'The question for the newest content gave no time.',
      mend: 'Let "freshest" in lib/databases.ts select one time: ISO text, or seconds or milliseconds since 1970.',
    }
  }
  const ageMs = takenAt.getTime() - newest.getTime()
  if (ageMs <= withinMs) {
    const age = ageMs < hourMs ? 'less than an hour' : hours(ageMs)
    return { check: 'freshness', outcome: 'passed', detail: `The newest content was ${age} old.` }
  }
  return {
    check: 'freshness',
    outcome: 'warned',
    detail: `The newest content was ${hours(ageMs)} old when the copy was taken; ${hours(withinMs)} are expected.`,
    mend: `Check that the app still writes, and that ${where}.`,
  }
}
