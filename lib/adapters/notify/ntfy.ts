/** ntfy: https://ntfy.sh/TOPIC, ntfy://HOST/TOPIC, ntfy://USER:PASSWORD@HOST/TOPIC, ntfy://:TOKEN@HOST/TOPIC */
import type { Message, Tone } from '../../rules/alerts/alert'
import { linesInChat, tell } from '../../rules/alerts/told'
import { cut } from '../../rules/plain/shortening'
import { aimAt, complain } from '../../rules/settings/addresses'
import type { Web, WebParts } from '../../rules/settings/addresses'

import { jsonRequest } from './http'
import { byItsStatus } from './sender'
import type { Request, WebSender } from './sender'
import { plain, written } from './written'

type Topic = Web & { topic: string }

const topicOf = ({ url, web }: WebParts): Topic => {
  const [, base = '', topic] = /^(.*\/)([-\w]{1,64})\/?$/.exec(url.pathname) ?? []
  if (topic === undefined) return complain('(ntfy) ends in no topic, as in ntfy.sh/TOPIC.')
  return { ...web, url: `${url.origin}${base}`, topic }
}

export const ntfyForm = {
  ...aimAt('ntfy', topicOf),
  host: /^ntfy\.sh$/,
  isNamedByHost: true as const,
  writtenOut: [/^ntfy:/i, 'ntfy+https:'] as const,
}

/**
 * https://docs.ntfy.sh/publish/#publish-as-json: as JSON and not as headers, which hold no
 * characters beyond Latin-1 and could be broken out of.
 *
 * A longer message becomes a file; a longer JSON body is answered with 413 (ntfy issue 1073).
 */
const bodyAtMostBytes = 4_096
const titleAtMost = 150

/** https://docs.ntfy.sh/publish/#message-priority */
const priorities: Record<Tone, number> = {
  critical: 5,
  error: 4,
  warning: 3,
  info: 2,
  resolved: 3,
  test: 3,
}

/** https://docs.ntfy.sh/emojis */
const tags: Record<Tone, string> = {
  critical: 'rotating_light',
  error: 'rotating_light',
  warning: 'warning',
  info: 'information_source',
  resolved: 'white_check_mark',
  test: 'test_tube',
}

/** The quotes around it are counted with the rest of the body. */
const bytesInJson = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2

const render = (target: Topic, message: Message): Request[] => {
  const telling = tell(message)
  const { title, tone } = telling
  const around = {
    topic: target.topic,
    title: cut(title, titleAtMost),
    priority: priorities[tone],
    tags: [tags[tone]],
    message: '',
  }
  // The title stands above the message already.
  const dress = { ...plain, title: () => '' }
  const text = written(telling, dress, {
    budget: bodyAtMostBytes - Buffer.byteLength(JSON.stringify(around)),
    sizeOf: bytesInJson,
    items: linesInChat,
  })
  return [jsonRequest(target, message, { ...around, message: text })]
}

export const ntfy: WebSender<Topic> = { render, judge: byItsStatus }
