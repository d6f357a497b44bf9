/** Which store, which bucket, and the key that reaches it. */
import { S3Client } from '@aws-sdk/client-s3'

export type SpacesOptions = {
  endpoint: string
  region: string
  bucket: string
  accessKey: string
  secretKey: string
  /** Everything we write stands under it; other keys are refused before any request is made. */
  prefix: string
}

/** Every retry the SDK makes is for a passing fault; a probe that wants the first answer takes one. */
const patientAttempts = 5

export const s3Client = (options: SpacesOptions, maxAttempts = patientAttempts): S3Client =>
  new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
    forcePathStyle: true,
    // Today's default checksums are refused or silently ignored by the engines behind Spaces.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
    },
  })
