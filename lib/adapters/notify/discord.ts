/** Discord's webhooks: https://discord.com/api/webhooks/… */
import type { Message, Tone } from '../../rules/alerts/alert'
import { linesInChat, moreWords, tell } from '../../rules/alerts/told'
import type { Told } from '../../rules/alerts/told'
import { fitted } from '../../rules/plain/shortening'
import { aimAt } from '../../rules/settings/addresses'
import type { Web } from '../../rules/settings/addresses'

import { jsonRequest } from './http'
import { byItsStatus } from './sender'
import type { Request, WebSender } from './sender'
import { escapedTo, written } from './written'
import type { Dress } from './written'

export const discordForm = {
  ...aimAt('discord', ({ web }) => web),
  host: /^(\w+\.)?discord(app)?\.com$/,
  path: /^\/api\/(v\d+\/)?webhooks\//,
}

/** https://docs.discord.com/developers/resources/webhook#execute-webhook */
const contentAtMost = 2_000

/** https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
const descriptionAtMost = 4_096
const fieldValueAtMost = 1_024
const embedAtMost = 6_000

const colours: Record<Tone, number> = {
  critical: 0xb4_23_18,
  error: 0xd9_2d_20,
  warning: 0xdc_68_03,
  info: 0x17_5c_d3,
  resolved: 0x07_94_55,
  test: 0x66_70_85,
}

/**
 * A mark after a backslash means itself; some mean something at the start of a line alone. After
 * an @ goes a joiner that nobody sees: `allowed_mentions` forbids the ping already, and this keeps
 * the text from looking like one.
 */
const escaped = (text: string): string =>
  text
    .replaceAll(/[\\*_~`|<>[\]]/g, '\\$&')
    .replace(/^[#+-]/, '\\$&')
    .replace(/^(\d+)\./, '$1\\.')
    .replaceAll('@', '@\u2060')

/** A command must be copied as it is, so inside a fence nothing is escaped. */
const fence = (command: string): string =>
  command.includes('```') ? escaped(command) : `\`\`\`\n${command}\n\`\`\``

const dress: Dress = {
  title: () => '',
  section: ({ heading, text, command }) =>
    [`**${escaped(heading)}**`, escaped(text), ...(command === undefined ? [] : [fence(command)])]
      .filter((part) => part !== '')
      .join('\n'),
  heading: () => '',
  line: (text) => `• ${escaped(text)}`,
  fact: () => '',
  footer: () => '',
}

const render = (target: Web, message: Message): Request[] => {
  const telling = tell(message)
  const { title, tone, footer } = telling
  const description = written({ ...telling, facts: [] }, dress, {
    budget: descriptionAtMost,
    sizeOf: ({ length }) => length,
    items: linesInChat,
  })
  const fields = fieldsOf(telling, embedAtMost - description.length - footer.length)
  const url = new URL(target.url)
  // Without it Discord answers before it has looked at the message.
  url.searchParams.set('wait', 'true')
  return [
    jsonRequest({ ...target, url: url.href }, message, {
      // An embed does not show on a locked phone; this line does.
      content: `**${escapedTo(title, contentAtMost - 4, escaped)}**`,
      allowed_mentions: { parse: [] },
      embeds: [{ color: colours[tone], description, fields, footer: { text: footer } }],
    }),
  ]
}

type Field = { name: string; value: string; inline: boolean }

const fieldsOf = ({ facts }: Told, room: number): Field[] => {
  const fields = facts.slice(0, linesInChat).map(({ label, text }) => ({
    // A label is 64 at most, and 256 are taken.
    name: escaped(label) || '–',
    value: escapedTo(text, fieldValueAtMost, escaped) || '–',
    inline: text.length <= 24,
  }))
  const note = { name: 'More', value: moreWords(facts.length), inline: false }
  const sizeOf = ({ name, value }: Field) => name.length + value.length
  const { shown } = fitted(fields, room - sizeOf(note), sizeOf)
  const more = facts.length - shown.length
  return more > 0 ? [...shown, { ...note, value: moreWords(more) }] : shown
}

export const discord: WebSender<Web> = { render, judge: byItsStatus }
