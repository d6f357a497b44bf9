import { describe, expect, test } from 'vitest'

import { renderDiscord } from '../../../lib/adapters/notify/discord'
import type { Request } from '../../../lib/adapters/notify/http'
import { renderMail } from '../../../lib/adapters/notify/mail'
import { renderNtfy } from '../../../lib/adapters/notify/ntfy'
import { renderPagerDuty } from '../../../lib/adapters/notify/pagerduty'
import { renderPing, renderSuccess } from '../../../lib/adapters/notify/ping'
import { renderSlack } from '../../../lib/adapters/notify/slack'
import { renderTeams } from '../../../lib/adapters/notify/teams'
import { renderTelegram } from '../../../lib/adapters/notify/telegram'
import { renderWebhook } from '../../../lib/adapters/notify/webhook'
import type { Message } from '../../../lib/rules/alerts/alert'
import {
  alertOf,
  bundleOf,
  fallAlert,
  hugeAlert,
  messageOf,
  reminderAlert,
  resolvedAlert,
  storeAlert,
  targets,
  testAlert,
} from '../../fixtures/told/alerts'

const now = new Date('2025-07-04T01:02:30Z')

const renderers = {
  slack: (message: Message) => renderSlack(targets.slack, message),
  discord: (message: Message) => renderDiscord(targets.discord, message),
  teams: (message: Message) => renderTeams(targets.teams, message),
  ntfy: (message: Message) => renderNtfy(targets.ntfy, message),
  telegram: (message: Message) => renderTelegram(targets.telegram, message),
  pagerduty: (message: Message) => renderPagerDuty(targets.pagerduty, message),
  webhook: (message: Message) => renderWebhook(targets.webhook, message, now),
  ping: (message: Message) => renderPing(targets.ping, message),
}
const names = Object.keys(renderers) as (keyof typeof renderers)[]

const messages = {
  firing: messageOf(alertOf()),
  reminder: messageOf(reminderAlert()),
  resolved: messageOf(resolvedAlert()),
  test: messageOf(testAlert()),
  unproven: messageOf(alertOf({ newestProven: undefined })),
  meant: messageOf(fallAlert()),
  bundle: messageOf(...bundleOf(3).alerts, storeAlert(), resolvedAlert()),
}

