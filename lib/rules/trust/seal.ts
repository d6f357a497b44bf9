/**
 * Did this installation write that? A DSSE envelope signed with Ed25519.
 *
 * The key is derived from the installation's secret, so there is nothing more to store; the
 * public key is shown on the status page and verifies an envelope without us.
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import * as z from 'zod'

import { deriveKey } from './tokens'

export type Envelope = {
  payloadType: string
  payload: string
  signatures: { keyid: string; sig: string }[]
}

/** RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

type Keys = { id: string; private: KeyObject; public: KeyObject }

/** Making a key costs more than signing with it, and an installation has one secret or two. */
const made = new Map<string, Keys>()

const keysOf = (secret: string): Keys => {
  const known = made.get(secret)
  if (known) return known
  const key = Buffer.concat([pkcs8Prefix, deriveKey(secret, 'entry signature')])
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  const id = deriveKey(secret, 'key id').toString('hex').slice(0, 8)
  const keys = { id, private: privateKey, public: createPublicKey(privateKey) }
  made.set(secret, keys)
  return keys
}

export const publicKeyPem = (secret: string): string =>
  keysOf(secret).public.export({ format: 'pem', type: 'spki' }).toString()

/** Tells which secret signed, and nothing else about it. */
export const sealKeyId = (secret: string): string => keysOf(secret).id

/** DSSE's pre-authentication encoding: what the signature really covers. */
export const preAuthEncoding = (payloadType: string, payload: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `),
    payload,
  ])

export const seal = (secret: string, payloadType: string, payload: Buffer): Envelope => ({
  payloadType,
  payload: payload.toString('base64'),
  signatures: [
    {
      keyid: sealKeyId(secret),
      sig: sign(null, preAuthEncoding(payloadType, payload), keysOf(secret).private).toString(
        'base64',
      ),
    },
  ],
})

/** The payload when one of the secrets signed it as this type; undefined for everything else. */
export const unseal = (
  secrets: readonly string[],
  payloadType: string,
  envelope: Envelope,
): Buffer | undefined => {
  if (envelope.payloadType !== payloadType) return undefined
  const payload = Buffer.from(envelope.payload, 'base64')
  const signed = preAuthEncoding(payloadType, payload)
  const holds = secrets.some((secret) => {
    const publicKey = keysOf(secret).public
    return envelope.signatures.some(
      ({ keyid, sig }) =>
        keyid === sealKeyId(secret) && verify(null, signed, publicKey, Buffer.from(sig, 'base64')),
    )
  })
  return holds ? payload : undefined
}

/**
 * No file that we sign comes near this. What is larger was put there by somebody else, and reading it
 * would only cost a function its memory.
 */
export const largestOwnBytes = 64 * 1024 ** 2

/** We write one signature; a second one may be somebody's own. Each costs a verification. */
const mostSignatures = 4

const EnvelopeShape = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })).max(mostSignatures),
})

export const readEnvelope = (bytes: Uint8Array): Envelope | undefined =>
  EnvelopeShape.safeParse(parseJson(Buffer.from(bytes))).data

/** Undefined for what is no JSON. */
export const parseJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
