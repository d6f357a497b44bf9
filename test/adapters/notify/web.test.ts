import { createHmac } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'

import { afterEach, describe, expect, test } from 'vitest'

import { deliver, pulseTo, rehearse } from '../../../lib/adapters/notify/notify'
import { alertOf, bundleOf, messageOf, resolvedAlert, testAlert } from '../../fixtures/told/alerts'

import { selfSigned } from './certificate'
import { addressIn as channel, channelTypes, known } from './known'

const clock = { now: () => new Date('2025-07-04T01:02:30Z') }
const world = { clock, timeoutMs: 120_000 }
const message = messageOf(alertOf())

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string }
type Answer = (response: ServerResponse, seen: Seen, index: number) => void

const running: (Server & { closeAllConnections(): void })[] = []
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const listen = async (server: (typeof running)[number]): Promise<number> => {
  running.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const listener =
  (seen: Seen[], answer: Answer): RequestListener =>
  async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { method = '', url = '', headers } = request
    seen.push({ method, url, headers, body })
    answer(response, { method, url, headers, body }, seen.length - 1)
  }

/** A server that answers as told, and what it was sent. */
const serve = async (answer: Answer) => {
  const seen: Seen[] = []
  const port = await listen(createServer(listener(seen, answer)))
  return { seen, base: `http://127.0.0.1:${port}` }
}

const answering =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body)

