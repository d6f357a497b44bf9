/**
 * Tells a message to one address, and says what became of it.
 *
 * Nothing here throws. `said` reads after the channel's name ("slack answered 404: …") and holds no
 * secret.
 */
import type { WrittenDigest } from '../../ports'
import type { Alert, Delivery, Message } from '../../rules/alerts/alert'
import { countWords } from '../../rules/plain/wording'
import { isWished } from '../../rules/settings/addresses'

import { senders } from './channels'
import type { Address, ChannelType } from './channels'
import { post } from './http'
import type { Judge, Request, World } from './sender'

export const takes = ({ type, ...wishes }: Address, alert: Alert): boolean => {
  const sender = senders[type]
  const isHeard = 'hears' in sender ? sender.hears?.(alert) : true
  return isHeard !== false && isWished(wishes, alert)
}

export const deliver = async <Type extends ChannelType>(
  { type, target }: Address<Type>,
  message: Message,
  world: World,
): Promise<Delivery> => {
  if (message.alerts.length === 0) return nothing
  const sender = senders[type]
  if ('judge' in sender) {
    const requests = sender.render(target, message, world.clock.now())
    return postAll(requests, { target, judge: sender.judge, world })
  }
  const [letter] = sender.render(target, message)
  return letter ? sender.post(target, letter, world) : nothing
}

/** What would be sent, rendered to the end and counted; nothing is sent. */
export const rehearse = <Type extends ChannelType>(
  { type, target }: Address<Type>,
  message: Message,
  { clock }: World,
): number => senders[type].render(target, message, clock.now()).length

/** Sends the week's digest, where that can be read; undefined elsewhere. */
export const digestTo = <Type extends ChannelType>(
  { type, target }: Address<Type>,
  world: World,
): ((digest: WrittenDigest) => Promise<Delivery>) | undefined => {
  const sender = senders[type]
  if (!('renderDigest' in sender)) return undefined
  return (digest) => sender.post(target, sender.renderDigest(target, digest), world)
}

/** Says that every database it stands for is sound, where somebody expects to hear it. */
export const pulseTo = <Type extends ChannelType>(
  { type, target }: Address<Type>,
  world: World,
): ((text: string) => Promise<Delivery>) | undefined => {
  const sender = senders[type]
  if (!('renderPulse' in sender) || !sender.renderPulse) return undefined
  const { renderPulse, judge } = sender
  return (text) => post(renderPulse(target, text), { target, judge, world })
}

/**
 * One after another, since vendors count how many come at once. A channel that asks for patience
 * is not pressed on; one that refuses the very first will refuse the rest. What did arrive is
 * named, so that it need not be told again.
 */
const postAll = async (
  requests: readonly Request[],
  how: { target: unknown; judge: Judge; world: World },
): Promise<Delivery> => {
  const told: string[] = []
  let refusal: Delivery | undefined
  for (const request of requests) {
    const delivery = await post(request, how)
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
