import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { inTime } from '../../lib/adapters/spaces/client'
import { spaces } from '../../lib/adapters/spaces/store'
import { startStore } from '../../lib/local/store/server'
import type { StoreFault } from '../../lib/local/store/server'
import type { Store } from '../../lib/ports'

import { sendByAddress, storeContract } from './store.contract'

const credentials = { accessKey: 'an-access-key', secretKey: 'a-secret-key' }

/** The same adapter as in the cloud, over HTTP. */
describe('spaces on the embedded store', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-spaces-'))
  let fault: StoreFault | undefined
  let embedded: Awaited<ReturnType<typeof startStore>>
  let store: Store

  beforeAll(async () => {
    embedded = await startStore({
      folder,
      buckets: ['one'],
      ...credentials,
      fault: (request) => fault?.(request),
    })
    const { endpoint } = embedded
    store = spaces({ endpoint, region: 'local', bucket: 'one', prefix: 'backups/', ...credentials })
  })
  afterAll(async () => {
    await embedded.close()
    rmSync(folder, { recursive: true, force: true })
  })

  storeContract(async () => ({ store, upload: sendByAddress }))

  /** Runs with the store's first answers spoilt, then right again. */
  const spoiling = async <T>(
    times: number,
    kind: ReturnType<StoreFault>,
    run: () => Promise<T>,
  ) => {
    let left = times
    fault = () => ((left -= 1) >= 0 ? kind : undefined)
    try {
      return await run()
    } finally {
      fault = undefined
    }
  }

  test('rides out a store that asks to slow down', async () => {
    const slowDown = { kind: 'status', status: 503, code: 'SlowDown' } as const
    await spoiling(2, slowDown, () => store.put('backups/slow', Buffer.from('x')))
    expect((await store.head('backups/slow'))?.sizeBytes).toBe(1)
  })

  test('takes a create whose answer was lost for done', async () => {
    const lost = { kind: 'lost-answer' } as const
    const answer = await spoiling(1, lost, () => store.create('backups/lost', Buffer.from('x')))
    expect(answer).toBe('created')
  })

  test('takes a replace whose answer was lost for done', async () => {
    await store.create('backups/lost-replace', Buffer.from('x'))
    const etag = (await store.head('backups/lost-replace'))?.etag ?? ''
    const lost = { kind: 'lost-answer' } as const
    const replace = () => store.replace('backups/lost-replace', Buffer.from('y'), etag)
    expect(await spoiling(1, lost, replace)).toBe('replaced')
  })

  test('says that the store is away when it stays away for five tries, and that it passes', async () => {
    const down = { kind: 'status', status: 503, code: 'ServiceUnavailable' } as const
    let tries = 0
    fault = () => ((tries += 1) > 0 ? down : undefined)
    const asked = store.head('backups/x').finally(() => (fault = undefined))
    await expect(asked).rejects.toMatchObject({ code: 'store-unreachable', isPassing: true })
    expect(tries).toBe(5)
  })

  test('never takes a body that ends early for a short file', async () => {
    await store.put('backups/long', Buffer.alloc(200_000, 1))
    const cut = { kind: 'cut', afterBytes: 1000 } as const
    const readAll = async () => {
      const found = await store.stream('backups/long')
      let size = 0
      for await (const chunk of found?.chunks ?? []) size += chunk.length
      return size
    }
    await expect(spoiling(100, cut, readAll)).rejects.toMatchObject({ code: 'store-unreachable' })
  })

  describe.each([
    { name: 'never answers', answer: () => undefined },
    {
      name: 'begins an answer and falls silent',
      answer: (response: ServerResponse) =>
        void response.writeHead(200, { etag: '"0a"', 'content-length': '9' }).write('begun'),
    },
  ])('of a store that $name', ({ answer }) => {
    test.each([
      { asked: 'head', ask: (one: Store) => one.head('backups/a') },
      { asked: 'list', ask: (one: Store) => one.list('backups/') },
      { asked: 'now', ask: (one: Store) => one.now() },
      { asked: 'read', ask: (one: Store) => one.read('backups/a') },
      { asked: 'create', ask: (one: Store) => one.create('backups/a', Buffer.from('a')) },
      { asked: 'remove', ask: (one: Store) => one.remove('backups/a') },
      {
        asked: 'range',
        ask: async (one: Store) => {
          const part = { start: 0, end: 9, etag: '0a' }
          for await (const chunk of (await one.range('backups/a', part)) ?? [])
            expect(chunk.length).toBeLessThan(9)
        },
      },
    ])('$asked ends with the time of who asked, and says that it is away', async ({ ask }) => {
      const hanging = createServer((_, response) => answer(response))
      await new Promise<void>((ready) => void hanging.listen(0, '127.0.0.1', ready))
      const { port } = hanging.address() as AddressInfo
      const options = {
        endpoint: `http://127.0.0.1:${port}`,
        region: 'local',
        bucket: 'one',
        prefix: 'backups/',
        ...credentials,
      }
      const signal = AbortSignal.timeout(400)
      try {
        const answered = ask(spaces(options, { signal }))
        await expect(answered).rejects.toMatchObject({
          code: 'store-unreachable',
          isPassing: true,
        })
      } finally {
        hanging.closeAllConnections()
        hanging.close()
      }
    })
  })

  test('waits for no request longer than for all that are well, though nobody set an end', async () => {
    const hangs = inTime(
      undefined,
      50,
    )(({ abortSignal }) => {
      return new Promise((_, reject) => {
        abortSignal.addEventListener('abort', () => reject(abortSignal.reason as Error))
      })
    })
    await expect(hangs).rejects.toMatchObject({ name: 'AbortError' })
    expect(await inTime(undefined, 50)(async ({ abortSignal }) => abortSignal.aborted)).toBe(false)
  })

  test('takes no other object for the one that was meant, though a store ignores the condition', async () => {
    const careless = createServer((_, response) => {
      response.writeHead(200, { etag: '"0b"', 'content-length': '5' }).end('other')
    })
    await new Promise<void>((ready) => void careless.listen(0, '127.0.0.1', ready))
    const { port } = careless.address() as AddressInfo
    const endpoint = `http://127.0.0.1:${port}`
    const options = { endpoint, region: 'local', bucket: 'one', prefix: 'backups/', ...credentials }
    const asked = spaces(options)
    const part = { start: 0, end: 5 }
    try {
      for (const meant of [
        asked.stream('backups/a', '0a'),
        asked.range('backups/a', { ...part, etag: '0a' }),
      ]) {
        await expect(meant).rejects.toMatchObject({ code: 'contended' })
      }
      expect(await asked.stream('backups/a', '0b')).toBeDefined()
    } finally {
      careless.closeAllConnections()
      careless.close()
    }
  })

  test.each([
    { name: 'a wrong secret', change: { secretKey: 'wrong' }, code: 'store-refused' },
    { name: 'a bucket that is not there', change: { bucket: 'two' }, code: 'settings' },
    {
      name: 'an endpoint where nothing listens',
      change: { endpoint: 'http://127.0.0.1:9' },
      code: 'store-unreachable',
    },
  ])('names the mend for $name', async ({ change, code }) => {
    const { endpoint } = embedded
    const options = { endpoint, region: 'local', bucket: 'one', prefix: 'backups/', ...credentials }
    const asked = spaces({ ...options, ...change }).list('backups/')
    await expect(asked).rejects.toMatchObject({ code, mend: expect.stringMatching(/\w/) })
  })

  test('puts no key or address into what it says', async () => {
    const { endpoint } = embedded
    const options = { endpoint, region: 'local', bucket: 'one', prefix: 'backups/', ...credentials }
    const thrown = await spaces({ ...options, secretKey: 'wrong-secret' })
      .list('backups/')
      .catch((fault_: unknown) => fault_)
    expect(JSON.stringify(thrown)).not.toMatch(/wrong-secret|an-access-key|X-Amz/)
  })

  test('gives a download address that reads the object and nothing else', async () => {
    await store.put('backups/proven.db', Buffer.from('proven'))
    const address = await store.downloadAddress({ key: 'backups/proven.db', expiresInSeconds: 60 })
    expect(await (await fetch(address)).text()).toBe('proven')
    const other = await fetch(address.replace('proven.db', 'other.db'))
    expect(other.status).toBe(403)
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(403)
  })
})
