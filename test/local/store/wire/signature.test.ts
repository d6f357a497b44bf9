import type { IncomingMessage } from 'node:http'

import { expect, test } from 'vitest'

import { verifySignature } from '../../../../lib/local/store/wire/signature'
import { targetOf } from '../../../../lib/local/store/wire/target'

// The examples of AWS's own page, so that signer and store cannot share a mistake:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
const keys = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const now = new Date('2013-05-24T00:05:00Z')

const target = (method: string, url: string, headers: Record<string, string>) => {
  const request: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'> = {
    method,
    url,
    rawHeaders: Object.entries({ Host: 'examplebucket.s3.amazonaws.com', ...headers }).flat(),
  }
  return targetOf(request)
}

const scope = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const header = (signed: string, signature: string) => ({
  'X-Amz-Date': '20130524T000000Z',
  Authorization: `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${signed},Signature=${signature}`,
})

test('AWS’s example of a ranged GET is signed well', () => {
  const signed = 'host;range;x-amz-content-sha256;x-amz-date'
  const signature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'
  const headers = {
    Range: 'bytes=0-9',
    'x-amz-content-sha256': empty,
    ...header(signed, signature),
  }
  const { payload } = verifySignature(target('GET', '/test.txt', headers), keys, now)
  expect(payload).toBe(empty)
  const changed = target('GET', '/test.txt', { ...headers, Range: 'bytes=0-8' })
  expect(() => verifySignature(changed, keys, now)).toThrow(
    expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
  )
})

test('AWS’s example of a listing is signed well, its query in any order', () => {
  const signed = 'host;x-amz-content-sha256;x-amz-date'
  const signature = '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'
  const headers = { 'x-amz-content-sha256': empty, ...header(signed, signature) }
  for (const query of ['max-keys=2&prefix=J', 'prefix=J&max-keys=2'])
    expect(verifySignature(target('GET', `/?${query}`, headers), keys, now).payload).toBe(empty)
})

test('AWS’s example of a presigned address is good for a day', () => {
  const url =
    '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
    `&X-Amz-Credential=${encodeURIComponent(scope)}` +
    '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
    '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'
  const at = (when: string) => () =>
    verifySignature(target('GET', url, {}), keys, new Date(when)).payload
  expect(at('2013-05-25T00:00:00Z')()).toBe('UNSIGNED-PAYLOAD')
  expect(at('2013-05-25T00:00:01Z')).toThrow(expect.objectContaining({ code: 'AccessDenied' }))
})
