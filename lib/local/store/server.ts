// How is a folder of this machine offered as an S3 store?

import { mkdir } from 'node:fs/promises'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'

import { minuteMs } from '../../rules/plain/time-units'

import { createBucket, listBuckets, sweep } from './disk/folder'
import { thisProcess } from './disk/owner'
import { type Exchange, exchangeOne } from './exchange'
import type { StoreFault } from './wire/rehearsed-fault'
import { errorDocument } from './wire/xml'

export type { RehearsedFault, StoreFault } from './wire/rehearsed-fault'

export type StoreOptions = {
  /** Made if it is not there. Several processes of one machine may offer the same one. */
  folder: string
  /** Made if they are not there. */
  buckets: string[]
  accessKey: string
  secretKey: string
  /** 0, the default, takes any free one. */
  port?: number
  now?: () => Date
  fault?: StoreFault
}

export type Store = {
  endpoint: string
  port: number
  /** Finishes what is being answered, for a short while, and frees the port. */
  close(): Promise<void>
}

/** A client that falls silent for this long is gone. */
const silenceMs = minuteMs
/** Five gigabytes at three megabytes a second, the slowest that is still an upload. */
const requestMs = 30 * minuteMs
const closingMs = 500

/** What Node's parser could not read never becomes a request, but is answered all the same. */
const refuseNoise = (server: Server, now: () => Date): void => {
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) {
      socket.destroy()
      return
    }
    const message = 'The request is no valid HTTP.'
    const xml = errorDocument({ code: 'BadRequest', message, resource: '', requestId: '' })
    const head = [
      'HTTP/1.1 400 Bad Request',
      `Date: ${now().toUTCString()}`,
      'Content-Type: application/xml',
      `Content-Length: ${Buffer.byteLength(xml)}`,
      'Connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${xml}`)
  })
}

const listen = async (server: Server, port: number): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

const close = async (server: Server): Promise<void> => {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), closingMs)
  await closed
  clearTimeout(timer)
}

/**
 * Offers the folder on loopback, to the holder of one key.
 *
 * It does what Ceph gateways of the generations 16, 18 and 20 all do, and refuses the rest
 * with a reason, so that nothing passes here and fails there. An answer of success means
 * that the change survives a power cut.
 */
export const startStore = async (options: StoreOptions): Promise<Store> => {
  const { folder, accessKey, secretKey, port = 0, now = () => new Date() } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const bucket of options.buckets) await createBucket(folder, bucket)
  for (const bucket of await listBuckets(folder)) await sweep(bucket)

  const owner = thisProcess()
  const keys = { accessKey, secretKey }
  const exchange: Exchange = { folder, keys, owner, now, fault: options.fault }
  let served = 0
  const serve =
    (isWaiting: boolean) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      served += 1
      void exchangeOne(exchange, { request, response, isWaiting }, `tx${served}-${owner}`)
    }
  const server = createServer({ requestTimeout: requestMs })
  server.setTimeout(silenceMs)
  server.on('request', serve(false))
  server.on('checkContinue', serve(true))
  refuseNoise(server, now)
  const taken = await listen(server, port)
  return { endpoint: `http://127.0.0.1:${taken}`, port: taken, close: () => close(server) }
}
