import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { createTransport } from 'nodemailer'
import { describe, expect, test } from 'vitest'

import { renderDiscord } from '../../../lib/adapters/notify/discord'
import { renderMail } from '../../../lib/adapters/notify/mail'
import { renderNtfy } from '../../../lib/adapters/notify/ntfy'
import { renderPagerDuty } from '../../../lib/adapters/notify/pagerduty'
import { renderPing } from '../../../lib/adapters/notify/ping'
import { renderSlack } from '../../../lib/adapters/notify/slack'
import { renderTeams } from '../../../lib/adapters/notify/teams'
import { renderTelegram } from '../../../lib/adapters/notify/telegram'
import { renderWebhook } from '../../../lib/adapters/notify/webhook'
import type { Alert } from '../../../lib/rules/alerts/alert'
import { alertOf, messageOf, targets } from '../../fixtures/told/alerts'
import { casesOf } from '../../cases'

/** What a table, a host or a finding might be called by somebody who means harm. */
const attacks = [
  '<!channel>',
  '<!here|x>',
  '<@U0123>',
  '<https://evil.example|click>',
  '@everyone',
  '@here',
  '<@&123>',
  '[click](https://evil.example)',
  '</td><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '</pre><b>',
  '</code></b><a href="https://evil.example">x</a>',
  '"><style>*{display:none}</style>',
  '```',
  '**',
  '\r\nBcc: victim@evil.example',
  '\nTitle: x',
  '\r\n\r\nbody',
  '=?utf-8?q?=0d=0aBcc:_a@b.c?=',
  '\u202Egnp.exe',
  '\u0000\u001b[31m',
  '\u2028<!channel>',
  '\\',
  '&lt;script&gt;',
  '# huge',
  '> quote',
  '/stop@bot',
]

const hostile = fc
  .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary', maxLength: 8 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''))

const hostileAlert: fc.Arbitrary<Alert> = fc
  .record({
    id: hostile,
    key: hostile,
    installation: hostile,
    database: fc.option(hostile, { nil: undefined }),
    since: hostile,
    at: hostile,
    headline: hostile,
    facts: fc.array(fc.record({ label: hostile, text: hostile }), { maxLength: 3 }),
    meaning: hostile,
    nextStep: fc.record({ text: hostile, command: hostile }),
    newestProven: fc.record({ ticket: hostile, age: hostile, restoreCommand: hostile }),
  })
  .map((parts) => alertOf(parts))

const hostileMessage = fc.record({
  id: hostile,
  installation: hostile,
  alerts: fc.array(hostileAlert, { minLength: 1, maxLength: 3 }),
})

const all = (check: (message: ReturnType<typeof messageOf>) => void) =>
  fc.assert(fc.property(hostileMessage, check), { numRuns: casesOf(150) })

type Json = { [name: string]: Json } & Json[] & string
const bodyOf = (requests: { body: string }[]): Json => JSON.parse(requests[0]?.body ?? '') as Json

/** Slack's text objects, anywhere. */
type Text = { type: string; text: string; verbatim?: boolean; emoji?: boolean }
const textsIn = (value: unknown): Text[] => {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(textsIn)
  return 'text' in value && typeof value.text === 'string' ? [value as Text, ...inner] : inner
}

/** Every string value under the name, anywhere. */
const under = (value: unknown, name: string): string[] => {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === name && typeof inner === 'string' ? [inner] : []),
    ...under(inner, name),
  ])
}

