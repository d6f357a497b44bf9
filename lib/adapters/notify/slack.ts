/** Slack's incoming webhooks: https://hooks.slack.com/services/… */
import type { Message } from '../../rules/alerts/alert'
import { lineWords, linesInChat, moreWords, tell } from '../../rules/alerts/told'
import type { Section, Told } from '../../rules/alerts/told'
import { cut, fitted } from '../../rules/plain/shortening'
import { aimAt } from '../../rules/settings/addresses'
import type { Web } from '../../rules/settings/addresses'

import { jsonRequest } from './http'
import type { Judge, Request, WebSender } from './sender'
import { escapedTo, inThreeEntities } from './written'

export const slackForm = {
  ...aimAt('slack', ({ web }) => web),
  host: /^hooks\.slack(-gov)?\.com$/,
  path: /^\/services\//,
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */

/** https://docs.slack.dev/reference/block-kit/blocks/header-block and …/section-block */
const headerAtMost = 150
const sectionAtMost = 3_000
const fieldsAtMost = 10
const fieldAtMost = 2_000

/** Not documented: about 13,200 characters of blocks are answered with msg_blocks_too_long. */
const roomForFacts = 5_000

/** https://docs.slack.dev/messaging/formatting-message-text: these three, and nothing else. */
const escaped = inThreeEntities

type Text = { type: 'plain_text'; text: string; emoji: false } | Markdown
type Markdown = { type: 'mrkdwn'; text: string; verbatim: true }
type Block = { type: string; text?: Text; fields?: Text[]; elements?: Text[] }

/** What comes from outside is plain where it can be: there Slack looks for no markup at all. */
const plainText = (text: string): Text => ({ type: 'plain_text', text, emoji: false })

/** `verbatim`: names and addresses in it become neither mentions nor links. */
const markdown = (text: string): Text => ({ type: 'mrkdwn', text, verbatim: true })

const render = (target: Web, message: Message): Request[] => {
  const { title, lines, sections, facts, footer } = tell(message)
  const context = { type: 'context', elements: [plainText(footer)] }
  const blocks: Block[] = [
    { type: 'header', text: plainText(cut(title, headerAtMost)) },
    ...listBlocks(lines),
    ...sections.flatMap(sectionBlocks),
    ...factBlocks(facts),
    context,
  ]
  // The text is what a notification shows, and all that servers show which know no blocks.
  const text = escaped(title)
  return [jsonRequest(target, message, { text, blocks, unfurl_links: false, unfurl_media: false })]
}

const listBlocks = (lines: Told['lines']): Block[] => {
  if (lines.length === 0) return []
  // So many, as long as they may be, are 2,700 characters: a section holds them.
  const shown = lines.slice(0, linesInChat).map((line) => `• ${lineWords(line)}`)
  const more = lines.length - shown.length
  const told = [...shown, ...(more > 0 ? [moreWords(more)] : [])].join('\n')
  return [{ type: 'section', text: plainText(told) }]
}

const sectionBlocks = ({ heading, text, command }: Section): Block[] => {
  const head = `*${escaped(heading)}*\n`
  const told = escapedTo(text, sectionAtMost - head.length, escaped)
  return [
    { type: 'section', text: markdown(`${head}${told}`) },
    ...(command === undefined ? [] : [{ type: 'section', text: commandText(command) }]),
  ]
}

/** A command that holds the fence itself would break out of it, and is shown without. */
const commandText = (command: string): Text =>
  command.includes('```') ? plainText(command) : markdown(`\`\`\`${escaped(command)}\`\`\``)

const factBlocks = (facts: { label: string; text: string }[]): Block[] => {
  const fields = facts.slice(0, linesInChat).map(({ label, text }) => {
    const head = `*${escaped(label)}*\n`
    return markdown(`${head}${escapedTo(text, fieldAtMost - head.length, escaped)}`)
  })
  const { shown } = fitted(fields, roomForFacts, ({ text }) => text.length)
  const more = facts.length - shown.length
  const groups = Array.from({ length: Math.ceil(shown.length / fieldsAtMost) }, (_, group) =>
    shown.slice(group * fieldsAtMost, (group + 1) * fieldsAtMost),
  )
  return [
    ...groups.map((group) => ({ type: 'section', fields: group })),
    ...(more > 0 ? [{ type: 'section', text: plainText(moreWords(more)) }] : []),
  ]
}

/**
 * Slack says `ok`; one of its own words, such as invalid_payload, is a refusal. Anything else in
 * the 200s comes from somebody in between, and the message has not arrived.
 */
const judge: Judge = ({ text }) => {
  const said = text.trim()
  if (said === 'ok') return undefined
  return /^[a-z]+(_[a-z]+)+$/.test(said)
    ? { outcome: 'refused', said: 'does not take this message' }
    : { outcome: 'later', said: 'did not answer "ok"' }
}

export const slack: WebSender<Web> = { render, judge }
