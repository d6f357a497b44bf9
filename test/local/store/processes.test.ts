// What if a process of the store is killed, or two of them share a folder?

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { startStore } from '../../../lib/local/store/server'
import { isThorough, slow } from '../../cases'

import { type Child, bundleStore, spawnStore } from './child'
import { type Endpoint, bound, presign, rawPut, send } from './wire'

const keys = { accessKey: 'key', secretKey: 'secret' }
const bucket = 'snapshots'
const closing: (() => Promise<unknown>)[] = []
let work: string
let bundle: string

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'store-'))
  bundle = await bundleStore(work)
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(() => rm(work, { recursive: true }))

const at = (endpoint: string): Endpoint => ({ endpoint, region: 'us-east-1', bucket, ...keys })

const newFolder = (): Promise<string> => mkdtemp(join(work, 'folder-'))

const child = async (folder: string, limits?: string): Promise<Child & Endpoint> => {
  const spawned = await spawnStore(bundle, { folder, buckets: [bucket], ...keys }, limits)
  closing.push(spawned.kill)
  return { ...spawned, ...at(spawned.endpoint) }
}

const here = async (folder: string): Promise<Endpoint> => {
  const store = await startStore({ folder, buckets: [bucket], ...keys })
  closing.push(store.close)
  return at(store.endpoint)
}

const left = async (folder: string): Promise<Record<string, number>> => {
  const parts = ['bytes', 'entries', 'incoming', 'locks']
  const counted = parts.map(async (part) => [
    part,
    (await readdir(join(folder, bucket, part))).length,
  ])
  return Object.fromEntries(await Promise.all(counted))
}

const get = async (store: Endpoint, key: string) =>
  send({ url: await presign(store, { method: 'GET', key }), method: 'GET' })

describe('a store that is killed', () => {
  test('during an upload keeps nothing of it, and the next one sweeps its remains', async () => {
    const folder = await newFolder()
    const store = await child(folder)
    const body = Buffer.alloc(2_000_000, 1)
    const { url, headers } = await bound(store, 'a', body)
    const length = { 'content-length': String(body.length) }
    const { socket } = await rawPut(url, { ...headers, ...length })
    socket.write(body.subarray(0, 1_000_000))
    while ((await left(folder))['incoming'] === 0) await new Promise((go) => setTimeout(go, 5))
    await store.kill()
    expect(await left(folder)).toEqual({ bytes: 0, entries: 0, incoming: 1, locks: 0 })
    const next = await here(folder)
    expect(await left(folder)).toEqual({ bytes: 0, entries: 0, incoming: 0, locks: 0 })
    expect((await get(next, 'a')).status).toBe(404)
  })

  test('at any moment leaves each object whole, and its ETag right', slow, async () => {
    const folder = await newFolder()
    const acknowledged = new Map<string, string>()
    // On a busy machine a round may end before anything was acknowledged under some key.
    for (let round = 0; round < 6 || acknowledged.size < 4; round += 1) {
      const store = await child(folder)
      let isRunning = true
      const write = async (key: string): Promise<void> => {
        for (let turn = 0; isRunning; turn += 1) {
          const body = `${key} ${round} ${turn} `.repeat(2000)
          const url = await presign(store, { key })
          const reply = await send({ url, body }).catch(() => undefined)
          if (reply === undefined) return
          if (reply.status === 200) acknowledged.set(key, body)
        }
      }
      const writers = ['a', 'b', 'c', 'a/b'].map(write)
      await new Promise((go) => setTimeout(go, 40 + round * 17))
      await store.kill()
      isRunning = false
      await Promise.all(writers)
    }
    const store = await here(folder)
    for (const [key, body] of acknowledged) {
      const found = await get(store, key)
      const hash = createHash('md5').update(found.body).digest('hex')
      expect(found).toMatchObject({ status: 200, headers: { etag: `"${hash}"` } })
      // What was acknowledged is there, or what came after it and was not yet answered.
      const turn = (text: string) => text.split(' ', 3).slice(1).map(Number)
      const [foundRound = 0, foundTurn = 0] = turn(found.body.toString())
      const [ackedRound = 0, ackedTurn = 0] = turn(body)
      expect(foundRound * 1e6 + foundTurn).toBeGreaterThanOrEqual(ackedRound * 1e6 + ackedTurn)
    }
    expect(await left(folder)).toEqual({ bytes: 4, entries: 4, incoming: 0, locks: 0 })
  })

  test('while it changed an object does not block the next one', async () => {
    const folder = await newFolder()
    const store = await here(folder)
    await send({ url: await presign(store, { key: 'a' }), body: 'one' })
    const [entry = ''] = await readdir(join(folder, bucket, 'entries'))
    const lock = join(folder, bucket, 'locks', entry.slice(0, -'.json'.length))
    await symlink(`${process.pid}.1`, lock)
    expect((await send({ url: await presign(store, { key: 'a' }), body: 'two' })).status).toBe(200)
    expect(await left(folder)).toEqual({ bytes: 1, entries: 1, incoming: 0, locks: 0 })
  })
})

