/** Mail: smtps://USER:PASSWORD@HOST/?to=A,B&from=C (port 465), or smtp://… (port 587, by STARTTLS) */
import { createHash } from 'node:crypto'
import { rootCertificates } from 'node:tls'

import type { WrittenDigest } from '../../ports'
import type { Alert, Delivery, Message } from '../../rules/alerts/alert'
import { byUrgency } from '../../rules/alerts/alert'
import { tell } from '../../rules/alerts/told'
import { oneLine } from '../../rules/plain/shortening'
import { complain, isLoopback } from '../../rules/settings/addresses'
import { letterHtml, rowsAtMost } from '../../show/letter'

import { usualTimeoutMs } from './http'
import { quoted, reasonOf } from './said'
import type { Letter, MailSender, World } from './sender'
import { plain, written } from './written'

/** `tls`: from the first byte; by STARTTLS or not at all; or none, to this very machine alone. */
export type Mail = {
  host: string
  port: number
  tls: 'first' | 'starttls' | 'none'
  user: string
  password: string
  from: string
  to: string[]
}

const mailbox = /^[^\s\p{Cc}@<>()[\]\\,;:"]+@[a-z0-9.-]+$/iu

const read = (address: string): { type: 'mail'; target: Mail; name: string } => {
  // Addresses such as ops+alerts@example.com are common, and a plus is a blank in a query.
  const url = new URL(address.replaceAll('+', '%2B'))
  const { hostname: host, port, pathname, searchParams } = url
  const isHost = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])$/i.test(host)
  if (!isHost || !['', '/'].includes(pathname))
    complain('(mail) cannot be read; write smtps://USER:PASSWORD@HOST/?to=….')
  if ([...searchParams.keys()].some((name) => !/^(to|from)$/.test(name)))
    complain('(mail) has an unknown setting after "?"; known are to=… and from=….')
  const to = searchParams.getAll('to').flatMap((all) => all.split(',').filter((one) => one !== ''))
  const [first] = to
  if (first === undefined || !to.every((one) => mailbox.test(one)))
    return complain('(mail) needs "?to=" and whom to write to, such as to=ops@example.com.')
  const user = decodeURIComponent(url.username)
  const { from = user } = Object.fromEntries(searchParams)
  if (!mailbox.test(from)) complain('(mail) needs "from=" and the address mails come from.')
  const isFirst = url.protocol === 'smtps:'
  const tls = isFirst ? 'first' : isLoopback(host) ? 'none' : 'starttls'
  const password = decodeURIComponent(url.password)
  const known = { host, port: Number(port || (isFirst ? 465 : 587)), tls, user, password } as const
  const name = `mail to ${first}${to.length > 1 ? ` and ${to.length - 1} more` : ''}`
  return { type: 'mail', target: { ...known, from, to }, name }
}

export const mailForm = {
  type: 'mail' as const,
  scheme: /^smtps?:/i,
  // Commas part recipients too: `dev@example.com` after an address belongs to it.
  isContinuedBy: /^[^@:/?#]+@(?!.*:\/\/)/,
  read,
  note: () => 'many DigitalOcean accounts block SMTP; send a test before you rely on it.',
}

/** RFC 3834: so that holiday replies stay away; the second is what Exchange reads. */
const automatic = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }

const domainOf = ({ from }: Mail): string => (from.split('@').at(-1) ?? '').toLowerCase()

/** A digest answers to nothing and is answered by nothing. */
const renderDigest = (target: Mail, { id, subject, text, html }: WrittenDigest): Letter => ({
  from: { name: 'Snapproof', address: target.from },
  to: target.to,
  subject: oneLine(subject, 200).replaceAll('=?', '= ?'),
  messageId: `${idWords(id)}@${domainOf(target)}`,
  inReplyTo: undefined,
  references: [],
  headers: { ...automatic, 'X-Snapproof-Tone': 'report' },
  priority: 'normal',
  text,
  html,
})

/** Each alert of a bundle belongs to a thread of its own; a header has room for so many. */
const threadsAtMost = 10

const letterOf = (target: Mail, message: Message): Letter => {
  const alerts = byUrgency(message.alerts)
  const telling = tell(message)
  const domain = domainOf(target)
  const [only] = alerts.length === 1 ? alerts : []
  const threads = [...new Set(alerts.map(threadOf))].slice(0, threadsAtMost)
  const answered = only?.answers === undefined ? [] : [idWords(only.answers)]
  const isAnswer = only?.status === 'reminder' || only?.status === 'resolved'
  const earlier = [...threads, ...answered].map((id) => `${id}@${domain}`)
  const isUrgent = telling.tone === 'critical' || telling.tone === 'error'
  return {
    from: { name: 'Snapproof', address: target.from },
    to: target.to,
    subject: subjectOf(telling.title, oneLine(message.installation, 100)),
    // An alert's own id where there is one alert: its reminders and its recovery answer to that.
    messageId: `${idWords(only?.id ?? message.id)}@${domain}`,
    inReplyTo: isAnswer ? earlier.at(-1) : undefined,
    references: earlier,
    headers: { ...automatic, 'X-Snapproof-Tone': telling.tone },
    priority: isUrgent ? 'high' : 'normal',
    text: written(telling, plain, {
      budget: Number.POSITIVE_INFINITY,
      sizeOf: ({ length }) => length,
      items: rowsAtMost,
    }),
    html: letterHtml(telling),
  }
}

