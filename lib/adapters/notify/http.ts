/**
 * One request over the web, and what its answer means: taken, to be tried again, or refused.
 */
import type { Delivery, Message } from '../../rules/alerts/alert'
import type { Web } from '../../rules/settings/addresses'

import { reasonOf, quoted } from './said'
import type { Answer, Judge, Request, World } from './sender'

/** A message told in one piece of JSON. */
export const jsonRequest = (to: Web, message: Message, body: unknown): Request => ({
  url: to.url,
  method: 'POST',
  headers: jsonHeaders(to),
  body: JSON.stringify(body),
  tells: message.alerts.map(({ id }) => id),
})

export const jsonHeaders = ({ authorization }: Web): Record<string, string> => ({
  'content-type': 'application/json',
  ...(authorization === undefined ? {} : { authorization }),
})

/** Chats answer within a second; longer than this, nobody answers at all. */
export const usualTimeoutMs = 10_000

/** Enough for every vendor's words; a body without an end is not read to its end. */
const bodyAtMostBytes = 4_096

/** A vendor may ask for patience, but not for a week. */
const waitAtMostSeconds = 86_400

/** Sends one request. Never throws, and never says a part of `target`. */
export const post = async (
  request: Request,
  { target, judge, world }: { target: unknown; judge: Judge; world: World },
): Promise<Delivery> => {
  const timeoutMs = world.timeoutMs ?? usualTimeoutMs
  const ends = [AbortSignal.timeout(timeoutMs), ...(world.signal ? [world.signal] : [])]
  const { url, method, headers, body } = request
  try {
    const response = await fetch(url, {
      method,
      headers: { 'user-agent': 'Snapproof', ...headers },
      body,
      // A redirect would carry the message, and its signature, to an address nobody has set.
      redirect: 'manual',
      signal: AbortSignal.any(ends),
    })
    const answer = { status: response.status, text: await startOf(response) }
    const waitSeconds = waitOf(response.headers, answer.text, world.clock.now())
    return judged(answer, { target, judge, waitSeconds })
  } catch (thrown) {
    return { outcome: 'later', said: reasonOf(thrown, timeoutMs) }
  }
}

const startOf = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= bodyAtMostBytes) break
  }
  return Buffer.concat(chunks).subarray(0, bodyAtMostBytes).toString('utf8')
}

/** The header in seconds or as a date; or, as Discord and Telegram say it, in the body. */
const waitOf = (headers: Headers, text: string, now: Date): number | undefined => {
  const header = headers.get('retry-after') ?? ''
  const inBody = /"retry_after"\s*:\s*([\d.]+)/.exec(text)?.[1]
  const seconds = /^\d+$/.test(header)
    ? Number(header)
    : header === ''
      ? Number(inBody)
      : (Date.parse(header) - now.getTime()) / 1000
  if (Number.isNaN(seconds)) return undefined
  return Math.min(waitAtMostSeconds, Math.max(1, Math.ceil(seconds)))
}

type Circumstances = { target: unknown; judge: Judge; waitSeconds: number | undefined }

const judged = (answer: Answer, { target, judge, waitSeconds }: Circumstances): Delivery => {
  const { status, text } = answer
  if (status >= 200 && status < 300) {
    const own = judge(answer) ?? { outcome: 'delivered', said: `answered ${status}` }
    return { ...own, said: `${own.said}${own.outcome === 'delivered' ? '' : quoted(text, target)}` }
  }
  const said = `answered ${status}${quoted(text, target)}`
  if (isPassing(status)) return { outcome: 'later', said, afterSeconds: waitSeconds }
  return { outcome: 'refused', said: `${said}; ${mendOf(status)}` }
}

/** Too early, too many, or their own trouble: the same request may do later. */
const isPassing = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500

const mendOf = (status: number): string => {
  if (status >= 300 && status < 400)
    return 'a redirect is not followed: set the address it leads to in ALERTS'
  if (status === 401 || status === 403)
    return 'the address, or what it holds as a password, is not accepted: correct it in ALERTS'
  if (status === 404 || status === 410)
    return 'nothing takes messages there: make a new address and set it in ALERTS'
  return 'it does not take this message: look up the answer in its documentation'
}
