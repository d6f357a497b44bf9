import { createPublicKey, verify } from 'node:crypto'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  largestOwnBytes,
  parseJson,
  preAuthEncoding,
  publicKeyPem,
  readEnvelope,
  seal,
  sealKeyId,
  unseal,
} from '../../../lib/rules/trust/seal'
import type { Envelope } from '../../../lib/rules/trust/seal'
import { casesOf } from '../../cases'
import { otherSecret, secret } from '../../fixtures/told/entries'

const type = 'application/vnd.in-toto+json'
const payload = Buffer.from('{"a":"ä"}')
const envelope = seal(secret, type, payload)
const [signature = { keyid: '', sig: '' }] = envelope.signatures

const payloads = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
const types = fc.string({ unit: 'grapheme' })

const flip = (bytes: Buffer, bit: number): Buffer => {
  const changed = Buffer.from(bytes)
  const place = Math.floor(bit / 8)
  changed.writeUInt8(changed.readUInt8(place) ^ (1 << (bit % 8)), place)
  return changed
}

/** The same content with each bit turned round, one at a time. */
const flips = (base64: string): string[] => {
  const bytes = Buffer.from(base64, 'base64')
  return Array.from({ length: bytes.length * 8 }, (_, bit) => flip(bytes, bit).toString('base64'))
}

const opened = (changed: Envelope, secrets = [secret], wanted = type): Buffer | undefined =>
  unseal(secrets, wanted, changed)

describe('preAuthEncoding', () => {
  test('gives the example of the DSSE specification', () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'))
    expect(encoded.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
  })

  test('counts bytes, not signs', () => {
    expect(preAuthEncoding('ä', Buffer.from('€')).toString()).toBe('DSSEv1 2 ä 3 €')
  })

  test('is never the same for two different pairs of type and payload', () => {
    fc.assert(
      fc.property(types, payloads, types, payloads, (type1, payload1, type2, payload2) => {
        const isSame = type1 === type2 && payload1.equals(payload2)
        const encoded = preAuthEncoding(type1, payload1)
        expect(encoded.equals(preAuthEncoding(type2, payload2))).toBe(isSame)
      }),
    )
  })

  test('keeps a space in the type apart from the payload', () => {
    const one = preAuthEncoding('a 1', Buffer.from('b'))
    const other = preAuthEncoding('a', Buffer.from('1 b'))
    expect(one.equals(other)).toBe(false)
  })
})

describe('a sealed envelope', () => {
  test('has the form of DSSE', () => {
    expect(envelope).toMatchInlineSnapshot(`
      {
        "payload": "eyJhIjoiw6QifQ==",
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [
          {
            "keyid": "aa3ebc4b",
            "sig": "jRIsi8zQ3lRX+KqEKXRQ2j9BxpSl9e9/0XxnvtRifvh2/mN+kYCk6g5/JFIjnCAdc7o7eaz5zL/1mUWXEdQ6Dw==",
          },
        ],
      }
    `)
  })

  test('gives back any payload of any type', () => {
    fc.assert(
      fc.property(payloads, types, (some, named) => {
        expect(unseal([secret], named, seal(secret, named, some))).toEqual(some)
      }),
      { numRuns: casesOf(50) },
    )
  })

  test('is verified by the public key alone, without us', () => {
    fc.assert(
      fc.property(payloads, (some) => {
        const { payload: content, signatures } = seal(secret, type, some)
        const bytes = Buffer.from(content, 'base64')
        const header = Buffer.from(`DSSEv1 ${type.length} ${type} ${bytes.length} `)
        const key = createPublicKey(publicKeyPem(secret))
        const sig = Buffer.from(signatures[0]?.sig ?? '', 'base64')
        expect(key.asymmetricKeyType).toBe('ed25519')
        expect(verify(null, Buffer.concat([header, bytes]), key, sig)).toBe(true)
        expect(bytes).toEqual(some)
      }),
      { numRuns: casesOf(50) },
    )
  })

  test('with any bit of its payload turned round is not ours', () => {
    const changed = flips(envelope.payload)
    expect(changed).toHaveLength(payload.length * 8)
    expect(changed.filter((text) => opened({ ...envelope, payload: text }))).toEqual([])
  })

  test('with any bit of its signature turned round is not ours', () => {
    const changed = flips(signature.sig)
    const withSig = (sig: string) => ({ ...envelope, signatures: [{ ...signature, sig }] })
    expect(changed).toHaveLength(64 * 8)
    expect(changed.filter((sig) => opened(withSig(sig)))).toEqual([])
  })

  test('with any sign of its key id changed is not ours', () => {
    for (let place = 0; place < signature.keyid.length; place += 1) {
      const sign = signature.keyid[place] === '0' ? '1' : '0'
      const keyid = signature.keyid.slice(0, place) + sign + signature.keyid.slice(place + 1)
      expect(opened({ ...envelope, signatures: [{ ...signature, keyid }] })).toBeUndefined()
    }
  })

  test('whose type was changed is not ours, whichever type is asked for', () => {
    for (let place = 0; place < type.length; place += 1) {
      const changed = `${type.slice(0, place)}X${type.slice(place + 1)}`
      expect(opened({ ...envelope, payloadType: changed })).toBeUndefined()
      expect(opened({ ...envelope, payloadType: changed }, [secret], changed)).toBeUndefined()
    }
  })

  test('of one type does not pass for another', () => {
    expect(opened(envelope, [secret], 'text/plain')).toBeUndefined()
  })

  test('whose text was changed in any way gives the true payload or nothing', () => {
    const places = fc.nat({ max: envelope.payload.length })
    fc.assert(
      fc.property(places, fc.string({ maxLength: 3 }), fc.nat({ max: 3 }), (place, put, cut) => {
        const { payload: text } = envelope
        const changed = text.slice(0, place) + put + text.slice(place + cut)
        expect([payload, undefined]).toContainEqual(opened({ ...envelope, payload: changed }))
      }),
    )
  })

  test.each([
    { name: 'no signature', signatures: [] },
    { name: 'an empty signature', signatures: [{ ...signature, sig: '' }] },
    {
      name: 'a signature that is cut',
      signatures: [{ ...signature, sig: signature.sig.slice(0, 40) }],
    },
    { name: 'a signature that is no base64', signatures: [{ ...signature, sig: 'ß€' }] },
    {
      name: 'a foreign signature under our key id',
      signatures: [
        { keyid: signature.keyid, sig: seal(otherSecret, type, payload).signatures[0]?.sig ?? '' },
      ],
    },
  ])('with $name is not ours', ({ signatures }) => {
    expect(opened({ ...envelope, signatures })).toBeUndefined()
  })

  test('stays ours when somebody else signed it as well', () => {
    const foreign = seal(otherSecret, type, payload).signatures
    const both = { ...envelope, signatures: [...foreign, ...envelope.signatures] }
    expect(opened(both)).toEqual(payload)
    expect(opened(both, [otherSecret])).toEqual(payload)
  })
})

