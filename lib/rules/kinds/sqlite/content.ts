/**
 * Does the content of a SQLite file say what it should? The questions of every kind, as SQLite answers them;
 * and the row that the host wrote just before it took the copy.
 */
import type { Finding } from '../../verdict/verdict'
import * as asked from '../answers'
import type { Answered, Assertion } from '../answers'

import type { Answer } from './checks'
import { judgeError } from './checks'

/** A table or a column that the question names: it is misspelt there, or gone here. */
const isGone = (error: string): boolean => /^no such (table|column)\b/i.test(error)

const answered = (check: string, answer: Answer): Answered => {
  if (!('error' in answer)) return answer
  const { error } = answer
  return isGone(error) ? { gone: error } : { judged: judgeError(check, error) }
}

export const judgeAssertion = (assertion: Assertion, answer: Answer): Finding =>
  asked.judgeAssertion(assertion, answered('assertions', answer))

/** The newest row inside against the span it should be younger than, measured at the snapshot. */
export const judgeFreshness = (answer: Answer, withinMs: number, takenAt: Date): Finding =>
  asked.judgeFreshness(answered('freshness', answer), {
    withinMs,
    takenAt,
    where: 'the path on the host names the file it writes to',
  })

/** The row that the host wrote just before it took the copy: no hash can prove that it is today's. */
export const judgeCanary = (answer: Answer): Finding => {
  if ('rows' in answer && answer.rows.length > 0) {
    const detail = 'The row that the host wrote just before the copy is in it.'
    return { check: 'canary', outcome: 'passed', detail }
  }
  if ('error' in answer && !isGone(answer.error)) return judgeError('canary', answer.error)
  return {
    check: 'canary',
    outcome: 'unmet',
    detail:
      'The row that the host wrote just before the copy is not in it: this is another database, or an older state.',
    mend: 'Check that the path on the host names the file the app uses, then push again.',
  }
}
