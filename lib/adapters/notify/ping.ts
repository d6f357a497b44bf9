import { pingOf } from '../../rules/alerts/alert'
import type { Message, Web } from '../../rules/alerts/alert'
import { linesInChat, tell } from '../../rules/alerts/text'

import type { Judge, Request } from './http'
import { plain, written } from './written'

/**
 * https://healthchecks.io/docs/http_api/
 *
 * A ping is no alert: it says that a copy has passed, and its absence is what rings. So success is
 * sent when every database of the channel is sound and never because a trouble is over, and a
 * failure, which would be buried under the next success, only by what is certain.
 */
const bodyAtMostBytes = 10_000

const ping = (target: Web, path: string, body: string): Omit<Request, 'tells'> => {
  const url = new URL(target.url)
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`
  return {
    url: url.href,
    method: 'POST',
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...(target.authorization && { authorization: target.authorization }),
    },
    body,
  }
}

/** Says that all is well. `text` is one line for whoever looks the ping up. */
export const renderSuccess = (target: Web, text: string): Request => ({
  ...ping(target, '', text),
  tells: [],
})

/** Nothing, where nothing of the message is for a ping. */
export const renderPing = (target: Web, message: Message): Request[] => {
  const failing = message.alerts.filter((alert) => pingOf(alert) === 'fail')
  const logged = message.alerts.filter((alert) => pingOf(alert) === 'log')
  const alerts = failing.length > 0 ? failing : logged
  if (alerts.length === 0) return []
  const text = written(tell({ ...message, alerts }), plain, {
    budget: bodyAtMostBytes,
    sizeOf: (part) => Buffer.byteLength(part),
    items: linesInChat,
  })
  const path = failing.length > 0 ? '/fail' : '/log'
  return [{ ...ping(target, path, text), tells: alerts.map(({ id }) => id) }]
}

/** For addresses with a UUID the service answers 200 even when it knows none, or too many came. */
export const judgePing: Judge = ({ text }) => {
  if (text.includes('(not found)')) return { outcome: 'refused', said: 'knows no such check' }
  if (text.includes('(rate limited)')) return { outcome: 'later', said: 'was pinged too often' }
  return undefined
}
