/** What the store's refusals mean, and what to do about each. */
import { S3ServiceException } from '@aws-sdk/client-s3'

import { Fault } from '../../faults'

import { certificateCodeOf, trustMend } from './certificates'
import type { SpacesOptions } from './client'

export const statusOf = (thrown: unknown): number | undefined =>
  thrown instanceof S3ServiceException ? thrown.$metadata.httpStatusCode : undefined

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : '')

export const isNoBucket = (thrown: unknown): boolean => nameOf(thrown) === 'NoSuchBucket'

export const replacedFault = (cause?: unknown): Fault =>
  new Fault(
    {
      code: 'contended',
      why: 'The object was replaced while it was being read.',
      mend: 'It is tried again by itself. If it stays, look at who may write to the bucket.',
    },
    { cause },
  )

export const storeFault = (
  cause: unknown,
  { bucket, endpoint, settings = 'SPACES' }: SpacesOptions,
): Fault => {
  const status = statusOf(cause)
  const host = new URL(endpoint).host
  // The one place that several keys reach.
  const place = settings.startsWith('SECOND') ? 'SECOND' : settings
  if (isNoBucket(cause)) {
    return new Fault(
      {
        code: 'settings',
        why: `There is no bucket "${bucket}" at ${host}.`,
        mend: `Correct ${place}_BUCKET and ${place}_ENDPOINT in .env, or make the bucket.`,
      },
      { cause },
    )
  }
  if (status === 401 || status === 403) {
    return new Fault(
      {
        code: 'store-refused',
        why: `The store at ${host} refused us (${status} ${nameOf(cause)}).`,
        mend: `Check ${settings}_API_KEY and ${settings}_API_SECRET, the key’s right to this bucket, and this machine’s clock; "doctor" tells which.`,
      },
      { cause },
    )
  }
  if (status === 412 || status === 416) return replacedFault(cause)
  const certificate = certificateCodeOf(cause)
  if (certificate !== undefined) {
    return new Fault(
      {
        code: 'store-unreachable',
        why: `The store at ${host} has a certificate that is not trusted here (${certificate}).`,
        mend: trustMend,
      },
      { cause },
    )
  }
  return new Fault(
    {
      code: 'store-unreachable',
      why: `The store at ${host} did not answer as it should${status === undefined ? '' : ` (${status})`}.`,
      mend: 'It is tried again by itself. If it stays, look at the provider’s status page.',
    },
    { cause },
  )
}
