/** What the doctor asks of a store: exactly which requests go there, and what is made of each answer. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { storeProbe } from '../../../lib/adapters/spaces/probe'

type Seen = { asked: string; headers: IncomingMessage['headers']; body: string }

let seen: Seen[] = []
let answer: (seen: Seen, response: ServerResponse) => void = () => undefined
const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const { method = '', url = '', headers } = request
    const asked = `${method} ${url.replace(/[?&](X-Amz-|x-id=).*$/, '')}`
    const one = { asked, headers, body: Buffer.concat(parts).toString() }
    seen.push(one)
    answer(one, response)
    if (!response.writableEnded) response.writeHead(200).end()
  })
})
let endpoint = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound: AddressInfo | string | null = server.address()
  endpoint = typeof bound === 'object' && bound ? `http://127.0.0.1:${bound.port}` : ''
})
afterAll(() => void server.close())
beforeEach(() => {
  seen = []
  answer = () => undefined
})

const probe = () =>
  storeProbe({
    endpoint: `${endpoint}/`,
    region: 'local',
    bucket: 'copies',
    accessKey: 'key',
    secretKey: 'secret',
    prefix: 'backups/',
  })

const asked = (): string[] => seen.map((one) => one.asked)

const withXml = (status: number, xml: string) => {
  answer = (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/xml' }).end(xml)
}

const refusal = (code: string): string => `<Error><Code>${code}</Code></Error>`

describe('the bucket', () => {
  test('is reached, and the time there is known whatever the answer is', async () => {
    const date = 'Sun, 01 Mar 2026 01:00:00 GMT'
    answer = (_, response) => void response.setHeader('date', date)
    const there = { status: 200, code: '', serverTime: new Date(date) }
    expect(await probe().reach()).toEqual(there)
    expect(asked()).toEqual(['HEAD /copies/', 'HEAD /copies/'])
    answer = (one, response) => {
      response.setHeader('date', 'some day')
      if (one.headers.authorization !== undefined) response.writeHead(403).end()
    }
    expect(await probe().reach()).toMatchObject({ status: 403, serverTime: undefined })
  })

  test.each([
    [200, '<VersioningConfiguration/>', 'never'],
    [200, '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>', 'enabled'],
    [
      200,
      '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
      'suspended',
    ],
    [403, refusal('AccessDenied'), undefined],
  ])('keeps versions or not (%d, %s): %s', async (status, xml, is) => {
    withXml(status, xml)
    expect(await probe().versioning()).toBe(is)
    expect(asked()).toEqual(['GET /copies/?versioning='])
  })

  test.each([
    [404, refusal('NoSuchLifecycleConfiguration'), []],
    [403, refusal('AccessDenied'), undefined],
    [200, '<LifecycleConfiguration/>', []],
  ])('deletes nothing by itself, or may not be asked (%d): %j', async (status, xml, is) => {
    withXml(status, xml)
    expect(await probe().expiring()).toEqual(is)
    expect(asked()).toEqual(['GET /copies/?lifecycle='])
  })

  test.each([
    { says: '*', status: 200, is: true },
    { says: 'https://app.example', status: 200, is: true },
    { says: 'https://other.example', status: 200, is: false },
    { says: '*', status: 403, is: false },
  ])('lets pages of an origin read, or not: $says, $status', async ({ says, status, is }) => {
    answer = (_, response) =>
      void response.writeHead(status, { 'access-control-allow-origin': says }).end()
    expect(await probe().admits('https://app.example')).toBe(is)
    expect(asked()).toEqual(['OPTIONS /copies/_'])
    expect(seen[0]?.headers).toMatchObject({
      origin: 'https://app.example',
      'access-control-request-method': 'GET',
    })
  })
})

describe('a stranger', () => {
  test('is answered without any key, of one object and of the list', async () => {
    answer = (_, response) => void response.writeHead(403).end()
    expect((await probe().readAsStranger('mark')).status).toBe(403)
    expect((await probe().listAsStranger()).status).toBe(403)
    expect(asked()).toEqual(['GET /copies/backups/_state/probe/mark', 'GET /copies/?list-type=2'])
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
  })
})

describe('an upload', () => {
  const hash = (algorithm: string, text: string) => createHash(algorithm).update(text)

  test('is sent as it was signed', async () => {
    expect((await probe().upload('mark', 'päckchen')).status).toBe(200)
    expect(asked()).toEqual(['PUT /copies/backups/_state/probe/mark'])
    expect(seen[0]?.body).toBe('päckchen')
    expect(seen[0]?.headers).toMatchObject({
      'content-length': '9',
      'content-md5': hash('md5', 'päckchen').digest('base64'),
      'x-amz-content-sha256': hash('sha256', 'päckchen').digest('hex'),
      'if-none-match': '*',
      'x-amz-acl': 'private',
    })
  })

  test('is abused with another body, another header, or without one', async () => {
    await probe().upload('mark', 'a', {
      body: 'other',
      headers: { 'x-amz-acl': 'public-read' },
      without: 'if-none-match',
    })
    expect(seen[0]?.body).toBe('other')
    expect(seen[0]?.headers).toMatchObject({
      'x-amz-acl': 'public-read',
      'x-amz-content-sha256': hash('sha256', 'a').digest('hex'),
    })
    expect(seen[0]?.headers).not.toHaveProperty('if-none-match')
  })
})

describe('what was written', () => {
  test.each([
    { head: 404, is: true },
    { head: 200, is: false },
    { head: 403, is: false },
  ])('is gone or not, whatever the delete was answered: $head', async ({ head, is }) => {
    answer = (one, response) =>
      void response.writeHead(one.asked.startsWith('HEAD') ? head : 403).end()
    expect(await probe().remove('mark')).toBe(is)
    expect(asked()).toEqual([
      'DELETE /copies/backups/_state/probe/mark',
      'HEAD /copies/backups/_state/probe/mark',
    ])
  })
})

describe('a store that is busy or broken has given no answer', () => {
  test.each([500, 502, 503, 504])('%d: nothing is said of keys or rights', async (status) => {
    withXml(status, refusal('SlowDown'))
    await expect(probe().upload('a', 'snapproof')).rejects.toThrow(`answered ${status}`)
    await expect(probe().readAsStranger('a')).rejects.toThrow(`answered ${status}`)
    await expect(probe().reach()).rejects.toThrow(`answered ${status}`)
    await expect(probe().isThere('a')).rejects.toThrow()
    await expect(probe().remove('a')).rejects.toThrow()
  })

  test('nor has one that falls busy between two questions', async () => {
    answer = (one, response) =>
      void response.writeHead(one.asked.startsWith('DELETE') ? 503 : 200).end()
    await expect(probe().remove('a')).rejects.toThrow()
    answer = (one, response) =>
      void response.writeHead(one.headers.authorization === undefined ? 200 : 503).end()
    await expect(probe().reach()).rejects.toThrow()
  })

  test('while 501 is one: it has not what was asked for', async () => {
    withXml(501, refusal('NotImplemented'))
    expect((await probe().upload('a', 'snapproof')).status).toBe(501)
  })
})
