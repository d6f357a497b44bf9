/**
 * Is this snapshot sound? Findings in, one word out.
 *
 * `failed` needs evidence against the bytes. What is whole, and not what is expected of it, is `unmet`.
 * What could not be checked is `unverifiable`, never bad and never good; and a verdict for which a
 * stage never answered is not `passed`.
 */

export const outcomes = ['passed', 'warned', 'unmet', 'failed', 'unverifiable'] as const
export type Outcome = (typeof outcomes)[number]

/**
 * One answer. Its names are known ones where we write it, and open where we read it: another build may
 * have written one that this one does not know. It is kept, shown and passed on.
 */
export type Finding = {
  check: string
  outcome: string
  detail: string
  mend?: string | undefined
  /** What exactly was found, where one check finds several things. */
  code?: string | undefined
}

export const passed = (check: string, detail: string): Finding => ({
  check,
  outcome: 'passed',
  detail,
})

/** The words a reader meets: a verdict, none yet, or one that a person has overruled. */
export const words = [...outcomes, 'pending', 'accepted'] as const
export type VerdictWord = (typeof words)[number]

export const isKnownWord = (word: string): word is VerdictWord =>
  words.some((known) => known === word)

/** `essential` are the checks of its kind without whose answer nothing is called sound. */
export const judge = (
  findings: readonly Finding[],
  { essential }: { essential: readonly string[] },
): Outcome => {
  const has = (outcome: Outcome) => findings.some((finding) => finding.outcome === outcome)
  if (has('failed')) return 'failed'
  if (has('unverifiable')) return 'unverifiable'
  const answered = essential.every((check) => findings.some((finding) => finding.check === check))
  if (!answered) return 'unverifiable'
  if (has('unmet')) return 'unmet'
  return has('warned') ? 'warned' : 'passed'
}

/** Sound: a copy one may restore, and that retention may count. */
export const isSound = (word: string): boolean =>
  word === 'passed' || word === 'warned' || word === 'accepted'

/** Whole: nothing speaks against its bytes, whatever is expected of it. */
export const isWhole = (word: string): boolean => isSound(word) || word === 'unmet'

/** What the reader should do next: the mends of the findings that decided, each once. */
export const mendsOf = (findings: readonly Finding[], outcome: string): string[] => {
  const deciding = findings.filter((finding) => finding.outcome === outcome)
  return [...new Set(deciding.flatMap(({ mend }) => (mend ? [mend] : [])))]
}
