/**
 * What happened, in words: the last events whole, all of them as one number and one hash.
 */

export type Tally = {
  steps: number
  kills: number
  faults: number
  deletions: number
  pushes: number
  verdicts: number
  restores: number
}

export type Trace = {
  tally: Tally
  tell(atMs: number, who: string, what: string): void
  last(): string[]
  /** Two runs of one seed have the same. */
  hash(): string
}

const keptAtMost = 40

export const traceOf = (): Trace => {
  const kept: { atMs: number; who: string; what: string }[] = []
  let [one, other] = [0x811c9dc5, 0x1000193]
  /** FNV-1a, twice with different starts: cheap, and good enough to tell two runs apart. */
  const mix = (text: string): void => {
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index)
      one = Math.imul(one ^ code, 0x01000193)
      other = Math.imul(other ^ code, 0x85ebca6b)
    }
  }
  return {
    tally: {
      steps: 0,
      kills: 0,
      faults: 0,
      deletions: 0,
      pushes: 0,
      verdicts: 0,
      restores: 0,
    },
    tell: (preciseMs, who, what) => {
      const atMs = Math.floor(preciseMs)
      mix(`${atMs}${who}${what}`)
      kept.push({ atMs, who, what })
      if (kept.length > keptAtMost * 8) kept.splice(0, kept.length - keptAtMost)
    },
    last: () =>
      kept
        .slice(-keptAtMost)
        .map(({ atMs, who, what }) => `${new Date(atMs).toISOString()}  ${who.padEnd(14)} ${what}`),
    hash: () => [one, other].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(''),
  }
}
