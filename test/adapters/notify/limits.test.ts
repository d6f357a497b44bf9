/**
 * As long as a vendor takes is sent whole, to the last unit; one unit more is cut or left out, and said to be. Whoever
 * sends more is refused, and the alert reaches nobody.
 */
import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import type { ChannelType } from '../../../lib/adapters/notify/channels'
import type { Alert, Message } from '../../../lib/rules/alerts/alert'
import { linesInChat, moreWords, tell } from '../../../lib/rules/alerts/told'
import { alertOf, bundleOf, messageOf } from '../../fixtures/told/alerts'

import { addressIn, bodyOf, known, renderedFor } from './known'
import type { Json } from './known'

const requestsTo = (type: ChannelType, message: Message) =>
  renderedFor(addressIn(known[type].address), message, new Date(0)).requests
const sentTo = (type: ChannelType, message: Message): Json => bodyOf(requestsTo(type, message))

/** What is one unit long at first and grows by one with each letter: so long that it takes just `most`. */
const brimOf = (sizeAt: (length: number) => number, most: number): number => {
  const brim = 1 + most - sizeAt(1)
  // A text is cut at 600 anywhere.
  expect(brim).toBeGreaterThan(1)
  expect(brim).toBeLessThan(600)
  return brim
}

const lengthOf = (text: string): number => text.length
const bytesOf = (text: string): number => Buffer.byteLength(text)

describe('a title', () => {
  /** Of two databases in a trouble that only another build knows, by a name of any length. */
  const titled = (length: number): Message => {
    const of = (kind: string) =>
      messageOf(
        alertOf({ id: 'a', database: 'a', kind, newestProven: undefined }),
        alertOf({ id: 'b', database: 'b', kind, newestProven: undefined }),
      )
    return of('k'.repeat(length - tell(of('')).title.length))
  }

  test.each([
    { type: 'slack', most: 150, of: (sent: Json) => sent['blocks']?.[0]?.['text']?.['text'] },
    { type: 'ntfy', most: 150, of: (sent: Json) => sent['title'] },
    // With two marks before it and two behind, of 2,000.
    { type: 'discord', most: 1996, of: (sent: Json) => sent['content']?.slice(2, -2) },
  ] as const)(
    'of $most is told whole by $type, and a longer one is cut to that',
    ({ type, most, of }) => {
      const { title } = tell(titled(most))
      expect(of(sentTo(type, titled(most)))).toBe(title)
      expect(of(sentTo(type, titled(most + 1)))).toBe(`${title.slice(0, -1)}…`)
    },
  )
})

