// What does the store say when it will not do as asked?

/**
 * A request turned down, on its way to becoming an answer.
 *
 * Code and status are the ones a Ceph gateway gives, so a client may act on them;
 * the message is for the person reading, and gateways often send none.
 */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
  }
}

export const denied = (message: string): Refusal => new Refusal(403, 'AccessDenied', message)

/** For what some gateway ignores, or does differently from another: silence would hide a bug. */
export const unsupported = (message: string): Refusal => new Refusal(501, 'NotImplemented', message)

export const preconditionFailed = (message: string): Refusal =>
  new Refusal(412, 'PreconditionFailed', message)

export const noSuchKey = (): Refusal =>
  new Refusal(404, 'NoSuchKey', 'The bucket has no object of this key.')

export const noSuchBucket = (): Refusal =>
  new Refusal(404, 'NoSuchBucket', 'The store has no bucket of this name.')

const fullDiskCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined

/** Turns whatever was thrown into an answer that tells nothing about the machine's folders. */
export const asRefusal = (error: unknown): Refusal => {
  if (error instanceof Refusal) return error
  if (fullDiskCodes.has(errorCode(error) ?? ''))
    return new Refusal(507, 'InsufficientStorage', 'The disk is full. Nothing was stored.')
  return new Refusal(500, 'InternalError', `The store failed (${errorCode(error) ?? 'unknown'}).`)
}
