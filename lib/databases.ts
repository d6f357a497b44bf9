/**
 * THE ONE FILE YOU EDIT: your databases, and what is expected of each.
 *
 * These two are examples: rename them to yours, and take the lines "isExample" away. From then on you
 * are told, too, when the first copy never comes. Every field is optional; lib/docs/expectations.md
 * shows all of them. A database that is not named here still gets every generic check.
 * Deploy again after a change (`npm run deploy`).
 */
import type { DatabaseSettings } from './rules/settings/databases'

export const databases: Record<string, DatabaseSettings> = {
  tokens: {
    isExample: true,
    // Where the file lives on the host. `enroll` writes this into the Droplet's settings file.
    path: 'TOKEN_DB_PATH',
    // Tables and columns without which a copy is of no use.
    tables: { tokens: ['key'] },
  },
  sessions: {
    isExample: true,
    path: 'SESSION_DB_PATH',
    tables: { sessions: ['session_id', 'created_at'] },
  },
}
