/**
 * Which values does a user's question give, for somebody who compares them with what stands elsewhere? One column of
 * text or integers, so many and so long at most: whatever else comes is a mistake in the question.
 *
 * The worker that opens copies loads this at every start, and so nothing that reads settings.
 */
import type { Finding } from '../../verdict/verdict'

import { judgeError } from './checks'
import type { Answer } from './checks'

const valuesAtMost = 100_000
const signsAtMost = 128

/** Each row: the word for what is wrong with it, and the value of one that is right. */
const right = 'right'

/** One more than is taken, to see that there are more; and what SQLite says of a value stands beside it. */
export const valuesLimits = {
  rows: valuesAtMost + 1,
  bytes: (valuesAtMost + 1) * (signsAtMost + right.length + 1),
}

/** As a named column: a question for two columns is refused by SQLite itself. A comment ends with its line. */
export const valuesSql = (sql: string): string => `WITH snapproof_asked(value) AS (
${sql}
) SELECT CASE
  WHEN typeof(value) NOT IN ('text', 'integer') THEN typeof(value)
  WHEN value = '' THEN 'empty text'
  WHEN length(value) > ${signsAtMost} THEN 'text of more than ${signsAtMost} signs'
  ELSE '${right}' END AS word,
CASE WHEN typeof(value) IN ('text', 'integer') THEN substr(value, 1, ${signsAtMost}) END
FROM snapproof_asked LIMIT ${valuesLimits.rows}`

const undone = (detail: string): Finding => ({
  check: 'assertions',
  outcome: 'unverifiable',
  detail,
  mend: 'Change the SQL in lib/databases.ts and deploy again.',
})

export const valuesOf = (answer: Answer): { values: string[] } | { finding: Finding } => {
  if ('error' in answer) return { finding: judgeError('assertions', answer.error) }
  const { rows, isCut } = answer
  if (isCut) return { finding: undone(`The SQL gives more than ${valuesAtMost} values.`) }
  const wrong = rows.find(([word]) => word !== right)
  if (wrong)
    return { finding: undone(`The SQL gives ${wrong[0]}: text and integers can be compared.`) }
  return { values: rows.flatMap(([, value]) => value ?? []) }
}
