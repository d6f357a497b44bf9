/** Who may ask? The bearer of a token for exactly this scope and database. */
import { Fault } from '../faults'
import type { Settings } from '../ports'
import { allows, readToken } from '../rules/trust/tokens'
import type { Scope } from '../rules/trust/tokens'

export const grantAccess = (
  authorization: string | undefined,
  wanted: { scope: Scope; database: string },
  settings: Settings,
): void => {
  const token = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization?.trim() ?? '')?.[1]
  const grant =
    token === undefined ? undefined : readToken(token, settings.secrets, settings.revokedKeyIds)
  if (!grant) {
    throw new Fault({
      code: 'unauthorised',
      why: token === undefined ? 'No token came with the request.' : 'The token is not valid here.',
      mend: `Make a new one: npm run --silent snapproof -- enroll ${enrolWords(wanted)}`,
    })
  }
  if (!allows(grant, wanted)) {
    throw new Fault({
      code: 'forbidden',
      why: `This token is for "${grant.scope}" on ${grant.database}; it opens nothing else.`,
      mend: `Use a token for "${wanted.scope}" on the database that is meant.`,
    })
  }
}

/** How the operator's command mints the token that was wanted. */
const enrolWords = ({ scope, database }: { scope: Scope; database: string }): string => {
  if (scope === 'read') return '--read'
  const named = database === '' ? 'DATABASE' : database
  return scope === 'restore' ? `${named} --restore` : named
}
