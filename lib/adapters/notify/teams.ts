/** Workflows of Microsoft Teams: https://*.webhook.office.com/…, *.logic.azure.com, *.powerplatform.com */
import type { Message, Tone } from '../../rules/alerts/alert'
import { lineWords, linesInChat, moreWords, tell } from '../../rules/alerts/told'
import type { Section } from '../../rules/alerts/told'
import { fitted } from '../../rules/plain/shortening'
import { aimAt } from '../../rules/settings/addresses'
import type { Web } from '../../rules/settings/addresses'

import { jsonRequest } from './http'
import type { Judge, Request, WebSender } from './sender'
import { inNeed } from './written'

export const teamsForm = {
  ...aimAt('teams', ({ web }) => web),
  host: /\.(webhook\.office|logic\.azure|powerplatform)\.com$/,
}

/**
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
 * A message is 28 KB at most, and some of its ways count UTF-16: so both must fit.
 */
const messageAtMostBytes = 28_000
const roomForItems = 12_000

/** Names of the host's own colours, which follow its dark and light themes. */
const colours: Record<Tone, string> = {
  critical: 'attention',
  error: 'attention',
  warning: 'warning',
  info: 'accent',
  resolved: 'good',
  test: 'default',
}

type Run = { type: 'TextRun'; text: string; weight?: 'bolder'; fontType?: 'monospace' } & Look
type Look = { size?: 'large' | 'small'; color?: string; isSubtle?: true }
type Item = { type: string; style?: string; items?: Item[]; spacing?: string; inlines?: Run[] }

/** Runs hold no markup, so nothing from outside can become any; a TextBlock would read Markdown. */
const run = (text: string, look: Partial<Run> = {}): Run => ({ type: 'TextRun', text, ...look })
const rich = (...inlines: Run[]): Item => ({ type: 'RichTextBlock', inlines })

const sizeOf = (item: unknown): number => {
  const text = JSON.stringify(item)
  return Math.max(Buffer.byteLength(text), 2 * text.length)
}

const render = (target: Web, message: Message): Request[] => {
  const { title, tone, lines, sections, facts, footer } = tell(message)
  const items = [
    ...lines.map((line) => rich(run('• ', { color: colours[line.tone] }), run(lineWords(line)))),
    ...facts.map(({ label, text }) => rich(run(`${label}: `, { weight: 'bolder' }), run(text))),
  ]
  const { shown } = fitted(items.slice(0, linesInChat), roomForItems, sizeOf)
  const more = items.length - shown.length
  const list = [...shown, ...(more > 0 ? [rich(run(moreWords(more), { isSubtle: true }))] : [])]
  const head = rich(run(title, { size: 'large', weight: 'bolder', color: colours[tone] }))
  const foot = rich(run(footer, { size: 'small', isSubtle: true }))
  const room = messageAtMostBytes - sizeOf(cardOf([head, ...list, foot]))
  const taken = new Set(
    fitted(inNeed(sections), room, (section) => sizeOf(sectionItem(section))).shown,
  )
  const told = sections.filter((one) => taken.has(one)).map(sectionItem)
  const body = lines.length > 0 ? [head, ...list, ...told, foot] : [head, ...told, ...list, foot]
  return [jsonRequest(target, message, cardOf(body))]
}

const sectionItem = ({ heading, text, command }: Section): Item => ({
  type: 'Container',
  spacing: 'medium',
  items: [
    rich(run(heading, { weight: 'bolder' })),
    ...(text === '' ? [] : [rich(run(text))]),
    ...(command === undefined
      ? []
      : [
          {
            type: 'Container',
            style: 'emphasis',
            items: [rich(run(command, { fontType: 'monospace' }))],
          },
        ]),
  ],
})

const cardOf = (body: Item[]) => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        msteams: { width: 'Full' },
        body,
      },
    },
  ],
})

/**
 * Older addresses answer 200 whatever happens, and tell the trouble in the body alone:
 * https://github.com/MicrosoftDocs/msteams-docs/issues/1810 and 7425.
 */
const judge: Judge = ({ text }) => {
  if (!/delivery failed/i.test(text)) return undefined
  const isPassing = /error (429|5\d\d)|contacting/i.test(text)
  return { outcome: isPassing ? 'later' : 'refused', said: 'did not pass the message on' }
}

export const teams: WebSender<Web> = { render, judge }
