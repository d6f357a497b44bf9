import type { Outcome } from '../../lib/rules/verdict'
import { isSound, mendsOf } from '../../lib/rules/verdict'

import type { Lab, Seen } from './examine'
import type { Native } from './native'
import { marker } from './random-database'
import { reasonOf } from './reasons'

/**
 * What must hold of every file, whatever it is. Each broken law is one sentence.
 */
export type Trial = {
  /** The same file in each way of reading. */
  seen: readonly Seen[]
  /** With the claim of the bytes before they were changed; undefined when nothing was. */
  againstOriginal: Seen | undefined
  native: Native
  isMadeSound: boolean
  /** The archive around it cannot be unpacked to its end: SQLite was never to be asked. */
  archiveTrouble: string | undefined
}

/** Beyond its limit an end may take so long: a thread that is busy is ended, a file is let go of. */
const graceMs = 2_500

const definite = (verdict: Outcome): 'good' | 'bad' | 'open' => {
  if (isSound(verdict)) return 'good'
  return verdict === 'failed' ? 'bad' : 'open'
}

const tellOf = ({ reading, verdict, findings }: Seen): string => {
  const reasons = findings.filter(({ outcome }) => outcome !== 'passed')
  return `${reading} says ${verdict}: ${reasons.map(({ check, detail }) => `${check}: ${detail}`).join(' ')}`
}

const pieces = Array.from({ length: marker.length - 6 }, (_, at) => marker.slice(at, at + 7))

/** Of a value, or of any part of one that a reader could recognise. */
const tellsOfARow = ({ told }: Seen): boolean => pieces.some((piece) => told.includes(piece))

const wordless = ({ findings, verdict }: Seen): boolean =>
  findings.some(({ detail }) => !/\w/.test(detail)) ||
  ((verdict === 'failed' || verdict === 'unverifiable') &&
    (mendsOf(findings, verdict).length === 0 ||
      mendsOf(findings, verdict).some((mend) => !/\w/.test(mend)) ||
      !findings.some(({ outcome }) => outcome === verdict)))

const eachLaw = (seen: Seen, { native, isMadeSound, archiveTrouble }: Trial): string[] => {
  const broken: string[] = []
  const said = tellOf(seen)
  const is = definite(seen.verdict)
  if (is === 'good' && archiveTrouble !== undefined)
    broken.push(`sound, though its archive cannot be unpacked (${archiveTrouble}): ${said}`)
  if (is === 'good' && native.said !== 'ok' && native.said !== 'refused')
    broken.push(`sound, though sqlite3 says ${native.text}: ${said}`)
  // Foreign keys are not enforced by itself: SQL alone can leave rows that refer to nothing.
  if (is === 'bad' && isMadeSound && native.said !== 'orphans')
    broken.push(`a sound file is called damaged: ${said}`)
  if (
    is === 'bad' &&
    native.said === 'ok' &&
    archiveTrouble === undefined &&
    !reasonOf(seen.findings)
  )
    broken.push(`damaged for no reason that has a name, and sqlite3 says ok: ${said}`)
  if (tellsOfARow(seen)) broken.push(`a text tells what stands in a row: ${said}`)
  if (wordless(seen)) broken.push(`no word of what is wrong, or of what to do: ${said}`)
  return broken
}

export const brokenLaws = (trial: Trial, { limitMs }: Pick<Lab, 'limitMs'>): string[] => {
  const { seen, againstOriginal, native, isMadeSound } = trial
  const broken = seen.flatMap((one) => eachLaw(one, trial))
  if (isMadeSound && native.said === 'damaged')
    broken.push(`the case itself is wrong: made sound, and sqlite3 says ${native.text}`)
  const words = new Set(seen.map(({ verdict }) => definite(verdict)))
  if (words.has('good') && words.has('bad'))
    broken.push(`two ways of reading do not agree: ${seen.map(tellOf).join(' | ')}`)
  if (againstOriginal && isSound(againstOriginal.verdict))
    broken.push(`other bytes than announced, and ${tellOf(againstOriginal)}`)
  for (const one of [...seen, ...(againstOriginal ? [againstOriginal] : [])]) {
    if (one.tookMs > limitMs + graceMs)
      broken.push(`${one.reading} took ${Math.round(one.tookMs)} ms of ${limitMs}`)
  }
  return broken
}
