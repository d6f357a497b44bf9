// How can a test make the store fail on purpose?

import type { Target } from './target'

/**
 * What goes wrong with one request:
 *
 * - `status`: refused with this status and code, before anything is done;
 * - `cut`: the connection ends after so many bytes of the body that comes in, or, of a request
 *   without one, of the answer's;
 * - `lost-answer`: carried out, and the connection ends instead of an answer;
 * - `slow`: held back for a while first;
 * - `full-disk`: the disk takes so many bytes of the upload and then no more.
 */
export type RehearsedFault =
  | { kind: 'status'; status: number; code: string }
  | { kind: 'cut'; afterBytes: number }
  | { kind: 'lost-answer' }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'full-disk'; afterBytes: number }

/** Asked once for each request, before its signature is looked at. */
export type StoreFault = (request: {
  method: string
  bucket: string
  key: string
  query: URLSearchParams
}) => RehearsedFault | undefined

export const faultOf = (
  fault: StoreFault | undefined,
  { method, bucket, key, query }: Target,
): RehearsedFault | undefined => fault?.({ method, bucket, key, query })

/** The body up to where it breaks off; then whatever `fail` throws. */
export async function* brokenBody(
  body: AsyncIterable<Buffer>,
  afterBytes: number,
  fail: () => Error,
): AsyncGenerator<Buffer> {
  let left = afterBytes
  for await (const chunk of body) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left < 0) throw fail()
  }
}

export const fullDisk = (): Error =>
  Object.assign(new Error('no space left on device, in rehearsal'), { code: 'ENOSPC' })
