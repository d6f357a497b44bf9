/** What every Store must do, whatever stands behind it. */
import { createHash } from 'node:crypto'

import { expect, test } from 'vitest'

import { Fault } from '../../lib/faults'
import type { Store } from '../../lib/ports'
import { largestOwnBytes } from '../../lib/rules/trust/seal'
import { slow } from '../cases'

export type Made = {
  store: Store
  /** Uploads by an address as curl would; answers with the store's status. */
  upload(address: { url: string; headers: Record<string, string> }, bytes: Buffer): Promise<number>
}

/** Uploads over HTTP, with exactly the headers that belong to the address. */
export const sendByAddress: Made['upload'] = async ({ url, headers }, bytes) => {
  const response = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) })
  await response.body?.cancel()
  return response.status
}

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString()

const termsFor = (key: string, bytes: Buffer) => ({
  key,
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  md5: createHash('md5').update(bytes).digest('hex'),
  expiresInSeconds: 60,
})

let count = 0
/** Each test works under a prefix of its own, so that a real bucket may be used again. */
const fresh = (): string => `backups/contract-${process.pid}-${Date.now()}-${(count += 1)}/`

export const storeContract = (make: () => Promise<Made>): void => {
  test('reads back what it created, with its size and ETag', async () => {
    const { store } = await make()
    const key = `${fresh()}a.json`
    expect(await store.create(key, Buffer.from('one'))).toBe('created')
    const found = await store.read(key)
    expect(text(found?.bytes)).toBe('one')
    expect(found?.object).toMatchObject({ key, sizeBytes: 3 })
    expect(found?.object.etag).toMatch(/^[0-9a-f]{32}$/)
    expect(await store.head(key)).toEqual(found?.object)
  })

  test('answers undefined for what is not there', async () => {
    const { store } = await make()
    const key = `${fresh()}none`
    expect(await store.read(key)).toBeUndefined()
    expect(await store.head(key)).toBeUndefined()
    expect(await store.stream(key)).toBeUndefined()
  })

  test('reads no bytes of what is larger than any file of ours, and goes on', slow, async () => {
    const { store } = await make()
    const prefix = fresh()
    await store.put(`${prefix}large`, Buffer.alloc(largestOwnBytes + 1))
    await store.put(`${prefix}small`, Buffer.from('one'))
    const found = await store.read(`${prefix}large`)
    expect(found?.bytes.length).toBe(0)
    expect(found?.object.sizeBytes).toBe(largestOwnBytes + 1)
    expect(text((await store.read(`${prefix}small`))?.bytes)).toBe('one')
    await store.remove(`${prefix}large`)
  })

  test('creates only where nothing stands, and keeps what stood there', async () => {
    const { store } = await make()
    const key = `${fresh()}a`
    await store.create(key, Buffer.from('one'))
    expect(await store.create(key, Buffer.from('two'))).toBe('exists')
    expect(text((await store.read(key))?.bytes)).toBe('one')
  })

  test('takes a create whose answer was lost, and is sent again, for its own', async () => {
    const { store } = await make()
    const key = `${fresh()}a`
    await store.create(key, Buffer.from('one'))
    expect(await store.create(key, Buffer.from('one'))).toBe('created')
  })

  test('lets one of many creators win', async () => {
    const { store } = await make()
    const key = `${fresh()}a`
    const bodies = Array.from({ length: 8 }, (_, index) => Buffer.from(`writer ${index}`))
    const answers = await Promise.all(bodies.map((body) => store.create(key, body)))
    expect(answers.filter((answer) => answer === 'created')).toHaveLength(1)
    const winner = answers.indexOf('created')
    expect(text((await store.read(key))?.bytes)).toBe(`writer ${winner}`)
  })

  test('replaces only what was read', async () => {
    const { store } = await make()
    const key = `${fresh()}a`
    await store.create(key, Buffer.from('one'))
    const etag = (await store.head(key))?.etag ?? ''
    expect(await store.replace(key, Buffer.from('two'), etag)).toBe('replaced')
    expect(await store.replace(key, Buffer.from('three'), etag)).toBe('changed')
    expect(text((await store.read(key))?.bytes)).toBe('two')
  })

  test('replaces nothing where nothing stands', async () => {
    const { store } = await make()
    const etag = '0'.repeat(32)
    expect(await store.replace(`${fresh()}a`, Buffer.from('two'), etag)).toBe('changed')
  })

  test(
    'lists everything under a prefix in the order of its keys, past one page',
    slow,
    async () => {
      const { store } = await make()
      const prefix = fresh()
      const names = Array.from(
        { length: 1005 },
        (_, index) => `${prefix}${String(index).padStart(4, '0')}`,
      )
      for (let from = 0; from < names.length; from += 32) {
        await Promise.all(
          names.slice(from, from + 32).map((key) => store.put(key, Buffer.from('x'))),
        )
      }
      const listed = await store.list(prefix)
      expect(listed.map(({ key }) => key)).toEqual(names)
      expect(listed[0]?.etag).toMatch(/^[0-9a-f]{32}$/)
      expect(await store.list(`${prefix}none`)).toEqual([])
    },
  )

  test('lists a page at a time from behind a key on', async () => {
    const { store } = await make()
    const prefix = fresh()
    for (const name of ['a/1', 'a/2', 'b', 'c/1']) await store.put(prefix + name, Buffer.from('x'))
    const read = async (after?: string) => {
      const keys: string[] = []
      for await (const page of store.pages(prefix, after)) keys.push(...page.map(({ key }) => key))
      return keys.map((key) => key.slice(prefix.length))
    }
    expect(await read()).toEqual(['a/1', 'a/2', 'b', 'c/1'])
    expect(await read(`${prefix}a/1`)).toEqual(['a/2', 'b', 'c/1'])
    expect(await read(`${prefix}a/~`)).toEqual(['b', 'c/1'])
    expect(await read(`${prefix}z`)).toEqual([])
  })

  test('lists the files at the top of a prefix, and nothing of its folders', async () => {
    const { store } = await make()
    const prefix = fresh()
    for (const name of ['tokens/x', 'tokens_1.db', 'tokens_old/y', 'z'])
      await store.put(prefix + name, Buffer.from('x'))
    const top = await store.files(prefix)
    expect(top.map(({ key }) => key.slice(prefix.length))).toEqual(['tokens_1.db', 'z'])
    expect((await store.files(`${prefix}tokens_`)).map(({ sizeBytes }) => sizeBytes)).toEqual([1])
  })

  test('removes one object, and takes one that is gone for removed', async () => {
    const { store } = await make()
    const prefix = fresh()
    await store.put(`${prefix}a`, Buffer.from('x'))
    await store.put(`${prefix}ab`, Buffer.from('x'))
    await store.remove(`${prefix}a`)
    expect((await store.list(prefix)).map(({ key }) => key)).toEqual([`${prefix}ab`])
    await store.remove(`${prefix}a`)
  })

  test('tells the time of the store, of which its objects are dated', async () => {
    const { store } = await make()
    const key = `${fresh()}a`
    await store.put(key, Buffer.from('x'))
    const written = (await store.head(key))?.modifiedAt.getTime() ?? 0
    const later = (await store.now()).getTime()
    expect(later).toBeGreaterThanOrEqual(written)
    expect(later - written).toBeLessThan(180_000)
  })

  test('lets one of many write at once what all of them have read, or what stands nowhere yet', async () => {
    const { store } = await make()
    const key = `${fresh()}a`
    const many = Array.from({ length: 12 }, (_, nth) => Buffer.from(`writer ${nth}`))
    const created = await Promise.all(many.map((bytes) => store.create(key, bytes)))
    expect(created.filter((answer) => answer === 'created')).toHaveLength(1)
    const read = (await store.read(key))?.object.etag ?? ''
    const others = many.map((bytes) => Buffer.concat([bytes, Buffer.from(' again')]))
    const replaced = await Promise.all(others.map((bytes) => store.replace(key, bytes, read)))
    expect(replaced.filter((answer) => answer === 'replaced')).toHaveLength(1)
    const winner = others[replaced.indexOf('replaced')]
    expect(Buffer.from((await store.read(key))?.bytes ?? []).equals(winner ?? Buffer.of())).toBe(
      true,
    )
  })

  test('streams an object, and refuses it when it is not the one that was meant', async () => {
    const { store } = await make()
    const key = `${fresh()}a`
    const bytes = Buffer.alloc(300_000, 'snapproof')
    await store.put(key, bytes)
    const etag = (await store.head(key))?.etag ?? ''
    const chunks: Uint8Array[] = []
    for await (const chunk of (await store.stream(key, etag))?.chunks ?? []) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
    const other = store.stream(key, 'f'.repeat(32))
    await expect(other).rejects.toMatchObject({ name: 'Fault', code: 'contended' })
  })

  test('gives any part of an object, to the byte, and only of the object that was meant', async () => {
    const { store } = await make()
    const key = `${fresh()}a`
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 251))
    await store.put(key, bytes)
    const etag = (await store.head(key))?.etag ?? ''
    const parts = [
      [0, 1],
      [0, 100_000],
      [65_535, 65_537],
      [99_999, 100_000],
    ] as const
    for (const [start, end] of parts) {
      const chunks: Uint8Array[] = []
      for await (const chunk of (await store.range(key, { start, end, etag })) ?? []) {
        chunks.push(chunk)
      }
      expect(Buffer.concat(chunks).equals(bytes.subarray(start, end)), `${start}`).toBe(true)
    }
    const other = store.range(key, { start: 0, end: 9, etag: 'f'.repeat(32) })
    await expect(other).rejects.toMatchObject({ name: 'Fault', code: 'contended' })
    expect(await store.range(`${key}-none`, { start: 0, end: 9, etag })).toBeUndefined()
  })

  test('writes a stream whole, only where nothing stands, and never other bytes', async () => {
    const { store } = await make()
    const key = `${fresh()}a.db`
    const bytes = Buffer.alloc(3 * 1024 ** 2 + 1, 'a page of it ')
    const { sha256, sizeBytes } = termsFor(key, bytes)
    const given = (of: Buffer, isBroken = false) => ({
      chunks: (async function* pieces() {
        yield of.subarray(0, 1024 ** 2)
        if (isBroken) throw new Fault({ code: 'store-unreachable', why: 'Away.', mend: 'Wait.' })
        yield of.subarray(1024 ** 2)
      })(),
      sizeBytes,
      sha256,
    })
    const other = Buffer.from(bytes)
    other[17] = 0
    const contended = { name: 'Fault', code: 'contended' }
    await expect(store.createFrom(key, given(other))).rejects.toMatchObject(contended)
    const away = { name: 'Fault', code: 'store-unreachable' }
    await expect(store.createFrom(key, given(bytes, true))).rejects.toMatchObject(away)
    await expect(store.createFrom(key, given(bytes.subarray(1)))).rejects.toMatchObject({
      name: 'Fault',
    })
    expect(await store.head(key)).toBeUndefined()
    expect(await store.createFrom(key, given(bytes))).toBe('created')
    expect(await store.createFrom(key, given(bytes))).toBe('exists')
    const found = await store.stream(key)
    const hash = createHash('sha256')
    for await (const chunk of found?.chunks ?? []) hash.update(chunk)
    expect(hash.digest('hex')).toBe(sha256)
  })

  test('writes nothing outside the prefix', async () => {
    const { store } = await make()
    for (const key of ['users/1/photo.jpg', '../backups/x', 'backup/x', '']) {
      const mistake = { code: 'internal' }
      await expect(store.put(key, Buffer.from('x'))).rejects.toMatchObject(mistake)
      await expect(store.create(key, Buffer.from('x'))).rejects.toMatchObject(mistake)
      await expect(store.replace(key, Buffer.from('x'), '')).rejects.toMatchObject(mistake)
      const given = { chunks: (async function* none() {})(), sizeBytes: 0, sha256: '' }
      await expect(store.createFrom(key, given)).rejects.toMatchObject(mistake)
      await expect(store.remove(key)).rejects.toMatchObject(mistake)
      const address = store.uploadAddress(termsFor(key, Buffer.from('x')))
      await expect(address).rejects.toMatchObject(mistake)
    }
  })

  test('gives an upload address that takes the announced bytes once', async () => {
    const { store, upload } = await make()
    const bytes = Buffer.from('the announced bytes')
    const key = `${fresh()}a.db`
    const address = await store.uploadAddress(termsFor(key, bytes))
    expect(await upload(address, Buffer.from('some other bytes !!'))).toBe(400)
    expect(await upload(address, Buffer.from('longer than the announced bytes'))).toBe(403)
    expect(await store.head(key)).toBeUndefined()
    expect(await upload(address, bytes)).toBe(200)
    expect(await upload(address, bytes)).toBe(412)
    expect(text((await store.read(key))?.bytes)).toBe('the announced bytes')
  })
}
