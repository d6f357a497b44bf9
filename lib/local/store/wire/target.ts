// What does a request, as it came over the wire, point at?

import type { IncomingMessage } from 'node:http'

import { Refusal } from './refusal'

/** A request's line and headers, decoded once. Header values keep their raw bytes (latin1). */
export type Target = {
  method: string
  /** Decoded, with its leading slash. */
  path: string
  bucket: string
  key: string
  /** Every pair in its order, decoded, for the signature; `query` is the same for everyone else. */
  pairs: [string, string][]
  query: URLSearchParams
  headerNames: string[]
  header: (name: string) => string | undefined
}

export const keyLimitBytes = 1024

export const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Refusal(400, 'InvalidURI', 'The address is not percent-encoded UTF-8.')
  }
}

const pairsOf = (query: string): [string, string][] =>
  query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...value] = part.replaceAll('+', ' ').split('=')
      return [decoded(name), decoded(value.join('='))]
    })

const headersOf = (raw: string[]): Map<string, string> => {
  const headers = new Map<string, string>()
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    const earlier = headers.get(name)
    const value = raw[at + 1] ?? ''
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  return headers
}

export const targetOf = (
  request: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>,
): Target => {
  const url = request.url ?? '/'
  const cut = url.indexOf('?')
  const path = decoded(cut === -1 ? url : url.slice(0, cut))
  if (!path.startsWith('/'))
    throw new Refusal(400, 'InvalidURI', 'The request line must hold a path, not a whole address.')
  const slash = path.indexOf('/', 1)
  const key = slash === -1 ? '' : path.slice(slash + 1)
  if (Buffer.byteLength(key) > keyLimitBytes)
    throw new Refusal(400, 'InvalidObjectName', `A key has at most ${keyLimitBytes} bytes.`)
  if (key.includes('\0'))
    throw new Refusal(
      400,
      'InvalidObjectName',
      'A key holds no zero byte: no answer could list it.',
    )
  const pairs = cut === -1 ? [] : pairsOf(url.slice(cut + 1))
  const headers = headersOf(request.rawHeaders)
  return {
    method: request.method ?? 'GET',
    path,
    bucket: slash === -1 ? path.slice(1) : path.slice(1, slash),
    key,
    pairs,
    query: new URLSearchParams(pairs),
    headerNames: [...headers.keys()],
    header: (name) => headers.get(name),
  }
}
