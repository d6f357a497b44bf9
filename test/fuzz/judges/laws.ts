/**
 * What must hold of every file, whatever it is. Each broken law is one sentence.
 */
import { expectationChecks } from '../../../lib/rules/kinds/kinds'
import type { Outcome } from '../../../lib/rules/verdict/verdict'
import { isSound, isWhole, mendsOf } from '../../../lib/rules/verdict/verdict'
import { marker } from '../cases/random-database'

import type { Lab, Seen } from './examine'
import type { Native } from './native'
import { reasonOf } from './reasons'

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

const definite = (verdict: Outcome): 'good' | 'unmet' | 'bad' | 'open' => {
  if (isSound(verdict)) return 'good'
  if (verdict === 'unmet') return 'unmet'
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
  (!isSound(verdict) &&
    (mendsOf(findings, verdict).length === 0 ||
      mendsOf(findings, verdict).some((mend) => !/\w/.test(mend)) ||
      !findings.some(({ outcome }) => outcome === verdict)))

/** What it lacks is said by checks of the content alone, and nothing else is said against it. */
const isUnmetForNoReason = ({ findings }: Seen): boolean =>
  findings.some(({ outcome, check }) => outcome === 'unmet' && !expectationChecks.includes(check))

/** Only what speaks against the bytes is damage. */
const isFailedForContent = ({ findings }: Seen): boolean =>
  findings.some(({ outcome, check }) => outcome === 'failed' && expectationChecks.includes(check))

const eachLaw = (seen: Seen, { native, isMadeSound, archiveTrouble }: Trial): string[] => {
  const broken: string[] = []
  const said = tellOf(seen)
  const is = definite(seen.verdict)
  const called = is === 'good' ? 'sound' : 'whole'
  if (isWhole(seen.verdict) && archiveTrouble !== undefined)
    broken.push(`${called}, though its archive cannot be unpacked (${archiveTrouble}): ${said}`)
  if (isWhole(seen.verdict) && native.said === 'damaged')
    broken.push(`${called}, though sqlite3 says ${native.text}: ${said}`)
  // Foreign keys are not enforced by itself: SQL alone can leave rows that refer to nothing.
  if (is === 'good' && native.said === 'orphans')
    broken.push(`sound, though sqlite3 says ${native.text}: ${said}`)
  if (is === 'unmet' && isUnmetForNoReason(seen))
    broken.push(`unmet for what is no expectation: ${said}`)
  if (isFailedForContent(seen)) broken.push(`failed for an expectation: ${said}`)
  if (is === 'bad' && isMadeSound) broken.push(`a sound file is called damaged: ${said}`)
  if (
    is === 'bad' &&
    native.said !== 'damaged' &&
    native.said !== 'refused' &&
    archiveTrouble === undefined &&
    !reasonOf(seen.findings)
  )
    broken.push(`damaged for no reason that has a name, and sqlite3 says ${native.text}: ${said}`)
  if (tellsOfARow(seen)) broken.push(`a text tells what stands in a row: ${said}`)
  if (wordless(seen)) broken.push(`no word of what is wrong, or of what to do: ${said}`)
  return broken
}

export const brokenLaws = (trial: Trial, { limitMs }: Pick<Lab, 'limitMs'>): string[] => {
  const { seen, againstOriginal, native, isMadeSound } = trial
  const broken = seen.flatMap((one) => eachLaw(one, trial))
  if (isMadeSound && native.said === 'damaged')
    broken.push(`the case itself is wrong: made sound, and sqlite3 says ${native.text}`)
  const words = new Set(seen.map(({ verdict }) => definite(verdict)).filter((it) => it !== 'open'))
  if (words.size > 1)
    broken.push(`two ways of reading do not agree: ${seen.map(tellOf).join(' | ')}`)
  if (againstOriginal && isWhole(againstOriginal.verdict))
    broken.push(`other bytes than announced, and ${tellOf(againstOriginal)}`)
  for (const one of [...seen, ...(againstOriginal ? [againstOriginal] : [])]) {
    if (one.tookMs > limitMs + graceMs)
      broken.push(`${one.reading} took ${Math.round(one.tookMs)} ms of ${limitMs}`)
  }
  return broken
}
