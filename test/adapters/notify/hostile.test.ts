import fc from 'fast-check'
import { createTransport } from 'nodemailer'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'

import type { Alert } from '../../../lib/rules/alerts/alert'
import { casesOf } from '../../cases'
import { alertOf, messageOf } from '../../fixtures/told/alerts'

import { addressIn, channelTypes, known, renderedFor } from './known'

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

const epoch = new Date(0)

const letterOf = (message: ReturnType<typeof messageOf>) => {
  const [letter] = renderedFor(addressIn(known.mail.address), message, epoch).letters
  if (!letter) throw new Error('no letter')
  return letter
}

describe('what comes from outside never comes alive', () => {
  test.each(channelTypes)('in %s: no markup, no mention, no link, no header', (type) => {
    const { address, isHarmless } = known[type]
    const usual = renderedFor(addressIn(address), messageOf(alertOf()), epoch).requests
    all((message) => {
      const sent = renderedFor(addressIn(address), message, epoch)
      isHarmless(sent)
      for (const { url, headers } of sent.requests) {
        expect(url).toBe(usual[0]?.url)
        expect(Object.keys(headers)).toEqual(Object.keys(usual[0]?.headers ?? {}))
      }
    })
  })

  test('in the headers of a mail: the same ones, whatever the alert holds', async () => {
    const transport = createTransport({ streamTransport: true, buffer: true })
    const headerNames = async (message: ReturnType<typeof messageOf>) => {
      const { messageId, inReplyTo: _, references, ...parts } = letterOf(message)
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
    const { subject } = letterOf(messageOf(alertOf({ headline })))
    expect(subject).toBe('= ?utf-8?q?=0d=0aBcc:_a@b.c?= is damaged (acme-backups)')
  })
})
