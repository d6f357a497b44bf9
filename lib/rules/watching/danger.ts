/**
 * Is something that was there damaged or gone? Red says this, on the page and in the badge alike, and
 * nothing else does.
 */
import type { AlertKind, Severity } from '../alerts/alert'
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

type Wrong = { kind: string; severity: Severity; database: string | undefined }

/** Where no database is named nothing of one is damaged or gone: an alarm that stays silent is no lost row. */
export const isRed = (wrong: Wrong): boolean =>
  wrong.severity !== 'info' && wrong.database !== undefined && isDanger(wrong)

type Stands = {
  troubles: readonly { kind: string }[]
  newest?: { word: string } | undefined
}

/** A word of another build's may say that it is damaged. */
export const isInDanger = ({ troubles, newest }: Stands): boolean =>
  (newest !== undefined && (newest.word === 'failed' || !isKnownWord(newest.word))) ||
  troubles.some(isDanger)
