/**
 * What may be told of a trouble with a channel? `said` stands in the status and in alerts, so it
 * holds words and a short answer, and never a part of the address.
 */
import { oneLine } from '../../rules/plain/shortening'

/** So much of an answer is shown. */
const shownAtMost = 120

/** Shorter pieces of an address, such as "v2", give nothing away. */
const pieceAtLeast = 4

/** `: "invalid_payload"`; nothing where the answer is empty or repeats a piece of the address. */
export const quoted = (text: string, target: unknown): string => {
  const all = text.toLowerCase()
  if (piecesOf(target).some((piece) => all.includes(piece))) return ''
  const line = oneLine(text.replaceAll('"', "'"), shownAtMost)
  return line === '' ? '' : `: "${line}"`
}

/** Words of addresses that everybody knows, and that vendors' answers are full of. */
const known = new Set('http https hook hooks webhook webhooks services events enqueue'.split(' '))

/** Everything in the target, as written and decoded, cut at whatever is no letter or digit. */
const piecesOf = (target: unknown): string[] =>
  stringsIn(target)
    .flatMap((text) => [text, unescaped(text), Buffer.from(text, 'base64').toString('utf8')])
    .flatMap((text) => [
      text,
      ...text.split(/[^\p{L}\p{N}]+/u).filter((word) => !(isWeb(text) && known.has(word))),
    ])
    .filter((piece) => piece.length >= pieceAtLeast)
    .map((piece) => piece.toLowerCase())

/** In an address the words are known ones; the same word as a password is a secret. */
const isWeb = (text: string): boolean => /^https?:\/\//.test(text)

const stringsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value, ...value.split(' ').slice(1)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const untrusted = /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_)/

/** Why nothing came back. The causes' own texts name addresses, so only their codes are read. */
export const reasonOf = (thrown: unknown, timeoutMs: number): string => {
  const codes = codesOf(thrown)
  const has = (...some: string[]) => some.some((code) => codes.includes(code))
  const certificate = codes.find((code) => untrusted.test(code))
  if (certificate !== undefined) return `has a certificate that is not trusted (${certificate})`
  if (has('TimeoutError', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'))
    return `did not answer within ${timeoutMs / 1000} s`
  if (has('AbortError', 'EABORT')) return 'was not waited for: the time of this run was over'
  if (has('ECONNREFUSED')) return 'refused the connection'
  if (has('ENOTFOUND', 'EAI_AGAIN', 'EDNS')) return 'was not found by its name'
  if (has('ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNECTION')) return 'broke the connection off'
  return `could not be reached (${codes[0] ?? 'no code'})`
}

/** The codes of an error and its causes, the innermost first; names where there is no code. */
const codesOf = (thrown: unknown, depth = 0): string[] => {
  if (!(thrown instanceof Error) || depth > 3) return []
  const also = { originalCode: undefined, code: undefined, ...thrown }
  const own = [also.originalCode, also.code, thrown.name]
  const codes = own.filter((code): code is string => typeof code === 'string')
  return [...codesOf(thrown.cause, depth + 1), ...codes]
}
