/** Healthchecks and the like: https://hc-ping.com/UUID, or ping+https://… anywhere else */
import { pingOf } from '../../rules/alerts/alert'
import type { Alert, Message } from '../../rules/alerts/alert'
import { linesInChat, tell } from '../../rules/alerts/told'
import { aimAt } from '../../rules/settings/addresses'
import type { Web } from '../../rules/settings/addresses'

import type { Judge, Request, WebSender } from './sender'
import { plain, written } from './written'

export const pingForm = {
  ...aimAt('ping', ({ web }) => web),
  isAlarm: true as const,
  host: /^hc-ping\.com$/,
  isNamedByHost: true as const,
}

/**
 * https://healthchecks.io/docs/http_api/
 *
 * A ping is no alert: it says that a copy has passed, and its absence is what rings. So success is
 * sent when every database of the channel is sound and never because a trouble is over, and a
 * failure, which would be buried under the next success, only by what is certain.
 */
const bodyAtMostBytes = 10_000

const request = (target: Web, path: string, body: string): Omit<Request, 'tells'> => {
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
const renderPulse = (target: Web, text: string): Request => ({
  ...request(target, '', text),
  tells: [],
})

/** Nothing, where nothing of the message is for a ping. */
const render = (target: Web, message: Message): Request[] => {
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
  return [{ ...request(target, path, text), tells: alerts.map(({ id }) => id) }]
}

/** For addresses with a UUID the service answers 200 even when it knows none, or too many came. */
const judge: Judge = ({ text }) => {
  if (text.includes('(not found)')) return { outcome: 'refused', said: 'knows no such check' }
  if (text.includes('(rate limited)')) return { outcome: 'later', said: 'was pinged too often' }
  return undefined
}

const hears = (alert: Alert): boolean => pingOf(alert) !== undefined

export const ping: WebSender<Web> = { render, judge, hears, renderPulse }