describe('a text', () => {
  const shortened = 'Shortened; the status page has the rest.'

  /** Sections that fill a message, the last of which grows; `heavy` counts more than once there. */
  const growing =
    (heavy: string, count: number) =>
    (length: number): Message =>
      messageOf(
        alertOf({
          facts: [],
          meaning: heavy.repeat(count),
          nextStep: {
            text: heavy.repeat(count),
            command: 'c'.repeat(500),
            otherwise: { text: 'x'.repeat(length), command: 'c'.repeat(500) },
          },
          newestProven: {
            ticket: 't'.repeat(100),
            age: '1 h ago',
            restoreCommand: 'c'.repeat(500),
          },
        }),
      )

  test.each([
    {
      type: 'discord',
      most: 4_096,
      at: growing('*', 600),
      of: (sent: Json) => String(sent['embeds']?.[0]?.['description']),
      sizeOf: lengthOf,
      // Both of its marks are kept room for, each with the blank line behind it; so is that behind the last part.
      kept: `• ${moreWords(0)}\n\n• ${shortened}\n\n\n\n`.length,
    },
    {
      type: 'telegram',
      most: 4_096,
      at: growing('&', 240),
      of: (sent: Json) => String(sent['text']),
      sizeOf: lengthOf,
      kept: `• ${moreWords(0)}\n\n• ${shortened}\n\n\n\n`.length,
    },
    {
      type: 'ntfy',
      most: 4_096,
      at: growing('é', 600),
      // A line break is two bytes in JSON.
      of: (sent: Json) => JSON.stringify(sent),
      sizeOf: bytesOf,
      kept: JSON.stringify(`- ${moreWords(0)}\n\n- ${shortened}\n\n\n\n`).length - 2,
    },
  ] as const)(
    'is whole in $type up to the last unit of $most',
    ({ type, most, at, of, sizeOf, kept }) => {
      const told = (length: number) => of(sentTo(type, at(length)))
      const brim = brimOf((length) => sizeOf(told(length)), most - kept)
      const [whole, cut] = [told(brim), told(brim + 1)]
      expect(whole).not.toContain(shortened)
      expect(cut).toContain(shortened)
      expect(cut).not.toContain('If it was meant')
    },
  )

  test('is whole in a ping up to the last of 10,000 bytes', () => {
    const told = (length: number): string => {
      const facts = Array.from({ length: 4 }, () => ({ label: 'l', text: '漢'.repeat(600) }))
      facts.push({ label: 'last', text: 'x'.repeat(length) })
      const alert = alertOf({
        meaning: '漢'.repeat(600),
        nextStep: { text: '漢'.repeat(40) },
        newestProven: undefined,
        facts,
      })
      return requestsTo('ping', messageOf(alert))[0]?.body ?? ''
    }
    const kept = `- ${moreWords(5)}\n\n- ${shortened}\n\n\n\n`.length
    const brim = brimOf((length) => bytesOf(told(length)), 10_000 - kept)
    expect(told(brim)).toContain('- last')
    expect(told(brim + 1)).not.toContain('- last')
    expect(told(brim + 1)).toContain(moreWords(1))
  })
})

describe('the facts', () => {
  const withFacts = (facts: Alert['facts']): Message => messageOf(alertOf({ facts }))
  const fact = (text: string, label = 'l') => ({ label, text })

  test('of one alert: twelve are shown, by Slack in groups of ten at most', () => {
    const sent = sentTo('slack', withFacts(Array.from({ length: 13 }, () => fact('x'))))
    const groups = [...(sent['blocks'] ?? [])].map((block) => block['fields']?.length ?? 0)
    expect(groups.filter((count) => count > 0)).toEqual([10, 2])
    expect(JSON.stringify(sent)).toContain(moreWords(1))
  })

  test('are cut by Slack at 2,000 characters of one', () => {
    const told = (text: string) => {
      const blocks = [...(sentTo('slack', withFacts([fact(text)]))['blocks'] ?? [])]
      return blocks.flatMap((block) => [...(block['fields'] ?? [])]).map((one) => one['text'])
    }
    // Five for each, behind a label of one letter: `*l*` and a line break.
    const whole = '&'.repeat(399)
    expect(told(`${whole}x`)).toEqual([`*l*\n${'&amp;'.repeat(399)}x`])
    expect(told(`${whole}xy`)).toEqual([`*l*\n${'&amp;'.repeat(398)}&amp;…`.slice(0, 2000)])
  })

  test('are left out by Slack beyond 5,000 characters of all, and by Discord beyond 6,000 of a message', () => {
    const eight = (length: number) =>
      withFacts([
        ...Array.from({ length: 8 }, () => fact('x'.repeat(600))),
        fact('y'.repeat(length)),
      ])
    const slack = (length: number) =>
      [...(sentTo('slack', eight(length))['blocks'] ?? [])]
        .flatMap((block) => [...(block['fields'] ?? [])])
        .map((one) => String(one['text']))
    const sizeIn = (texts: string[]) => texts.join('').length
    const inSlack = brimOf((length) => sizeIn(slack(length)), 5_000)
    expect(slack(inSlack)).toHaveLength(9)
    expect(slack(inSlack + 1)).toHaveLength(8)

    const discord = (length: number) => {
      const embed = sentTo('discord', eight(length))['embeds']?.[0]
      const fields = [...(embed?.['fields'] ?? [])]
      const texts = fields.map((field) => `${field['name']}${field['value']}`)
      return {
        texts: [`${embed?.['description']}`, `${embed?.['footer']?.['text']}`, ...texts],
        fields,
      }
    }
    const note = `More${moreWords(9)}`
    const inDiscord = brimOf((length) => sizeIn(discord(length).texts), 6_000 - note.length)
    expect(discord(inDiscord).fields).toHaveLength(9)
    expect(discord(inDiscord + 1).fields.slice(8)).toEqual([
      { name: 'More', value: moreWords(1), inline: false },
    ])
  })

  test('stand beside one another in Discord where they are short, are 1,024 at most, and never empty', () => {
    const fields = (...facts: Alert['facts']) =>
      sentTo('discord', withFacts(facts))['embeds']?.[0]?.['fields']
    expect(fields(fact('x'.repeat(24)), fact('x'.repeat(25)), fact('', ''))).toEqual([
      { name: 'l', value: 'x'.repeat(24), inline: true },
      { name: 'l', value: 'x'.repeat(25), inline: false },
      { name: '–', value: '–', inline: true },
    ])
    // Two for each, escaped.
    const value = (text: string) => fields(fact(text))?.[0]?.['value']
    expect(value('*'.repeat(512))).toBe('\\*'.repeat(512))
    expect(value(`${'*'.repeat(512)}x`)).toBe(`${'\\*'.repeat(511)}…`)
  })

  test('are fifty at most in PagerDuty', () => {
    const sent = sentTo('pagerduty', withFacts(Array.from({ length: 51 }, () => fact('x'))))
    expect(sent['payload']?.['custom_details']?.['What was found']).toHaveLength(50)
  })

  test('take 12,000 in Teams, by what counts UTF-16', () => {
    const told = (length: number) => {
      const facts = [
        ...Array.from({ length: 8 }, () => fact('x'.repeat(600))),
        fact('y'.repeat(length)),
      ]
      const card = sentTo('teams', withFacts(facts))['attachments']?.[0]?.['content']
      return [...(card?.['body'] ?? [])].filter((item) => /"l: "/.test(JSON.stringify(item)))
    }
    // Each character is two bytes there.
    const sizeAt = (length: number) =>
      told(length).reduce((sum, item) => sum + JSON.stringify(item).length, 0)
    const brim = brimOf(sizeAt, 12_000 / 2)
    expect(told(brim)).toHaveLength(9)
    expect(told(brim + 1)).toHaveLength(8)
  })
})

