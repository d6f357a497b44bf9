/**
 * What a copy tells of and does not hold: where is its content kept, and what is it, when somebody wants it
 * back? Each stands by the day and its hash; a new day begins anew, so that no copy that is being taken refers
 * to what retention is just letting go of.
 */
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'

import type { TakeOrder, Tools } from '../../ports'
import { contentKey } from '../../rules/copy/snapshot'

const dayOf = (at: Date): string => at.toISOString().slice(0, 10)

/** `now`: the store's clock. */
export const keeperOf =
  ({ store, settings }: Tools, database: string, now: Date): NonNullable<TakeOrder['keep']> =>
  async ({ sha256, bytes }) => {
    const kept = `${dayOf(now)}/${sha256}`
    // That it stands there already is as good.
    await store.create(contentKey(settings.prefix, database, kept), gzipSync(bytes))
    return kept
  }

/** Larger than anything that is kept; unpacked no more than this is believed. */
const largestBytes = 32 * 1024 ** 2

const unpacked = (packed: Uint8Array): Buffer | undefined => {
  try {
    return gunzipSync(packed, { maxOutputLength: largestBytes })
  } catch {
    return undefined
  }
}

/** What is packed in it, where it is the content of this name. */
export const contentOf = (kept: string, packed: Uint8Array): Buffer | undefined => {
  const bytes = unpacked(packed)
  const sha256 = bytes && createHash('sha256').update(bytes).digest('hex')
  return kept.endsWith(`/${sha256}`) ? bytes : undefined
}

export type KeptContent = { is: 'whole'; bytes: Buffer } | { is: 'damaged' } | { is: 'gone' }

/** What is kept under this name, held against the hash in it. */
export const readKept = async (
  { store, settings }: Tools,
  database: string,
  kept: string,
): Promise<KeptContent> => {
  const found = await store.read(contentKey(settings.prefix, database, kept))
  if (!found) return { is: 'gone' }
  const bytes = contentOf(kept, found.bytes)
  return bytes ? { is: 'whole', bytes } : { is: 'damaged' }
}
