/**
 * What is kept beside the copies of a database, in two places: which of it does the one hold and the other not?
 * By their listings, side by side: a page of each in memory, and nothing is read.
 */
import type { Store, StoredObject, Tools } from '../../ports'
import { contentsPrefix } from '../../rules/copy/snapshot'
import { kindNamed } from '../../rules/kinds/kinds'
import { own } from '../../rules/plain/own'

type Paged = Pick<Store, 'pages'>

/** By the day and the hash, as we name them; what else stands there is nobody's. */
const keptPattern = /^\d{4}-\d\d-\d\d\/[0-9a-f]{64}\.gz$/

/** What it is called in an inventory, such as `2026-11-30/<SHA-256>`; undefined for what is not one. */
export const keptOf = (key: string, prefix: string): string | undefined => {
  const name = key.slice(prefix.length)
  return keptPattern.test(name) ? name.slice(0, -'.gz'.length) : undefined
}

/** Of a database that is not listed any more nobody knows whether there are any. */
export const mayHaveContents = (
  database: string,
  { settings }: Pick<Tools, 'settings'>,
): boolean => {
  const said = own(settings.databases, database)
  return said === undefined || kindNamed(said.kind)?.contentsMs !== undefined
}

async function* contentsIn(
  store: Paged,
  prefix: string,
  after: string | undefined,
): AsyncGenerator<StoredObject> {
  for await (const page of store.pages(prefix, after))
    for (const object of page) if (keptOf(object.key, prefix) !== undefined) yield object
}

export type Pair = { kept: string; object: StoredObject; other: StoredObject | undefined }

/** Each content of `here`, and what stands under its name in the other place; from behind `after` on, page by page. */
export async function* sideBySide(
  { here, there }: { here: Paged; there: Paged },
  { prefix, after }: { prefix: string; after?: string | undefined },
): AsyncGenerator<Pair[]> {
  // Behind a content, or before all of a day: a point comes before the slash.
  const from = after === undefined ? undefined : `${prefix}${after}.gz`
  const others = contentsIn(there, prefix, from)
  try {
    let next = await others.next()
    for await (const page of here.pages(prefix, from)) {
      const pairs: Pair[] = []
      for (const object of page) {
        const kept = keptOf(object.key, prefix)
        if (kept === undefined) continue
        while (!next.done && next.value.key < object.key) next = await others.next()
        const other = !next.done && next.value.key === object.key ? next.value : undefined
        pairs.push({ kept, object, other })
      }
      yield pairs
    }
  } finally {
    await others.return(undefined)
  }
}

const md5Pattern = /^[0-9a-f]{32}$/

/** Are these the same bytes, as far as two listings can tell? An ETag that is no MD5 tells nothing. */
export const looksSame = (object: StoredObject, other: StoredObject): boolean => {
  const areMd5 = md5Pattern.test(object.etag) && md5Pattern.test(other.etag)
  return object.sizeBytes === other.sizeBytes && (!areMd5 || object.etag === other.etag)
}

/** The pairs of a page of which the other place lacks its part, or holds something else. */
export const lackingIn = (pairs: readonly Pair[]): Pair[] =>
  pairs.filter(({ object, other }) => !other || !looksSame(object, other))

/** How many `there` lacks of what stands `here`, and their bytes. */
export const countLacking = async (
  places: { here: Paged; there: Paged },
  database: string,
  { settings }: Pick<Tools, 'settings'>,
): Promise<{ count: number; bytes: number }> => {
  const sum = { count: 0, bytes: 0 }
  const prefix = contentsPrefix(settings.prefix, database)
  for await (const pairs of sideBySide(places, { prefix }))
    for (const { object } of lackingIn(pairs)) {
      sum.count += 1
      sum.bytes += object.sizeBytes
    }
  return sum
}