test('a section is 3,000 characters in Slack, with its heading as it is written there', () => {
  const told = (text: string) => {
    const blocks = [...(sentTo('slack', messageOf(alertOf({ meaning: text })))['blocks'] ?? [])]
    return blocks.map((block) => block['text']?.['text']).find((one) => one?.startsWith('*What it'))
  }
  const head = '*What it means*\n'
  const room = 3_000 - head.length
  const text = `${'&'.repeat(596)}${'x'.repeat(room - 596 * 5)}`
  expect(told(text)).toBe(`${head}${'&amp;'.repeat(596)}${'x'.repeat(room - 596 * 5)}`)
  expect(told(`${text}y`)).toHaveLength(3_000)
  expect(told(`${text}y`)).toMatch(/x…$/)
})

test('a list shows twelve lines in Slack and in Teams, and counts the others', () => {
  const lines = (count: number) => {
    const [, list] = [...(sentTo('slack', bundleOf(count))['blocks'] ?? [])]
    return String(list?.['text']?.['text']).split('\n')
  }
  expect(lines(linesInChat)).toHaveLength(12)
  expect(lines(linesInChat + 1)).toHaveLength(13)
  expect(lines(linesInChat + 1).at(-1)).toBe(moreWords(1))
  const items = (count: number) => {
    const card = sentTo('teams', bundleOf(count))['attachments']?.[0]?.['content']
    return [...(card?.['body'] ?? [])].map((item) => JSON.stringify(item))
  }
  expect(items(linesInChat).join('')).not.toContain('more, see')
  expect(items(linesInChat + 1).join('')).toContain(moreWords(1))
})

