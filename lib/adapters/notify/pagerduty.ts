/** PagerDuty: pagerduty://ROUTING_KEY, or pagerduty+https://KEY@HOST/v2/enqueue for another region */
import { createHash } from 'node:crypto'

import type { Alert, Message } from '../../rules/alerts/alert'
import { byUrgency } from '../../rules/alerts/alert'
import { tell } from '../../rules/alerts/told'
import { cut, oneLine } from '../../rules/plain/shortening'
import { aimAt, complain } from '../../rules/settings/addresses'
import type { Web, WebParts } from '../../rules/settings/addresses'

import { jsonHeaders } from './http'
import { byItsStatus } from './sender'
import type { Request, WebSender } from './sender'

type Service = Web & { routingKey: string }

const serviceOf = ({ web, user }: WebParts): Service => {
  if (!/^[a-z0-9]{32}$/i.test(user)) complain('(pagerduty) has no routing key of 32 letters.')
  return { url: web.url, authorization: undefined, routingKey: user }
}

export const pagerdutyForm = {
  ...aimAt('pagerduty', serviceOf),
  isAlarm: true as const,
  host: /^events\.(eu\.)?pagerduty\.com$/,
  writtenOut: [
    /^pagerduty:\/\/([^/@]*)\/?$/i,
    'pagerduty+https://$1@events.pagerduty.com/v2/enqueue',
  ] as const,
}

/** https://developer.pagerduty.com/docs/send-alert-event */
const keyAtMost = 255

/** An event is 512 kB at most; this many facts of our length are a tenth of it. */
const factsAtMost = 50

/** One event an alert, in bundles too: each is an incident that is resolved by itself. */
const render = (target: Service, message: Message): Request[] =>
  byUrgency(message.alerts).map((alert) => ({
    url: target.url,
    method: 'POST',
    headers: jsonHeaders(target),
    body: JSON.stringify(
      alert.status === 'resolved'
        ? { ...around(target, alert), event_action: 'resolve' }
        : { ...around(target, alert), event_action: 'trigger', ...trigger(message, alert) },
    ),
    tells: [alert.id],
  }))

const around = ({ routingKey }: Service, { key }: Alert) => ({
  routing_key: routingKey,
  dedup_key: keyOf(key),
})

/** The same for the trigger and for what resolves it; a key that is too long keeps its own hash. */
const keyOf = (key: string): string => {
  const line = oneLine(key, Number.POSITIVE_INFINITY)
  if (line.length <= keyAtMost) return line
  const hash = createHash('sha256').update(line).digest('hex').slice(0, 32)
  return `${cut(line, keyAtMost - hash.length - 1)} ${hash}`
}

const trigger = (message: Message, alert: Alert) => {
  const { title, sections, facts } = tell({ ...message, alerts: [alert] })
  const told = sections.flatMap(({ heading, text, command }) => [
    [heading, text] as const,
    ...(command === undefined ? [] : [[`${heading}: command`, command] as const]),
  ])
  // A list, because two facts may have one label.
  const found = facts.slice(0, factsAtMost).map(({ label, text }) => `${label}: ${text}`)
  return {
    client: 'Snapproof',
    payload: {
      // Of one alert, so it is shorter by far than the 1,024 that are taken.
      summary: title,
      source: oneLine(message.installation, keyAtMost),
      severity: alert.severity,
      timestamp: alert.since,
      component: oneLine(alert.database ?? alert.installation, keyAtMost),
      group: oneLine(alert.installation, keyAtMost),
      class: alert.kind,
      custom_details: { ...Object.fromEntries(told), 'What was found': found },
    },
  }
}

export const pagerduty: WebSender<Service> = { render, judge: byItsStatus }
