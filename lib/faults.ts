/**
 * Every way we refuse or fail, each with its mend.
 *
 * A damaged database is an answer and never stands here: it travels as findings.
 * A Fault is our inability or our refusal: thrown, typed, rare.
 */

export type FaultCode =
  | 'bad-request'
  | 'unauthorised'
  | 'forbidden'
  | 'not-found'
  | 'too-large'
  | 'too-many'
  | 'not-arrived'
  | 'nothing-sound'
  | 'settings'
  | 'store-unreachable'
  | 'store-refused'
  | 'store-missing'
  | 'untrusted-entry'
  | 'newer-format'
  | 'damaged'
  | 'ask-first'
  | 'contended'
  | 'platform'
  | 'internal'

/** Codes whose cause passes by itself, so that a caller may try the same thing again. */
const passing: ReadonlySet<FaultCode> = new Set([
  'too-many',
  'not-arrived',
  'store-unreachable',
  'contended',
  'platform',
  'internal',
])

export type FaultText = { code: FaultCode; why: string; mend: string }

export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly why: string
  readonly mend: string

  constructor(text: FaultText, options?: { cause?: unknown }) {
    super(`${text.code}: ${text.why}`, options)
    this.code = text.code
    this.why = text.why
    this.mend = text.mend
  }

  /** True when trying the same thing again later may succeed without anybody's help. */
  get isPassing(): boolean {
    return passing.has(this.code)
  }
}

/**
 * Turns whatever was thrown into a Fault; the original stays as the cause and is never shown. `reference` is by
 * what the log tells of it, where that is told at all.
 */
export const asFault = (thrown: unknown, reference = '-'): Fault =>
  thrown instanceof Fault
    ? thrown
    : new Fault(
        {
          code: 'internal',
          why: `Something failed in Snapproof itself (reference ${reference}). Nothing was deleted.`,
          mend: 'Try again; if it stays, look the reference up in the function log.',
        },
        { cause: thrown },
      )
