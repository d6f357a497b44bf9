/** The doctor of the app's own objects: does the bucket answer, to us alone, and to the app's pages? */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { storeProbe } from '../../../lib/adapters/spaces/probe'
import { probeObjects } from '../../../lib/cli/doctor/objects'
import type { Asked, Expected } from '../../../lib/cli/doctor/objects'
import { patternOf } from '../../../lib/rules/kinds/objects/pattern'
import { memoryStore } from '../../fakes/memory-store'
import { handClock } from '../../fakes/tools'

const pattern = (text: string) => {
  const read = patternOf(text)
  if ('mistake' in read) throw new Error(read.mistake)
  return read
}

const bot: Expected = {
  name: 'bot',
  collections: [
    { name: 'pages', pattern: pattern('users/{user}/facebook_messenger/{page}/page_data.json') },
    { name: 'shops', pattern: pattern('users/{user}/shopify/{shop}/shopify_data.json') },
  ],
  isPrivate: true,
  cors: ['https://app.example'],
}
const page = 'users/9f1/facebook_messenger/42/page_data.json'
const shop = 'users/9f1/shopify/anna/shopify_data.json'

/** A bucket where all is well, but for what is told. */
const bucket = () => {
  const store = memoryStore(handClock('2026-03-01T01:00:00.000Z'))
  for (const key of [page, shop]) store.app.put(key, Buffer.from('{"data":{}}'))
  return store
}

const look = async (
  store = bucket(),
  {
    answer = 403,
    admitted = ['https://app.example'],
    expected = bot,
    hasOwnKey = true,
    objects = store.appObjects,
  }: {
    answer?: number
    admitted?: readonly string[]
    expected?: Expected
    hasOwnKey?: boolean
    objects?: Asked['objects']
  } = {},
) => {
  const removed: string[] = []
  const seen = await probeObjects([expected], {
    objects,
    mark: 'm',
    hasOwnKey,
    probe: {
      upload: async (_, body, abuse) => {
        // Whoever may write must not: the bytes are never the announced ones.
        expect(abuse?.body).not.toBe(body)
        return { status: answer, serverTime: undefined }
      },
      remove: async (name) => (removed.push(name), true),
      admits: async (origin) => admitted.includes(origin) || admitted.includes('*'),
    },
  })
  return { removed, of: (what: string) => seen.find((one) => one.what === what), seen }
}

