/**
 * THE ONE FILE YOU EDIT: your databases, and what is expected of each.
 *
 * Every field is optional. A database that is not named here still gets every generic check.
 * Deploy again after a change (`npm run deploy`).
 */
import type { DatabaseSettings } from './rules/settings/databases'

export const databases: Record<string, DatabaseSettings> = {
  tokens: {
    // Where the file lives on the host. `enroll` writes this into the Droplet's settings file.
    path: 'TOKEN_DB_PATH',
    // Tables and columns without which a copy is of no use.
    tables: { tokens: ['key'] },
  },
  sessions: {
    path: 'SESSION_DB_PATH',
    tables: { sessions: ['session_id', 'created_at'] },
  },
}
