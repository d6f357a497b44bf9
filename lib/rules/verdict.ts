/**
 * Is this snapshot sound? Findings in, one word out.
 *
 * `failed` needs evidence against the data. What could not be checked is `unverifiable`,
 * never bad and never good; and a verdict for which a stage never answered is not `passed`.
 */
export const outcomes = ['passed', 'warned', 'failed', 'unverifiable'] as const
export type Outcome = (typeof outcomes)[number]

/** The checks, cheapest first: the order in which they run and are told. */
export const checks = [
  'arrival',
  'bytes',
  'header',
  'structure',
  'references',
  'schema',
  'rows',
  'freshness',
  'assertions',
  'canary',
  'engine',
  'clock',
] as const
export type Check = (typeof checks)[number]

export type Finding = { check: Check; outcome: Outcome; detail: string; mend?: string | undefined }

/** The words a reader meets: a verdict, none yet, or one that a person has overruled. */
export const words = [...outcomes, 'pending', 'accepted'] as const
export type VerdictWord = (typeof words)[number]

/** Without an answer from each of these nothing is called sound. */
const essential: readonly Check[] = ['arrival', 'bytes', 'header', 'structure', 'references']

export const judge = (findings: readonly Finding[]): Outcome => {
  const has = (outcome: Outcome) => findings.some((finding) => finding.outcome === outcome)
  if (has('failed')) return 'failed'
  if (has('unverifiable')) return 'unverifiable'
  const answered = essential.every((check) => findings.some((finding) => finding.check === check))
  if (!answered) return 'unverifiable'
  return has('warned') ? 'warned' : 'passed'
}

/** Sound: a copy one may restore, and that retention may count. */
export const isSound = (word: VerdictWord): boolean =>
  word === 'passed' || word === 'warned' || word === 'accepted'

/** What the reader should do next: the mends of the findings that decided, each once. */
export const mendsOf = (findings: readonly Finding[], outcome: Outcome): string[] => {
  const deciding = findings.filter((finding) => finding.outcome === outcome)
  return [...new Set(deciding.flatMap(({ mend }) => (mend ? [mend] : [])))]
}
