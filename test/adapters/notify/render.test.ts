import { describe, expect, test } from 'vitest'

import type { ChannelType } from '../../../lib/adapters/notify/channels'
import { ping } from '../../../lib/adapters/notify/ping'
import type { Request } from '../../../lib/adapters/notify/sender'
import { severities } from '../../../lib/rules/alerts/alert'
import type { Message } from '../../../lib/rules/alerts/alert'
import { proofMessage } from '../../../lib/rules/alerts/proofs'
import { some } from '../../cases'
import {
  alertOf,
  bundleOf,
  fallAlert,
  hugeAlert,
  messageOf,
  reminderAlert,
  resolvedAlert,
  storeAlert,
  testAlert,
} from '../../fixtures/told/alerts'

import { addressIn, bodyOf, channelTypes, known, renderedFor } from './known'

const now = new Date('2025-07-04T01:02:30Z')

const sentTo = (type: ChannelType, message: Message) =>
  renderedFor(addressIn(known[type].address), message, now)
const requestsTo = (type: ChannelType, message: Message) => sentTo(type, message).requests

const letterOf = (message: Message) => {
  const [letter] = sentTo('mail', message).letters
  if (!letter) throw new Error('no letter')
  return letter
}

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

describe.each(channelTypes)('%s sends', (type) => {
  test.each(Object.entries(messages))('exactly these bytes: %s', async (kind, message) => {
    const { requests, letters } = sentTo(type, message)
    const [letter] = letters
    if (letter) {
      const { text, html, ...head } = letter
      const sent = `${JSON.stringify(head, undefined, 1)}\n\n${text}\n`
      await expect(sent).toMatchFileSnapshot(`__snapshots__/${type}-${kind}.txt`)
      await expect(html).toMatchFileSnapshot(`__snapshots__/${type}-${kind}-html.txt`)
      return
    }
    const sent = requests.map(wire).join('\n\n')
    await expect(sent).toMatchFileSnapshot(`__snapshots__/${type}-${kind}.txt`)
  })

  test('the same bytes for the same message', () => {
    expect(sentTo(type, messages.bundle)).toEqual(sentTo(type, messages.bundle))
  })
})

test.each([
  { type: 'discord', look: /"color":(\d+)/ },
  { type: 'teams', look: /"color":"(\w+)"/ },
  { type: 'ntfy', look: /"priority":(\d),"tags":\["(\w+)"\]/ },
  { type: 'telegram', look: /"disable_notification":(\w+)/ },
  { type: 'pagerduty', look: /"severity":"(\w+)"/ },
] as const)('how grave it is can be seen in $type', ({ type, look }) => {
  const grave = severities.map((severity) => messageOf(alertOf({ severity })))
  const looks = [...grave, messages.resolved, messages.test].map((message) =>
    look
      .exec(requestsTo(type, message)[0]?.body ?? '')
      ?.slice(1)
      .join(' '),
  )
  expect(looks.join(', ')).toMatchSnapshot()
})

test.each([
  ['# a', '\\# a'],
  ['+ a', '\\+ a'],
  ['- a', '\\- a'],
  ['12. a', '12\\. a'],
  ['a # b - c + 1. d', 'a # b - c + 1. d'],
  ['\\*_~`|<>[]', '\\\\\\*\\_\\~\\`\\|\\<\\>\\[\\]'],
  ['@all', '@\u2060all'],
])('in Discord %j means itself', (text, is) => {
  const [request] = requestsTo('discord', messageOf(alertOf({ meaning: text })))
  const lines = JSON.stringify(JSON.parse(request?.body ?? '')).split('\\n')
  expect(lines).toContain(JSON.stringify(is).slice(1, -1))
})

describe('good news', () => {
  const ring = ['pagerduty', 'ping']
  const proofs = ['tokens', 'sessions'].map((database) => ({
    id: `${database}_2025-07-04T010000Z_3f9a1c`,
    database,
    word: 'passed',
    at: '2025-07-04T01:00:10.000Z',
    sizeBytes: 8192,
    rows: 12,
  }))

  test.each(channelTypes.filter((type) => !ring.includes(type)))(
    'of one copy and of two is told by %s',
    (type) => {
      for (const told of [proofs.slice(1), proofs]) {
        const { requests, letters } = sentTo(type, proofMessage(told, 'acme'))
        const said = [...requests.map(({ body }) => body), ...letters.map(({ text }) => text)]
        for (const { id } of told) expect(said.join('').replaceAll('\\', '')).toContain(id)
        expect(said.join('')).not.toMatch(/undefined|What (it means|to do)/)
      }
    },
  )
})

