import type { Report } from '../../ports'
import type { Channel, Delivery, Mail, Message, Targets } from '../../rules/alerts/alert'
import { countWords } from '../../rules/plain/wording'

import { renderDiscord } from './discord'
import { post } from './http'
import type { Judge, Request, World } from './http'
import { renderMail, renderReport, sendMail } from './mail'
import { renderNtfy } from './ntfy'
import { renderPagerDuty } from './pagerduty'
import { judgePing, renderPing, renderSuccess } from './ping'
import { judgeSlack, renderSlack } from './slack'
import { judgeTeams, renderTeams } from './teams'
import { renderTelegram } from './telegram'
import { renderWebhook } from './webhook'

/**
 * Tells a message to one channel and says what became of it. Never throws.
 *
 * `said` reads after the channel's name ("slack answered 404: …") and holds no secret.
 */
export const deliver = async (
  channel: Channel,
  message: Message,
  world: World,
): Promise<Delivery> => {
  if (message.alerts.length === 0) return nothing
  if (channel.type === 'mail')
    return sendMail(channel.target, renderMail(channel.target, message), world)
  const requests = requestsOf(channel, message, world.clock.now())
  return postAll(requests, { channel, world })
}

/** Sends the week's report to those who read mail. */
export const deliverReport = (
  { target }: { target: Mail },
  report: Report,
  world: World,
): Promise<Delivery> => sendMail(target, renderReport(target, report), world)

/** What would be sent, rendered to the end and counted; nothing is sent. */
export const rehearse = (channel: Channel, message: Message, { clock }: World): number =>
  channel.type === 'mail'
    ? [renderMail(channel.target, message)].length
    : requestsOf(channel, message, clock.now()).length

/** Tells a ping channel that every database it stands for is sound, and nothing else to others. */
export const pingSuccess = async (
  { target }: { target: Targets['ping'] },
  text: string,
  world: World,
): Promise<Delivery> => post(renderSuccess(target, text), { target, judge: judgePing, world })

type WebChannel = Exclude<Channel, { type: 'mail' }>

const requestsOf = ({ type, target }: WebChannel, message: Message, now: Date): Request[] => {
  switch (type) {
    case 'slack':
      return renderSlack(target, message)
    case 'discord':
      return renderDiscord(target, message)
    case 'teams':
      return renderTeams(target, message)
    case 'ntfy':
      return renderNtfy(target, message)
    case 'telegram':
      return renderTelegram(target, message)
    case 'pagerduty':
      return renderPagerDuty(target, message)
    case 'webhook':
      return renderWebhook(target, message, now)
    case 'ping':
      return renderPing(target, message)
    default:
      return type satisfies never
  }
}

const judges: Partial<Record<WebChannel['type'], Judge>> = {
  slack: judgeSlack,
  teams: judgeTeams,
  ping: judgePing,
}

/**
 * One after another, since vendors count how many come at once. A channel that asks for patience
 * is not pressed on; one that refuses the very first will refuse the rest. What did arrive is
 * named, so that it need not be told again.
 */
const postAll = async (
  requests: readonly Request[],
  { channel, world }: { channel: WebChannel; world: World },
): Promise<Delivery> => {
  const { target, type } = channel
  const told: string[] = []
  let refusal: Delivery | undefined
  for (const request of requests) {
    const delivery = await post(request, { target, judge: judges[type], world })
    if (delivery.outcome === 'later') return withTold(delivery, told)
    if (delivery.outcome === 'delivered') told.push(...request.tells)
    else refusal ??= delivery
    if (told.length === 0) break
  }
  if (refusal) return withTold(refusal, told)
  if (told.length === 0) return nothing
  return { outcome: 'delivered', said: `took ${countWords(told.length, 'alert')}` }
}

const nothing: Delivery = { outcome: 'delivered', said: 'had nothing to be told' }

const withTold = (delivery: Delivery, told: string[]): Delivery =>
  told.length === 0 || delivery.outcome === 'delivered'
    ? delivery
    : { ...delivery, told, said: `${delivery.said}; it took ${told.length} of the alerts` }
