/** A Store in memory, held to the same contract as the real ones. */
import { createHash } from 'node:crypto'

import { asAnnounced } from '../../lib/adapters/spaces/streamed'
import { Fault } from '../../lib/faults'
import type { AppObjects, Clock, Store, StoredObject, UploadTerms } from '../../lib/ports'
import { largestOwnBytes } from '../../lib/rules/trust/seal'

export type MemoryStore = Store & {
  objects: Map<string, { bytes: Buffer; object: StoredObject }>
  /** What the Droplet does with an upload address; answers with the store's status. */
  upload(url: string, bytes: Uint8Array): number
  /** What the app does in its own part of the bucket. */
  app: {
    put(key: string, bytes: Uint8Array): void
    remove(key: string): void
    /** From now on anybody may read it. */
    publish(key: string): void
    /** From now on nobody may who has no key. */
    withdraw(key: string): void
  }
  /** The same bucket, for who may only list and read. */
  appObjects: AppObjects
  /** The next calls of this name throw, as a store that is away does. */
  failNext(method: keyof Store, times?: number): void
}

/** As the stores do. */
const pageLimit = 1000

export const away = (): Fault =>
  new Fault({ code: 'store-unreachable', why: 'The store is away.', mend: 'Wait.' })

export const replaced = (): Fault =>
  new Fault({ code: 'contended', why: 'The object was replaced.', mend: 'Wait.' })

export const memoryStore = (clock: Clock): MemoryStore => {
  const objects: MemoryStore['objects'] = new Map()
  const failing = new Map<keyof Store, number>()
  const addresses = new Map<string, UploadTerms & { untilMs: number }>()

  const within = (key: string): void => {
    if (key.startsWith('backups/')) return
    throw new Fault({ code: 'internal', why: `${key} is outside.`, mend: 'Report it.' })
  }
  const enter = (method: keyof Store): Promise<void> => {
    const left = failing.get(method) ?? 0
    failing.set(method, left - 1)
    return left > 0 ? Promise.reject(away()) : Promise.resolve()
  }
  const hash = (algorithm: string, bytes: Uint8Array) =>
    createHash(algorithm).update(bytes).digest('hex')
  const write = (key: string, given: Uint8Array): void => {
    const bytes = Buffer.from(given)
    const etag = hash('md5', bytes)
    // The store tells whole seconds.
    const modifiedAt = new Date(Math.floor(clock.now().getTime() / 1000) * 1000)
    objects.set(key, { bytes, object: { key, sizeBytes: bytes.length, etag, modifiedAt } })
  }

  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
  const under = (prefix: string): StoredObject[] =>
    [...objects.values()]
      .filter(({ object }) => object.key.startsWith(prefix))
      .map(({ object }) => ({ object, place: Buffer.from(object.key) }))
      .toSorted((a, b) => Buffer.compare(a.place, b.place))
      .map(({ object }) => object)

  const published = new Set<string>()
  const theirs = (key: string): void => {
    if (key.startsWith('backups/')) throw new Error(`${key} is none of the app’s`)
  }

  const store: Omit<MemoryStore, 'appObjects'> = {
    objects,
    app: {
      put: (key, bytes) => {
        theirs(key)
        write(key, bytes)
      },
      remove: (key) => {
        theirs(key)
        objects.delete(key)
      },
      publish: (key) => void published.add(key),
      withdraw: (key) => void published.delete(key),
    },
    failNext: (method, times = 1) => void failing.set(method, times),
    upload: (url, bytes) => {
      const terms = addresses.get(url)
      if (!terms || clock.now().getTime() > terms.untilMs) return 403
      if (objects.has(terms.key)) return 412
      if (bytes.length !== terms.sizeBytes) return 403
      if (hash('sha256', bytes) !== terms.sha256 || hash('md5', bytes) !== terms.md5) return 400
      write(terms.key, bytes)
      return 200
    },
    list: async (prefix) => {
      await enter('list')
      return under(prefix)
    },
    pages: async function* pages(prefix, after = '') {
      const left = under(prefix).filter(({ key }) => byBytes(after, key) < 0)
      do {
        await enter('pages')
        yield left.splice(0, pageLimit)
      } while (left.length > 0)
    },
    files: async (prefix) => {
      await enter('files')
      return under(prefix).filter(({ key }) => !key.slice(prefix.length).includes('/'))
    },
    now: async () => {
      await enter('now')
      return clock.now()
    },
    remove: async (key) => {
      within(key)
      await enter('remove')
      objects.delete(key)
    },
    head: async (key) => {
      await enter('head')
      return objects.get(key)?.object
    },
    read: async (key) => {
      await enter('read')
      const found = objects.get(key)
      const isOurs = found && found.bytes.length <= largestOwnBytes
      return found && { ...found, bytes: isOurs ? found.bytes : Buffer.alloc(0) }
    },
    stream: async (key, etag) => {
      await enter('stream')
      const found = objects.get(key)
      if (!found) return undefined
      if (etag !== undefined && etag !== found.object.etag) throw replaced()
      async function* chunks() {
        yield* [found?.bytes ?? Buffer.alloc(0)]
      }
      return { chunks: chunks(), object: found.object }
    },
    range: async (key, { start, end, etag }) => {
      await enter('range')
      const found = objects.get(key)
      if (!found) return undefined
      if (etag !== found.object.etag) throw replaced()
      async function* chunks() {
        yield* [found?.bytes.subarray(start, end) ?? Buffer.alloc(0)]
      }
      return chunks()
    },
    create: async (key, bytes) => {
      within(key)
      await enter('create')
      if (objects.get(key)?.bytes.equals(bytes)) return 'created'
      if (objects.has(key)) return 'exists'
      write(key, bytes)
      return 'created'
    },
    createFrom: async (key, { chunks, sizeBytes, sha256 }) => {
      within(key)
      await enter('createFrom')
      if (objects.has(key)) return 'exists'
      const parts: Uint8Array[] = []
      for await (const part of asAnnounced(chunks, sha256)) parts.push(part)
      const bytes = Buffer.concat(parts)
      if (bytes.length !== sizeBytes) throw away()
      if (objects.has(key)) return 'exists'
      write(key, bytes)
      return 'created'
    },
    replace: async (key, bytes, etag) => {
      within(key)
      await enter('replace')
      if (objects.get(key)?.bytes.equals(bytes)) return 'replaced'
      if (objects.get(key)?.object.etag !== etag) return 'changed'
      write(key, bytes)
      return 'replaced'
    },
    put: async (key, bytes) => {
      within(key)
      await enter('put')
      write(key, bytes)
    },
    uploadAddress: async (terms) => {
      within(terms.key)
      await enter('uploadAddress')
      const url = `memory:put:${terms.key}:${addresses.size}`
      addresses.set(url, {
        ...terms,
        untilMs: clock.now().getTime() + terms.expiresInSeconds * 1000,
      })
      return { url, headers: { 'x-amz-content-sha256': terms.sha256 } }
    },
    downloadAddress: async ({ key }) => {
      within(key)
      await enter('downloadAddress')
      return `memory:get:${key}`
    },
  }
  const { pages, stream, range } = store
  const isOpenToAnyone: AppObjects['isOpenToAnyone'] = async (key) => {
    if (key === undefined) return false
    return objects.has(key) ? published.has(key) : undefined
  }
  return { ...store, appObjects: { pages, stream, range, isOpenToAnyone } }
}
