/**
 * What the store holds, what it held a few minutes ago, and who is told of every change.
 */
import { createHash } from 'node:crypto'

import type { StoredObject, UploadTerms } from '../../../lib/ports'
import type { Clocks } from '../clock'
import type { Task } from '../scheduler'

export type Content = { bytes: Buffer; object: StoredObject }

/** Who did it: a function by its name and its run, a host, a stranger. */
export type By = { role: string; name: string; task?: Task }

export type Change = {
  atMs: number
  by: By
  how: 'create' | 'replace' | 'put' | 'remove' | 'upload'
  key: string
  before: Content | undefined
  after: Content | undefined
}

export type Bucket = {
  objects: ReadonlyMap<string, Content>
  write(key: string, bytes: Uint8Array, how: Change['how'], by: By): void
  remove(key: string, by: By): void
  /** The objects under the prefix in key order, as they were so long ago. */
  view(prefix: string, agoMs: number): StoredObject[]
  openAddress(url: string, terms: UploadTerms): void
  /** What an upload that began then is answered when it ends now. */
  upload(url: string, bytes: Uint8Array, startedAtMs: number, by: By): number
  /** Called with every change, after it was made. */
  onChange(hear: (change: Change) => void): void
}

/** As long as a listing may lag behind. */
const rememberMs = 10 * 60_000

const hashOf = (algorithm: string, bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex')

/** Where the key stands among the sorted ones, or would. */
const placeOf = (keys: readonly string[], key: string): number => {
  let [from, to] = [0, keys.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((keys[middle] ?? '') < key) from = middle + 1
    else to = middle
  }
  return from
}

export const bucketOf = (clocks: Clocks): Bucket => {
  const objects = new Map<string, Content>()
  const keys: string[] = []
  const recent: Change[] = []
  const addresses = new Map<string, UploadTerms & { untilMs: number }>()
  const listeners: ((change: Change) => void)[] = []

  const set = (key: string, content: Content | undefined): void => {
    const place = placeOf(keys, key)
    const isThere = keys[place] === key
    if (content && !isThere) keys.splice(place, 0, key)
    if (!content && isThere) keys.splice(place, 1)
    if (content) objects.set(key, content)
    else objects.delete(key)
  }
  const change = (given: Omit<Change, 'atMs' | 'before'>): void => {
    const atMs = clocks.nowMs()
    const made: Change = { ...given, atMs, before: objects.get(given.key) }
    set(made.key, made.after)
    recent.push(made)
    while (recent[0] && recent[0].atMs < atMs - rememberMs) recent.shift()
    for (const hear of listeners) hear(made)
  }
  const write: Bucket['write'] = (key, given, how, by) => {
    const bytes = Buffer.from(given)
    // The store tells whole seconds.
    const modifiedAt = new Date(Math.floor(clocks.store.now().getTime() / 1000) * 1000)
    const object = { key, sizeBytes: bytes.length, etag: hashOf('md5', bytes), modifiedAt }
    change({ by, how, key, after: { bytes, object } })
  }
  const under = (prefix: string): Map<string, StoredObject> => {
    const found = new Map<string, StoredObject>()
    for (let place = placeOf(keys, prefix); place < keys.length; place += 1) {
      const key = keys[place] ?? ''
      if (!key.startsWith(prefix)) break
      const content = objects.get(key)
      if (content) found.set(key, content.object)
    }
    return found
  }
  return {
    objects,
    write,
    remove: (key, by) => {
      if (objects.has(key)) change({ by, how: 'remove', key, after: undefined })
    },
    view: (prefix, agoMs) => {
      const found = under(prefix)
      if (agoMs === 0) return [...found.values()]
      const asOfMs = clocks.nowMs() - agoMs
      for (const { atMs, key, before } of recent.toReversed()) {
        if (atMs <= asOfMs) break
        if (!key.startsWith(prefix)) continue
        if (before) found.set(key, before.object)
        else found.delete(key)
      }
      return [...found.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1))
    },
    openAddress: (url, terms) =>
      void addresses.set(url, {
        ...terms,
        untilMs: clocks.nowMs() + terms.expiresInSeconds * 1000,
      }),
    upload: (url, bytes, startedAtMs, by) => {
      const terms = addresses.get(url)
      if (!terms || startedAtMs > terms.untilMs) return 403
      if (objects.has(terms.key)) return 412
      if (bytes.length !== terms.sizeBytes) return 403
      if (hashOf('sha256', bytes) !== terms.sha256 || hashOf('md5', bytes) !== terms.md5) return 400
      write(terms.key, bytes, 'upload', by)
      return 200
    },
    onChange: (hear) => void listeners.push(hear),
  }
}
