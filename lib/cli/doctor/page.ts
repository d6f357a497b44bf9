/**
 * Where is the status page, and is that a place to type a token into? Told by its address, and by
 * what it really shows to somebody whom it does not know.
 */
import { hostKindOf } from '../../edge/host'

import type { Observation } from './observation'

const timeoutMs = 30_000

const what = 'page'

const fetched = async (address: string) => {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs) })
    return { status: response.status, text: await response.text() }
  } catch {
    return undefined
  }
}

/** `host` is the name in the address by which people know the page. */
export const probePage = async ({
  base,
  host,
}: {
  base: string
  host: string
}): Promise<Observation> => {
  const said = await fetched(`${base}/status`)
  if (!said) return unknown('did not answer')
  if (said.status !== 401) return unknown(`answers ${said.status} to somebody unknown`)
  return observed(host, said.text.includes('type="password"'))
}

const unknown = (detail: string): Observation => ({ what, state: 'unknown', detail })

const observed = (host: string, hasForm: boolean): Observation => {
  const kind = hostKindOf(host)
  if (kind === 'shared' && !hasForm) {
    const detail = 'is at a shared host name: see it by npx snapproof page'
    return { what, state: 'note', detail }
  }
  if (kind === 'shared') {
    const detail = 'asks for the token at a shared host name, where a neighbour may read it'
    const mend =
      'Set PAGE_ON_SHARED_HOST=off in .env and deploy again (npm run deploy); see the page by: npx snapproof page'
    return { what, state: 'note', detail, mend }
  }
  const place = kind === 'local' ? 'on this machine' : 'at a domain of your own'
  if (hasForm) return { what, state: 'ok', detail: `is ${place}, and asks for the token there` }
  return {
    what,
    state: 'note',
    detail: `is ${place}, and takes it for a shared host name: see it by npx snapproof page`,
    mend: 'Let the proxy send X-Forwarded-Host with the name that it was asked by; where this does not get through, set PAGE_ON_SHARED_HOST=on in .env and deploy again: npm run deploy',
  }
}
