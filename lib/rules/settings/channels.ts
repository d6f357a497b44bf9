import { isAtLeast, pingOf, severities } from '../alerts/alert'
import type { Aim, Alert, Channel, ChannelType, Severity, Web } from '../alerts/alert'
import { databaseNamePattern } from '../copy/snapshot'

/**
 * Who is told? The setting `ALERTS`: addresses separated by commas or white space, `off` for none.
 *
 *   https://hooks.slack.com/services/…   https://discord.com/api/webhooks/…   https://hc-ping.com/…
 *   https://*.webhook.office.com/…, https://*.logic.azure.com/…, https://*.powerplatform.com/…: Teams
 *   https://ntfy.sh/TOPIC  ntfy://HOST/TOPIC  ntfy://USER:PASSWORD@HOST/TOPIC  ntfy://:TOKEN@HOST/TOPIC
 *   pagerduty://ROUTING_KEY              telegram://BOT_TOKEN@CHAT_ID
 *   smtps://USER:PASSWORD@HOST/?to=A,B&from=C  (port 465)     smtp://…  (port 587, by STARTTLS)
 *   https://… any other: a webhook, signed by the Standard Webhooks convention
 *
 * `slack+https://…`, and so for each type, forces it (`pagerduty+https://KEY@HOST/v2/enqueue`,
 * `telegram+https://BOT_TOKEN@HOST/CHAT_ID`); what is special in names and passwords is
 * percent-encoded. After a `#`, in any order, joined by `&`, and never sent:
 *
 *   severity=WORD     info, warning, error or critical: the mildest that is told; info if not said
 *   databases=A;B     only these; what concerns the whole installation is told all the same
 *   whsec_BASE64      a webhook's signing secret, 24 to 64 bytes; several while one replaces another
 */
export const readChannels = (
  setting: string,
): { channels: Channel[]; complaints: string[]; notes: string[] } => {
  const channels: Channel[] = []
  const complaints: string[] = []
  for (const [index, address] of addressesOf(setting).entries()) {
    try {
      channels.push(readChannel(address))
    } catch (thrown) {
      // What is no address at all throws an error of its own, whose text might show it.
      const why = thrown instanceof Complaint ? thrown.message : unreadable
      complaints.push(`ALERTS: address ${index + 1} ${why}`)
    }
  }
  const named = channels.map((channel, index) => {
    const before = channels.slice(0, index).filter(({ name }) => name === channel.name).length
    return before === 0 ? channel : { ...channel, name: `${channel.name}, no. ${before + 1}` }
  })
  return { channels: named, complaints, notes: named.flatMap(notesOf) }
}

/**
 * Is this alert for this channel? What concerns no single database concerns every channel, and so
 * does a test. That a recovery goes where the trouble was told is the caller's to remember.
 */
export const takes = (channel: Channel, alert: Alert): boolean => {
  if (alert.status === 'test') return true
  if (channel.type === 'ping' && pingOf(alert) === undefined) return false
  const { databases, minimumSeverity } = channel
  const isNamed = alert.database === undefined || (databases?.includes(alert.database) ?? true)
  return isNamed && isAtLeast(alert.severity, minimumSeverity)
}

/** Says what is wrong with an address, and shows nothing of it. */
class Complaint extends Error {}
const unreadable =
  'cannot be read; the README shows how each kind begins, and what is percent-encoded in it.'
const complain = (why: string): never => {
  throw new Complaint(why)
}

