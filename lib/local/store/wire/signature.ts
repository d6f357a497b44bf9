// Was this request signed by the holder of the key, for this moment and exactly as it came?

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

import { minuteMs, secondMs, weekMs } from '../../../rules/plain/time-units'

import { Refusal, denied } from './refusal'
import type { Target } from './target'

export type Keys = { accessKey: string; secretKey: string }

export type Signed = {
  /** The SHA-256 the body must have, or UNSIGNED-PAYLOAD. Never a header nobody signed. */
  payload: string
  isPresigned: boolean
}

type Claim = {
  algorithm: string
  credential: string
  signedHeaders: string
  signature: string
  at: string
}

const skewMs = 15 * minuteMs
const longestExpirySeconds = weekMs / secondMs
export const unsignedPayload = 'UNSIGNED-PAYLOAD'

const mismatch = (message: string): Refusal => new Refusal(403, 'SignatureDoesNotMatch', message)

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex')

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text, 'latin1').digest()

export const uriEncode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const instant = (text: string): number => {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  if (second === undefined) throw denied('The request carries no usable X-Amz-Date.')
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

const presignedClaim = (target: Target, now: number): Claim => {
  const take = (name: string): string => {
    const [value, another] = target.query.getAll(name)
    if (value === undefined || another !== undefined)
      throw denied(`A presigned address carries ${name} exactly once.`)
    return value
  }
  const expires = take('X-Amz-Expires')
  const expiresSeconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0
  if (expiresSeconds < 1 || expiresSeconds > longestExpirySeconds)
    throw denied('X-Amz-Expires must be between one second and seven days.')
  const at = take('X-Amz-Date')
  const signedAt = instant(at)
  if (now > signedAt + expiresSeconds * 1000) throw denied('Request has expired.')
  // Gateways take an address dated in the future, so a wrong clock at the signer lengthens it.
  if (now < signedAt - skewMs) throw denied('The address is dated in the future.')
  return {
    algorithm: take('X-Amz-Algorithm'),
    credential: take('X-Amz-Credential'),
    signedHeaders: take('X-Amz-SignedHeaders'),
    signature: take('X-Amz-Signature'),
    at,
  }
}

const headerClaim = (target: Target, authorization: string, now: number): Claim => {
  const [, algorithm = '', credential = '', signedHeaders = '', signature = ''] =
    /^(\S+) +Credential=([^, ]+),\s*SignedHeaders=([^, ]+),\s*Signature=([0-9a-f]+)$/.exec(
      authorization,
    ) ?? []
  const at = target.header('x-amz-date') ?? ''
  if (Math.abs(now - instant(at)) > skewMs)
    throw new Refusal(403, 'RequestTimeTooSkewed', 'The clocks differ by more than 15 minutes.')
  return { algorithm, credential, signedHeaders, signature, at }
}

/** What a holder may add to a presigned address unsigned, some engines honour and some refuse. */
const mustBeSigned = (name: string, isPresigned: boolean): boolean =>
  name === 'host' || name.startsWith('x-amz-') || (isPresigned && name === 'content-type')

const canonicalQuery = (target: Target): string =>
  target.pairs
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [uriEncode(name), uriEncode(value)].join('\n'))
    .sort()
    .map((pair) => pair.replace('\n', '='))
    .join('&')

const stringToSign = (
  target: Target,
  claim: { signedHeaders: string; at: string; scope: string; payload: string },
): string => {
  const headers = claim.signedHeaders.split(';').map((name) => {
    const value = target.header(name)
    if (value === undefined) throw mismatch(`The signed header ${name} is missing.`)
    return `${name}:${value.trim().replace(/ +/g, ' ')}\n`
  })
  const canonical = [
    target.method,
    target.path.split('/').map(uriEncode).join('/'),
    canonicalQuery(target),
    headers.join(''),
    claim.signedHeaders,
    claim.payload,
  ].join('\n')
  return ['AWS4-HMAC-SHA256', claim.at, claim.scope, sha256(canonical)].join('\n')
}

/**
 * Proves that the holder of the secret meant this very request, or throws a Refusal.
 *
 * The region of the scope is taken as it comes, as gateways do; everything else must fit.
 */
export const verifySignature = (target: Target, keys: Keys, now: Date): Signed => {
  const authorization = target.header('authorization')
  const isPresigned = target.query.has('X-Amz-Signature')
  if (authorization === undefined && !isPresigned)
    throw denied('Every request must be signed (AWS4-HMAC-SHA256); nothing here is public.')
  if (authorization !== undefined && isPresigned)
    throw denied('The request is signed twice, in its headers and in its address.')
  const claim =
    authorization === undefined
      ? presignedClaim(target, now.getTime())
      : headerClaim(target, authorization, now.getTime())
  if (claim.algorithm !== 'AWS4-HMAC-SHA256') throw denied('Sign with AWS4-HMAC-SHA256.')

  const [accessKey, day = '', region = '', service, end, more] = claim.credential.split('/')
  if (service !== 's3' || end !== 'aws4_request' || more !== undefined || !claim.at.startsWith(day))
    throw denied('The credential scope must be <day>/<region>/s3/aws4_request.')
  if (accessKey !== keys.accessKey)
    throw new Refusal(403, 'InvalidAccessKeyId', 'The store does not know this access key.')

  const signed = new Set(claim.signedHeaders.split(';'))
  for (const name of ['host', ...target.headerNames])
    if (mustBeSigned(name, isPresigned) && !signed.has(name))
      throw denied(`The header ${name} must be signed.`)

  const payload = target.header('x-amz-content-sha256') ?? (isPresigned ? unsignedPayload : '')
  const scope = [day, region, service, end].join('/')
  const { signedHeaders, at } = claim
  const text = stringToSign(target, { signedHeaders, at, scope, payload })
  const key = [region, service, end].reduce(hmac, hmac(`AWS4${keys.secretKey}`, day))
  const expected = hmac(key, text)
  const given = Buffer.from(claim.signature, 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw mismatch('The signature is not the one of this request.')
  return { payload, isPresigned }
}
