/**
 * For simple monitors that know three fields: is the newest copy sound?
 *
 * `success` is said only while somebody watches, the database is in time and nothing is gone from it: a
 * monitor that reads nothing but this word must not go on being green over an emptied copy, or after
 * everything has come to a stop. `failed` is said of damaged bytes alone; a copy that is whole and not what
 * is expected is neither.
 */
import { isSound } from '../rules/verdict/verdict'
import type { Head } from '../rules/watching/head'
import type { Standing } from '../rules/watching/standing'

export type Verification = {
  last_verification: string | null
  status: 'never_run' | 'success' | 'failed' | 'unknown'
  backup_file: string | null
}

const neverRun: Verification = { last_verification: null, status: 'never_run', backup_file: null }

const verificationOf = (one: Standing, isWatched: boolean): Verification => {
  const { newest, stock } = one
  if (!newest) return neverRun
  const isWell = isWatched && one.health !== 'late' && !one.fall
  const status =
    newest.word === 'failed' ? 'failed' : isSound(newest.word) && isWell ? 'success' : 'unknown'
  return { last_verification: newest.provenAt ?? null, status, backup_file: stock?.file ?? null }
}

/** The worst first: of several databases the one is told that decides. */
const order: readonly Verification['status'][] = ['failed', 'unknown', 'success', 'never_run']

/** Where two are as bad as each other, the later one decides. */
const isWorse = (one: Verification, other: Verification): boolean => {
  const byStatus = order.indexOf(one.status) - order.indexOf(other.status)
  const isLater = (one.last_verification ?? '') > (other.last_verification ?? '')
  return byStatus < 0 || (byStatus === 0 && isLater)
}

/** One after the other: ten thousand lines at once would be more than a function is given. */
export const verificationAnswer = (
  { watch }: Pick<Head, 'watch'>,
  lines: Iterable<Standing>,
): Verification => {
  let worst: Verification | undefined
  for (const line of lines) {
    const one = verificationOf(line, !watch.isSilent)
    if (!worst || isWorse(one, worst)) worst = one
  }
  return worst ?? neverRun
}