/** Commas part recipients too: `ops@example.com` after a mail address belongs to it. */
const addressesOf = (setting: string): string[] => {
  const addresses: string[] = []
  for (const piece of setting.split(/[\s,]+/).filter((one) => one !== '' && one !== 'off')) {
    const isMail = /^smtps?:/i.test(addresses.at(-1) ?? '')
    const belongs = isMail && /^[^@:/?#]+@(?!.*:\/\/)/.test(piece)
    addresses.push(belongs ? `${addresses.pop()},${piece}` : piece)
  }
  return addresses
}

const notesOf = ({ type, target, name }: Channel): string[] => {
  if (type === 'mail')
    return [`${name}: many DigitalOcean accounts block SMTP; send a test before you rely on it.`]
  return type === 'webhook' && target.secrets.length === 0
    ? [`${name}: not signed; add "#whsec_…" to its address, and the receiver can check who calls.`]
    : []
}

const readChannel = (text: string): Channel => {
  const [address = '', ...fragments] = text.split('#')
  const { secrets, ...options } = readOptions(fragments.join('#'))
  const aimed = /^smtps?:/i.test(address) ? readMail(address) : readWeb(address, secrets)
  if (aimed.type !== 'webhook' && secrets.length > 0)
    complain(`(${aimed.type}) has a signing secret, which only a webhook takes; remove it.`)
  return { ...aimed, ...options }
}

const readOptions = (
  fragment: string,
): { minimumSeverity: Severity; databases: string[] | undefined; secrets: string[] } => {
  const parts = fragment.split('&').filter((part) => part !== '')
  const valueOf = (name: string): string | undefined => {
    const [value, second] = parts.filter((part) => part.startsWith(name))
    return second === undefined
      ? value?.slice(name.length)
      : complain(`says "${name}…" twice; say it once.`)
  }
  if (!parts.every((part) => /^(severity=|databases=|whsec_)/.test(part)))
    complain('has an unknown option after "#"; known are severity=…, databases=… and whsec_….')
  const said = valueOf('severity=') ?? 'info'
  const minimumSeverity =
    severities.find((word) => word === said) ??
    complain(`has an unknown severity; known are ${severities.join(', ')}.`)
  const databases = valueOf('databases=')?.split(';')
  if (databases?.some((name) => !databaseNamePattern.test(name)))
    complain('has no database names after "databases="; write databases=tokens;sessions.')
  const secrets = parts.filter((part) => part.startsWith('whsec_'))
  if (secrets.some((secret) => !/^whsec_(?=.{32,88}$)[A-Za-z0-9+/]+={0,2}$/.test(secret)))
    complain('has a signing secret that is not "whsec_" and 24 to 64 bytes in base64.')
  return { minimumSeverity, databases, secrets }
}

const isLoopback = (host: string): boolean => /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/i.test(host)

const mailbox = /^[^\s\p{Cc}@<>()[\]\\,;:"]+@[a-z0-9.-]+$/iu

const readMail = (address: string): Aim & { name: string } => {
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

type WebType = Exclude<ChannelType, 'mail'>

/** Vendors by their hosts, and what the path of an address that takes messages begins with. */
const vendors: { type: WebType; host: RegExp; path?: RegExp }[] = [
  { type: 'slack', host: /^hooks\.slack(-gov)?\.com$/, path: /^\/services\// },
  { type: 'discord', host: /^(\w+\.)?discord(app)?\.com$/, path: /^\/api\/(v\d+\/)?webhooks\// },
  { type: 'teams', host: /\.(webhook\.office|logic\.azure|powerplatform)\.com$/ },
  { type: 'ntfy', host: /^ntfy\.sh$/ },
  { type: 'ping', host: /^hc-ping\.com$/ },
  { type: 'pagerduty', host: /^events\.(eu\.)?pagerduty\.com$/ },
  { type: 'webhook', host: /^$/ },
  { type: 'telegram', host: /^api\.telegram\.org$/ },
]

const readWeb = (address: string, secrets: string[]): Aim & { name: string } => {
  const long = address
    .replace(/^ntfy:/i, 'ntfy+https:')
    .replace(/^pagerduty:\/\/([^/@]*)\/?$/i, 'pagerduty+https://$1@events.pagerduty.com/v2/enqueue')
    .replace(/^telegram:\/\/([^/@]*)@([^/]*)$/i, 'telegram+https://$1@api.telegram.org/$2')
  const [, word = '', rest = long] = /^([a-z]+)\+(http.*)$/i.exec(long) ?? []
  const url = new URL(rest)
  const said = vendors.find(({ type }) => type === word.toLowerCase())?.type
  if (!/^https?:$/.test(url.protocol) || (word !== '' && !said)) complain(unreadable)
  const { hostname, pathname, host } = url
  if (url.protocol === 'http:' && !isLoopback(hostname))
    complain('goes by plain http, which anybody on the way can read; write https.')
  const vendor = vendors.find((one) => one.host.test(hostname))
  const type = said ?? vendor?.type ?? 'webhook'
  if (word === '' && vendor?.path?.test(pathname) === false)
    complain(`(${type}) is not the address of an incoming webhook; make one.`)
  const isOwn = vendor?.type === type && type !== 'ntfy' && type !== 'ping'
  return { ...aimOf(type, url, secrets), name: isOwn ? type : `${type} (${host})` }
}

const aimOf = (type: WebType, url: URL, secrets: string[]): Aim => {
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const bearer = password === '' ? undefined : `Bearer ${password}`
  url.username = ''
  url.password = ''
  const web: Web = { url: url.href, authorization: user === '' ? bearer : basic }
  if (type === 'webhook') return { type, target: { ...web, secrets } }
  if (type === 'ntfy') {
    const [, base = '', topic] = /^(.*\/)([-\w]{1,64})\/?$/.exec(url.pathname) ?? []
    if (topic === undefined) return complain('(ntfy) ends in no topic, as in ntfy.sh/TOPIC.')
    return { type, target: { ...web, url: `${url.origin}${base}`, topic } }
  }
  if (type === 'pagerduty') {
    if (!/^[a-z0-9]{32}$/i.test(user)) complain('(pagerduty) has no routing key of 32 letters.')
    return { type, target: { url: web.url, authorization: undefined, routingKey: user } }
  }
  if (type === 'telegram') {
    const [token, chat] = [`${user}:${password}`, decodeURIComponent(url.pathname.slice(1))]
    if (!/^\d+:[-\w]+ (-?\d+|@\w{4,32})$/.test(`${token} ${chat}`))
      complain('(telegram) is not telegram://BOT_TOKEN@CHAT_ID.')
    return { type, target: { url: url.origin, authorization: undefined, token, chat } }
  }
  return { type, target: web }
}
