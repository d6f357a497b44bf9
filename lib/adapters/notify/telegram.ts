/** Telegram's bots: telegram://BOT_TOKEN@CHAT_ID, or telegram+https://BOT_TOKEN@HOST/CHAT_ID */
import type { Message } from '../../rules/alerts/alert'
import { linesInChat, tell } from '../../rules/alerts/told'
import { aimAt, complain } from '../../rules/settings/addresses'
import type { Web, WebParts } from '../../rules/settings/addresses'

import { jsonRequest } from './http'
import { byItsStatus } from './sender'
import type { Request, WebSender } from './sender'
import { inThreeEntities, written } from './written'
import type { Dress } from './written'

type Chat = Web & { token: string; chat: string }

const chatOf = ({ url, user, password }: WebParts): Chat => {
  const [token, chat] = [`${user}:${password}`, decodeURIComponent(url.pathname.slice(1))]
  if (!/^\d+:[-\w]+ (-?\d+|@\w{4,32})$/.test(`${token} ${chat}`))
    complain('(telegram) is not telegram://BOT_TOKEN@CHAT_ID.')
  return { url: url.origin, authorization: undefined, token, chat }
}

export const telegramForm = {
  ...aimAt('telegram', chatOf),
  host: /^api\.telegram\.org$/,
  writtenOut: [
    /^telegram:\/\/([^/@]*)@([^/]*)$/i,
    'telegram+https://$1@api.telegram.org/$2',
  ] as const,
}

/** https://core.telegram.org/bots/api#sendmessage: after its markup is read; we count it too. */
const textAtMost = 4_096

/** https://core.telegram.org/bots/api#html-style: these three, and nothing else. */
const escaped = inThreeEntities

/** Telegram finds @names and /commands by itself; a joiner that nobody sees keeps it from that. */
const quiet = (text: string): string => escaped(text).replaceAll(/[@/](?=\w)/g, '$&\u2060')

const dress: Dress = {
  title: (text) => `<b>${quiet(text)}</b>`,
  section: ({ heading, text, command }) =>
    [
      `<b>${quiet(heading)}</b>`,
      quiet(text),
      ...(command === undefined ? [] : [`<pre>${escaped(command)}</pre>`]),
    ]
      .filter((part) => part !== '')
      .join('\n'),
  heading: (text) => `<b>${text}</b>`,
  line: (text) => `• ${quiet(text)}`,
  fact: ({ label, text }) => `${quiet(label)}: <code>${escaped(text)}</code>`,
  footer: (text) => `<i>${quiet(text)}</i>`,
}

const render = (target: Chat, message: Message): Request[] => {
  const telling = tell(message)
  const text = written(telling, dress, {
    budget: textAtMost,
    sizeOf: ({ length }) => length,
    items: linesInChat,
  })
  return [
    jsonRequest({ ...target, url: `${target.url}/bot${target.token}/sendMessage` }, message, {
      chat_id: target.chat,
      text,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      // Good news does not ring at night.
      disable_notification: telling.tone === 'resolved' || telling.tone === 'info',
    }),
  ]
}

export const telegram: WebSender<Chat> = { render, judge: byItsStatus }