describe('a secret', () => {
  test.each([
    { name: 'the one that signed', secrets: [secret], isRead: true },
    {
      name: 'the one that signed, before the present one',
      secrets: [otherSecret, secret],
      isRead: true,
    },
    { name: 'the same twice', secrets: [secret, secret], isRead: true },
    { name: 'another', secrets: [otherSecret], isRead: false },
    { name: 'none', secrets: [], isRead: false },
  ])('opens the envelope, being $name: $isRead', ({ secrets, isRead }) => {
    expect(opened(envelope, secrets) !== undefined).toBe(isRead)
  })

  test('has one public key and one key id, and no two secrets share them', () => {
    expect(publicKeyPem(secret)).toBe(publicKeyPem(secret))
    expect(publicKeyPem(secret)).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
    expect(publicKeyPem(otherSecret)).not.toBe(publicKeyPem(secret))
    expect(sealKeyId(secret)).toMatch(/^[0-9a-f]{8}$/)
    expect(sealKeyId(otherSecret)).not.toBe(sealKeyId(secret))
  })

  test('of any other installation does not open it', () => {
    fc.assert(
      fc.property(fc.string(), (foreign) => {
        fc.pre(foreign !== secret)
        expect(opened(envelope, [foreign])).toBeUndefined()
      }),
      { numRuns: casesOf(50) },
    )
  })
})

describe('an envelope', () => {
  test.each([
    { name: 'nothing', text: '' },
    { name: 'no JSON', text: '<?xml version="1.0"?>' },
    { name: 'no signatures', text: '{"payloadType":"a","payload":"b"}' },
    {
      name: 'a signature of no form',
      text: '{"payloadType":"a","payload":"b","signatures":["c"]}',
    },
    { name: 'a payload that is no text', text: '{"payloadType":"a","payload":1,"signatures":[]}' },
  ])('is not read from $name', ({ text }) => {
    expect(readEnvelope(Buffer.from(text))).toBeUndefined()
  })

  test('is nothing of more than 64 MiB: what is larger is not even read', () => {
    expect(largestOwnBytes).toBe(67_108_864)
  })

  test('is not read with more signatures than anybody needs: each costs a verification', () => {
    const signed = seal(secret, type, payload)
    const foreign = seal(otherSecret, type, payload).signatures
    const times = (count: number) => ({
      ...signed,
      signatures: [
        ...Array.from({ length: count - 1 }, () => foreign).flat(),
        ...signed.signatures,
      ],
    })
    const read = (count: number) => readEnvelope(Buffer.from(JSON.stringify(times(count))))
    expect(read(4)).toEqual(times(4))
    expect(read(5)).toBeUndefined()
  })

  test('is read or refused from any bytes at all, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(readEnvelope(bytes)).toBeUndefined()
        },
      ),
    )
  })

  test('of any payload, written down and read again, is the same', () => {
    fc.assert(
      fc.property(payloads, types, (some, named) => {
        const sealed = seal(secret, named, some)
        expect(readEnvelope(Buffer.from(`${JSON.stringify(sealed)}\n`))).toEqual(sealed)
      }),
      { numRuns: casesOf(50) },
    )
  })
})

describe('parseJson', () => {
  test.each([
    { text: '', value: undefined },
    { text: '{', value: undefined },
    { text: '<?xml version="1.0"?>', value: undefined },
    { text: 'null', value: null },
    { text: ' {"a":"ä"}\n', value: { a: 'ä' } },
  ])('reads $text', ({ text, value }) => {
    expect(parseJson(Buffer.from(text))).toEqual(value)
  })
})
