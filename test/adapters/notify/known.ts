/**
 * How is each channel tried? One entry for each: an address, what the vendor takes at most, what
 * from outside must not come alive there, and its answers. Whoever adds a channel and none here finds
 * that this does not compile; the tests loop over it.
 */
import { expect } from 'vitest'

import { readAlerts, senders } from '../../../lib/adapters/notify/channels'
import type { Address, ChannelType } from '../../../lib/adapters/notify/channels'
import type { Letter, Request } from '../../../lib/adapters/notify/sender'
import type { Message } from '../../../lib/rules/alerts/alert'

export type Rendered = { requests: Request[]; letters: Letter[] }

type Known = {
  /** As it may stand in ALERTS, and as the table of lib/docs/alerts.md shows it. */
  address: string
  shown: string
  /** The same at a server of the tests, which it reaches over the web; mail has tests of its own. */
  at?: (base: string) => string
  /** So many lines of a list it shows, and says how many more there are; undefined where it lists none. */
  linesShown: number | undefined
  /** What it takes at most, and whether a message keeps to that. */
  limits: string
  keepsWithin(sent: Rendered, message: Message): void
  /** How nothing from outside comes alive: no mention, no link, no markup, no header. */
  isHarmless(sent: Rendered): void
  answers: { when: string; status: number; body: string; is: 'delivered' | 'later' | 'refused' }[]
}

export type Json = { [name: string]: Json } & Json[] & string

export const bodyOf = ([request]: Request[]): Json => JSON.parse(request?.body ?? '') as Json

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

/** Headers and addresses hold nothing of an alert but a tame id. */
const isTameOutside = ({ requests }: Rendered): void => {
  for (const { url, headers } of requests) {
    expect(url).toMatch(/^https:\/\/[\w.-]+\/[\w./:?=&-]*$/)
    for (const value of Object.values(headers)) expect(value).toMatch(/^[\w ,;:=+/.-]*$/)
    // What fetch would refuse, it would refuse by throwing.
    expect(() => new Headers(headers)).not.toThrow()
  }
}

/** Tags that are opened are closed, in their order. */
const isNested = (text: string, tags: RegExp): void => {
  const open: string[] = []
  for (const [, slash, tag = ''] of text.matchAll(tags)) {
    if (slash === '') open.push(tag)
    else expect(open.pop()).toBe(tag)
  }
  expect(open).toEqual([])
}

const slack: Known = {
  address: 'https://hooks.slack.com/services/T000/B000/XXXX',
  shown: '`https://hooks.slack.com/services/…`',
  at: (base) => `slack+${base}/hook`,
  linesShown: 12,
  limits: '50 blocks, 150 in a header, 3,000 in a text, 10 fields of 2,000, 13,000 in all',
  keepsWithin: ({ requests }) => {
    const { text, blocks } = bodyOf(requests)
    expect(blocks?.length).toBeLessThanOrEqual(50)
    expect(text?.length).toBeLessThanOrEqual(3_000)
    let all = 0
    for (const block of blocks ?? []) {
      const own = block['text']?.['text']?.length ?? 0
      expect(own).toBeLessThanOrEqual(block['type'] === 'header' ? 150 : 3_000)
      if (block['text']) expect(own).toBeGreaterThan(0)
      expect(block['fields']?.length ?? 0).toBeLessThanOrEqual(10)
      all += own
      for (const field of block['fields'] ?? []) {
        expect(field['text']?.length).toBeLessThanOrEqual(2_000)
        all += field['text']?.length ?? 0
      }
    }
    expect(all).toBeLessThan(13_000)
  },
  // No mention, no link, no entity but the three that are escapes.
  isHarmless: (sent) => {
    isTameOutside(sent)
    const body = bodyOf(sent.requests)
    for (const { type, text, verbatim, emoji } of textsIn(body['blocks'])) {
      if (type === 'plain_text') expect(emoji).toBe(false)
      else {
        expect(verbatim).toBe(true)
        expect(text.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&]/)
        if (text.startsWith('```')) expect(text.split('```')).toHaveLength(3)
      }
    }
    expect(String(body['text']).replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&\n]/)
  },
  answers: [
    { when: 'takes it', status: 200, body: 'ok', is: 'delivered' },
    { when: 'refuses it', status: 400, body: 'invalid_payload', is: 'refused' },
    { when: 'refuses it with 200', status: 200, body: 'invalid_payload', is: 'refused' },
    { when: 'has somebody before it who answers', status: 200, body: '<html>', is: 'later' },
    { when: 'says nothing', status: 200, body: '', is: 'later' },
  ],
}

