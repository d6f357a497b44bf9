/** The platform of one machine, with small functions that show what they were given. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { RequestOptions } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { startPlatform } from '../../lib/local/platform'
import type { Platform } from '../../lib/local/platform'
import type { LocalFunction } from '../../lib/local/project'
import { startScheduler } from '../../lib/local/scheduler'
import { isThorough, slow } from '../cases'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-platform-'))
const key = 'local:key'
let platform: Platform

/** Only what never answers is waited for to the end; whatever does may take its time on a busy machine. */
const timeoutOf = (name: string): number => (['hang', 'spin'].includes(name) ? 700 : 60_000)

const functionOf = (name: string, web: LocalFunction['web'], cron?: string): LocalFunction => ({
  name,
  packageName: 'snapshots',
  runtime: 'nodejs:22',
  main: 'main',
  web,
  limits: { timeout: timeoutOf(name), memory: 128 },
  environment: { GREETING: 'hello' },
  triggers: cron === undefined ? [] : [{ name: 'timer', sourceDetails: { withBody: {}, cron } }],
})

const sources: Record<string, string> = {
  echo: `exports.main = async (event, context) => ({ body: { event, cwd: process.cwd(), greeting: process.env.GREETING, home: process.env.HOME, left: context.getRemainingTimeInMillis() } })`,
  hang: `exports.main = () => new Promise(() => setInterval(() => {}, 1000))`,
  spin: `exports.main = () => { for (;;); }`,
  die: `exports.main = () => process.kill(process.pid, 'SIGKILL')`,
  reject: `exports.main = async () => { throw new Error('no') }`,
  note: `exports.main = async (event) => { require('fs').appendFileSync(process.env.NOTES, JSON.stringify(event)); return {} }`,
  trusting: `exports.main = async () => ({ body: { file: process.env.NODE_EXTRA_CA_CERTS } })`,
  picture: `exports.main = async () => ({ headers: { 'content-type': 'image/svg+xml' }, body: Buffer.from('<svg/>').toString('base64') })`,
  drawn: `exports.main = async () => ({ headers: { 'content-type': 'image/svg+xml' }, body: '<svg/>' })`,
  large: `exports.main = async () => ({ body: 'x'.repeat(1100000) })`,
}

beforeAll(async () => {
  for (const [name, source] of Object.entries(sources)) {
    mkdirSync(path.join(folder, 'snapshots', name), { recursive: true })
    writeFileSync(path.join(folder, 'snapshots', name, 'index.js'), source)
  }
  const functions = Object.keys(sources).map((name) =>
    functionOf(name, name === 'note' ? false : 'raw'),
  )
  for (const fn of functions) fn.environment['NOTES'] = path.join(folder, 'notes')
  platform = await startPlatform({
    functions,
    packagesFolder: folder,
    containerScript: path.resolve('.build/container.cjs'),
    namespaceKey: key,
  })
})
afterAll(async () => {
  await platform.close()
  rmSync(folder, { recursive: true, force: true })
})

const statusOf = (options: RequestOptions) =>
  new Promise<number | undefined>((resolve, reject) => {
    const asking = request(options, (response) => resolve(response.resume().statusCode))
    asking.on('error', reject).end()
  })

const post = (name: string, body = '') => fetch(`${platform.url}/${name}`, { method: 'POST', body })

