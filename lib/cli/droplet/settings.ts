/** What push.sh and restore.sh read on the host: the settings file of one database, as text. */
import { randomHex } from '../../adapters/clock'
import { usualKind } from '../../rules/kinds/suffixes'
import { everyDatabase, mintToken } from '../../rules/trust/tokens'
import type { Scope } from '../../rules/trust/tokens'
import { usage } from '../command'

export const mint = (secret: string, scope: Scope, database: string): string =>
  mintToken(secret, { scope, database, keyId: randomHex(8) })

export const readTokenOf = (secret: string): string => mint(secret, 'read', everyDatabase)

/** How the scripts on the host reach a database: by its file, or by a server, and where they may write. */
export type Live = { file: string; spool?: string } | { postgres: string; spool: string }

const linesOf = (live: Live): string[] => [
  'file' in live
    ? `SNAPPROOF_FILE=${quoted(live.file)}`
    : `SNAPPROOF_POSTGRES=${quoted(live.postgres)}`,
  ...(live.spool === undefined ? [] : [`SNAPPROOF_SPOOL=${quoted(live.spool)}`]),
]

export const settingsText = (settings: {
  url: string
  database: string
  live: Live
  token: string
  kind: string
}): string =>
  [
    `SNAPPROOF_URL=${quoted(settings.url)}`,
    `SNAPPROOF_DATABASE=${settings.database}`,
    // The scripts take the usual one for granted.
    ...(settings.kind === usualKind ? [] : [`SNAPPROOF_KIND=${settings.kind}`]),
    ...linesOf(settings.live),
    `SNAPPROOF_TOKEN=${settings.token}`,
    '',
  ].join('\n')

/**
 * A plain word needs no quotes. Of any other the scripts take what stands between a pair of them as it
 * is, the other sort of quote included; they know no way to write both, nor a second line.
 */
export const quoted = (text: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (/[\n\r]/.test(text))
    throw usage('There is an end of a line in it, which a settings file cannot hold.')
  const mark = ["'", '"'].find((one) => !text.includes(one))
  if (mark !== undefined) return `${mark}${text}${mark}`
  throw usage(
    `${text} has both sorts of quotes in it, which a settings file cannot hold. Give another path.`,
  )
}