describe('mail', () => {
  test('answers the mail that told the trouble, and all of one trouble are one thread', () => {
    const [firing, reminder, resolved] = [alertOf(), reminderAlert(), resolvedAlert()].map((one) =>
      letterOf(messageOf(one)),
    )
    expect(firing?.messageId).toBe('flip-0001@example.com')
    expect(firing?.inReplyTo).toBeUndefined()
    expect(reminder?.inReplyTo).toBe(firing?.messageId)
    expect(resolved?.inReplyTo).toBe(firing?.messageId)
    expect(resolved?.references).toContain(firing?.messageId)
    expect(resolved?.references[0]).toBe(firing?.references[0])
    const other = letterOf(messageOf(alertOf({ key: 'acme/other/verify.failed' })))
    expect(other.references).not.toEqual(firing?.references)
  })

  test('answers the thread where the first mail is not known', () => {
    const { inReplyTo, references } = letterOf(
      messageOf({ ...resolvedAlert(), answers: undefined }),
    )
    expect(references).toEqual([inReplyTo])
  })

  test('an id that is no Message-ID becomes one, and stays apart from others', () => {
    const idOf = (id: string) => letterOf(messageOf(alertOf({ id }))).messageId
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

describe.each(some(extremes, 3))('within the vendors’ limits, %s', (_, message) => {
  test.each(channelTypes.map((type) => ({ type, ...known[type] })))(
    '$type: $limits',
    ({ type, keepsWithin }) => {
      keepsWithin(sentTo(type, message), message)
    },
  )
})

describe('a list that is too long', () => {
  const shortening = channelTypes.filter((type) => known[type].linesShown !== undefined)

  test.each(shortening)('says in %s how many more there are', (type) => {
    const told = (message: Message) => JSON.stringify(sentTo(type, message))
    const more = 200 - (known[type].linesShown ?? 0)
    expect(told(bundleOf(200))).toContain(`and ${more} more, see the status page`)
  })

  test.each(shortening.filter((type) => type !== 'mail'))(
    'is cut in %s for one alert too',
    (type) => {
      const told = JSON.stringify(sentTo(type, messageOf(hugeAlert('x'))))
      expect(told).toMatch(/and \d\d more, see the/)
    },
  )

  test('has a hundred lines in a mail, as text and as a page', () => {
    const { text, html } = letterOf(bundleOf(200))
    expect(text).toContain('and 100 more, see the status page')
    expect(html).toContain('and 100 more, see the status page')
  })

  test('leaves out what to do where it was meant before the copy one can count on', () => {
    const told = Array.from({ length: 25 }, (_, nth) => {
      const step = { text: 'é'.repeat(600), command: 'x'.repeat(500) }
      const otherwise = { text: 'é'.repeat(nth * 25), command: 'x'.repeat(300) }
      const alert = alertOf({ meaning: 'é'.repeat(300), nextStep: { ...step, otherwise } })
      return requestsTo('ntfy', messageOf(alert))[0]?.body ?? ''
    })
    for (const body of told) expect(body).toContain('Newest proven copy')
    const meant = told.map((body) => body.includes('If it was meant'))
    expect([meant[0], meant.at(-1)]).toEqual([true, false])
    const { body: whole } = requestsTo('ntfy', messages.meant)[0] ?? {}
    const headings = ['What to do now', 'If it was meant']
    const places = headings.map((heading) => whole?.indexOf(heading) ?? -1)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(places).not.toContain(-1)
  })

  test('tells no command twice: what brings the rows back is what to do now', () => {
    const { body } = requestsTo('ntfy', messages.meant)[0] ?? {}
    expect(body?.split('restore.sh --at')).toHaveLength(2)
    expect(body).not.toContain('The copy from before it')
  })

  test('leaves no section out without a word', () => {
    const { body } = requestsTo('ntfy', messageOf(hugeAlert('漢')))[0] ?? {}
    expect(body).toContain('Shortened; the status page has the rest.')
  })
})

describe('a webhook', () => {
  test('is told as data what to do where it was meant, and which copy is from before', () => {
    const sent = bodyOf(requestsTo('webhook', messages.meant))
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
    const other = bodyOf(requestsTo('webhook', messages.firing))
    expect(other['data']?.['alerts']?.[0]).toMatchObject({ nextStep: { otherwise: null } })
  })
})

describe('PagerDuty', () => {
  test('resolves with the key it triggered with, however long', () => {
    const key = `${'i'.repeat(300)}/tokens/verify.failed`
    const [firing, resolved] = [alertOf({ key }), { ...resolvedAlert(), key }].map((one) =>
      bodyOf(requestsTo('pagerduty', messageOf(one))),
    )
    expect([firing?.['event_action'], resolved?.['event_action']]).toEqual(['trigger', 'resolve'])
    expect(resolved?.['dedup_key']).toBe(firing?.['dedup_key'])
    const other = requestsTo('pagerduty', messageOf(alertOf({ key: `${key}.other` })))
    expect(bodyOf(other)['dedup_key']).not.toBe(firing?.['dedup_key'])
  })
})

describe('a ping', () => {
  const paths = (message: Message) =>
    requestsTo('ping', message).map(({ url }) => new URL(url).pathname)
  const base = new URL(known.ping.address).pathname

  test('fails on trouble, notes a test, and is silent when a trouble is over', () => {
    expect(paths(messages.firing)).toEqual([`${base}/fail`])
    expect(paths(messages.bundle)).toEqual([`${base}/fail`])
    expect(paths(messages.test)).toEqual([`${base}/log`])
    expect(paths(messages.resolved)).toEqual([])
    expect(paths(messageOf(alertOf({ kind: 'verify.unverifiable' })))).toEqual([])
  })

  test('says success at its own address, whatever stands after a question mark', () => {
    const address = addressIn('ping+https://ann:pw@hc.example.com/ping/key/slug/?create=1')
    const [failure] = renderedFor(address, messages.firing, now).requests
    expect(failure?.url).toBe('https://hc.example.com/ping/key/slug/fail?create=1')
    if (address.type !== 'ping') throw new Error(address.type)
    const success = ping.renderPulse?.(address.target, 'tokens passed')
    expect(success?.url).toBe('https://hc.example.com/ping/key/slug?create=1')
    expect(success?.headers['authorization']).toBe(`Basic ${btoa('ann:pw')}`)
  })
})
