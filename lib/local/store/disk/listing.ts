// Which keys of a bucket come next?

import { Refusal } from '../wire/refusal'
import { uriEncode } from '../wire/signature'
import { document, element } from '../wire/xml'

import { byteOrder } from './file-names'
import type { Bucket } from './folder'
import { findEntry, listKeys } from './objects'

/** As on Pacific and Reef, whatever is asked for. */
const pageLimit = 1000

/** Entries are small files; this many are read at a time. */
const readsAtOnce = 32

export type Item = { kind: 'key' | 'prefix'; text: string }

type Page = { items: Item[]; isTruncated: boolean }

const invalid = (message: string): Refusal => new Refusal(400, 'InvalidArgument', message)

const maxKeys = (text: string | null): number => {
  if (text === null) return pageLimit
  if (!/^\d{1,9}$/.test(text)) throw invalid('max-keys must be a number.')
  return Math.min(Number(text), pageLimit)
}

/** A token is the last item of the page before it, so it stays good whatever is deleted. */
const tokenOf = ({ kind, text }: Item): string =>
  Buffer.from(`${kind}:${text}`, 'utf8').toString('base64url')

const itemOf = (token: string): Item => {
  const [, kind, text] =
    /^(key|prefix):(.+)$/s.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? []
  if ((kind !== 'key' && kind !== 'prefix') || text === undefined)
    throw invalid('The continuation token is not one of this store.')
  return { kind, text }
}

const commonPrefix = (key: string, prefix: string, delimiter: string): string | undefined => {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : key.slice(0, at + delimiter.length)
}

/** Was this item on an earlier page, or is it before the place where the reader begins? */
const isPast = (item: Item, after: Item): boolean => {
  const isOfThatPrefix = after.kind === 'prefix' && item.text.startsWith(after.text)
  return isOfThatPrefix || byteOrder(item.text) <= byteOrder(after.text)
}

/** The next items in order. Keys that share a common prefix are one item together. */
export const pageOf = (
  keys: string[],
  asked: { prefix: string; delimiter: string; after: Item | undefined; limit: number },
): Page => {
  const { prefix, delimiter, after, limit } = asked
  const items: Item[] = []
  let previous: string | undefined
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue
    if (after !== undefined && isPast({ kind: 'key', text: key }, after)) continue
    const common = commonPrefix(key, prefix, delimiter)
    if (common !== undefined && common === previous) continue
    if (items.length === limit) return { items, isTruncated: limit > 0 }
    previous = common
    items.push(common === undefined ? { kind: 'key', text: key } : { kind: 'prefix', text: common })
  }
  return { items, isTruncated: false }
}

const contents = async (
  bucket: Bucket,
  keys: string[],
  write: (text: string) => string,
): Promise<string[]> => {
  const found: string[] = []
  for (let at = 0; at < keys.length; at += readsAtOnce) {
    const some = keys.slice(at, at + readsAtOnce)
    for (const entry of await Promise.all(some.map((key) => findEntry(bucket, key)))) {
      // Deleted while we were listing: then it is not in the list.
      if (entry === undefined) continue
      const { key, lastModifiedAt, md5, sizeBytes } = entry
      found.push(
        element('Key', write(key)) +
          element('LastModified', lastModifiedAt) +
          element('ETag', `"${md5}"`) +
          element('Size', sizeBytes) +
          element('StorageClass', 'STANDARD'),
      )
    }
  }
  return found.map((text) => `<Contents>${text}</Contents>`)
}

export const listPage = async (bucket: Bucket, query: URLSearchParams): Promise<string> => {
  const encoding = query.get('encoding-type') ?? undefined
  if (encoding !== undefined && encoding !== 'url') throw invalid('encoding-type can only be url.')
  const write = (text: string): string =>
    encoding === undefined ? text : text.split('/').map(uriEncode).join('/')
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const startAfter = query.get('start-after') ?? ''
  const token = query.get('continuation-token')
  const limit = maxKeys(query.get('max-keys'))
  const begin: Item | undefined = startAfter === '' ? undefined : { kind: 'key', text: startAfter }
  const after = token === null ? begin : itemOf(token)

  const page = pageOf(await listKeys(bucket), { prefix, delimiter, after, limit })
  const keys = page.items.filter(({ kind }) => kind === 'key').map(({ text }) => text)
  const prefixes = page.items.filter(({ kind }) => kind === 'prefix')
  const objects = await contents(bucket, keys, write)
  const last = page.isTruncated ? page.items.at(-1) : undefined
  const common = prefixes.map(
    ({ text }) => `<CommonPrefixes>${element('Prefix', write(text))}</CommonPrefixes>`,
  )
  return document(
    'ListBucketResult',
    element('Name', bucket.name) +
      element('Prefix', write(prefix)) +
      element('Delimiter', delimiter === '' ? undefined : write(delimiter)) +
      element('StartAfter', startAfter === '' ? undefined : write(startAfter)) +
      element('EncodingType', encoding) +
      element('ContinuationToken', token ?? undefined) +
      element('NextContinuationToken', last === undefined ? undefined : tokenOf(last)) +
      element('MaxKeys', limit) +
      element('KeyCount', objects.length + prefixes.length) +
      element('IsTruncated', String(page.isTruncated)) +
      objects.join('') +
      common.join(''),
  )
}
