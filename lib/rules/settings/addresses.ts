/**
 * Who is told? The setting `ALERTS`: addresses separated by commas or white space, `off` for none.
 *
 * Each kind of channel says in a form of its own how its addresses look. What holds for all of them
 * stands here: `slack+https://…`, and so for each type, forces it; what is special in names and
 * passwords is percent-encoded; plain http goes to this very machine alone. After a `#`, in any
 * order, joined by `&`, and never sent:
 *
 *   severity=WORD     info, warning, error or critical: the mildest that is told; info if not said
 *   databases=A;B     only these; what concerns the whole installation is told all the same
 *   on=success        besides, a line for every copy that is proven
 *   whsec_BASE64      a webhook's signing secret, 24 to 64 bytes; several while one replaces another
 */
import { isAtLeast, severities } from '../alerts/alert'
import type { Alert, Severity } from '../alerts/alert'
import { databaseNamePattern } from '../copy/snapshot'

/** What is reached over the web. `authorization` apart: an address must not hold a password. */
export type Web = { url: string; authorization: string | undefined }

/** An address of the web, taken apart. */
export type WebParts = {
  /** Without the user and the password in it. */
  url: URL
  user: string
  password: string
  web: Web
  /** The signing secrets behind it. */
  secrets: string[]
}

/** How the addresses of one type of channel look that are reached over the web. */
export type WebForm<Aim> = {
  type: string
  /** The vendor's own hosts: there the address says by itself what it is. */
  host?: RegExp
  /** What the path begins with, at such a host, where something takes messages. */
  path?: RegExp
  /** Many of one host are not told apart by the vendor's name alone. */
  isNamedByHost?: true
  /** Takes whatever host is nobody's own. */
  isForAnyHost?: true
  /** How a short form of its own is written out as `type+https://…`. */
  writtenOut?: readonly [RegExp, string]
  /** It takes signing secrets. */
  isSigned?: true
  /** Whatever is told there rings: it takes no good news. */
  isAlarm?: true
  aim(parts: WebParts): Aim
  note?(aim: Aim): string | undefined
}

/** What a form says of its type, and of the target that is read out of an address. */
export const aimAt = <const Type extends string, Target>(
  type: Type,
  targetOf: (parts: WebParts) => Target,
): { type: Type; aim(parts: WebParts): { type: Type; target: Target } } => ({
  type,
  aim: (parts) => ({ type, target: targetOf(parts) }),
})

/** How those look that have a scheme of their own and nothing in common with the web. */
export type OwnForm<Aim> = {
  type: string
  scheme: RegExp
  /** What belongs to the address though a comma or a blank stands before it. */
  isContinuedBy: RegExp
  read(address: string): Aim & { name: string }
  note?(aim: Aim): string | undefined
}

export type Form<Aim> = WebForm<Aim> | OwnForm<Aim>

/** Who wants to hear of what. */
export type Wishes = {
  minimumSeverity: Severity
  databases: string[] | undefined
  /** Also that a copy was proven. */
  hearsSuccess: boolean
}

/** An address as it was set. `name` tells it from others and may be shown; nothing else may. */
export type Addressed<Aim> = Aim & { name: string } & Wishes

export type Read<Aim> = { addresses: Addressed<Aim>[]; complaints: string[]; notes: string[] }

/** Says what is wrong with an address, and shows nothing of it. */
class Complaint extends Error {}

export const complain = (why: string): never => {
  throw new Complaint(why)
}

const unreadable =
  'cannot be read; lib/docs/alerts.md shows how each kind begins, and what is percent-encoded in it.'

/** `called`: the setting's own name, for complaints. */
export const readAddresses = <Aim extends { type: string }>(
  { called, setting }: { called: string; setting: string },
  forms: readonly Form<Aim>[],
): Read<Aim> => {
  const read: Addressed<Aim>[] = []
  const complaints: string[] = []
  for (const [index, address] of pieces(setting, forms).entries()) {
    try {
      read.push(readAddress(address, forms))
    } catch (thrown) {
      // What is no address at all throws an error of its own, whose text might show it.
      const why = thrown instanceof Complaint ? thrown.message : unreadable
      complaints.push(`${called}: address ${index + 1} ${why}`)
    }
  }
  const addresses = read.map((address, index) => {
    const before = read.slice(0, index).filter(({ name }) => name === address.name).length
    return before === 0 ? address : { ...address, name: `${address.name}, no. ${before + 1}` }
  })
  const notes = addresses.flatMap((address) => {
    const note = forms.find(({ type }) => type === address.type)?.note?.(address)
    return note === undefined ? [] : [`${address.name}: ${note}`]
  })
  return { addresses, complaints, notes }
}

/**
 * Is this alert wished for? What concerns no single database concerns everybody, and so does a
 * test. That a recovery goes where the trouble was told is the caller's to remember.
 */
