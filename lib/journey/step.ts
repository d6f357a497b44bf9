/**
 * What does a step say of itself? Enough that `edge/` can serve it and a shell can read it, while the
 * step itself knows nothing of HTTP.
 */
import type * as z from 'zod'

import type { Tools } from '../ports'
import type { Scope } from '../rules/trust/tokens'

/** One `key value` line of an answer that a shell reads. */
export type AnswerLine = readonly [key: string, value: string | number]

/** Who may ask: the holder of a token for the database that the request names, or the platform. */
export type Access<Request> =
  | { scope: Scope; database: (request: Request) => string | undefined }
  | 'platform'

/**
 * One step of the path: what it accepts, who may ask, what it does, and how it says it.
 *
 * `run` reads top-down as gather, decide, do. `lines` tells the same as the answer itself,
 * for a reader that has no JSON parser.
 */
export type Step<Request, Answer, Handed extends Tools = Tools> = {
  request: z.ZodType<Request>
  access: Access<Request>
  run: (request: Request, tools: Handed) => Promise<Answer>
  lines(answer: Answer): AnswerLine[]
}
