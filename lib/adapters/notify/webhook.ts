/** Any other https://… : a webhook, signed by the Standard Webhooks convention with `#whsec_BASE64` */
import { createHash, createHmac } from 'node:crypto'

import type { Alert, Message } from '../../rules/alerts/alert'
import { byUrgency } from '../../rules/alerts/alert'
import { moreWords, tell } from '../../rules/alerts/told'
import { cut, fitted } from '../../rules/plain/shortening'
import { aimAt } from '../../rules/settings/addresses'
import type { Web } from '../../rules/settings/addresses'

import { jsonHeaders } from './http'
import { byItsStatus } from './sender'
import type { Request, WebSender } from './sender'

type Receiver = Web & { secrets: string[] }

export const webhookForm = {
  ...aimAt('webhook', ({ web, secrets }): Receiver => ({ ...web, secrets })),
  isForAnyHost: true as const,
  isSigned: true as const,
  note: ({ target: { secrets } }: { type: 'webhook'; target: Receiver }) =>
    secrets.length === 0
      ? 'not signed; add "#whsec_…" to its address, and the receiver can check who calls.'
      : undefined,
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */

/** Many receivers read 100 kB by default; a bundle beyond this goes in several requests. */
const alertsAtMostBytes = 64_000
const factsAtMostBytes = 32_000
const textAtMost = 600
const commandAtMost = 2_000

const render = (target: Receiver, message: Message, now: Date): Request[] => {
  const parts = partsOf(byUrgency(message.alerts))
  return parts.map((alerts) => {
    // Named by what is in it: when the rest is sent later, it is not taken for what has arrived.
    const id = parts.length === 1 ? message.id : `${message.id}-${markOf(alerts)}`
    const body = JSON.stringify({
      type: 'snapproof.alerts',
      timestamp: alerts[0]?.at,
      data: {
        id,
        installation: message.installation,
        summary: tell({ ...message, alerts }).title,
        alerts: alerts.map(bounded),
      },
    })
    return {
      url: target.url,
      method: 'POST',
      headers: {
        ...jsonHeaders(target),
        ...signed({ id, body, secrets: target.secrets, now }),
      },
      body,
      tells: alerts.map((alert) => alert.id),
    }
  })
}

/** A receiver of JSON needs nothing escaped; it is only spared what has no end. */
const bounded = (alert: Alert) => {
  const facts = alert.facts.map(({ label, text }) => ({
    label: cut(label, textAtMost),
    text: cut(text, textAtMost),
  }))
  const { shown, more } = fitted(facts, factsAtMostBytes, sizeOf)
  const { nextStep, newestProven } = alert
  return {
    ...alert,
    // A field that may be missing is one that receivers forget.
    database: alert.database ?? null,
    answers: alert.answers ?? null,
    headline: cut(alert.headline, textAtMost),
    facts: more > 0 ? [...shown, { label: 'More', text: moreWords(more) }] : shown,
    meaning: cut(alert.meaning, textAtMost),
    nextStep: {
      ...stepOf(nextStep),
      otherwise: nextStep.otherwise ? stepOf(nextStep.otherwise) : null,
    },
    newestProven: newestProven
      ? {
          ticket: cut(newestProven.ticket, textAtMost),
          age: cut(newestProven.age, textAtMost),
          restoreCommand: whole(newestProven.restoreCommand),
          isBeforeFall: newestProven.isBeforeFall ?? false,
          isDoubted: newestProven.isDoubted ?? false,
        }
      : null,
  }
}

const stepOf = ({ text, command }: { text: string; command?: string | undefined }) => ({
  text: cut(text, textAtMost),
  command: whole(command),
})

/** Half a command is worse than none. */
const whole = (command = ''): string | null =>
  command === '' || command.length > commandAtMost ? null : command

const sizeOf = (part: unknown): number => Buffer.byteLength(JSON.stringify(part))

const partsOf = (alerts: Alert[]): Alert[][] => {
  const { shown } = fitted(alerts, alertsAtMostBytes, (alert) => sizeOf(bounded(alert)))
  const part = alerts.slice(0, Math.max(1, shown.length))
  const rest = alerts.slice(part.length)
  return rest.length === 0 ? [part] : [part, ...partsOf(rest)]
}

const markOf = (alerts: Alert[]): string =>
  createHash('sha256')
    .update(JSON.stringify(alerts.map(({ id }) => id)))
    .digest('hex')
    .slice(0, 12)

type Signing = { id: string; body: string; secrets: string[]; now: Date }

/** A receiver takes any one of the signatures, so a secret is replaced without a gap. */
const signed = ({ id, body, secrets, now }: Signing): Record<string, string> => {
  // The signed text is parted by full stops, so the id must not hold one.
  const webhookId = id.replaceAll(/[^\w-]/g, '_')
  const seconds = Math.floor(now.getTime() / 1000)
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${webhookId}.${seconds}.${body}`).digest('base64')}`
  })
  return {
    'webhook-id': webhookId,
    'webhook-timestamp': String(seconds),
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  }
}

export const webhook: WebSender<Receiver> = { render, judge: byItsStatus }
