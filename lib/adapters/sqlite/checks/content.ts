/** The questions that are the user's own: how fresh, what must hold, and is it today's database? */
import { judgeAssertion, judgeCanary, judgeFreshness } from '../../../rules/kinds/sqlite/content'
import type { SqliteCheck } from '../../../rules/kinds/sqlite/kind'
import type { SqliteExpected } from '../../../rules/kinds/sqlite/settings'
import type { Finding } from '../../../rules/verdict/verdict'
import { ask, literal } from '../engine/ask'
import type { Session } from '../engine/ask'

export type ContentOrder = {
  expected: SqliteExpected
  takenAt: string
  canary?: string | undefined
}

/** One value decides, or whether any row comes back: nobody reads thousands of them. */
const fewRows = { rows: 100, bytes: 256 * 1024 }

export const checkContent = (
  session: Session,
  order: ContentOrder,
  tell: { stage(check: SqliteCheck): void; finding(finding: Finding): void },
): void => {
  const { freshness, assertions } = order.expected
  if (freshness) {
    tell.stage('freshness')
    const answer = ask(session, freshness.sql, fewRows)
    tell.finding(judgeFreshness(answer, freshness.withinMs, new Date(order.takenAt)))
  }
  tell.stage('assertions')
  for (const assertion of assertions) {
    tell.finding(judgeAssertion(assertion, ask(session, assertion.sql, fewRows)))
  }
  if (order.canary !== undefined) {
    tell.stage('canary')
    const sql = `SELECT 1 FROM snapproof_canary WHERE nonce = ${literal(order.canary)}`
    tell.finding(judgeCanary(ask(session, sql, fewRows)))
  }
}
