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
  /** How the names of the settings begin that say all this, for who is to mend them; SPACES unless said. */
  settings?: 'SPACES' | 'OBJECTS' | 'SECOND' | 'SECOND_WRITE' | 'SECOND_PRUNE'
}

/** Every retry the SDK makes is for a passing fault; a probe that wants the first answer takes one. */
const patientAttempts = 5

/** A store that is well answers within a moment. One that hangs is asked again, over another connection. */
const attemptMs = 10_000

/** One request with all its attempts: by then whoever waits for it is to hear that the store is away. */
const patienceMs = 25_000

type Request = <Answer>(
  send: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
) => Promise<Answer>

/**
 * Requests that come back in time, whatever the store does. `signal` is the end of the caller's own time.
 * The body that follows an answer may take longer than a request: it is ended by that signal alone.
 */
export const inTime =
  (signal: AbortSignal | undefined, mostMs = patienceMs): Request =>
  async (send) => {
    const impatience = new AbortController()
    const timer = setTimeout(() => impatience.abort(), mostMs)
    const ends = [impatience.signal, ...(signal ? [signal] : [])]
    try {
      return await send({ abortSignal: AbortSignal.any(ends) })
    } finally {
      clearTimeout(timer)
    }
  }

/** `count` is called for each request that is sent from here on, each attempt by itself. */
export const countRequests = (client: S3Client, count: () => void): void => {
  client.middlewareStack.add(
    (next) => (given) => {
      count()
      return next(given)
    },
    // Behind what tries again, and behind what signs: what is only signed is not sent.
    { step: 'finalizeRequest', priority: 'low', name: 'snapproofCount' },
  )
}

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
      requestTimeout: attemptMs,
      throwOnRequestTimeout: true,
    },
  })
