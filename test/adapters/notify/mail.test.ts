import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'

import { mail } from '../../../lib/adapters/notify/mail'
import type { Mail } from '../../../lib/adapters/notify/mail'
import { deliver } from '../../../lib/adapters/notify/notify'
import type { Message } from '../../../lib/rules/alerts/alert'
import { alertOf, bundleOf, messageOf, resolvedAlert } from '../../fixtures/told/alerts'

import { selfSigned } from './certificate'
import { addressIn } from './known'

const clock = { now: () => new Date('2025-07-04T01:02:30Z') }
const message = messageOf(alertOf())

let own: { key: string; cert: string }
beforeAll(() => {
  own = selfSigned()
})

type Received = { from: string; to: string[]; isEncrypted: boolean; user: unknown; raw: string }
type Smtp = { port: number; received: Received[]; passwords: string[]; close(): Promise<void> }

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

/** A real SMTP server that keeps what it takes. */
const smtp = async (options: SMTPServerOptions = {}): Promise<Smtp> => {
  const received: Received[] = []
  const passwords: string[] = []
  const server = new SMTPServer({
    ...own,
    logger: false,
    closeTimeout: 100,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _, done) => {
      passwords.push(String(password))
      if (password === 'right') done(null, { user: String(username) })
      else done(new Error('no such ann with hunter22'))
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          isEncrypted: session.secure,
          user: session.user,
          raw: Buffer.concat(chunks).toString('utf8'),
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()))
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  running.push({ close })
  return { port: (server.server.address() as AddressInfo).port, received, passwords, close }
}

const target = (port: number, changes: Partial<Mail> = {}): Mail => ({
  host: 'localhost',
  port,
  tls: 'first',
  user: 'ann',
  password: 'right',
  from: 'alerts@example.com',
  to: ['ops@example.com', 'dev@example.com'],
  ...changes,
})

const addressOf = (to: Mail) => ({
  type: 'mail' as const,
  target: to,
  name: 'mail',
  minimumSeverity: 'info' as const,
  databases: undefined,
  hearsSuccess: false,
})

const send = (
  to: Mail,
  sent = message,
  changes: { timeoutMs?: number; signal?: AbortSignal } = {},
) =>
  deliver(addressOf(to), sent, {
    clock,
    timeoutMs: 120_000,
    certificates: own.cert,
    ...changes,
  })

describe('a mail', () => {
  test('arrives whole, over TLS, in plain text and in HTML', async () => {
    const { port, received } = await smtp({ secure: true })
    expect(await send(target(port))).toEqual({ outcome: 'delivered', said: 'took the mail' })
    const [{ raw, ...envelope } = { raw: '' }] = received
    expect(envelope).toEqual({
      from: 'alerts@example.com',
      to: ['ops@example.com', 'dev@example.com'],
      isEncrypted: true,
      user: 'ann',
    })
    const sent = await new PostalMime().parse(raw)
    expect(sent.subject).toBe('tokens: the newest copy is damaged, since 01:00 UTC (acme-backups)')
    expect(sent.from).toEqual({ name: 'Snapproof', address: 'alerts@example.com' })
    expect(sent.messageId).toBe('<flip-0001@example.com>')
    expect(sent.date).toBe('2025-07-04T01:02:30.000Z')
    expect(sent.text).toContain('restore.sh --at tokens_2025-07-03T010000Z_b81d04 tokens')
    expect(sent.html?.replaceAll(/<\/?span[^>]*>/g, '')).toContain(
      'restore.sh --at tokens_2025-07-03T010000Z_b81d04 tokens',
    )
    const headers = Object.fromEntries(sent.headers.map(({ key, value }) => [key, value]))
    expect(headers).toMatchObject({
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
      importance: 'High',
    })
    // Within what every server on the way must take: 998 characters a line.
    for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998)
  })

  test('of a recovery answers the mail that told the trouble', async () => {
    const { port, received } = await smtp({ secure: true })
    await send(target(port))
    await send(target(port), messageOf(resolvedAlert()))
    const [firing, resolved] = await Promise.all(
      received.map(({ raw }) => new PostalMime().parse(raw)),
    )
    expect(resolved?.inReplyTo).toBe(firing?.messageId)
    expect(resolved?.references).toContain(firing?.messageId)
    expect(resolved?.headers.find(({ key }) => key === 'importance')).toBeUndefined()
  })

  test('of 200 databases arrives too', async () => {
    const { port, received } = await smtp({ secure: true, size: 1_000_000 })
    expect(await send(target(port), bundleOf(200))).toMatchObject({ outcome: 'delivered' })
    const sent = await new PostalMime().parse(received[0]?.raw ?? '')
    expect(sent.subject).toBe('200 databases in trouble: 150 damaged, 50 late (acme-backups)')
  })

  test('goes by STARTTLS where the address says smtp://', async () => {
    const { port, received } = await smtp()
    expect(await send(target(port, { tls: 'starttls' }))).toMatchObject({ outcome: 'delivered' })
    expect(received).toMatchObject([{ isEncrypted: true, user: 'ann' }])
  })

  test('goes in the open to this very machine alone, as ALERTS says it', async () => {
    const { port, received } = await smtp({ authOptional: true, hideSTARTTLS: true })
    const channel = addressIn(
      `smtp://127.0.0.1:${port}/?from=alerts@example.com&to=ops@example.com`,
    )
    expect(await deliver(channel, message, { clock })).toMatchObject({ outcome: 'delivered' })
    expect(received).toMatchObject([{ isEncrypted: false, user: undefined }])
  })
})

