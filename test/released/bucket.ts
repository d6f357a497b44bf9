/** What an earlier edition left in a bucket, as it was recorded with that edition's own steps. */
import { readFileSync } from 'node:fs'

import { z } from 'zod'

import type { Clock } from '../../lib/ports'
import { DatabasesFile } from '../../lib/rules/settings/databases'
import { memoryStore } from '../fakes/memory-store'
import type { MemoryStore } from '../fakes/memory-store'

const Recorded = z.strictObject({
  /** The one that everything in it is signed with. */
  secret: z.string(),
  /** When the recording ends, by the store's clock. */
  now: z.iso.datetime(),
  /** What lib/databases.ts said. */
  databases: DatabasesFile,
  objects: z.record(
    z.string(),
    z.strictObject({
      modifiedAt: z.iso.datetime(),
      etag: z.string(),
      text: z.string().optional(),
      base64: z.base64().optional(),
    }),
  ),
})
export type Recorded = z.infer<typeof Recorded>

/** `name` is that of a folder beside this file: `1` is the first edition. */
export const readBucket = (name: string): Recorded =>
  Recorded.parse(JSON.parse(readFileSync(`test/released/${name}/bucket.json`, 'utf8')))

export const bytesOf = ({ text, base64 = '' }: Recorded['objects'][string]): Buffer =>
  text === undefined ? Buffer.from(base64, 'base64') : Buffer.from(text)

/** Puts everything where it stood, with the times and etags it had there. */
export const fillStore = (store: MemoryStore, { objects }: Recorded): void => {
  for (const [key, recorded] of Object.entries(objects)) {
    const bytes = bytesOf(recorded)
    const { etag } = recorded
    const modifiedAt = new Date(recorded.modifiedAt)
    store.objects.set(key, { bytes, object: { key, sizeBytes: bytes.length, etag, modifiedAt } })
  }
}

export const storeOf = (recorded: Recorded, clock: Clock): MemoryStore => {
  const store = memoryStore(clock)
  fillStore(store, recorded)
  return store
}
