/** A copy that is being taken: what an earlier run wrote of it, for the next one to go on with. */
import { createHash } from 'node:crypto'

import * as z from 'zod'

import type { Tools } from '../../ports'
import { stateKey } from '../../rules/copy/snapshot'
import { shapeOf } from '../../rules/trust/stored'
import { readSealed, sealValue } from '../bucket/sealed'

const Begun = shapeOf({
  takenAt: z.iso.datetime(),
  /** The last key that was written, and how many were. */
  after: z.string(),
  lines: z.int().nonnegative(),
  /** What stands beside it, whole. */
  sha256: z.string(),
  /** The copy that it goes on from, and what was expected: of another one nothing is gone on with. */
  from: z.string().optional(),
  expectations: z.string(),
})
export type Begun = z.infer<typeof Begun>

const type = 'application/vnd.snapproof.taking+json'

const keysOf = ({ settings }: Tools, database: string) => ({
  state: stateKey(settings.prefix, `${database}/taking.json`),
  part: stateKey(settings.prefix, `${database}/taking.part`),
})

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const partOf = async ({ store }: Tools, key: string): Promise<Uint8Array | undefined> => {
  const found = await store.stream(key)
  if (!found) return undefined
  const parts: Uint8Array[] = []
  for await (const chunk of found.chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

/** Undefined where nothing is under way, or what stands there is not what we wrote. */
export const readBegun = async (
  tools: Tools,
  database: string,
): Promise<(Begun & { bytes: Uint8Array }) | undefined> => {
  const keys = keysOf(tools, database)
  const state = await readSealed(tools, { key: keys.state, type, shape: Begun })
  // It has come to its end, and its part may lie there still.
  if (!state?.value || state.value.lines === 0) return undefined
  const bytes = await partOf(tools, keys.part)
  return bytes && sha256Of(bytes) === state.value.sha256 ? { ...state.value, bytes } : undefined
}

/** The part first: a state that says more than there is would only be begun anew. */
export const writeBegun = async (
  tools: Tools,
  database: string,
  { bytes, ...begun }: Omit<Begun, 'sha256'> & { bytes: Uint8Array },
): Promise<void> => {
  const keys = keysOf(tools, database)
  await tools.store.put(keys.part, bytes)
  const state = { ...begun, sha256: sha256Of(bytes) }
  await tools.store.put(keys.state, sealValue(tools.settings, type, state))
}

/** It has come to its end: what lies there is worth nothing any more, and is not deleted by us. */
export const endBegun = (tools: Tools, database: string, begun: Begun): Promise<void> =>
  writeBegun(tools, database, { ...begun, lines: 0, bytes: new Uint8Array() })