describe('how grave it is', () => {
  test.each([
    { severity: 'critical', priority: 'high' },
    { severity: 'error', priority: 'high' },
    { severity: 'warning', priority: 'normal' },
    { severity: 'info', priority: 'normal' },
  ] as const)('$severity goes with priority $priority', ({ severity, priority }) => {
    const [letter] = mail.render(target(25), messageOf(alertOf({ severity })))
    expect(letter).toMatchObject({ priority, headers: { 'X-Snapproof-Tone': severity } })
  })
})

describe('what a letter is called', () => {
  const hash24 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24)
  const letterOf = (changes: Parameters<typeof alertOf>[0], about: Partial<Message> = {}) =>
    mail.render(target(25), { ...messageOf(alertOf(changes)), ...about })[0]

  test('is the id of its one alert, whatever the message is called that brings it', () => {
    expect(letterOf({ id: 'flip-9' }, { id: 'bundle-7' })?.messageId).toBe('flip-9@example.com')
    const [bundle] = mail.render(target(25), { ...bundleOf(2), id: 'bundle-7' })
    expect(bundle?.messageId).toBe('bundle-7@example.com')
    expect(bundle?.inReplyTo).toBeUndefined()
  })

  test('is under the domain that it comes from, in small letters', () => {
    const to = target(25, { from: 'alerts@Example.COM' })
    expect(mail.render(to, message)[0]?.messageId).toBe('flip-0001@example.com')
  })

  test('holds an id of 100 signs whole; of another the first 60, and its hash', () => {
    const [fits, long] = ['x'.repeat(100), 'x'.repeat(101)]
    expect(letterOf({ id: fits })?.messageId).toBe(`${fits}@example.com`)
    const shown = `${'x'.repeat(60)}-${hash24(long)}`
    expect(letterOf({ id: long })?.messageId).toBe(`${shown}@example.com`)
    expect(letterOf({ id: 'a b' })?.messageId).toBe(`a_b-${hash24('a b')}@example.com`)
  })

  test('names the threads of ten alerts at most, each by its trouble and its beginning', () => {
    const [{ references = [] } = {}] = mail.render(target(25), bundleOf(11))
    expect(references).toHaveLength(10)
    const { key, since } = alertOf()
    expect(letterOf({})?.references).toEqual([`trouble.${hash24(`${key} ${since}`)}@example.com`])
  })

  test('says where it was, in a hundred signs, unless that is said already', () => {
    const subjectOf = (headline: string, length: number) =>
      letterOf({ headline }, { installation: 'i'.repeat(length) })?.subject
    expect(subjectOf('tokens: late', 100)).toBe(`tokens: late (${'i'.repeat(100)})`)
    expect(subjectOf('tokens: late', 101)).toBe(`tokens: late (${'i'.repeat(99)}…)`)
    expect(subjectOf('iii: late', 3)).toBe('iii: late')
  })

  test('is 200 signs at most of a digest', () => {
    const digestOf = (subject: string) =>
      mail.renderDigest(target(25), { id: 'report 1', subject, text: 't', html: 'h' })
    expect(digestOf('s'.repeat(200)).subject).toBe('s'.repeat(200))
    expect(digestOf('s'.repeat(201)).subject).toBe(`${'s'.repeat(199)}…`)
    expect(digestOf('=?utf-8?q?a?=')).toEqual({
      from: { name: 'Snapproof', address: 'alerts@example.com' },
      to: ['ops@example.com', 'dev@example.com'],
      subject: '= ?utf-8?q?a?=',
      messageId: `report_1-${hash24('report 1')}@example.com`,
      inReplyTo: undefined,
      references: [],
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'X-Snapproof-Tone': 'report',
      },
      priority: 'normal',
      text: 't',
      html: 'h',
    })
  })
})

