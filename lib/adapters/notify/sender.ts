/**
 * What must a channel say of itself? How its addresses look (`Form`), what is sent there to tell a
 * message, and how an answer is judged: sent, again later, or never. `channels.ts` lists all of them.
 */
import type { Clock, WrittenDigest } from '../../ports'
import type { Alert, Delivery, Message } from '../../rules/alerts/alert'

/** One request of a message, and the ids of the alerts it tells. */
export type Request = {
  url: string
  method: 'POST'
  headers: Record<string, string>
  body: string
  tells: string[]
}

/** A mail, but for the server it goes through. Ids stand without their angle brackets. */
export type Letter = {
  from: { name: string; address: string }
  to: string[]
  subject: string
  messageId: string
  inReplyTo: string | undefined
  references: string[]
  headers: Record<string, string>
  priority: 'high' | 'normal'
  text: string
  html: string
}

export type Answer = { status: number; text: string }

/** A vendor's own reading of an answer in the 200s; undefined where it is what it seems. */
export type Judge = (answer: Answer) => Delivery | undefined

/** In the 200s a message was taken, and everything else is read by its status alone. */
export const byItsStatus: Judge = () => undefined

export type World = {
  clock: Clock
  /** How long one request, or one mail, may take. */
  timeoutMs?: number | undefined
  /** Ends everything at once, for instance when the function's own time is over. */
  signal?: AbortSignal | undefined
  /** Certificates in PEM that a mail server may be known by, besides the usual ones. */
  certificates?: string | undefined
}

/** Over the web: rendered for a target to the end, and sent by whoever asks. */
export type WebSender<Target> = {
  render(target: Target, message: Message, now: Date): Request[]
  judge: Judge
  /** What is nothing to this channel, whatever its owner wishes; without it everything is told. */
  hears?(alert: Alert): boolean
  /** It expects to be called when all is well: silence is what it tells. `text` is one line. */
  renderPulse?(target: Target, text: string): Request
}

/** By mail, which also takes the week's digest. */
export type MailSender<Target> = {
  render(target: Target, message: Message): Letter[]
  renderDigest(target: Target, digest: WrittenDigest): Letter
  /** Sends one, and judges the answer. Never throws, and never says a part of `target`. */
  post(target: Target, letter: Letter, world: World): Promise<Delivery>
}

export type Sender<Target> = WebSender<Target> | MailSender<Target>
