/** The app's own objects, from the webhook to what the app is told, as it should be and as it goes wrong. */
import { createHash } from 'node:crypto'

import { expect, test } from 'vitest'
import * as z from 'zod'

import { announce, readEntry } from '../../lib/journey/bucket/ledger'
import { readUploads } from '../../lib/journey/bucket/uploads'
import { verifySnapshot } from '../../lib/journey/verify'
import { watch } from '../../lib/journey/watch'
import type { TellingTools } from '../../lib/ports'
import { parseId } from '../../lib/rules/copy/snapshot'
import type { DatabaseSettings } from '../../lib/rules/settings/databases'
import { slow } from '../cases'
import { madeBy } from '../fixtures/databases'

import { appOf, chatKey, content, pageKey, shopKey } from './app'
import type { App, AppBucket } from './app'

export const databases: Record<string, DatabaseSettings> = {
  tokens: { expectEvery: 'off' },
  bot: {
    kind: 'objects',
    collections: {
      conversations: {
        objects: 'users/{user}/facebook_messenger/{page}/conversations/{sender}.json',
        schema: z.array(
          z.looseObject({
            sender: z.string(),
            recipient: z.string(),
            timestamp: z.number(),
            message: z.looseObject({ mid: z.string(), text: z.string() }),
          }),
        ),
        grows: 'message.mid',
      },
      pages: {
        objects: 'users/{user}/facebook_messenger/{page}/page_data.json',
        schema: z.looseObject({
          data: z.array(z.looseObject({ id: z.string(), name: z.string() })),
        }),
        within: '26h',
      },
      shops: {
        objects: 'users/{user}/shopify/{shop}/shopify_data.json',
        schema: z.looseObject({ data: z.looseObject({ products: z.looseObject({}) }) }),
        within: '26h',
        atLeast: 1,
      },
    },
    isPrivate: true,
    secretsNever: true,
    owners: { user: { of: 'tokens', sql: 'SELECT user FROM tokens' } },
    expectEvery: '5m',
  },
}

export type World = {
  bucket: AppBucket
  /** The tools of one run that begins now. */
  tools(): TellingTools
  /** Where nobody can move the clock, none pass. */
  passHours(hours: number): void
  close(): Promise<void>
}

const user = '9f1c'
const page = '42'
const chat = { user, page, sender: '77' }

/** The app's other memory, as the host copies it: who there is. */
const pushTokens = async (tools: TellingTools, ...users: string[]): Promise<void> => {
  const rows = users.map((one) => `('${one}')`).join(', ')
  const bytes = madeBy(`CREATE TABLE tokens (user TEXT); INSERT INTO tokens VALUES ${rows};`)
  const hashOf = (name: string) => createHash(name).update(bytes).digest('hex')
  const at = await tools.store.now()
  const claim = {
    database: 'tokens',
    sizeBytes: bytes.length,
    sha256: hashOf('sha256'),
    takenAt: at.toISOString(),
    encoding: 'identity' as const,
    kind: 'sqlite',
    facts: {},
    host: 'droplet-1',
    ticketAt: at.toISOString(),
  }
  const { name, key } = await announce(tools, { claim, at, mark: tools.randomHex(6) })
  await tools.store.create(key, bytes)
  await verifySnapshot(name, tools)
}

/** Connected, polled, and two people have written; of one of them a second message was added. */
const begin = async (world: World): Promise<App> => {
  await pushTokens(world.tools(), user)
  const app = appOf(world.bucket)
  app.connectPage(user, page)
  app.connectShop(user, 'anna')
  await app.poll()
  expect(await app.webhook({ ...chat, text: 'is it still there?' })).toBe('new')
  expect(await app.webhook({ ...chat, text: 'yes, in blue' })).toBe('continuing')
  expect(await app.webhook({ ...chat, sender: '78', text: 'yes, in blue' })).toBe('new')
  return app
}