export const isWished = (
  { databases, minimumSeverity }: Omit<Wishes, 'hearsSuccess'>,
  alert: Alert,
): boolean => {
  if (alert.status === 'test') return true
  const isNamed = alert.database === undefined || (databases?.includes(alert.database) ?? true)
  return isNamed && isAtLeast(alert.severity, minimumSeverity)
}

const isOwn = <Aim>(form: Form<Aim>): form is OwnForm<Aim> => 'scheme' in form
const isWeb = <Aim>(form: Form<Aim>): form is WebForm<Aim> => !isOwn(form)

const ownFormOf = <Aim>(address: string, forms: readonly Form<Aim>[]): OwnForm<Aim> | undefined =>
  forms.filter(isOwn).find(({ scheme }) => scheme.test(address))

/** Commas part recipients too: `ops@example.com` after a mail address belongs to it. */
const pieces = <Aim>(setting: string, forms: readonly Form<Aim>[]): string[] => {
  const addresses: string[] = []
  for (const piece of setting.split(/[\s,]+/).filter((one) => one !== '' && one !== 'off')) {
    const before = ownFormOf(addresses.at(-1) ?? '', forms)
    const belongs = before?.isContinuedBy.test(piece) === true
    addresses.push(belongs ? `${addresses.pop()},${piece}` : piece)
  }
  return addresses
}

const readAddress = <Aim extends { type: string }>(
  text: string,
  forms: readonly Form<Aim>[],
): Addressed<Aim> => {
  const [address = '', ...fragments] = text.split('#')
  const { secrets, ...wishes } = readOptions(fragments.join('#'))
  const own = ownFormOf(address, forms)
  const read = own ? own.read(address) : readWeb(address, { secrets, forms })
  const form = forms.filter(isWeb).find(({ type }) => type === read.type)
  if (!form?.isSigned && secrets.length > 0)
    complain(`(${read.type}) has a signing secret, which only a webhook takes; remove it.`)
  if (form?.isAlarm && wishes.hearsSuccess)
    complain(
      `(${read.type}) takes no good news; remove "on=success". HEARTBEAT_URL is called after every sound copy.`,
    )
  return { ...read, ...wishes }
}

const readOptions = (fragment: string): Wishes & { secrets: string[] } => {
  const parts = fragment.split('&').filter((part) => part !== '')
  const valueOf = (name: string): string | undefined => {
    const [value, second] = parts.filter((part) => part.startsWith(name))
    return second === undefined
      ? value?.slice(name.length)
      : complain(`says "${name}…" twice; say it once.`)
  }
  if (!parts.every((part) => /^(severity=|databases=|on=|whsec_)/.test(part)))
    complain(
      'has an unknown option after "#"; known are severity=…, databases=…, on=success and whsec_….',
    )
  const on = valueOf('on=')
  if (on !== undefined && on !== 'success')
    complain('says "on=…" of what is not known; write on=success.')
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
  return { minimumSeverity, databases, hearsSuccess: on === 'success', secrets }
}

export const isLoopback = (host: string): boolean =>
  /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/i.test(host)

const readWeb = <Aim extends { type: string }>(
  address: string,
  { secrets, forms }: { secrets: string[]; forms: readonly Form<Aim>[] },
): Aim & { name: string } => {
  const webForms = forms.filter(isWeb)
  const long = webForms.reduce(
    (text, { writtenOut }) => (writtenOut ? text.replace(...writtenOut) : text),
    address,
  )
  const [, word = '', rest = long] = /^([a-z]+)\+(http.*)$/i.exec(long) ?? []
  const url = new URL(rest)
  const said = webForms.find(({ type }) => type === word.toLowerCase())
  if (!/^https?:$/.test(url.protocol) || (word !== '' && !said)) complain(unreadable)
  const { hostname, pathname, host } = url
  if (url.protocol === 'http:' && !isLoopback(hostname))
    complain('goes by plain http, which anybody on the way can read; write https.')
  const vendor = webForms.find((form) => form.host?.test(hostname))
  const form = said ?? vendor ?? webForms.find(({ isForAnyHost }) => isForAnyHost)
  if (!form) return complain(unreadable)
  const { type } = form
  if (word === '' && form.path?.test(pathname) === false)
    complain(`(${type}) is not the address of an incoming webhook; make one.`)
  const isVendors = vendor === form && !form.isNamedByHost
  return { ...form.aim(partsOf(url, secrets)), name: isVendors ? type : `${type} (${host})` }
}

const partsOf = (url: URL, secrets: string[]): WebParts => {
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const bearer = password === '' ? undefined : `Bearer ${password}`
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  const web = { url: bare.href, authorization: user === '' ? bearer : basic }
  return { url: bare, user, password, web, secrets }
}
