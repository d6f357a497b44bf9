/**
 * What is a function handed? Which bucket is asked by which tool, and by which key; who is told, and of what; how
 * long there is.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

import { readEnvironment } from '../../../lib/edge/config'
import {
  makeTellingTools,
  makeTools,
  notifierOf,
  openIn,
  settingsOf,
  spacesOptionsOf,
  takers,
  tellingToolsFromProcess,
  toolsFromProcess,
} from '../../../lib/edge/tools'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { memoryStore } from '../../fakes/memory-store'

let asked: string[] = []
let connections = 0
let answersAfterMs = 0
const server = createServer((request, response) => {
  const [, key = ''] = /Credential=([^/]+)/.exec(request.headers.authorization ?? '') ?? []
  asked.push(`${(request.url ?? '').split(/[/?]/)[1]} by ${key}`)
  const empty = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'
  const answer = () => response.writeHead(200, { 'content-type': 'application/xml' }).end(empty)
  setTimeout(answer, answersAfterMs)
})
server.on('connection', () => (connections += 1))
let address = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound: AddressInfo | string | null = server.address()
  address = typeof bound === 'object' && bound ? `http://127.0.0.1:${bound.port}` : ''
})
afterAll(() => void server.close())
beforeEach(() => void (asked = []))

const variablesWith = (more: Record<string, string>) => ({
  SPACES_ENDPOINT: address,
  SPACES_REGION: 'local',
  SPACES_BUCKET: 'backups',
  SPACES_API_KEY: 'access',
  SPACES_API_SECRET: 'secret',
  SNAPPROOF_SECRET: 's'.repeat(32),
  ...more,
})

const toolsWith = (more: Record<string, string>) => makeTools(variablesWith(more), '.build')

const environmentWith = (more: Record<string, string>) => readEnvironment(variablesWith(more))

const appKey = { OBJECTS_API_KEY: 'reads', OBJECTS_API_SECRET: 'secret-of-reads' }

test.each([
  { name: 'nothing else is set', more: {}, is: 'backups by access' },
  { name: 'a bucket is set', more: { OBJECTS_BUCKET: 'app-files' }, is: 'app-files by access' },
  { name: 'a key is set', more: appKey, is: 'backups by reads' },
  { name: 'both are', more: { ...appKey, OBJECTS_BUCKET: 'app-files' }, is: 'app-files by reads' },
])('the app’s own objects, where $name: $is', async ({ more, is }) => {
  const { store, appObjects } = toolsWith(more)
  await store.list('a/')
  for await (const page of appObjects.pages('')) expect(page).toEqual([])
  expect(asked).toEqual(['backups by access', is])
})

test('the second place, by a key of its own for each right', async () => {
  const { second, secondWrite, secondPrune } = toolsWith({
    SECOND_ENDPOINT: address,
    SECOND_REGION: 'elsewhere',
    SECOND_BUCKET: 'others',
    SECOND_API_KEY: 'reads',
    SECOND_API_SECRET: 'secret-of-reads',
    SECOND_WRITE_API_KEY: 'writes',
    SECOND_WRITE_API_SECRET: 'secret-of-writes',
    SECOND_PRUNE_API_KEY: 'prunes',
    SECOND_PRUNE_API_SECRET: 'secret-of-prunes',
  })
  for (const place of [second, secondWrite, secondPrune]) await place?.list('a/')
  expect(asked).toEqual(['others by reads', 'others by writes', 'others by prunes'])
})

test('there is no second place but where one is set', () => {
  const { second, secondWrite, secondPrune } = toolsWith({})
  expect([second, secondWrite, secondPrune]).toEqual([undefined, undefined, undefined])
})

test.each([
  { name: 'the same', more: {}, is: 1 },
  { name: 'another bucket by the same', more: { OBJECTS_BUCKET: 'app-files' }, is: 1 },
  { name: 'another', more: appKey, is: 2 },
  { name: 'one of another region', more: { OBJECTS_REGION: 'elsewhere' }, is: 2 },
])('connections to the store are kept for whoever comes with $name key', async ({ more, is }) => {
  connections = 0
  const { store, appObjects } = toolsWith(more)
  await store.list('a/')
  for await (const page of appObjects.pages('')) expect(page).toEqual([])
  await store.list('a/')
  expect(connections).toBe(is)
})

describe('what is set', () => {
  const build = { version: '1.2.3', sha256: undefined }

  test('where nothing else is said', () => {
    const { databases, ...settings } = settingsOf(environmentWith({}), build)
    expect(settings).toEqual({
      build,
      installation: 'backups',
      second: undefined,
      remindEveryMs: dayMs,
      keepRecordsMs: 400 * dayMs,
      prefix: 'backups/',
      secrets: { current: 's'.repeat(32) },
      revokedKeyIds: new Set(),
      isPageOnSharedHost: false,
    })
    expect(Object.keys(databases)).not.toEqual([])
  })

  test('where it is said', () => {
    const environment = environmentWith({
      SNAPPROOF_SECRET_PREVIOUS: 'before',
      SNAPPROOF_REVOKED_KEYS: ' one,, two ',
      ALERTS_REMIND: '6h',
      KEEP_RECORDS: '50d',
      SECOND_ENDPOINT: 'https://ams3.example',
      SECOND_REGION: 'ams3',
      SECOND_BUCKET: 'others',
      SECOND_API_KEY: 'reads',
      SECOND_API_SECRET: 'secret-of-reads',
    })
    expect(settingsOf(environment, build)).toMatchObject({
      second: 'others at ams3.example',
      remindEveryMs: 6 * hourMs,
      keepRecordsMs: 50 * dayMs,
      secrets: { current: 's'.repeat(32), previous: 'before' },
      revokedKeyIds: new Set(['one', 'two']),
    })
  })

  test('of the store', () => {
    expect(spacesOptionsOf(environmentWith({}))).toEqual({
      endpoint: address,
      region: 'local',
      bucket: 'backups',
      accessKey: 'access',
      secretKey: 'secret',
      prefix: 'backups/',
    })
  })
})

describe('who is told', () => {
  const slack = 'https://hooks.slack.com/services/T0/B0/abc'
  const mail = 'smtps://me:secret@mail.example?to=ops@example.com&from=me@example.com'
  const told = (more: Record<string, string>) => notifierOf(environmentWith(more))

  test('is nobody where nobody is named', () => {
    expect(told({})).toEqual({ channels: [], pulses: [], complaints: [] })
  })

  test('is known by what tells one address from another, and shows none', () => {
    const [one, other, only, moved] = [
      { ALERTS: slack },
      { ALERTS: `${slack}d` },
      { ALERTS: `${slack}#databases=tokens` },
      { ALERTS: slack, SNAPPROOF_SECRET: 't'.repeat(32) },
    ].map((more) => told(more).channels[0]?.id ?? '')
    const { channels } = makeTools(variablesWith({ ALERTS: slack }), '.build').notifier
    expect(channels).toEqual([{ id: one, name: told({ ALERTS: slack }).channels[0]?.name }])
    expect(one).toMatch(/^[0-9a-f]{16}$/)
    expect(new Set([one, other, only, moved]).size).toBe(4)
  })

  test('hears of proven copies only where that is wished, and of those that are named', () => {
    const [deaf, all, some] = told({
      ALERTS: `${slack},${slack}d#on=success,${slack}e#on=success&databases=tokens`,
    }).channels
    const heard = [deaf, all, some].map((one) =>
      ['tokens', 'sessions'].map((database) => one?.hears?.(database)),
    )
    expect(heard).toEqual([
      [undefined, undefined],
      [true, true],
      [true, false],
    ])
  })

  test('gets the week’s report where that can be read, and everything is told', () => {
    const of = (ALERTS: string) =>
      told({ ALERTS }).channels.map(({ digest }) => digest !== undefined)
    expect(of(`${mail},${slack}`)).toEqual([true, false])
    expect(of(`${mail}#severity=warning`)).toEqual([false])
  })

  test('is called after sound copies, and what cannot be read is said', () => {
    const { pulses, complaints } = told({
      ALERTS: 'nonsense',
      HEARTBEAT_URL: 'https://hc.example/a#databases=tokens,https://hc.example/b,ftp://x',
    })
    expect(pulses.map(({ databases }) => databases)).toEqual([['tokens'], undefined])
    expect(complaints.map((one) => one.split(':')[0])).toEqual(['ALERTS', 'HEARTBEAT_URL'])
  })
})

test('what tells people is handed who takes copies, too', () => {
  expect(makeTellingTools(variablesWith({}), '.build').takers).toBe(takers)
})

test.each([
  { key: 'abc', host: 'https://api.example', is: true },
  { key: 'off', host: 'https://api.example', is: false },
  { key: 'abc', host: undefined, is: false },
])('a verification is started by itself with a key for it, at a platform: $is', (one) => {
  const host: Record<string, string> = one.host === undefined ? {} : { __OW_API_HOST: one.host }
  expect(toolsWith({ SNAPPROOF_NAMESPACE_KEY: one.key, ...host }).starter !== undefined).toBe(
    one.is,
  )
})

describe('an object', () => {
  test('is opened as the one that was meant, and read in parts of that one', async () => {
    const store = memoryStore({ now: () => new Date(0) })
    await store.put('backups/a', Buffer.from('abcdef'))
    const source = await openIn(store)({ key: 'backups/a' })
    const part = await source?.range?.(1, 3)
    const bytes: Uint8Array[] = []
    for await (const chunk of part ?? []) bytes.push(chunk)
    expect([source?.sizeBytes, Buffer.concat(bytes).toString()]).toEqual([6, 'bc'])
    expect(await openIn(store)({ key: 'backups/b' })).toBeUndefined()
    await store.remove('backups/a')
    await expect(source?.range?.(1, 3)).rejects.toMatchObject({
      code: 'store-missing',
      why: 'The snapshot was deleted while it was being read.',
      mend: 'If you did not delete it, look at who may write to the bucket.',
    })
  })
})

describe('a call', () => {
  beforeEach(() => {
    for (const [name, value] of Object.entries(variablesWith({}))) vi.stubEnv(name, value)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllEnvs()
    answersAfterMs = 0
  })

  const leftMs = (context?: { getRemainingTimeInMillis(): number }): number =>
    toolsFromProcess(context).deadlineAt.getTime() - Date.now()

  test('has the time that the platform says, or 25 seconds', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    expect(leftMs({ getRemainingTimeInMillis: () => 7000 })).toBe(7000)
    expect(leftMs()).toBe(25_000)
    vi.stubEnv('__OW_DEADLINE', String(Date.now() + 9000))
    expect(leftMs()).toBe(9000)
    expect(leftMs({ getRemainingTimeInMillis: () => 7000 })).toBe(7000)
    vi.stubEnv('__OW_DEADLINE', '0')
    expect(leftMs()).toBe(25_000)
  })

  test('finds what the call before it was handed, with a time of its own', () => {
    const one = tellingToolsFromProcess({ getRemainingTimeInMillis: () => 7000 })
    const other = tellingToolsFromProcess({ getRemainingTimeInMillis: () => 9000 })
    expect(one.rehearsal).toBe(other.rehearsal)
    expect(other.deadlineAt.getTime()).toBeGreaterThan(one.deadlineAt.getTime())
  })

  test('waits for a store no longer than to a second before its end', async () => {
    answersAfterMs = 500
    const { store } = toolsFromProcess({ getRemainingTimeInMillis: () => 900 })
    await expect(store.list('a/')).rejects.toMatchObject({ code: 'store-unreachable' })
  })
})
