/**
 * Is something that was there damaged or gone? Red says this, on the page and in the badge alike, and
 * nothing else does.
 */
import type { AlertKind } from '../alerts/alert'
import { isKnownWord } from '../verdict/verdict'

const dangers: readonly string[] = [
  'verify.failed',
  'copy.gone',
  'copy.decayed',
  'rows.leaving',
  'rows.collapsed',
  'drill.failed',
] satisfies AlertKind[]

export const isDanger = ({ kind }: { kind: string }): boolean => dangers.includes(kind)

type Stands = {
  troubles: readonly { kind: string }[]
  newest?: { word: string } | undefined
}

/** A word of another build's may say that it is damaged. */
export const isInDanger = ({ troubles, newest }: Stands): boolean =>
  (newest !== undefined && (newest.word === 'failed' || !isKnownWord(newest.word))) ||
  troubles.some(isDanger)
