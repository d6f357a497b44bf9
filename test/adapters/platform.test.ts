/** How a function is started through the platform: what is asked, and what each answer comes to. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { platformStarter } from '../../lib/adapters/platform'
import { faultOf } from '../fixtures/faults'

let asked: unknown[] = []
let status = 202
const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const { authorization, 'content-type': type } = request.headers
    const body: unknown = JSON.parse(Buffer.concat(parts).toString())
    asked.push([request.method, request.url, authorization, type, body])
    response.writeHead(status).end('{}')
  })
})
let apiHost = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound: AddressInfo | string | null = server.address()
  apiHost = typeof bound === 'object' && bound ? `http://127.0.0.1:${bound.port}` : ''
})
afterAll(() => void server.close())

const start = (host: string) =>
  platformStarter({ apiHost: host, packageName: 'snapshots', namespaceKey: 'id:key' })('verify', {
    id: 'one',
  })

const mend =
  'The timer picks the work up. If it stays, make a new key with "doctl serverless key create" and set SNAPPROOF_NAMESPACE_KEY.'

test('it is asked by the namespace’s key, and not waited for', async () => {
  asked = []
  await start(apiHost)
  expect(asked).toEqual([
    [
      'POST',
      '/api/v1/namespaces/_/actions/snapshots/verify?blocking=false',
      `Basic ${Buffer.from('id:key').toString('base64')}`,
      'application/json',
      { id: 'one' },
    ],
  ])
})

test.each([
  {
    answer: 429,
    code: 'too-many',
    why: 'The platform answered 429 when "verify" was to be started: it runs as many as it may.',
    mend: 'The timer picks the work up.',
  },
  {
    answer: 401,
    code: 'platform',
    why: 'The platform answered 401 when "verify" was to be started.',
    mend,
  },
])('an answer of $answer is told, with what to do', async ({ answer, ...told }) => {
  status = answer
  expect(await faultOf(() => start(apiHost))).toEqual(told)
})

test('a platform that does not answer is told, and one without a scheme is asked over TLS', async () => {
  const why = 'The platform did not answer when "verify" was to be started.'
  for (const host of ['http://127.0.0.1:1', apiHost.replace('http://', '')])
    expect(await faultOf(() => start(host))).toEqual({ code: 'platform', why, mend })
})
