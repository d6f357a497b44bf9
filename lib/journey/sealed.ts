import type { Settings } from '../ports'
import { readEnvelope, seal, unseal } from '../rules/seal'

/** Bytes under this installation's signature: whatever we rely on later is stored like this. */
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
