/** Bytes under this installation's signature: whatever we rely on later is stored like this. */
import type * as z from 'zod'

import { Fault } from '../../faults'
import type { Settings, Tools } from '../../ports'
import { readEnvelope, seal, unseal } from '../../rules/trust/seal'
import { readPayload, storedOf } from '../../rules/trust/stored'

export const sealBytes = ({ secrets }: Settings, payloadType: string, payload: Buffer): Buffer =>
  Buffer.from(`${JSON.stringify(seal(secrets.current, payloadType, payload))}\n`)

/** Undefined for whatever this installation did not sign as this type. */
export const openSealed = (
  { secrets }: Settings,
  payloadType: string,
  bytes: Uint8Array,
): Buffer | undefined => {
  const envelope = readEnvelope(bytes)
  const known = [secrets.current, ...(secrets.previous === undefined ? [] : [secrets.previous])]
  return envelope && unseal(known, payloadType, envelope)
}

/** What stands under a key: its type, as it is signed, and what it has to look like. */
export type Kept<Value> = { key: string; type: string; shape: z.ZodType<Value> }

/**
 * Undefined for what is not there, not ours, or does not read as that: then it is made anew. What a
 * newer build wrote is a Fault: to begin it anew would forget what that one knows.
 */
export const readSealed = async <Value>(
  { store, settings }: Tools,
  { key, type, shape }: Kept<Value>,
): Promise<{ value: Value | undefined; etag: string } | undefined> => {
  const found = await store.read(key)
  if (!found) return undefined
  const payload = openSealed(settings, type, found.bytes)
  const read = payload && readPayload(payload, shape)
  if (read?.is === 'newer') throw newerFault(key)
  return { value: read?.is === 'read' ? read.value : undefined, etag: found.object.etag }
}

export const newerFault = (what: string): Fault =>
  new Fault({
    code: 'newer-format',
    why: `${what} was written by a newer Snapproof, and this one cannot read it.`,
    mend: 'Deploy the newer one. Nothing was changed or deleted.',
  })

export const sealValue = (settings: Settings, type: string, value: object): Buffer =>
  sealBytes(settings, type, Buffer.from(JSON.stringify(storedOf(value))))