/**
 * What happened stands first: a phone shows forty letters. Where it was may come after that. A
 * name that looks like an encoded word would be decoded by the reader, line breaks and all.
 */
const subjectOf = (title: string, installation: string): string =>
  (title.includes(installation) ? title : `${title} (${installation})`).replaceAll('=?', '= ?')

/** The same for every mail about one trouble, from its first telling to its last. */
const threadOf = ({ key, since }: Alert): string => `trouble.${hashOf(`${key} ${since}`)}`

const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 24)

/** An id as a Message-ID may hold it; what had to be changed stays apart by its hash. */
const idWords = (id: string): string =>
  /^[\w.-]{1,100}$/.test(id) ? id : `${id.slice(0, 60).replaceAll(/[^\w-]/g, '_')}-${hashOf(id)}`

/** https://nodemailer.com/smtp: sends one letter. Never throws, never says a part of `target`. */
const post = async (target: Mail, letter: Letter, world: World): Promise<Delivery> => {
  const timeoutMs = world.timeoutMs ?? usualTimeoutMs
  const ends = [AbortSignal.timeout(timeoutMs), ...(world.signal ? [world.signal] : [])]
  const signal = AbortSignal.any(ends)
  try {
    const transport = await transportTo(target, timeoutMs, world.certificates)
    const { messageId, inReplyTo, references, ...parts } = letter
    const sent = await transport.sendMail({
      ...parts,
      messageId: `<${messageId}>`,
      inReplyTo: inReplyTo === undefined ? undefined : `<${inReplyTo}>`,
      references: references.map((id) => `<${id}>`),
      date: world.clock.now(),
      signal,
    })
    const [lost] = sent.rejectedErrors ?? []
    if (!lost) return { outcome: 'delivered', said: 'took the mail' }
    // Whoever has it would get it again with every further try, so this is not tried again.
    const { said } = afterTrouble(lost, target, timeoutMs)
    const taken = `took the mail for ${sent.accepted.length} of ${target.to.length} recipients`
    return { outcome: 'refused', said: `${taken}; for another it ${said}` }
  } catch (thrown) {
    return afterTrouble(signal.aborted ? signal.reason : thrown, target, timeoutMs)
  }
}

const transportTo = async (
  { host, port, tls, user, password }: Mail,
  timeoutMs: number,
  certificates: string | undefined,
) => {
  // Loaded when the first mail is sent: most runs send none, and most installations use chats.
  const { createTransport } = await import('nodemailer')
  return createTransport({
    host: host.replaceAll(/[[\]]/g, ''),
    port,
    secure: tls === 'first',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user === '' ? {} : { auth: { user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    tls: {
      minVersion: 'TLSv1.2',
      ...(certificates === undefined ? {} : { ca: [...rootCertificates, certificates] }),
    },
  })
}

/** What an SMTP error carries, besides what every error does. */
type Trouble = { code?: unknown; command?: unknown; responseCode?: unknown; response?: unknown }

const afterTrouble = (thrown: unknown, target: Mail, timeoutMs: number): Delivery => {
  const { code, command, responseCode, response }: Trouble = { ...Object(thrown) }
  if (code === 'ETLS' && command === 'STARTTLS' && typeof responseCode === 'number')
    return {
      outcome: 'refused',
      said: 'offers no encryption by STARTTLS, so nothing was sent; use smtps:// or another server',
    }
  if (typeof responseCode !== 'number')
    return code === 'EENVELOPE' || code === 'ENOAUTH'
      ? { outcome: 'refused', said: 'cannot be used as it is set: correct it in ALERTS' }
      : { outcome: 'later', said: reasonOf(thrown, timeoutMs) }
  const answer = `answered ${responseCode}${quoted(wordsOf(response), target)}`
  if (responseCode < 500) return { outcome: 'later', said: answer }
  return { outcome: 'refused', said: `${answer}; ${mendOf(code, command)}` }
}

/** Without its own code, which is said before. */
const wordsOf = (response: unknown): string =>
  typeof response === 'string' ? response.replaceAll(/^\d{3}[ -]/gm, '') : ''

const mendOf = (code: unknown, command: unknown): string => {
  if (code === 'EAUTH') return 'correct the user name and the password in ALERTS'
  if (command === 'RCPT TO') return 'correct the recipients after "to=" in ALERTS'
  return 'it does not take this mail: look at its rules for senders'
}

export const mail: MailSender<Mail> = {
  render: (target, message) => [letterOf(target, message)],
  renderDigest,
  post,
}
