/** The author of the database file names its tables and indexes: what of that reaches people? */
import { describe, expect, test } from 'vitest'

import { serve } from '../../lib/edge/serve'
import { verdict } from '../../lib/journey/verdict'
import type { Message } from '../../lib/rules/alerts/alert'
import { mintToken } from '../../lib/rules/trust/tokens'
import { addressIn, known, renderedFor } from '../adapters/notify/known'
import { some } from '../cases'
import { secret, testTools } from '../fakes/tools'
import { pushed } from '../fixtures/bucket/requests'
import { watched, withMinutes } from '../fixtures/bucket/watching'
import { madeBy } from '../fixtures/databases'
import { messageOf } from '../fixtures/told/alerts'

import { ask, bearer } from './asking'

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

/** A table of that name, and so many rows in it. */
const withRows = (name: string, rows: number): Buffer => {
  const quoted = `"${name.replaceAll('"', '""')}"`
  return madeBy(`CREATE TABLE users (id INTEGER PRIMARY KEY);
    CREATE TABLE ${quoted} (id INTEGER PRIMARY KEY);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO ${quoted} SELECT i FROM n;`)
}

/** From the files, one after the other, to the lines of push.sh, the pages, the figures and the messages. */
const tellOf = async (...files: Buffer[]) => {
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
  const token = mintToken(secret, { scope: 'push', database: 'tokens', keyId: '00000001' })
  let lines = ''
  for (const file of files) {
    tools.clock.passSeconds(3600)
    const ticket = await pushed(tools, file)
    const answered = await serve(verdict, () => withMinutes(tools, 1))({
      http: {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: `ticket=${ticket}`,
      },
    })
    lines = answered.body
  }
  await watched(tools)
  const look = async (path: string) => (await ask(tools, { path, headers: bearer })).body
  return {
    lines,
    pages: [await look(''), await look('/databases/tokens')],
    metrics: await look('/metrics'),
    json: await look('/json'),
    told,
  }
}

/** Where Slack looks for markup; in a text that is plain it looks for none. */
const markupIn = (body: string): string =>
  [...body.matchAll(/(?:"type":"mrkdwn",|^\{)"text":"((?:[^"\\]|\\.)*)"/g)]
    .map(([, text]) => text)
    .join('\n')

/** What holds a name that does not belong to it: an orphan, or a table that lost its rows. */
const stories = {
  'a row without its parent': (name: string) => [withOrphan(name)],
  'rows that are gone': (name: string) => [withRows(name, 500), withRows(name, 3)],
}
const harmless = new Map<string, Awaited<ReturnType<typeof tellOf>>>()
for (const [story, filesOf] of Object.entries(stories))
  harmless.set(story, await tellOf(...filesOf('harmless')))

const cases = Object.entries(stories).flatMap(([story, filesOf]) =>
  names.map(({ what, name }) => ({ story, what: `${what}, ${story}`, files: filesOf(name) })),
)

const plainOf = (story: string) => {
  const plain = harmless.get(story)
  if (!plain) throw new Error(`there is no ${story}`)
  return plain
}

describe('a table whose name is meant to do harm', () => {
  test.each(some(cases, 6))(
    'is only a name, wherever it is told: $what',
    async ({ story, files }) => {
      const { lines, pages, metrics, json, told } = await tellOf(...files)
      const plain = plainOf(story)
      // Somewhere it was told, or this would prove nothing.
      expect(JSON.parse(json).databases[0].copies[0].remarks).not.toEqual([])
      expect(lines.split('\n').map((line) => line.split(' ')[0])).toEqual(
        plain.lines.split('\n').map((line) => line.split(' ')[0]),
      )
      expect(lines).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u)
      for (const line of lines.split('\n')) expect(line.length).toBeLessThan(2100)
      expect(pages.map(skeletonOf)).toEqual(plain.pages.map(skeletonOf))
      const namesOf = (text: string) => text.split('\n').map((line) => line.split(' ')[0])
      expect(namesOf(metrics)).toEqual(namesOf(plain.metrics))
      expect(told).toHaveLength(plain.told.length)
      for (const message of told) {
        const whole = { ...messageOf(), ...message }
        const [mail, slack] = [known.mail, known.slack].map(({ address }) =>
          renderedFor(addressIn(address), whole, new Date(0)),
        )
        expect(mail?.letters).toHaveLength(1)
        for (const { subject, html } of mail?.letters ?? []) {
          expect(subject).not.toMatch(/[\p{Cc}\p{Zl}]/u)
          expect(html).not.toMatch(/<script|onmouseover="/)
        }
        const markup = slack?.requests.map(({ body }) => markupIn(body)).join()
        expect(markup).toContain('What it means')
        expect(markup).not.toMatch(/<!channel>|<https/)
      }
    },
  )

  test('is named in what people are told, and so is what is wrong with it', () => {
    const orphan = plainOf('a row without its parent')
    expect(orphan.lines).toMatch(/^finding (unmet|unverifiable) references .*harmless/m)
    expect(orphan.told.length).toBeGreaterThan(0)
    const gone = plainOf('rows that are gone')
    expect(gone.lines).toMatch(/^finding warned rows .*harmless 500 → 3/m)
    expect(gone.told[0]?.alerts[0]?.headline).toContain('harmless has lost 497 of 500 rows')
    for (const page of gone.pages) expect(page).toContain('harmless has lost 497 of 500 rows')
    expect(gone.pages[1]).toContain('Since the copy before it: harmless −497')
  })
})
