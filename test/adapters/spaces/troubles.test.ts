/** What each refusal of a store means to who reads of it, and what to do about it, to the letter. */
import { S3ServiceException } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'

import { isNoBucket, replacedFault, storeFault } from '../../../lib/adapters/spaces/troubles'

const refusal = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode } })

const options = {
  endpoint: 'https://store.example:8443/',
  region: 'r',
  bucket: 'copies',
  accessKey: 'a',
  secretKey: 's',
  prefix: 'backups/',
}

const told = (thrown: unknown, settings?: 'OBJECTS' | 'SECOND' | 'SECOND_WRITE') => {
  const { code, why, mend, isPassing } = storeFault(thrown, {
    ...options,
    ...(settings && { settings }),
  })
  return [code, why, mend, isPassing]
}

const again = 'It is tried again by itself. If it stays, look at the provider’s status page.'

test('a bucket that is not there', () => {
  const why = 'There is no bucket "copies" at store.example:8443.'
  expect(isNoBucket(refusal('NoSuchBucket', 404))).toBe(true)
  for (const [settings, place] of [
    [undefined, 'SPACES'],
    ['OBJECTS', 'OBJECTS'],
    ['SECOND', 'SECOND'],
    ['SECOND_WRITE', 'SECOND'],
  ] as const) {
    const mend = `Correct ${place}_BUCKET and ${place}_ENDPOINT in .env, or make the bucket.`
    expect(told(refusal('NoSuchBucket', 404), settings)).toEqual(['settings', why, mend, false])
  }
})

test.each([
  [401, undefined, 'SPACES'],
  [403, undefined, 'SPACES'],
  [403, 'SECOND_WRITE', 'SECOND_WRITE'],
] as const)(
  'a key that is refused (%d) by the names it was set by (%s)',
  (status, settings, of) => {
    expect(told(refusal('AccessDenied', status), settings)).toEqual([
      'store-refused',
      `The store at store.example:8443 refused us (${status} AccessDenied).`,
      `Check ${of}_API_KEY and ${of}_API_SECRET, the key’s right to this bucket, and this machine’s clock; "doctor" tells which.`,
      false,
    ])
  },
)

test.each([412, 416])('an object that is another one by now (%d)', (status) => {
  const { code, why, mend } = replacedFault()
  expect([code, why, mend]).toEqual([
    'contended',
    'The object was replaced while it was being read.',
    'It is tried again by itself. If it stays, look at who may write to the bucket.',
  ])
  expect(told(refusal('PreconditionFailed', status)).slice(0, 3)).toEqual([code, why, mend])
})

test('a store that is away, or unwell', () => {
  const away = 'The store at store.example:8443 did not answer as it should'
  expect(told(refusal('SlowDown', 503))).toEqual([
    'store-unreachable',
    `${away} (503).`,
    again,
    true,
  ])
  expect(told(new Error('ECONNRESET'))).toEqual(['store-unreachable', `${away}.`, again, true])
  expect(told('nothing that is an error')[1]).toBe(`${away}.`)
})
