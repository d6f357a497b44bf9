/**
 * Does the content say what it should? How the answers to a user's own questions are judged, whatever engine gave
 * them. They are judged, never quoted: what stands in a row stays in the database.
 *
 * The worker that opens copies loads this at every start, and so nothing that reads settings.
 */
import { hourMs } from '../plain/time-units'
import { clip, countWords } from '../plain/wording'
import type { Finding } from '../verdict/verdict'

export type Expected =
  | 'no rows'
  | { equals: string | number }
  | { atLeast: number }
  | { atMost: number }

export type Assertion = { name: string; sql: string; expect: Expected; isWarning: boolean }

export type Freshness = { sql: string; withinMs: number }

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