describe('what comes from outside never comes alive', () => {
  test('in Slack: no mention, no link, no entity but the three that are escapes', () => {
    all((message) => {
      const body = bodyOf(renderSlack(targets.slack, message))
      for (const { type, text, verbatim, emoji } of textsIn(body['blocks'])) {
        if (type === 'plain_text') expect(emoji).toBe(false)
        else {
          expect(verbatim).toBe(true)
          expect(text.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&]/)
          if (text.startsWith('```')) expect(text.split('```')).toHaveLength(3)
        }
      }
      expect(String(body['text']).replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&\n]/)
    })
  })

  test('in Discord: no ping, no mention, no masked link, no broken fence', () => {
    all((message) => {
      const body = bodyOf(renderDiscord(targets.discord, message))
      expect(body['allowed_mentions']).toEqual({ parse: [] })
      const texts = [
        body['content'],
        ...under(body['embeds'], 'description'),
        ...under(body['embeds'], 'value'),
        ...under(body['embeds'], 'name'),
      ]
      for (const text of texts) {
        // Our own bold marks and fences go; what is left must be escaped, mark by mark.
        const outside = String(text).replaceAll(/```\n[^\n]*\n```/g, '')
        expect(outside).not.toContain('```')
        expect(outside).not.toMatch(/@(everyone|here|&)/)
        expect(outside.replaceAll(/\\[^A-Za-z0-9\s]/g, '')).not.toMatch(/[<>[\]`|~]/)
      }
    })
  })

  test('in Telegram: our tags alone, no mention, no command', () => {
    all((message) => {
      const text = String(bodyOf(renderTelegram(targets.telegram, message))['text'])
      const open: string[] = []
      for (const [, slash, tag = ''] of text.matchAll(/<(\/?)(b|i|pre|code)>/g)) {
        if (slash === '') open.push(tag)
        else expect(open.pop()).toBe(tag)
      }
      expect(open).toEqual([])
      const plain = text.replaceAll(/<\/?(b|i|pre|code)>/g, '')
      expect(plain.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&]/)
      const outside = text.replaceAll(/<(pre|code)>.*?<\/\1>/gs, '').replaceAll(/<\/?[bi]>/g, '')
      expect(outside).not.toMatch(/[@/]\w/)
    })
  })

  test('in Teams: runs of text, in which nothing is markup', () => {
    all((message) => {
      const body = JSON.stringify(bodyOf(renderTeams(targets.teams, message)))
      expect(body).not.toMatch(/"type":"(TextBlock|FactSet|Image|Action)|"entities"/)
    })
  })

  test('in headers and addresses: they hold nothing of the alert but a tame id', () => {
    all((message) => {
      const requests = [
        ...renderNtfy(targets.ntfy, message),
        ...renderPagerDuty(targets.pagerduty, message),
        ...renderWebhook(targets.webhook, message, new Date(0)),
        ...renderPing(targets.ping, message),
      ]
      for (const { url, headers } of requests) {
        expect(url).toMatch(
          /^https:\/\/(ntfy\.sh|events\.pagerduty\.com|example\.com|hc-ping\.com)\/[\w/-]*$/,
        )
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\w ,;:=+/.-]*$/)
        // What fetch would refuse, it would refuse by throwing.
        expect(() => new Headers(headers)).not.toThrow()
      }
      const { title = '' } = bodyOf(renderNtfy(targets.ntfy, message))
      expect(title).not.toMatch(/[\p{Cc}\u202E\u2028]/u)
    })
  })

  test('in the HTML of a mail: our own tags and attributes alone, and nothing to fetch', () => {
    all((message) => {
      const { html } = renderMail(targets.mail, message)
      const [, body = ''] = html.split('</head>')
      const tags = [...body.matchAll(/<\/?([a-z]+)((?: [a-z-]+="[^"<>]*")*)>/g)]
      expect(new Set(tags.map(([, name]) => name))).toEqual(
        new Set([
          ...'body div table tr td span'.split(' '),
          ...(body.includes('<br>') ? ['br'] : []),
          'html',
        ]),
      )
      // Every angle bracket belongs to one of them.
      expect(body.split('<').length - 1).toBe(tags.length)
      expect(body.split('>').length - 1).toBe(tags.length)
      for (const [, , attributes = ''] of tags)
        expect(attributes).not.toMatch(/\b(on\w+|href|src)=/)
      expect(html).not.toMatch(/url\(|@import|<link|<img|<script/)
    })
  })

  test('in the headers of a mail: the same ones, whatever the alert holds', async () => {
    const transport = createTransport({ streamTransport: true, buffer: true })
    const headerNames = async (message: ReturnType<typeof messageOf>) => {
      const { messageId, inReplyTo: _, references, ...parts } = renderMail(targets.mail, message)
      const { message: raw } = await transport.sendMail({
        ...parts,
        messageId: `<${messageId}>`,
        references: references.map((id) => `<${id}>`),
      })
      const mail = await new PostalMime().parse(raw as Buffer)
      expect(mail.to).toEqual([{ name: '', address: 'ops@example.com' }])
      expect(mail.bcc).toBeUndefined()
      expect(mail.subject).not.toMatch(/[\p{Cc}]/u)
      return mail.headers.map(({ key }) => key).sort()
    }
    const usual = await headerNames(messageOf(alertOf()))
    await fc.assert(
      fc.asyncProperty(hostileMessage, async (message) => {
        expect(await headerNames(message)).toEqual(usual)
      }),
      { numRuns: casesOf(60) },
    )
  })

  test('in a subject: a name that looks like an encoded word is not decoded', () => {
    const headline = '=?utf-8?q?=0d=0aBcc:_a@b.c?= is damaged'
    const { subject } = renderMail(targets.mail, messageOf(alertOf({ headline })))
    expect(subject).toBe('= ?utf-8?q?=0d=0aBcc:_a@b.c?= is damaged (acme-backups)')
  })
})