describe('a name', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

  test('is 255 at most in PagerDuty, wherever it stands', () => {
    const told = (length: number) => {
      const changes = { installation: 'i'.repeat(length), database: 'd'.repeat(length) }
      const sent = sentTo('pagerduty', { ...messageOf(alertOf(changes)), ...changes })
      const payload = sent['payload']
      return [payload?.['source'], payload?.['component'], payload?.['group']]
    }
    const [i, d] = ['i'.repeat(255), 'd'.repeat(255)]
    expect(told(255)).toEqual([i, d, i])
    const [iCut, dCut] = [`${'i'.repeat(254)}…`, `${'d'.repeat(254)}…`]
    expect(told(256)).toEqual([iCut, dCut, iCut])
  })

  test('by which PagerDuty knows a trouble again stays apart by its hash where it is too long', () => {
    const keyOf = (key: string) => sentTo('pagerduty', messageOf(alertOf({ key })))['dedup_key']
    const [fits, long] = ['k'.repeat(255), 'k'.repeat(256)]
    expect(keyOf(fits)).toBe(fits)
    expect(keyOf(long)).toBe(`${'k'.repeat(221)}… ${sha256(long).slice(0, 32)}`)
  })
})

describe('a webhook', () => {
  const alertsIn = (message: Message) =>
    requestsTo('webhook', message).map((request) => [
      ...(bodyOf([request])['data']?.['alerts'] ?? []),
    ])
  const fact = (length: number) => ({ label: 'l', text: 'x'.repeat(length) })

  test('is told texts of 600, and a command of 2,000 or none', () => {
    const told = (over: number) => {
      const text = 'x'.repeat(600 + over)
      const command = 'c'.repeat(2_000 + over)
      const [[alert] = []] = alertsIn(
        messageOf(
          alertOf({
            headline: text,
            facts: [{ label: text, text }],
            meaning: text,
            nextStep: { text, command, otherwise: { text, command } },
            newestProven: { ticket: text, age: text, restoreCommand: command },
          }),
        ),
      )
      return alert
    }
    const as = (text: string, command: string | null) => ({
      headline: text,
      facts: [{ label: text, text }],
      meaning: text,
      nextStep: { text, command, otherwise: { text, command } },
      newestProven: {
        ticket: text,
        age: text,
        restoreCommand: command,
        isBeforeFall: false,
        isDoubted: false,
      },
    })
    expect(told(0)).toMatchObject(as('x'.repeat(600), 'c'.repeat(2_000)))
    expect(told(1)).toMatchObject(as(`${'x'.repeat(599)}…`, null))
  })

  test('is told facts of 32,000 bytes, and how many there are besides', () => {
    const told = (length: number) => {
      const facts = [...Array.from({ length: 51 }, () => fact(600)), fact(length)]
      const [[alert] = []] = alertsIn(messageOf(alertOf({ facts })))
      return [...(alert?.['facts'] ?? [])]
    }
    const sizeAt = (length: number) =>
      told(length).reduce((sum, one) => sum + JSON.stringify(one).length, 0)
    const brim = brimOf(sizeAt, 32_000)
    expect(told(brim)).toHaveLength(52)
    expect(told(brim + 1).at(-1)).toEqual({ label: 'More', text: moreWords(1) })
  })

  test('is told alerts of 64,000 bytes in one request, and each by a name of its own in several', () => {
    const bundle = (length: number) => {
      const facts = Array.from({ length: 50 }, () => fact(594))
      const last = [...facts, fact(length)]
      return messageOf(alertOf({ id: 'a', facts }), alertOf({ id: 'b', facts: last }))
    }
    const sizeAt = (length: number) =>
      alertsIn(bundle(length))
        .flat()
        .reduce((sum, one) => sum + JSON.stringify(one).length, 0)
    const brim = brimOf(sizeAt, 64_000)
    expect(alertsIn(bundle(brim))).toHaveLength(1)
    const apart = requestsTo('webhook', bundle(brim + 1))
    const ids = apart.map((request) => bodyOf([request])['data']?.['id'])
    const markOf = (id: string) => sha256Of(JSON.stringify([id])).slice(0, 12)
    expect(ids).toEqual([`bundle-0001-${markOf('a')}`, `bundle-0001-${markOf('b')}`])
  })

  const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex')
})