const discord: Known = {
  address: 'https://discord.com/api/webhooks/1/abc?thread_id=9',
  shown: '`https://discord.com/api/webhooks/…`',
  at: (base) => `discord+${base}/hook`,
  linesShown: 12,
  limits: '2,000 of content; an embed of 6,000, 4,096 and 25 fields of 256 and 1,024',
  keepsWithin: ({ requests }) => {
    const sent = bodyOf(requests)
    expect(sent['content']?.length).toBeLessThanOrEqual(2_000)
    expect(sent['allowed_mentions']).toEqual({ parse: [] })
    const embed = sent['embeds']?.[0]
    const description = embed?.['description']?.length ?? 0
    const fields = [...(embed?.['fields'] ?? [])]
    expect(description).toBeLessThanOrEqual(4_096)
    expect(fields.length).toBeLessThanOrEqual(25)
    const sum = fields.map((field) => {
      const [name = 0, value = 0] = [field['name']?.length, field['value']?.length]
      expect(Math.min(name, value)).toBeGreaterThan(0)
      expect(name).toBeLessThanOrEqual(256)
      expect(value).toBeLessThanOrEqual(1_024)
      return name + value
    })
    const footer = embed?.['footer']?.['text']?.length ?? 0
    expect(sum.reduce((one, other) => one + other, description + footer)).toBeLessThanOrEqual(6_000)
  },
  // No ping, no mention, no masked link, no broken fence.
  isHarmless: (sent) => {
    isTameOutside(sent)
    const body = bodyOf(sent.requests)
    expect(body['allowed_mentions']).toEqual({ parse: [] })
    const texts = [
      body['content'],
      ...['description', 'value', 'name'].flatMap((name) => under(body['embeds'], name)),
    ]
    for (const text of texts) {
      // Our own bold marks and fences go; what is left must be escaped, mark by mark.
      const outside = String(text).replaceAll(/```\n[^\n]*\n```/g, '')
      expect(outside).not.toContain('```')
      expect(outside).not.toMatch(/@(everyone|here|&)/)
      expect(outside.replaceAll(/\\[^A-Za-z0-9\s]/g, '')).not.toMatch(/[<>[\]`|~]/)
    }
  },
  answers: [
    { when: 'takes it', status: 200, body: '{"id":"1"}', is: 'delivered' },
    { when: 'has too many', status: 429, body: '{"message":"limited"}', is: 'later' },
    { when: 'knows no such webhook', status: 404, body: '{"code":10015}', is: 'refused' },
  ],
}

const teams: Known = {
  address: 'https://acme.webhook.office.com/webhookb2/x',
  shown: '`https://….webhook.office.com/…`',
  at: (base) => `teams+${base}/hook`,
  linesShown: 12,
  limits: '28 kB, also where UTF-16 is counted',
  keepsWithin: ({ requests: [request] }) => {
    const body = request?.body ?? ''
    expect(Buffer.byteLength(body)).toBeLessThan(28_000)
    expect(2 * body.length).toBeLessThan(28_672)
  },
  // Runs of text, in which nothing is markup.
  isHarmless: (sent) => {
    isTameOutside(sent)
    const body = JSON.stringify(bodyOf(sent.requests))
    expect(body).not.toMatch(/"type":"(TextBlock|FactSet|Image|Action)|"entities"/)
  },
  answers: [
    { when: 'takes it', status: 202, body: '', is: 'delivered' },
    { when: 'takes it at an old address', status: 200, body: '1', is: 'delivered' },
    {
      when: 'has too many at an old address',
      status: 200,
      body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x',
      is: 'later',
    },
    {
      when: 'finds it too large at an old address',
      status: 200,
      body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413 with ContextId x',
      is: 'refused',
    },
  ],
}

const ntfy: Known = {
  address: 'ntfy://:tk_secret@ntfy.sh/acme',
  shown: '`ntfy://USER:PASSWORD@HOST/TOPIC`',
  at: (base) => `ntfy+${base}/hook`,
  linesShown: 12,
  limits: '4,096 bytes',
  keepsWithin: ({ requests }) => {
    expect(Buffer.byteLength(requests[0]?.body ?? '')).toBeLessThanOrEqual(4_096)
    expect(bodyOf(requests)['message']).not.toBe('')
  },
  isHarmless: (sent) => {
    isTameOutside(sent)
    const { title = '' } = bodyOf(sent.requests)
    expect(title).not.toMatch(/[\p{Cc}\u202E\u2028]/u)
  },
  answers: [
    { when: 'takes it', status: 200, body: '{}', is: 'delivered' },
    { when: 'has too many', status: 429, body: '{"code":42901}', is: 'later' },
    { when: 'lets nobody publish there', status: 403, body: '{"code":40301}', is: 'refused' },
  ],
}

const telegram: Known = {
  address: 'telegram://123456:ABC-def@-100200300',
  shown: '`telegram://BOT_TOKEN@CHAT_ID`',
  at: (base) => `telegram+${base.replace('//', '//12345:AB-c@')}/-100`,
  linesShown: 12,
  limits: '4,096, and every tag that is opened is closed',
  keepsWithin: ({ requests }) => {
    const text = String(bodyOf(requests)['text'])
    expect(text.length).toBeLessThanOrEqual(4_096)
    isNested(text, /<(\/?)(\w+)>/g)
    expect(text.replaceAll(/<\/?(b|i|pre|code)>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
  },
  // Our tags alone, no mention, no command.
  isHarmless: (sent) => {
    isTameOutside(sent)
    const text = String(bodyOf(sent.requests)['text'])
    isNested(text, /<(\/?)(b|i|pre|code)>/g)
    const plain = text.replaceAll(/<\/?(b|i|pre|code)>/g, '')
    expect(plain.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&]/)
    const outside = text.replaceAll(/<(pre|code)>.*?<\/\1>/gs, '').replaceAll(/<\/?[bi]>/g, '')
    expect(outside).not.toMatch(/[@/]\w/)
  },
  answers: [
    { when: 'takes it', status: 200, body: '{"ok":true}', is: 'delivered' },
    { when: 'has too many', status: 429, body: '{"ok":false}', is: 'later' },
    { when: 'knows no such bot', status: 401, body: '{"ok":false}', is: 'refused' },
  ],
}

const pagerduty: Known = {
  address: `pagerduty://${'R'.repeat(32)}`,
  shown: '`pagerduty://ROUTING_KEY`',
  at: (base) => `pagerduty+${base.replace('//', `//${'R'.repeat(32)}@`)}/v2/enqueue`,
  linesShown: undefined,
  limits: 'an event for each alert, 1,024, 255 and 512 kB',
  keepsWithin: ({ requests }, message) => {
    expect(requests).toHaveLength(message.alerts.length)
    for (const request of requests) {
      const event = bodyOf([request])
      expect(event['payload']?.['summary']?.length).toBeLessThanOrEqual(1_024)
      expect(event['dedup_key']?.length).toBeLessThanOrEqual(255)
      expect(Buffer.byteLength(request.body)).toBeLessThan(512_000)
    }
  },
  isHarmless: isTameOutside,
  answers: [
    { when: 'takes it', status: 202, body: '{"status":"success"}', is: 'delivered' },
    { when: 'has too many', status: 429, body: '', is: 'later' },
    { when: 'finds the event wrong', status: 400, body: '{"status":"invalid"}', is: 'refused' },
  ],
}

const webhook: Known = {
  address: `https://example.com/hook#whsec_${Buffer.alloc(24, 7).toString('base64')}`,
  shown: 'any other `https://…`',
  at: (base) => `webhook+${base}/hook`,
  linesShown: undefined,
  limits: '100 kB a request, and every alert in one of them',
  keepsWithin: ({ requests }, message) => {
    for (const { body } of requests) expect(Buffer.byteLength(body)).toBeLessThan(100_000)
    expect(new Set(requests.flatMap(({ tells }) => tells))).toEqual(
      new Set(message.alerts.map(({ id }) => id)),
    )
    const ids = requests.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(requests.length)
  },
  isHarmless: isTameOutside,
  answers: [
    { when: 'takes it', status: 204, body: '', is: 'delivered' },
    { when: 'is busy', status: 503, body: 'busy', is: 'later' },
    { when: 'refuses it', status: 400, body: 'no', is: 'refused' },
  ],
}

const ping: Known = {
  address: 'https://hc-ping.com/8b7d2a4e-0000-4000-8000-000000000000',
  shown: '`https://hc-ping.com/UUID`',
  at: (base) => `ping+${base}/hook`,
  linesShown: undefined,
  limits: '10 kB',
  keepsWithin: ({ requests }) => {
    for (const { body } of requests) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(10_000)
  },
  isHarmless: isTameOutside,
  answers: [
    { when: 'takes it', status: 200, body: 'OK', is: 'delivered' },
    { when: 'knows no such check', status: 200, body: 'OK (not found)', is: 'refused' },
    { when: 'has too many', status: 200, body: 'OK (rate limited)', is: 'later' },
  ],
}

const mail: Known = {
  address: 'smtps://alerts%40example.com:hunter22@mail.example.com/?to=ops@example.com',
  shown: '`smtps://USER:PASSWORD@HOST/?to=a@example.com`',
  linesShown: 100,
  limits: 'Gmail shows 102 kB, and a subject is a line',
  keepsWithin: ({ letters }) => {
    expect(letters).toHaveLength(1)
    for (const { html, subject } of letters) {
      expect(Buffer.byteLength(html)).toBeLessThan(102_000)
      expect(subject.length).toBeLessThan(400)
    }
  },
  // Our own tags and attributes alone, and nothing to fetch.
  isHarmless: ({ letters: [letter] }) => {
    const { html = '' } = letter ?? {}
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
    for (const [, , attributes = ''] of tags) expect(attributes).not.toMatch(/\b(on\w+|href|src)=/)
    expect(html).not.toMatch(/url\(|@import|<link|<img|<script/)
  },
  // An SMTP server says more than a status and a body: see mail.test.ts.
  answers: [],
}

export const known: Readonly<Record<ChannelType, Known>> = {
  slack,
  discord,
  teams,
  ntfy,
  telegram,
  pagerduty,
  webhook,
  ping,
  mail,
}

export const channelTypes = Object.keys(known) as ChannelType[]

/** The one address in a setting. */
export const addressIn = (setting: string): Address => {
  const { addresses, complaints } = readAlerts(setting)
  const [address] = addresses
  if (!address || addresses.length > 1) throw new Error(complaints.join() || 'more than one')
  return address
}

/** What is sent to an address to tell a message. */
export const renderedFor = <Type extends ChannelType>(
  { type, target }: Address<Type>,
  message: Message,
  now: Date,
): Rendered => {
  const sender = senders[type]
  return 'judge' in sender
    ? { requests: sender.render(target, message, now), letters: [] }
    : { requests: [], letters: sender.render(target, message) }
}
