/**
 * What is said where all that is stored is in order, and what SQLite computes from it is not what stands
 * in an index, or what a CHECK allows? Another version of SQLite wrote it: that is no evidence.
 */
import { clip } from '../../plain/wording'
import type { Finding } from '../../verdict/verdict'

/** What the taker says when it has asked the SQLite of the host about this very copy. */
export const rightAtHome = 'ok'

const namesAtMost = 5

export const judgeComputed = (names: readonly string[], said: string): Finding => {
  const more = names.length > namesAtMost ? ` and ${names.length - namesAtMost} more` : ''
  const what = `${names.slice(0, namesAtMost).map(clip).join(', ')}${more}`
  const detail = `Every page and all that is stored is in order. What SQLite computes for ${what} comes out otherwise here than where it was written`
  if (said === rightAtHome) {
    return {
      check: 'structure',
      outcome: 'passed',
      detail: `${detail}; the SQLite of the host says ok.`,
    }
  }
  return {
    check: 'structure',
    outcome: 'warned',
    code: 'computed',
    detail: `${detail}, as versions of SQLite do; that alone is no damage.`,
    mend: 'Ask the SQLite of the host: push.sh --check SETTINGS. Where it says sound, all is well, and the push.sh of this release says so with each copy. Where it does not, let SQLite compute it anew there: REINDEX.',
  }
}

/** What SQLite says of a text that an expression takes for JSON, and that is none to it. */
export const isAboutJson = (error: string): boolean => /^malformed JSON$/i.test(error)

/** Before 3.43 so many levels were valid, and since then half as many. */
const levels = { today: 1000, before: 2000 }

const depthOf = (text: string): number => {
  let depth = 0
  let most = 0
  for (const [sign] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (sign === '[' || sign === '{') depth += 1
    if (sign === ']' || sign === '}') depth -= 1
    most = Math.max(most, depth)
  }
  return most
}

/** Valid JSON to the SQLite that wrote it, and too deep for the one here. */
export const isDeepJson = (text: string): boolean => {
  const depth = depthOf(text)
  if (depth <= levels.today || depth > levels.before) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