describe('two processes on one folder', () => {
  test('have one winner of each key that is created once', slow, async () => {
    const rounds = isThorough ? 20 : 5
    const folder = await newFolder()
    const stores = await Promise.all([child(folder), child(folder)])
    for (let round = 0; round < rounds; round += 1) {
      const key = `round ${round}`
      const bodies = Array.from({ length: 8 }, (_, index) => `writer ${index}`)
      const replies = await Promise.all(
        bodies.map(async (body, index) => {
          const store = stores[index % 2] ?? stores[0]
          return send({ ...(await bound(store, key, body)), body })
        }),
      )
      const winners = bodies.filter((_, index) => replies[index]?.status === 200)
      expect(winners).toHaveLength(1)
      expect(replies.filter(({ status }) => status === 412)).toHaveLength(7)
      for (const store of stores) expect((await get(store, key)).body.toString()).toBe(winners[0])
    }
    expect(await left(folder)).toEqual({ bytes: rounds, entries: rounds, incoming: 0, locks: 0 })
  })

  test('lose no change that was made under If-Match', slow, async () => {
    const folder = await newFolder()
    const stores = await Promise.all([child(folder), child(folder)])
    await send({ url: await presign(stores[0], { key: 'count' }), body: '0' })
    const count = async (store: Endpoint): Promise<void> => {
      for (let done = 0; done < 10;) {
        const seen = await get(store, 'count')
        const tag = String(seen.headers['etag']).replaceAll('"', '')
        const headers = { 'if-match': tag }
        const url = await presign(store, { key: 'count', headers })
        const body = String(Number(seen.body.toString()) + 1)
        if ((await send({ url, headers, body })).status === 200) done += 1
      }
    }
    await Promise.all([...stores, ...stores].map(count))
    expect((await get(stores[0], 'count')).body.toString()).toBe('40')
  })

  test('leave each other what is not finished yet', async () => {
    const folder = await newFolder()
    const first = await child(folder)
    const body = Buffer.alloc(200_000, 1)
    const { url, headers } = await bound(first, 'a', body)
    const length = { 'content-length': String(body.length) }
    const { socket, answer } = await rawPut(url, { ...headers, ...length })
    socket.write(body.subarray(0, 100_000))
    while ((await left(folder))['incoming'] === 0) await new Promise((go) => setTimeout(go, 5))
    const second = await here(folder)
    socket.write(body.subarray(100_000))
    expect(await answer).toMatch(/^HTTP\/1.1 200 /)
    expect((await get(second, 'a')).body.equals(body)).toBe(true)
  })
})

describe('a disk that takes no more', () => {
  // RLIMIT_FSIZE makes write(2) itself fail, for any user, without a disk to fill.
  test('is answered, and nothing is stored', async () => {
    const folder = await newFolder()
    const store = await child(folder, 'ulimit -f 1000;')
    const body = Buffer.alloc(5_000_000, 1)
    const reply = await send({ ...(await bound(store, 'a', body)), body })
    expect(reply).toMatchObject({ status: 507, code: 'InsufficientStorage' })
    expect(await left(folder)).toEqual({ bytes: 0, entries: 0, incoming: 0, locks: 0 })
    const small = await send({ ...(await bound(store, 'a', 'small')), body: 'small' })
    expect(small.status).toBe(200)
  })
})

test('the real curl is spared an upload that is refused', slow, async () => {
  const folder = await newFolder()
  const store = await child(folder)
  const body = Buffer.alloc(20_000_000, 1)
  const file = join(work, 'tokens.db')
  await writeFile(file, body)
  const { url, headers } = await bound(store, 'a', body)
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const options = ['-sS', '-o', join(work, 'answer'), '-w', '%{http_code} %{size_upload}']
  const curl = (address: string): string =>
    execFileSync('curl', [...options, '-T', file, ...lines, address]).toString()
  expect(curl(url.replace(/Signature=.{4}/, 'Signature=0000'))).toBe('403 0')
  expect(await readFile(join(work, 'answer'), 'utf8')).toContain('SignatureDoesNotMatch')
  expect(curl(url)).toBe('200 20000000')
  expect(curl(url)).toBe('412 0')
})