describe('a webhook', () => {
  test('is signed so that a receiver of Standard Webhooks takes it, with each secret', async () => {
    const secrets = [Buffer.alloc(24, 1), Buffer.alloc(64, 2)]
    const fragment = secrets.map((one) => `whsec_${one.toString('base64')}`).join('&')
    const { seen, base } = await serve(answering(204))
    const delivery = await deliver(channel(`webhook+${base}/in#${fragment}`), message, world)
    expect(delivery).toEqual({ outcome: 'delivered', said: 'took 1 alert' })
    const [
      { url, headers, body } = { url: '', headers: {} as IncomingMessage['headers'], body: '' },
    ] = seen
    expect(url).toBe('/in')
    expect(headers).toMatchObject({ 'user-agent': 'Snapproof', 'content-type': 'application/json' })
    expect(headers['webhook-timestamp']).toBe('1751590950')
    const signed = `${String(headers['webhook-id'])}.1751590950.${body}`
    const expected = secrets.map(
      (key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    )
    expect(headers['webhook-signature']).toBe(expected.join(' '))
    expect(JSON.parse(body)).toMatchObject({ data: { alerts: [{ database: 'tokens' }] } })
  })

  test('without a secret is not signed; its user and password go as a header', async () => {
    const { seen, base } = await serve(answering(200))
    const address = base.replace('http://', 'http://ann:p%40ss@')
    await deliver(channel(`webhook+${address}/in`), message, world)
    expect(seen[0]?.headers['webhook-signature']).toBeUndefined()
    expect(seen[0]?.headers.authorization).toBe(`Basic ${btoa('ann:p@ss')}`)
  })

  test('is sent the same under the same id when it is tried again', async () => {
    const { seen, base } = await serve(answering(503))
    const to = channel(`webhook+${base}/in`)
    await deliver(to, message, world)
    await deliver(to, message, { ...world, clock: { now: () => new Date('2025-07-04T02:00:00Z') } })
    expect(seen[0]?.headers['webhook-id']).toBe(seen[1]?.headers['webhook-id'])
    expect(seen[0]?.body).toBe(seen[1]?.body)
  })
})

describe('an answer', () => {
  test.each([
    { name: '200', answer: answering(200), is: { outcome: 'delivered' } },
    { name: '202', answer: answering(202), is: { outcome: 'delivered' } },
    {
      name: '429 with seconds',
      answer: answering(429, '', { 'retry-after': '7' }),
      is: { outcome: 'later', afterSeconds: 7 },
    },
    {
      name: '429 with a date',
      answer: answering(429, '', { 'retry-after': 'Fri, 04 Jul 2025 02:02:30 GMT' }),
      is: { outcome: 'later', afterSeconds: 3600 },
    },
    {
      name: '429 with a date that is over',
      answer: answering(429, '', { 'retry-after': 'Fri, 04 Jul 2020 01:03:00 GMT' }),
      is: { outcome: 'later', afterSeconds: 1 },
    },
    {
      name: '429 with more patience than there is',
      answer: answering(429, '', { 'retry-after': '99999999' }),
      is: { outcome: 'later', afterSeconds: 86_400 },
    },
    {
      name: '429 with nonsense',
      answer: answering(429, '', { 'retry-after': 'soon' }),
      is: { outcome: 'later', afterSeconds: undefined },
    },
    {
      name: '429 as Discord says it',
      answer: answering(429, '{"message": "limited", "retry_after": 0.65}'),
      is: { outcome: 'later', afterSeconds: 1 },
    },
    {
      name: '429 as Telegram says it',
      answer: answering(429, '{"ok":false,"parameters":{"retry_after":35}}'),
      is: { outcome: 'later', afterSeconds: 35 },
    },
    { name: '500', answer: answering(500), is: { outcome: 'later', said: 'answered 500' } },
    { name: '503', answer: answering(503, 'busy'), is: { said: 'answered 503: "busy"' } },
    ...[408, 425, 429, 599].map((status) => ({
      name: String(status),
      answer: answering(status),
      is: { outcome: 'later', said: `answered ${status}` },
    })),
    { name: '299', answer: answering(299), is: { outcome: 'delivered' } },
    ...[300, 399].map((status) => ({
      name: String(status),
      answer: answering(status),
      is: {
        outcome: 'refused',
        said: `answered ${status}; a redirect is not followed: set the address it leads to in ALERTS`,
      },
    })),
    ...[401, 403].map((status) => ({
      name: String(status),
      answer: answering(status),
      is: {
        outcome: 'refused',
        said: `answered ${status}; the address, or what it holds as a password, is not accepted: correct it in ALERTS`,
      },
    })),
    ...[404, 410].map((status) => ({
      name: String(status),
      answer: answering(status),
      is: {
        outcome: 'refused',
        said: `answered ${status}; nothing takes messages there: make a new address and set it in ALERTS`,
      },
    })),
    ...[400, 402, 405, 409, 411, 426, 430, 499].map((status) => ({
      name: String(status),
      answer: answering(status),
      is: {
        outcome: 'refused',
        said: `answered ${status}; it does not take this message: look up the answer in its documentation`,
      },
    })),
    {
      name: '400',
      answer: answering(400, 'no "text"\nat all'),
      is: {
        outcome: 'refused',
        said: expect.stringMatching(/^answered 400: "no 'text' at all"; it does not/),
      },
    },
    {
      name: '302',
      answer: answering(302, '', { location: 'https://evil.example/' }),
      is: {
        outcome: 'refused',
        said: expect.stringMatching(/^answered 302; a redirect is not followed/),
      },
    },
  ])('of $name is understood', async ({ answer, is }) => {
    const { seen, base } = await serve(answer)
    expect(await deliver(channel(`webhook+${base}/in`), message, world)).toMatchObject(
      is.outcome === 'delivered' ? { ...is, said: 'took 1 alert' } : is,
    )
    expect(seen).toHaveLength(1)
  })

  test('without an end is not read to its end', async () => {
    const { base } = await serve((response) => {
      response.writeHead(400)
      const more = () => response.write('x'.repeat(10_000), (error) => (error ? undefined : more()))
      more()
    })
    const { said } = await deliver(channel(`webhook+${base}/in`), message, world)
    expect(said).toMatch(/^answered 400: "x{119}…"; /)
  })

  test('is read for 4,096 bytes, in whatever pieces, and no further', async () => {
    const words = `${'x'.repeat(4_096 - 11)}(not found)`
    const inPieces: Answer = (response) => {
      response.writeHead(200).write(words.slice(0, -1))
      setTimeout(() => void response.write(words.slice(-1)), 20)
    }
    const { base } = await serve(inPieces)
    const to = channel(`ping+${base}/8b7d2a4e`)
    expect((await deliver(to, message, { clock, timeoutMs: 5_000 })).outcome).toBe('refused')
    const later = await serve(answering(200, `x${words}`))
    const other = channel(`ping+${later.base}/8b7d2a4e`)
    expect((await deliver(other, message, world)).outcome).toBe('delivered')
  })

  test.each([
    ['the path', (base: string) => `webhook+${base}/services/S3cretPart`, 'no S3CRETpart here'],
    ['the query', (base: string) => `webhook+${base}/in?sig=abc%2Fs3cret`, 'bad sig s3cret'],
    [
      'the password',
      (base: string) => `webhook+${base.replace('//', '//ann:s3cret@')}/`,
      'ann:s3cret',
    ],
    [
      'the header',
      (base: string) => `webhook+${base.replace('//', '//ann:s3cret@')}/`,
      btoa('ann:s3cret'),
    ],
    [
      'the topic',
      (base: string) => `ntfy+${base}/s3crettopic`,
      '{"error":"s3crettopic is reserved"}',
    ],
    [
      'the routing key',
      (base: string) => `pagerduty+${base.replace('//', `//${'R0ut'.repeat(8)}@`)}/`,
      'R0ut'.repeat(8),
    ],
    [
      'the token',
      (base: string) => `telegram+${base.replace('//', '//12345:s3cret-TOKEN@')}/-100`,
      'bot12345:s3cret-TOKEN',
    ],
  ])('that repeats %s is not shown', async (_, address, body) => {
    const { seen, base } = await serve(answering(400, body))
    const delivery = await deliver(channel(address(base)), message, world)
    expect(seen).toHaveLength(1)
    expect(delivery.outcome).toBe('refused')
    expect(delivery.said).toBe(
      'answered 400; it does not take this message: look up the answer in its documentation',
    )
  })
})

describe('no answer', () => {
  test('in time is tried again later, and said so', async () => {
    const { base } = await serve(() => undefined)
    const delivery = await deliver(channel(`webhook+${base}/`), message, { clock, timeoutMs: 150 })
    expect(delivery).toEqual({ outcome: 'later', said: 'did not answer within 0.15 s' })
  })

  test('within ten seconds, where nobody says how long', async () => {
    const { base } = await serve(() => undefined)
    const signal = AbortSignal.abort(new DOMException('', 'TimeoutError'))
    const delivery = await deliver(channel(`webhook+${base}/`), message, { clock, signal })
    expect(delivery).toEqual({ outcome: 'later', said: 'did not answer within 10 s' })
  })

  test('to its end is no answer either', async () => {
    const { base } = await serve((response) => void response.writeHead(200).write('o'))
    const delivery = await deliver(channel(`webhook+${base}/`), message, { clock, timeoutMs: 150 })
    expect(delivery).toEqual({ outcome: 'later', said: 'did not answer within 0.15 s' })
  })

  test('because the run is over', async () => {
    const { base } = await serve(() => undefined)
    const delivery = await deliver(channel(`webhook+${base}/`), message, {
      ...world,
      signal: AbortSignal.abort(),
    })
    expect(delivery).toEqual({
      outcome: 'later',
      said: 'was not waited for: the time of this run was over',
    })
  })

  test('because nobody listens', async () => {
    const { base } = await serve(answering(200))
    for (const server of running.splice(0)) await new Promise((resolve) => server.close(resolve))
    expect(await deliver(channel(`webhook+${base}/`), message, world)).toEqual({
      outcome: 'later',
      said: 'refused the connection',
    })
  })

  test('because the connection broke', async () => {
    const { base } = await serve((response) => void response.socket?.destroy())
    expect(await deliver(channel(`webhook+${base}/`), message, world)).toEqual({
      outcome: 'later',
      said: 'broke the connection off',
    })
  })

  test('because the name is nobody’s', async () => {
    const delivery = await deliver(channel('https://nobody.invalid/s3cret'), message, world)
    expect(delivery.outcome).toBe('later')
    expect(delivery.said).not.toMatch(/nobody|s3cret/)
  })

  test('because the certificate is not to be trusted', async () => {
    const seen: Seen[] = []
    const port = await listen(createSecureServer(selfSigned(), listener(seen, answering(200))))
    const delivery = await deliver(channel(`https://localhost:${port}/s3cret`), message, world)
    expect(delivery).toEqual({
      outcome: 'later',
      said: 'has a certificate that is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
    })
    expect(seen).toEqual([])
  })
})

describe('a vendor’s own words', () => {
  const answers = channelTypes.flatMap((type) =>
    known[type].answers.map((answer) => ({ type, ...answer })),
  )

  test.each(channelTypes.filter((type) => known[type].at))(
    'are tried for %s: that it takes a message, that it cannot now, that it never will',
    (type) => {
      const outcomes = known[type].answers.map(({ is }) => is)
      expect(new Set(outcomes)).toEqual(new Set(['delivered', 'later', 'refused']))
    },
  )

  test.each(answers)('are understood: $type $when', async ({ type, status, body, is }) => {
    const { base } = await serve(answering(status, body))
    const address = channel(known[type].at?.(base) ?? '')
    expect(address.type).toBe(type)
    const delivery = await deliver(address, message, world)
    expect(delivery.outcome).toBe(is)
    if (is !== 'delivered' && body !== '')
      expect(delivery.said).toContain(body.slice(0, 100).replaceAll('"', "'"))
  })

  test('Telegram is called by its method, Discord waits for a true answer', async () => {
    const { seen, base } = await serve(answering(200, '{"ok":true}'))
    await deliver(channel(`telegram+${base.replace('//', '//12345:AB-c@')}/-100`), message, world)
    await deliver(channel(`discord+${base}/api/webhooks/1/x?thread_id=5`), message, world)
    expect(seen.map(({ url }) => url)).toEqual([
      '/bot12345:AB-c/sendMessage',
      '/api/webhooks/1/x?thread_id=5&wait=true',
    ])
  })
})

describe('a message of several requests', () => {
  const pager = (base: string) =>
    channel(`pagerduty+${base.replace('//', `//${'R'.repeat(32)}@`)}/v2/enqueue`)

  test('is delivered when every one was', async () => {
    const { seen, base } = await serve(answering(202, '{"status":"success"}'))
    expect(await deliver(pager(base), bundleOf(3), world)).toEqual({
      outcome: 'delivered',
      said: 'took 3 alerts',
    })
    expect(seen).toHaveLength(3)
  })

  test('stops where patience is asked for, and says what has arrived', async () => {
    const { seen, base } = await serve((response, _, index) =>
      answering(index < 2 ? 202 : 429, '', { 'retry-after': '60' })(response, _, index),
    )
    expect(await deliver(pager(base), bundleOf(5), world)).toEqual({
      outcome: 'later',
      said: 'answered 429; it took 2 of the alerts',
      afterSeconds: 60,
      told: ['flip-0', 'flip-1'],
    })
    expect(seen).toHaveLength(3)
  })

  test('goes on after one that is refused, and names the others', async () => {
    const { seen, base } = await serve((response, _, index) =>
      answering(index === 1 ? 400 : 202)(response, _, index),
    )
    const why = 'it does not take this message: look up the answer in its documentation'
    expect(await deliver(pager(base), bundleOf(3), world)).toEqual({
      outcome: 'refused',
      said: `answered 400; ${why}; it took 2 of the alerts`,
      told: ['flip-0', 'flip-2'],
    })
    expect(seen).toHaveLength(3)
  })

  test('ends at once where the very first is refused', async () => {
    const { seen, base } = await serve(answering(400, 'bad key'))
    const delivery = await deliver(pager(base), bundleOf(200), world)
    expect(delivery).toMatchObject({ outcome: 'refused' })
    expect(delivery).not.toHaveProperty('told')
    expect(seen).toHaveLength(1)
  })
})

test('a message without alerts is nothing to be told', async () => {
  const delivery = await deliver(channel('https://nobody.invalid/'), messageOf(), world)
  expect(delivery).toEqual({ outcome: 'delivered', said: 'had nothing to be told' })
})

test('what would be sent is counted, and nothing of it is sent', () => {
  const counts = [bundleOf(3), messageOf(resolvedAlert())].map((sent) =>
    channelTypes.map((type) => rehearse(channel(known[type].address), sent, world)),
  )
  const of = (count: { pagerduty: number; ping: number }) =>
    channelTypes.map((type) => (type === 'pagerduty' || type === 'ping' ? count[type] : 1))
  expect(counts).toEqual([of({ pagerduty: 3, ping: 1 }), of({ pagerduty: 1, ping: 0 })])
})

describe('a ping', () => {
  test('of success says what passed, at the address itself', async () => {
    const { seen, base } = await serve(answering(200, 'OK'))
    const pulse = pulseTo(channel(`ping+${base}/8b7d2a4e`), world)
    expect(await pulse?.('tokens passed')).toEqual({
      outcome: 'delivered',
      said: 'answered 200',
    })
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/8b7d2a4e',
        body: 'tokens passed',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      },
    ])
  })

  test('of trouble fails, of a test is noted, and of a recovery is not sent', async () => {
    const { seen, base } = await serve(answering(200, 'OK'))
    const to = channel(`ping+${base}/8b7d2a4e`)
    await deliver(to, message, world)
    await deliver(to, messageOf(testAlert()), world)
    expect(await deliver(to, messageOf(resolvedAlert()), world)).toEqual({
      outcome: 'delivered',
      said: 'had nothing to be told',
    })
    expect(seen.map(({ url }) => url)).toEqual(['/8b7d2a4e/fail', '/8b7d2a4e/log'])
  })
})