describe('nothing is sent', () => {
  test('to a server that offers no STARTTLS: no mail, and no password', async () => {
    const { port, received, passwords } = await smtp({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
    })
    expect(await send(target(port, { tls: 'starttls' }))).toEqual({
      outcome: 'refused',
      said: 'offers no encryption by STARTTLS, so nothing was sent; use smtps:// or another server',
    })
    expect({ received, passwords }).toEqual({ received: [], passwords: [] })
  })

  test.each(['first', 'starttls'] as const)(
    'to a server whose certificate is not known: %s',
    async (tls) => {
      const { port, received, passwords } = await smtp({ secure: tls === 'first' })
      const delivery = await deliver(addressOf(target(port, { tls })), message, {
        clock,
        timeoutMs: 120_000,
      })
      expect(delivery).toEqual({
        outcome: 'later',
        said: 'has a certificate that is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
      })
      expect({ received, passwords }).toEqual({ received: [], passwords: [] })
    },
  )

  test('to nobody, or as nobody: that is a mistake in ALERTS', async () => {
    const { port, received } = await smtp({ secure: true })
    expect(await send(target(port, { to: [] }))).toEqual({
      outcome: 'refused',
      said: 'cannot be used as it is set: correct it in ALERTS',
    })
    expect(received).toEqual([])
  })

  test('with a wrong password, and the answer does not repeat it', async () => {
    const { port, received } = await smtp({ secure: true })
    const delivery = await send(target(port, { password: 'hunter22' }))
    expect(delivery).toEqual({
      outcome: 'refused',
      said: 'answered 535; correct the user name and the password in ALERTS',
    })
    expect(received).toEqual([])
  })
})

describe('an answer of the mail server', () => {
  const failing = (responseCode: number, text: string) =>
    Object.assign(new Error(text), { responseCode })

  test('in the 400s is asked again later', async () => {
    const { port } = await smtp({
      secure: true,
      onMailFrom: (_, __, done) => done(failing(451, 'Greylisted, come back')),
    })
    expect(await send(target(port))).toEqual({
      outcome: 'later',
      said: 'answered 451: "Greylisted, come back"',
    })
  })

  test('in the 500s is a refusal', async () => {
    const { port } = await smtp({
      secure: true,
      onMailFrom: (_, __, done) => done(failing(554, 'No service')),
    })
    expect(await send(target(port))).toEqual({
      outcome: 'refused',
      said: 'answered 554: "No service"; it does not take this mail: look at its rules for senders',
    })
  })

  test('after the mail itself counts like any other', async () => {
    const { port } = await smtp({
      secure: true,
      onData: (stream, _, done) => {
        stream.resume()
        stream.on('end', () => done(failing(452, 'Disk full')))
      },
    })
    expect(await send(target(port))).toEqual({
      outcome: 'later',
      said: 'answered 452: "Disk full"',
    })
  })

  test.each([
    { code: 499, outcome: 'later' },
    { code: 500, outcome: 'refused' },
  ])('is a refusal from 500 on: $code', async ({ code, outcome }) => {
    const { port } = await smtp({
      secure: true,
      onMailFrom: (_, __, done) => done(failing(code, 'No')),
    })
    expect((await send(target(port))).outcome).toBe(outcome)
  })

  test.each([550, 450])(
    'of %s for one recipient is told, and the other not written to again',
    async (code) => {
      const { port, received } = await smtp({
        secure: true,
        onRcptTo: ({ address }, _, done) =>
          done(address.startsWith('dev') ? failing(code, 'No mailbox for dev@example.com') : null),
      })
      const delivery = await send(target(port))
      expect(delivery.outcome).toBe('refused')
      const said = `took the mail for 1 of 2 recipients; for another it answered ${code}`
      expect(delivery.said.slice(0, said.length)).toBe(said)
      expect(delivery.said).not.toContain('dev@')
      expect(received.map(({ to }) => to)).toEqual([['ops@example.com']])
    },
  )

  test('of 550 for everybody is a refusal', async () => {
    const { port, received } = await smtp({
      secure: true,
      onRcptTo: (_, __, done) => done(failing(550, 'No such user')),
    })
    expect(await send(target(port))).toEqual({
      outcome: 'refused',
      said: 'answered 550: "No such user"; correct the recipients after "to=" in ALERTS',
    })
    expect(received).toEqual([])
  })

  test('that does not come is waited for no longer than was said', async () => {
    const server = createServer(() => undefined)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    running.push({ close: () => new Promise((resolve) => void server.close(() => resolve())) })
    const { port } = server.address() as AddressInfo
    expect(await send(target(port, { tls: 'starttls' }), message, { timeoutMs: 200 })).toEqual({
      outcome: 'later',
      said: 'did not answer within 0.2 s',
    })
    // Where nobody says how long, ten seconds.
    const signal = AbortSignal.abort(new DOMException('', 'TimeoutError'))
    expect(await deliver(addressOf(target(port)), message, { clock, signal })).toEqual({
      outcome: 'later',
      said: 'did not answer within 10 s',
    })
    expect(await send(target(port), message, { signal: AbortSignal.abort() })).toEqual({
      outcome: 'later',
      said: 'was not waited for: the time of this run was over',
    })
  })

  test('that cannot come, because nobody listens', async () => {
    const { port, close } = await smtp({ secure: true })
    await close()
    running.splice(0)
    expect(await send(target(port))).toEqual({ outcome: 'later', said: 'refused the connection' })
  })

  test('that cannot come, because the name is nobody’s, names nobody', async () => {
    const delivery = await send(target(465, { host: 'mail.nobody.invalid' }))
    expect(delivery.outcome).toBe('later')
    expect(delivery.said).not.toContain('nobody')
  })
})