describe('the platform of one machine', () => {
  test('hands over a raw web event, the function’s own environment and folder, and its time', async () => {
    const response = await fetch(`${platform.url}/echo/json?a=1`, {
      method: 'POST',
      headers: { 'X-Given': 'yes' },
      body: 'database=tokens',
    })
    const { event, cwd, greeting, home, left } = JSON.parse(await response.text())
    expect(event.http).toMatchObject({
      method: 'POST',
      path: '/json',
      queryString: 'a=1',
      isBase64Encoded: true,
      body: Buffer.from('database=tokens').toString('base64'),
    })
    expect(event.http.headers['x-given']).toBe('yes')
    expect(cwd.endsWith('/snapshots/echo')).toBe(true)
    expect(greeting).toBe('hello')
    expect(home).toBeUndefined()
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(60_000)
  })

  test.each([
    { name: 'hangs', fn: 'hang', status: 504 },
    { name: 'never gives the thread back', fn: 'spin', status: 504 },
    { name: 'is killed', fn: 'die', status: 502 },
    { name: 'answers more than 1 MB', fn: 'large', status: 502 },
  ])('ends a function that $name, and the next call works', async ({ fn, status }) => {
    expect((await post(fn)).status).toBe(status)
    expect((await post('echo')).status).toBe(200)
  })

  test('trusts whom the one who started it trusts', async () => {
    vi.stubEnv('NODE_EXTRA_CA_CERTS', path.join(folder, 'ca.pem'))
    writeFileSync(path.join(folder, 'ca.pem'), '')
    const answer = await (await post('trusting')).json()
    vi.unstubAllEnvs()
    expect(answer).toEqual({ file: path.join(folder, 'ca.pem') })
  })

  test('carries what is binary by its type as base64, as the web layer in the cloud does', async () => {
    const picture = await post('picture')
    expect(await picture.text()).toBe('<svg/>')
    expect(picture.headers.get('content-type')).toBe('image/svg+xml')
    expect((await post('drawn')).status).toBe(400)
  })

  test('refuses a body of more than 1 MB', async () => {
    expect((await post('echo', 'x'.repeat(1_100_000))).status).toBe(413)
  })

  test('keeps functions that are not for the web, and those that are not there, from the web', async () => {
    expect((await post('note')).status).toBe(404)
    expect((await post('none')).status).toBe(404)
  })

  test('starts a function by its key and does not wait; without the key it does not', async () => {
    const address = new URL(
      '/api/v1/namespaces/_/actions/snapshots/note?blocking=false',
      platform.url,
    )
    const start = (authorization: string) =>
      fetch(address, { method: 'POST', headers: { authorization }, body: '{"ticket":"x"}' })
    expect((await start('Basic nonsense')).status).toBe(401)
    const right = await start(`Basic ${Buffer.from(key).toString('base64')}`)
    expect(right.status).toBe(202)
    expect(await right.json()).toHaveProperty('activationId')
  })

  test('answers what it cannot read, and goes on', async () => {
    const address = new URL('/api/v1/namespaces/_/actions/snapshots/note', platform.url)
    const authorization = `Basic ${Buffer.from(key).toString('base64')}`
    const broken = await fetch(address, { method: 'POST', headers: { authorization }, body: '{' })
    expect(broken.status).toBe(400)
    const { hostname, port } = address
    expect(await statusOf({ hostname, port, path: 'http://[' })).toBe(400)
    expect((await post('echo')).status).toBe(200)
  })

  test('runs many calls beside one another and queues the rest', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => post('echo')))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
  })

  test('refuses with 429 what the cloud would not take, and takes it a moment later', async () => {
    const hanging = functionOf('hang', 'raw')
    const small = await startPlatform({
      functions: [
        functionOf('echo', 'raw'),
        { ...hanging, limits: { ...hanging.limits, timeout: 120_000 } },
      ],
      packagesFolder: folder,
      containerScript: path.resolve('.build/container.cjs'),
      namespaceKey: key,
      limits: { atOnce: 1, perMinute: 50 },
    })
    const ask = (name: string) => fetch(`${small.url}/${name}`, { method: 'POST' })
    const first = ask('hang')
    const second = await new Promise<Response>((resolve) => {
      setTimeout(() => void ask('echo').then(resolve), 100)
    })
    expect(second.status).toBe(429)
    expect(await second.json()).toEqual({ error: expect.stringMatching(/^Too many concurrent/) })
    const killing = setInterval(() => small.kill('hang'), 20)
    expect((await first).status).toBe(502)
    clearInterval(killing)
    expect((await ask('echo')).status).toBe(200)
    await small.close()
  })

  test('outlives containers that are killed while they are called', slow, async () => {
    const killing = setInterval(() => platform.kill('echo'), 7)
    const statuses = await Promise.all(
      Array.from({ length: isThorough ? 60 : 15 }, async (_, nth) => {
        await new Promise((resolve) => setTimeout(resolve, nth * 15))
        return (await post('echo')).status
      }),
    )
    clearInterval(killing)
    for (const status of statuses) expect([200, 502]).toContain(status)
    expect((await post('echo')).status).toBe(200)
  })

  test('a timer runs its function without a web event', async () => {
    const ran: string[] = []
    const watching = {
      ...platform,
      run: async (name: string) => ({ kind: 'result', result: ran.push(name) }) as const,
    }
    const scheduler = startScheduler(watching, [functionOf('tick', false, '* * * * * *')])
    while (ran.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    scheduler.stop()
    expect(ran[0]).toBe('tick')
  })
})
