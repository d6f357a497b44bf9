import { describe, expect, test } from 'vitest'

import { renderMail } from '../../lib/adapters/notify/mail'
import { renderSlack } from '../../lib/adapters/notify/slack'
import { serve } from '../../lib/edge/serve'
import { verdict } from '../../lib/journey/verdict'
import type { Message } from '../../lib/rules/alert'
import { mintToken } from '../../lib/rules/tokens'
import { secret, testTools } from '../fakes/tools'
import { messageOf, targets } from '../fixtures/alerts'
import { madeBy } from '../fixtures/databases'
import { pushed } from '../fixtures/requests'
import { watched } from '../fixtures/watching'

import { ask, bearer } from './asking'

/** The author of the database file names its tables and indexes: what of that reaches people? */
const names: { what: string; name: string }[] = [
  { what: 'a new line', name: 'a\r\nput http://evil.example\u2028fault none\u202E' },
  { what: 'orders to a terminal', name: '\u001b[2J\u001b[31mred' },
  { what: 'a script', name: '</code><script>alert(1)</script>' },
  { what: 'an attribute', name: '" onmouseover="alert(1)' },
  { what: 'a call to everybody', name: '<!channel> @everyone <https://evil.example|x>' },
  { what: 'a figure', name: '"} 1\nsnapproof_up 1' },
  { what: '5,000 signs', name: 'x'.repeat(5000) },
]

/** A row without its parent, in a table of that name: SQLite names the table when it is asked. */
const withOrphan = (name: string): Buffer => {
  const quoted = `"${name.replaceAll('"', '""')}"`
  return madeBy(`CREATE TABLE users (id INTEGER PRIMARY KEY);
    CREATE TABLE ${quoted} (id INTEGER PRIMARY KEY, user_id REFERENCES users(id));
    INSERT INTO ${quoted} VALUES (1, 7);`)
}

const skeletonOf = (body: string): string[] =>
  [...body.matchAll(/<[a-z!/][^>]*>/gi)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""'))

/** From the file to the lines of push.sh, the pages, the figures and the messages. */
const tellOf = async (name: string) => {
  const told: Message[] = []
  const usual = testTools({ databases: { tokens: {} } })
  const channel = {
    id: 'a',
    name: 'channel',
    takes: () => true,
    rehearse: () => 1,
    send: async (message: Message) => {
      told.push(message)
      return { outcome: 'delivered' as const, said: '' }
    },
  }
  const tools = { ...usual, notifier: { ...usual.notifier, channels: [channel] } }
  const ticket = await pushed(tools, withOrphan(name))
  const token = mintToken(secret, { scope: 'push', database: 'tokens', keyId: '00000001' })
  const answered = await serve(
    verdict,
    () => tools,
  )({
    http: {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: `ticket=${ticket}`,
    },
  })
  await watched(tools)
  const look = async (path: string) => (await ask(tools, { path, headers: bearer })).body
  return {
    lines: answered.body,
    pages: [await look(''), await look('/databases/tokens')],
    metrics: await look('/metrics'),
    json: await look('/json'),
    told,
  }
}

const harmless = await tellOf('harmless')

describe('a table whose name is meant to do harm', () => {
  test.each(names)('is only a name, wherever it is told: $what', async ({ name }) => {
    const { lines, pages, metrics, json, told } = await tellOf(name)
    // Somewhere it was told, or this would prove nothing.
    expect(JSON.parse(json).databases[0].copies[0].remarks).not.toEqual([])
    expect(lines.split('\n').map((line) => line.split(' ')[0])).toEqual(
      harmless.lines.split('\n').map((line) => line.split(' ')[0]),
    )
    expect(lines).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u)
    for (const line of lines.split('\n')) expect(line.length).toBeLessThan(2100)
    expect(pages.map(skeletonOf)).toEqual(harmless.pages.map(skeletonOf))
    const namesOf = (text: string) => text.split('\n').map((line) => line.split(' ')[0])
    expect(namesOf(metrics)).toEqual(namesOf(harmless.metrics))
    expect(told).toHaveLength(harmless.told.length)
    for (const message of told) {
      const mail = renderMail(targets.mail, { ...messageOf(), ...message })
      expect(mail.subject).not.toMatch(/[\p{Cc}\p{Zl}]/u)
      expect(mail.html).not.toMatch(/<script|onmouseover="/)
      const slack = JSON.stringify(renderSlack(targets.slack, { ...messageOf(), ...message }))
      expect(slack).not.toMatch(/<!channel>|<https/)
    }
  })

  test('is named in what people are told, and so is what is wrong with it', () => {
    expect(harmless.lines).toMatch(/^finding (failed|warned) references .*harmless/m)
    expect(harmless.told.length).toBeGreaterThan(0)
  })
})