describe('the doctor of the app’s objects', () => {
  test('finds nothing wrong where nothing is, and says how many it saw', async () => {
    const { seen } = await look()
    expect(seen.map(({ what, state }) => [what, state])).toEqual([
      ['objects of bot', 'ok'],
      ['privacy of bot', 'ok'],
      ['CORS of bot', 'ok'],
      ['key of objects', 'ok'],
    ])
    expect(seen[0]?.detail).toBe(
      'pages: 1 of the first 2 keys under "users/"; shops: 1 of the first 2 keys under "users/"',
    )
  })

  test('looks at nothing where no objects are expected', async () => {
    const store = bucket()
    store.failNext('pages')
    const never = () => Promise.reject(new Error('asked'))
    const probe = { upload: never, remove: never, admits: never }
    const asked = { objects: store.appObjects, probe, mark: 'm', hasOwnKey: true }
    expect(await probeObjects([], asked)).toEqual([])
  })

  test('says which pattern none of the keys has', async () => {
    const store = bucket()
    store.app.remove(shop)
    expect((await look(store)).of('objects of bot')).toMatchObject({
      state: 'note',
      detail: 'shops: none of the first 1 key under "users/"',
      mend: expect.stringContaining('compare the patterns'),
    })
    store.app.remove(page)
    expect((await look(store)).of('objects of bot')?.detail).toBe(
      'pages: nothing stands under "users/"; shops: nothing stands under "users/"',
    )
  })

  test('finds an object that anyone can read', async () => {
    const store = bucket()
    store.app.publish(shop)
    expect((await look(store)).of('privacy of bot')).toMatchObject({
      state: 'wrong',
      detail: 'anyone can read the app’s objects',
    })
    const expected = { ...bot, isPrivate: false }
    expect((await look(store, { expected })).of('privacy of bot')).toMatchObject({ state: 'note' })
  })

  test.each([
    [true, 'wrong', 'anyone can list the app’s objects'],
    [undefined, 'unknown', 'no answer tells what a stranger may do'],
  ])('asks whether anyone can list them: %s', async (isOpen, state, detail) => {
    const store = bucket()
    const { isOpenToAnyone } = store.appObjects
    const objects: Asked['objects'] = {
      ...store.appObjects,
      isOpenToAnyone: async (key) => (key === undefined ? isOpen : isOpenToAnyone(key)),
    }
    expect((await look(store, { objects })).of('privacy of bot')).toMatchObject({ state, detail })
  })

  test.each([
    [403, 'ok', 'it cannot write'],
    [401, 'ok', 'it cannot write'],
    [400, 'note', 'it can write to the app’s bucket, which nothing here needs'],
    [200, 'note', 'it can write to the app’s bucket, which nothing here needs'],
    [500, 'unknown', 'whether it can write was not answered (500)'],
  ])('tries whether the key can write: %i is %s', async (answer, state, detail) => {
    const { of, removed } = await look(bucket(), { answer })
    expect(of('key of objects')).toMatchObject({ state, detail })
    // Only what a store took against the hash that was announced has to go again.
    expect(removed).toEqual(answer === 200 ? ['m-objects'] : [])
  })

  test('has nothing against the key of the backups', async () => {
    const { of } = await look(bucket(), { answer: 400, hasOwnKey: false })
    expect(of('key of objects')).toMatchObject({ state: 'ok', detail: 'the one of the backups' })
  })

  test.each([
    [[], 'pages of https://app.example may not read'],
    [['https://other.example'], 'pages of https://app.example may not read'],
    [['*'], 'pages of any origin may read'],
  ])('finds CORS for %j wrong', async (admitted, detail) => {
    const { of } = await look(bucket(), { admitted })
    expect(of('CORS of bot')).toMatchObject({ state: 'wrong', detail })
  })

  test('has nothing against CORS for all where that is said, nor against any where nothing is', async () => {
    const forAll = await look(bucket(), { admitted: ['*'], expected: { ...bot, cors: ['*'] } })
    expect(forAll.of('CORS of bot')?.state).toBe('ok')
    const unsaid = await look(bucket(), { expected: { ...bot, cors: undefined } })
    expect(unsaid.of('CORS of bot')).toBeUndefined()
  })

  test('says why the bucket does not answer', async () => {
    const store = bucket()
    store.failNext('pages')
    expect((await look(store)).seen).toEqual([
      { what: 'objects', state: 'wrong', detail: 'The store is away.', mend: 'Wait.' },
    ])
  })
})

describe('a page of another origin', () => {
  const rules = new Map([['https://app.example', 'https://app.example']])
  const server = createServer(({ method, headers }, response) => {
    const isAsked = method === 'OPTIONS' && headers['access-control-request-method'] === 'GET'
    const admitted = isAsked ? rules.get(headers.origin ?? '') : undefined
    if (admitted === undefined) response.writeHead(403).end()
    else response.writeHead(200, { 'access-control-allow-origin': admitted }).end()
  })
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => server.close())

  test.each([
    ['https://app.example', true],
    ['https://other.example', false],
    ['https://all.example', true],
    ['https://mistaken.example', false],
  ])('%s is admitted as a browser would be: %s', async (origin, is) => {
    rules.set('https://all.example', '*').set('https://mistaken.example', 'https://app.example')
    const { port } = server.address() as AddressInfo
    const probe = storeProbe({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'local',
      bucket: 'app',
      prefix: 'backups/',
      accessKey: 'key',
      secretKey: 'secret',
    })
    expect(await probe.admits(origin)).toBe(is)
  })
})
