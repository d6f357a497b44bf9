// How do the tests speak to a store where the SDK would not let them misbehave?

import { createHash, createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Socket, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

import { S3Client } from '@aws-sdk/client-s3'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'

export type Endpoint = {
  endpoint: string
  region: string
  bucket: string
  accessKey: string
  secretKey: string
}

export type Headers = Record<string, string>

export type Reply = {
  status: number
  code: string | undefined
  headers: NodeJS.Dict<string | string[]>
  body: Buffer
  isContinued: boolean
}

export const sha256 = (bytes: string | Buffer): string =>
  createHash('sha256').update(bytes).digest('hex')

export const md5 = (bytes: string | Buffer): string =>
  createHash('md5').update(bytes).digest('base64')

export const etag = (bytes: string | Buffer): string =>
  `"${createHash('md5').update(bytes).digest('hex')}"`

/** The hash the signer wants, in the form it wants it. */
class NodeSha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === 'string' ? secret : secret && Buffer.from(bytesOf(secret))
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data))
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest())
  }
  reset(): void {}
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)

const signer = (at: Endpoint): SignatureV4 =>
  new SignatureV4({
    service: 's3',
    region: at.region,
    credentials: { accessKeyId: at.accessKey, secretAccessKey: at.secretKey },
    sha256: NodeSha256,
    uriEscapePath: false,
    applyChecksum: false,
  })

const escapeKey = (key: string): string =>
  key
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`),
    )
    .join('/')

export type Asked = {
  method?: string
  key?: string
  query?: Record<string, string>
  headers?: Headers
  at?: Date
  expiresIn?: number
}

const unsigned = (at: Endpoint, asked: Asked): HttpRequest => {
  const url = new URL(at.endpoint)
  return new HttpRequest({
    method: asked.method ?? 'PUT',
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: `/${at.bucket}${asked.key === undefined ? '' : `/${escapeKey(asked.key)}`}`,
    query: asked.query ?? {},
    headers: { host: url.host, ...asked.headers },
  })
}

const addressOf = (at: Endpoint, signed: { path: string; query?: object }): string => {
  const query = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  )
  return `${at.endpoint}${signed.path}${query.length === 0 ? '' : `?${query.join('&')}`}`
}

/** An address that is good for exactly these headers. */
export const presign = async (at: Endpoint, asked: Asked): Promise<string> => {
  const request = unsigned(at, asked)
  const all = new Set(Object.keys(request.headers))
  // Left out of `all` it moves into the query, where the SDK puts it too and where it binds nothing.
  if (!all.has('x-amz-content-sha256')) request.headers['X-Amz-Content-Sha256'] = 'UNSIGNED-PAYLOAD'
  const signed = await signer(at).presign(request, {
    expiresIn: asked.expiresIn ?? 900,
    unhoistableHeaders: all,
    signableHeaders: all,
    ...(asked.at && { signingDate: asked.at }),
  })
  return addressOf(at, signed)
}

/** The address and headers that snapshots are uploaded with. */
export const bound = async (
  at: Endpoint,
  key: string,
  body: string | Buffer,
  asked: Asked = {},
): Promise<{ url: string; headers: Headers }> => {
  const headers = {
    'content-type': 'application/vnd.sqlite3',
    'content-md5': md5(body),
    'if-none-match': '*',
    'x-amz-acl': 'private',
    'x-amz-content-sha256': sha256(body),
    ...asked.headers,
  }
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  return { url: await presign(at, { ...asked, key, headers: { ...length, ...headers } }), headers }
}

/** A request signed in its headers, as the SDK signs. */
export const sign = async (
  at: Endpoint,
  asked: Asked,
): Promise<{ url: string; headers: Headers; method: string }> => {
  const request = unsigned(at, asked)
  const signed = await signer(at).sign(request, asked.at ? { signingDate: asked.at } : {})
  return { url: addressOf(at, signed), headers: signed.headers, method: signed.method }
}

export type Sent = {
  url: string
  method?: string
  headers?: Headers
  body?: string | Buffer
  /** Leaves the length out; otherwise it is told. */
  isChunked?: boolean
  /** Holds the body back until told to go on. */
  isPolite?: boolean
}

export const send = (sent: Sent): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { url, method = 'PUT', headers = {}, body = '', isChunked, isPolite } = sent
    const length = isChunked === true ? { 'transfer-encoding': 'chunked' } : lengthOf(method, body)
    const expect = isPolite === true ? { expect: '100-continue' } : {}
    const all = { ...length, ...headers, ...expect }
    const begin = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest
    const request = begin(url, { method, headers: all, agent: false })
    let isContinued = false
    request.on('continue', () => {
      isContinued = true
      request.end(body)
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const code = /<Code>([^<]*)<\/Code>/.exec(bytes.toString())?.[1]
        const status = response.statusCode ?? 0
        resolve({ status, code, headers: response.headers, body: bytes, isContinued })
        request.destroy()
      })
    })
    if (isPolite === true) request.flushHeaders()
    else request.end(body)
  })

const lengthOf = (method: string, body: string | Buffer): Headers =>
  method === 'GET' || method === 'HEAD' || method === 'DELETE'
    ? {}
    : { 'content-length': String(Buffer.byteLength(body)) }

/** A connection whose every byte is the test's own. */
export const rawPut = async (
  url: string,
  headers: Headers,
): Promise<{ socket: Socket; answer: Promise<string> }> => {
  const { hostname, port, pathname, search, host, protocol } = new URL(url)
  const isTls = protocol === 'https:'
  const socket = isTls
    ? connectTls({ port: Number(port), host: hostname })
    : connect(Number(port), hostname)
  const chunks: Buffer[] = []
  const answer = new Promise<string>((resolve) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
  })
  await new Promise((resolve) => socket.once(isTls ? 'secureConnect' : 'connect', resolve))
  const lines = Object.entries({ host, connection: 'close', ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\n${head}\r\n`)
  return { socket, answer }
}

export const sdk = (at: Endpoint): S3Client =>
  new S3Client({
    endpoint: at.endpoint,
    region: at.region,
    credentials: { accessKeyId: at.accessKey, secretAccessKey: at.secretKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
  })

/** The status of an SDK call, whether it was answered or thrown. */
export const statusOf = (call: Promise<{ $metadata: { httpStatusCode?: number } }>) =>
  call.then(
    ({ $metadata }) => ({ status: $metadata.httpStatusCode, code: undefined }),
    (error: { name: string; $metadata?: { httpStatusCode?: number } }) => ({
      status: error.$metadata?.httpStatusCode,
      code: error.name,
    }),
  )