const theirs = async ({ appObjects }: TellingTools): Promise<string[]> => {
  const listed: string[] = []
  for await (const part of appObjects.pages(''))
    listed.push(
      ...part.map(({ key, etag, modifiedAt }) => `${key} ${etag} ${modifiedAt.toISOString()}`),
    )
  return listed.filter((line) => !line.startsWith('backups/'))
}

/** One inventory: its word, what is not well by check, and that nothing was touched or told that may not be. */
const look = async (world: World) => {
  const tools = world.tools()
  const before = await theirs(tools)
  const { taken, faults } = await watch.run({}, tools)
  expect(faults).toEqual([])
  expect(await theirs(tools)).toEqual(before)
  const name = parseId(taken.join())
  const entry = (name && (await readEntry(tools, name)))?.entry
  const findings = entry?.verdict?.findings ?? []
  const said = JSON.stringify([entry, taken])
  for (const text of [...content, 'EAAGx9z']) expect(said).not.toContain(text)
  return {
    word: entry?.verdict?.outcome,
    wrong: findings.flatMap(({ check, outcome }) => (outcome === 'passed' ? [] : [check])),
    growth: findings.find(({ check }) => check === 'growth')?.detail,
    told: Object.fromEntries(
      (await readUploads(tools, { database: 'bot', page: undefined })).upload_status.map(
        ({ page_id, result }) => [page_id, result],
      ),
    ),
  }
}

type Told = { page: RegExp } | { shop: undefined }

type Wrong = {
  name: string
  does: (app: App) => Promise<void> | void
  /** Which check says it, and what the app is told of its page, or of its shop. */
  check: string
  told: Told
  needsAcl?: true
}

const wrongs: readonly Wrong[] = [
  {
    name: 'truncates a conversation',
    does: (app) => app.truncate(chatKey(chat)),
    check: 'growth',
    told: { page: /^conversations, shrunk$/ },
  },
  {
    name: 'rewrites a conversation',
    does: (app) => app.rewrite(chatKey(chat)),
    check: 'growth',
    told: { page: /^conversations, rewritten$/ },
  },
  {
    name: 'drops a conversation',
    does: (app) => app.drop(chatKey(chat)),
    check: 'growth',
    told: { page: /^conversations, gone$/ },
  },
  {
    name: 'leaves half a JSON',
    does: (app) => app.halfJson(pageKey(user, page)),
    check: 'schema',
    told: { page: /^pages: not as expected \(no JSON\)$/ },
  },
  {
    name: 'leaks a token',
    does: (app) => app.leak(user, page),
    check: 'secrets',
    told: {
      page: /^pages: what looks like a (Facebook token|field or parameter access_token) inside/,
    },
  },
  {
    name: 'publishes a page',
    does: async (app) => {
      app.publish(pageKey(user, page))
      await app.poll()
    },
    check: 'private',
    told: { page: /^pages: open to anyone$/ },
    needsAcl: true,
  },
  {
    name: 'drops a shop',
    does: (app) => app.drop(shopKey(user, 'anna')),
    check: 'rows',
    // Nothing is left of it that could be told of: the floor of the collection says that it is gone.
    told: { shop: undefined },
  },
]

type Able = {
  /** This store lets an object be published. */
  hasAcl: boolean
  /** Its clock can be moved. */
  hasClock: boolean
  /** What is shown by another world in less time is left to a thorough run. */
  isSlow: boolean
}

