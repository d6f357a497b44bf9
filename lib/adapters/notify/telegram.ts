import type { Message, Targets } from '../../rules/alerts/alert'
import { linesInChat, tell } from '../../rules/alerts/text'

import { jsonRequest } from './http'
import type { Request } from './http'
import { written } from './written'
import type { Dress } from './written'

/** https://core.telegram.org/bots/api#sendmessage: after its markup is read; we count it too. */
const textAtMost = 4_096

/** https://core.telegram.org/bots/api#html-style: these three, and nothing else. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

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

export const renderTelegram = (target: Targets['telegram'], message: Message): Request[] => {
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
