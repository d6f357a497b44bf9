/**
 * Is the host's own SQLite known for trouble? Versions 3.7.0 to 3.51.2 can, in WAL mode with several
 * connections, reset the WAL at a bad moment and lose index entries (fixed in 3.51.3).
 */
import type { Finding } from '../../verdict/verdict'

const versionPattern = /^(\d+)\.(\d+)\.(\d+)/

const firstAffected = 3_007_000
const lastAffected = 3_051_002

/**
 * A note, not an alarm: most distributions ship such a version. Beside damage it is a lead; beside
 * a sound structure it says that its symptom was looked for. Undefined where it has no bearing.
 */
export const judgeEngine = (
  claim: { sqliteVersion: string; journalMode: string },
  structure: string | undefined,
): Finding | undefined => {
  const match = versionPattern.exec(claim.sqliteVersion)
  if (!match || claim.journalMode !== 'wal') return undefined
  if (structure !== 'passed' && structure !== 'failed') return undefined
  const number = Number(match[1]) * 1_000_000 + Number(match[2]) * 1_000 + Number(match[3])
  if (number < firstAffected || number > lastAffected) return undefined
  const bearing =
    structure === 'failed' ? 'it may be the cause of this damage' : 'this copy shows no sign of it'
  return {
    check: 'engine',
    outcome: 'passed',
    detail: `Note: the host's SQLite ${match[0]} has the WAL-reset bug (fixed in 3.51.3); ${bearing}.`,
  }
}