export const appContract = (
  make: () => Promise<World>,
  { hasAcl, hasClock, isSlow }: Able,
): void => {
  const within = async (use: (world: World) => Promise<void>): Promise<void> => {
    const world = await make()
    try {
      await use(world)
    } finally {
      await world.close()
    }
  }
  const well = { [page]: { status: 'success' }, anna: { status: 'success' } }

  test('an app that does as it should is quiet, day by day', () =>
    within(async (world) => {
      const app = await begin(world)
      expect(await look(world)).toMatchObject({ word: 'passed', wrong: [], told: well })
      world.passHours(24)
      await app.poll()
      await app.webhook({ ...chat, text: 'yes, in blue' })
      await app.webhook({ ...chat, sender: '79', text: 'is it still there?' })
      const { growth, ...seen } = await look(world)
      expect(seen).toEqual({ word: 'passed', wrong: [], told: well })
      expect(growth).toContain('conversations: 1 new, 1 continued, 1 unchanged')
    }))

  const tried = wrongs.filter(({ needsAcl }) => hasAcl || !needsAcl)
  test.each(tried)(
    'an app that $name is told so, and stays so until it is mended',
    isSlow ? slow : {},
    (wrong) =>
      within(async (world) => {
        const app = await begin(world)
        expect((await look(world)).word).toBe('passed')
        world.passHours(24)
        await app.poll()
        await wrong.does(app)
        const { word, wrong: checks, told } = await look(world)
        expect([word, checks]).toEqual(['unmet', [wrong.check]])
        if ('shop' in wrong.told) expect(told['anna']).toBeUndefined()
        else
          expect(told[page]).toEqual({
            status: 'failed',
            message: expect.stringMatching(wrong.told.page),
          })
        world.passHours(24)
        expect((await look(world)).wrong).toContain(wrong.check)
      }),
  )

  test.runIf(hasClock)(
    'an app that stops polling is warned of, and its webhooks go on counting',
    () =>
      within(async (world) => {
        const app = await begin(world)
        await look(world)
        app.stopPolling()
        world.passHours(27)
        await app.poll()
        await app.webhook({ ...chat, text: 'yes, in blue' })
        const { word, wrong, growth, told } = await look(world)
        expect([word, wrong]).toEqual(['warned', ['freshness']])
        expect(growth).toContain('1 continued')
        expect(told[page]).toEqual({ status: 'failed', message: 'pages: not written in time' })
      }),
  )

  test.runIf(hasClock)(
    'an app that writes for an unknown owner is told so, once a copy of its users shows it',
    () =>
      within(async (world) => {
        const app = await begin(world)
        const stranger = '7c0ffee'
        app.connectShop(stranger, 'ben')
        await app.poll()
        // Somebody who came after the copy is no alarm.
        expect(await look(world)).toMatchObject({ word: 'passed', wrong: [] })
        world.passHours(24)
        await app.poll()
        await pushTokens(world.tools(), user)
        const { word, wrong } = await look(world)
        expect([word, wrong]).toEqual(['unmet', ['owners']])
        world.passHours(24)
        await app.poll()
        await pushTokens(world.tools(), user, stranger)
        expect(await look(world)).toMatchObject({ word: 'passed', wrong: [] })
      }),
  )

  test.runIf(hasAcl)(
    'one who publishes a conversation by its ACL alone is told so, until it is private again',
    () =>
      within(async (world) => {
        const app = await begin(world)
        const quiet = { word: 'passed', wrong: [], told: well }
        expect(await look(world)).toMatchObject(quiet)
        const lookNextDay = async () => {
          world.passHours(24)
          await app.poll()
          return look(world)
        }
        await world.bucket.setAcl(chatKey(chat), { isPublic: true })
        const message = 'conversations, open to anyone'
        for (const _ of [1, 2])
          expect(await lookNextDay()).toMatchObject({
            word: 'unmet',
            wrong: ['private'],
            told: { ...well, [page]: { status: 'failed', message } },
          })
        await world.bucket.setAcl(chatKey(chat), { isPublic: false })
        expect(await lookNextDay()).toMatchObject(quiet)
      }),
  )

  test('a conversation that came back whole is well again', isSlow ? slow : {}, () =>
    within(async (world) => {
      const app = await begin(world)
      await look(world)
      const key = chatKey(chat)
      const whole = (await world.bucket.get(key)) ?? Buffer.alloc(0)
      await app.truncate(key)
      world.passHours(24)
      await app.poll()
      expect((await look(world)).word).toBe('unmet')
      await world.bucket.put(key, whole)
      world.passHours(24)
      await app.poll()
      expect(await look(world)).toMatchObject({ word: 'passed', told: well })
    }),
  )
}
