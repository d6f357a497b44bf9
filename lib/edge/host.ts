/**
 * By what name is the page reached: one of its own, this machine's, or one that other people's functions
 * share? Before a shared one a neighbour's service worker may stand, and read what is typed there.
 */
import type { Ask } from './event'

export type HostKind = 'own' | 'local' | 'shared'

const localNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** A domain has a dot and no number at its end: by an address nobody knows whose functions answer. */
const domain = /^([a-z0-9-]+\.)+[a-z][a-z0-9-]+$/

/** The platform's own name, and what its machines are called among themselves. */
const sharedDomain = /\.(doserverless\.co|internal|local|svc)$/

export const hostKindOf = (host: string): HostKind => {
  const name = host.trim().toLowerCase().replace(/:\d*$/, '')
  if (localNames.has(name)) return 'local'
  return domain.test(name) && !sharedDomain.test(name) ? 'own' : 'shared'
}

/**
 * The platform passes on a name from within itself as `host`, and not the browser's; a proxy says by
 * `x-forwarded-host` what it was asked by, and of several the first stands next to the browser. A
 * browser lets no page set either. Without any name the place counts as shared.
 */
export const placeOf = (ask: Ask): HostKind => {
  const [first = ''] = (ask.header('x-forwarded-host') ?? ask.header('host') ?? '').split(',')
  return hostKindOf(first)
}
