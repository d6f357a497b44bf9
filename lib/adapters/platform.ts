/** Starts functions through the platform's own API, with a namespace key. */
import { Fault } from '../faults'
import type { Starter } from '../ports'

export type PlatformOptions = { apiHost: string; packageName: string; namespaceKey: string }

/** Starting takes a moment; a platform that hangs must not hold the caller until its own end. */
const startTimeoutMs = 5_000

/** https://docs.digitalocean.com/products/functions/how-to/async-functions/ */
export const platformStarter =
  ({ apiHost, packageName, namespaceKey }: PlatformOptions): Starter =>
  async (functionName, event) => {
    const base = apiHost.includes('://') ? apiHost : `https://${apiHost}`
    const path = `/api/v1/namespaces/_/actions/${packageName}/${functionName}?blocking=false`
    const response = await fetch(new URL(path, base), {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(namespaceKey).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(startTimeoutMs),
    }).catch((cause: unknown) => {
      throw refused(functionName, 'did not answer', cause)
    })
    await response.body?.cancel()
    if (response.status === 429) throw crowded(functionName)
    if (!response.ok) throw refused(functionName, `answered ${response.status}`)
  }

const refused = (functionName: string, what: string, cause?: unknown): Fault =>
  new Fault(
    {
      code: 'platform',
      why: `The platform ${what} when "${functionName}" was to be started.`,
      mend: 'The timer picks the work up. If it stays, make a new key with "doctl serverless key create" and set SNAPPROOF_NAMESPACE_KEY.',
    },
    { cause },
  )

/** The namespace runs as many as it may: whoever starts several stops here, and asks later. */
const crowded = (functionName: string): Fault =>
  new Fault({
    code: 'too-many',
    why: `The platform answered 429 when "${functionName}" was to be started: it runs as many as it may.`,
    mend: 'The timer picks the work up.',
  })
