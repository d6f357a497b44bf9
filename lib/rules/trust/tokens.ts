/**
 * Who may ask? Tokens are minted, not stored: `push.tokens.3f9a1c2d.<mac>`.
 *
 * The mac covers scope, database and key id under the installation's secret. The key id makes
 * each enrolment's token its own, so that one stolen token can be revoked by its id alone.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

import { databaseNamePattern } from '../copy/snapshot'

export const scopes = ['push', 'restore', 'read'] as const
export type Scope = (typeof scopes)[number]

/** `database` is `all` for the scope that is not bound to one. */
export type Grant = { scope: Scope; database: string; keyId: string }

export type Secrets = { current: string; previous?: string }

/** Read covers every database, so its tokens name none. */
export const everyDatabase = 'all'

const keyIdPattern = /^[0-9a-f]{8}$/

/** Separate keys for separate uses: a mac can never be mistaken for a signature's seed. */
export const deriveKey = (secret: string, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, 'snapproof', use, 32))

const macOf = (secret: string, grant: Grant): Buffer =>
  createHmac('sha256', deriveKey(secret, 'token'))
    .update(`${grant.scope}.${grant.database}.${grant.keyId}`)
    .digest()

export const mintToken = (secret: string, grant: Grant): string =>
  `${grant.scope}.${grant.database}.${grant.keyId}.${macOf(secret, grant).toString('base64url')}`

/** Undefined for anything that was not minted under one of the secrets, or was revoked. */
export const readToken = (
  token: string,
  secrets: Secrets,
  revokedKeyIds: ReadonlySet<string>,
): Grant | undefined => {
  const [scope, database, keyId, mac, ...rest] = token.split('.')
  const known = scopes.find((candidate) => candidate === scope)
  if (!known || database === undefined || keyId === undefined || mac === undefined) return undefined
  if (rest.length > 0 || !databaseNamePattern.test(database)) return undefined
  if (!keyIdPattern.test(keyId)) return undefined
  const grant: Grant = { scope: known, database, keyId }
  // A fixed-length buffer, so that comparing takes the same time for any candidate.
  const given = Buffer.alloc(32)
  const decoded = Buffer.from(mac, 'base64url')
  decoded.copy(given)
  const candidates = [secrets.current, ...(secrets.previous ? [secrets.previous] : [])]
  const matches = candidates.map((secret) => timingSafeEqual(given, macOf(secret, grant)))
  const isMinted = matches.includes(true) && decoded.toString('base64url') === mac
  return isMinted && decoded.length === 32 && !revokedKeyIds.has(keyId) ? grant : undefined
}

/** May the holder of this grant do that? A token for one database says nothing of another. */
export const allows = (grant: Grant, wanted: { scope: Scope; database: string }): boolean =>
  grant.scope === wanted.scope && grant.database === wanted.database
