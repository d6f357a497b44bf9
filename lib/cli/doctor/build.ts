/** Is what answers what was built here? Asked as a monitor asks, with a token of this secret. */
import path from 'node:path'

import * as z from 'zod'

import { buildAt } from '../../adapters/build'

import type { Observation } from './observation'

const timeoutMs = 30_000

const Answer = z.object({
  build: z.object({ version: z.string(), sha256: z.string().optional() }),
})

const what = 'build'

const short = (sha256: string): string => sha256.slice(0, 12)

const compared = (answering: string, root: string): Observation => {
  const built = buildAt(path.join(root, 'packages/snapshots/status')).sha256
  const detail = `${short(answering)} answers`
  if (built === undefined) return { what, state: 'ok', detail: `${detail}; none was built here` }
  if (built === answering) return { what, state: 'ok', detail: `${detail}, as it was built here` }
  return {
    what,
    state: 'note',
    detail: `${detail}, and not ${short(built)}, the last that was built here`,
    mend: 'If that is not meant, deploy again: npm run deploy',
  }
}

export const probeBuild = async (
  base: string,
  { token, root }: { token: string; root: string },
): Promise<Observation> => {
  const response = await fetch(`${base}/status/json`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => undefined)
  if (response?.status === 401) {
    const mend = 'Take the SNAPPROOF_SECRET that was deployed, or deploy again with this one.'
    return { what, state: 'wrong', detail: 'a token of this secret is not accepted', mend }
  }
  const answer = Answer.safeParse(await response?.json().catch(() => undefined))
  const sha256 = answer.data?.build.sha256
  if (sha256 === undefined) return { what, state: 'unknown', detail: 'the status did not tell it' }
  return compared(sha256, root)
}