/** One line of the wire a line of the snapshot; the body is what is sent, to the byte. */
const wire = ({ method, url, headers, body, tells }: Request): string =>
  [
    `${method} ${url}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
    `(tells ${tells.join(' ')})`,
  ].join('\n')

describe.each(names)('%s sends', (name) => {
  test.each(Object.entries(messages))('exactly these bytes: %s', async (kind, message) => {
    const sent = renderers[name](message).map(wire).join('\n\n')
    await expect(sent).toMatchFileSnapshot(`__snapshots__/${name}-${kind}.txt`)
  })

  test('the same bytes for the same message', () => {
    expect(renderers[name](messages.bundle)).toEqual(renderers[name](messages.bundle))
  })
})

describe('mail sends', () => {
  test.each(Object.entries(messages))('exactly this letter: %s', async (kind, message) => {
    const { text, html, ...head } = renderMail(targets.mail, message)
    await expect(`${JSON.stringify(head, undefined, 1)}\n\n${text}\n`).toMatchFileSnapshot(
      `__snapshots__/mail-${kind}.txt`,
    )
    await expect(html).toMatchFileSnapshot(`__snapshots__/mail-${kind}-html.txt`)
  })

  test('answers the mail that told the trouble, and all of one trouble are one thread', () => {
    const [firing, reminder, resolved] = [alertOf(), reminderAlert(), resolvedAlert()].map((one) =>
      renderMail(targets.mail, messageOf(one)),
    )
    expect(firing?.messageId).toBe('flip-0001@example.com')
    expect(firing?.inReplyTo).toBeUndefined()
    expect(reminder?.inReplyTo).toBe(firing?.messageId)
    expect(resolved?.inReplyTo).toBe(firing?.messageId)
    expect(resolved?.references).toContain(firing?.messageId)
    expect(resolved?.references[0]).toBe(firing?.references[0])
    const other = renderMail(targets.mail, messageOf(alertOf({ key: 'acme/other/verify.failed' })))
    expect(other.references).not.toEqual(firing?.references)
  })

  test('answers the thread where the first mail is not known', () => {
    const { inReplyTo, references } = renderMail(
      targets.mail,
      messageOf({ ...resolvedAlert(), answers: undefined }),
    )
    expect(references).toEqual([inReplyTo])
  })

  test('an id that is no Message-ID becomes one, and stays apart from others', () => {
    const idOf = (id: string) => renderMail(targets.mail, messageOf(alertOf({ id }))).messageId
    const ids = ['a b', 'a\r\nb', 'a>b', 'x'.repeat(300), `${'x'.repeat(300)}y`].map(idOf)
    for (const id of ids) expect(id).toMatch(/^[\w.-]{1,100}@example\.com$/)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

/** Characters that are counted in one way by one vendor and in another by the next. */
const fillers = { letters: 'x', marks: '&<>"*_`\\', emoji: '😀', wide: '漢', blanks: 'a b ' }
const extremes: [string, Message][] = [
  ['200 databases', bundleOf(200)],
  ['2 databases', bundleOf(2)],
  ...Object.entries(fillers).flatMap(([name, filler]): [string, Message][] => [
    [`one huge alert of ${name}`, messageOf(hugeAlert(filler))],
    [
      `200 huge alerts of ${name}`,
      bundleOf(200, { ...hugeAlert(filler), newestProven: alertOf().newestProven }),
    ],
  ]),
]

type Json = { [name: string]: Json } & Json[] & string
const parsed = (request: Request | undefined): Json => JSON.parse(request?.body ?? '') as Json

describe.each(extremes)('within the vendors’ limits, %s', (_, message) => {
  test('Slack: 50 blocks, 150 in a header, 3,000 in a text, 10 fields of 2,000, 13,000 in all', () => {
    const { text, blocks } = parsed(renderers.slack(message)[0])
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
  })

  test('Discord: 2,000 of content; an embed of 6,000, 4,096 and 25 fields of 256 and 1,024', () => {
    const sent = parsed(renderers.discord(message)[0])
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
  })

  test('Telegram: 4,096, and every tag that is opened is closed', () => {
    const text = String(parsed(renderers.telegram(message)[0])['text'])
    expect(text.length).toBeLessThanOrEqual(4_096)
    const open: string[] = []
    for (const [, slash, tag = ''] of text.matchAll(/<(\/?)(\w+)>/g)) {
      if (slash === '') open.push(tag)
      else expect(open.pop()).toBe(tag)
    }
    expect(open).toEqual([])
    expect(text.replaceAll(/<\/?(b|i|pre|code)>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
  })

  test('ntfy: 4,096 bytes', () => {
    const [request] = renderers.ntfy(message)
    expect(Buffer.byteLength(request?.body ?? '')).toBeLessThanOrEqual(4_096)
    expect(parsed(request)['message']).not.toBe('')
  })

  test('PagerDuty: an event for each alert, 1,024, 255 and 512 kB', () => {
    const requests = renderers.pagerduty(message)
    expect(requests).toHaveLength(message.alerts.length)
    for (const request of requests) {
      const event = parsed(request)
      expect(event['payload']?.['summary']?.length).toBeLessThanOrEqual(1_024)
      expect(event['dedup_key']?.length).toBeLessThanOrEqual(255)
      expect(Buffer.byteLength(request.body)).toBeLessThan(512_000)
    }
  })

  test('Teams: 28 kB, also where UTF-16 is counted', () => {
    const body = renderers.teams(message)[0]?.body ?? ''
    expect(Buffer.byteLength(body)).toBeLessThan(28_000)
    expect(2 * body.length).toBeLessThan(28_672)
  })

  test('webhooks: 100 kB a request, and every alert in one of them', () => {
    const requests = renderers.webhook(message)
    for (const { body } of requests) expect(Buffer.byteLength(body)).toBeLessThan(100_000)
    expect(new Set(requests.flatMap(({ tells }) => tells))).toEqual(
      new Set(message.alerts.map(({ id }) => id)),
    )
    const ids = requests.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(requests.length)
  })

  test('a ping: 10 kB', () => {
    for (const { body } of renderers.ping(message))
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(10_000)
  })

  test('mail: Gmail shows 102 kB, and a subject is a line', () => {
    const { html, subject } = renderMail(targets.mail, message)
    expect(Buffer.byteLength(html)).toBeLessThan(102_000)
    expect(subject.length).toBeLessThan(400)
  })
})

describe('a list that is too long', () => {
  test.each(['slack', 'discord', 'teams', 'ntfy', 'telegram'] as const)(
    'says in %s how many more there are',
    (name) => {
      expect(renderers[name](bundleOf(200))[0]?.body).toContain('and 188 more, see the status page')
      expect(renderers[name](messageOf(hugeAlert('x')))[0]?.body).toMatch(/and \d\d more, see the/)
    },
  )

  test('has a hundred lines in a mail', () => {
    const { text, html } = renderMail(targets.mail, bundleOf(200))
    expect(text).toContain('and 100 more, see the status page')
    expect(html).toContain('and 100 more, see the status page')
  })

  test('leaves out what to do where it was meant before the copy one can count on', () => {
    const told = Array.from({ length: 25 }, (_, nth) => {
      const step = { text: 'é'.repeat(600), command: 'x'.repeat(500) }
      const otherwise = { text: 'é'.repeat(nth * 25), command: 'x'.repeat(300) }
      const alert = alertOf({ meaning: 'é'.repeat(300), nextStep: { ...step, otherwise } })
      return renderers.ntfy(messageOf(alert))[0]?.body ?? ''
    })
    for (const body of told) expect(body).toContain('Newest proven copy')
    const meant = told.map((body) => body.includes('If it was meant'))
    expect([meant[0], meant.at(-1)]).toEqual([true, false])
    const { body: whole } = renderers.ntfy(messages.meant)[0] ?? {}
    const headings = ['What to do now', 'If it was meant']
    const places = headings.map((heading) => whole?.indexOf(heading) ?? -1)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(places).not.toContain(-1)
  })

  test('tells no command twice: what brings the rows back is what to do now', () => {
    const { body } = renderers.ntfy(messages.meant)[0] ?? {}
    expect(body?.split('restore.sh --at')).toHaveLength(2)
    expect(body).not.toContain('The copy from before it')
  })

  test('leaves no section out without a word', () => {
    const { body } = renderers.ntfy(messageOf(hugeAlert('漢')))[0] ?? {}
    expect(body).toContain('Shortened; the status page has the rest.')
  })
})

describe('a webhook', () => {
  test('is told as data what to do where it was meant, and which copy is from before', () => {
    const sent = parsed(renderers.webhook(messages.meant)[0])
    expect(sent['data']?.['alerts']?.[0]).toMatchObject({
      nextStep: {
        command: 'restore.sh --at orders_2025-07-03T010000Z_b81d04 /etc/snapproof/orders.env',
        otherwise: {
          text: 'Say so on your own machine; from then on it is expected to be as it is:',
          command:
            "npm run --silent snapproof -- accept orders_2025-07-04T010000Z_3f9a1c --reason 'it was meant'",
        },
      },
      newestProven: { isBeforeFall: true, isDoubted: false },
    })
    const other = parsed(renderers.webhook(messages.firing)[0])
    expect(other['data']?.['alerts']?.[0]).toMatchObject({ nextStep: { otherwise: null } })
  })
})

describe('PagerDuty', () => {
  test('resolves with the key it triggered with, however long', () => {
    const key = `${'i'.repeat(300)}/tokens/verify.failed`
    const [firing, resolved] = [alertOf({ key }), { ...resolvedAlert(), key }].map((one) =>
      parsed(renderers.pagerduty(messageOf(one))[0]),
    )
    expect([firing?.['event_action'], resolved?.['event_action']]).toEqual(['trigger', 'resolve'])
    expect(resolved?.['dedup_key']).toBe(firing?.['dedup_key'])
    const [other] = renderers.pagerduty(messageOf(alertOf({ key: `${key}.other` })))
    expect(parsed(other)['dedup_key']).not.toBe(firing?.['dedup_key'])
  })
})

describe('a ping', () => {
  const paths = (message: Message) =>
    renderers.ping(message).map(({ url }) => new URL(url).pathname)
  const base = new URL(targets.ping.url).pathname

  test('fails on trouble, notes a test, and is silent when a trouble is over', () => {
    expect(paths(messages.firing)).toEqual([`${base}/fail`])
    expect(paths(messages.bundle)).toEqual([`${base}/fail`])
    expect(paths(messages.test)).toEqual([`${base}/log`])
    expect(paths(messages.resolved)).toEqual([])
    expect(paths(messageOf(alertOf({ kind: 'verify.unverifiable' })))).toEqual([])
  })

  test('says success at its own address, whatever stands after a question mark', () => {
    const target = {
      url: 'https://hc.example.com/ping/key/slug/?create=1',
      authorization: 'Basic x',
    }
    expect(renderSuccess(target, 'tokens passed').url).toBe(
      'https://hc.example.com/ping/key/slug?create=1',
    )
    expect(renderPing(target, messages.firing)[0]?.url).toBe(
      'https://hc.example.com/ping/key/slug/fail?create=1',
    )
    expect(renderSuccess(target, '').headers['authorization']).toBe('Basic x')
  })
})
