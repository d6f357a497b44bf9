/**
 * THE ONE FILE YOU EDIT: your databases, and what is expected of each.
 *
 * These two are examples: rename them to yours, and take the lines "isExample" away. From then on you
 * are told, too, when the first copy never comes. Every field is optional; lib/docs/expectations.md
 * shows all of them. A database that is not named here still gets every generic check.
 * Deploy again after a change (`npm run deploy`).
 */
// import * as z from 'zod'
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

  // What the app itself keeps in the Space (lib/docs/objects.md). Take the marks away, and with them those before
  // `import * as z from 'zod'` at the top.
  //
  // bot: {
  //   kind: 'objects',
  //   expectEvery: '24h',
  //   collections: {
  //     conversations: {
  //       objects: 'users/{user}/facebook_messenger/{page}/conversations/{sender}.json',
  //       schema: z.array(
  //         z.looseObject({
  //           sender: z.unknown(),
  //           recipient: z.unknown(),
  //           timestamp: z.number(),
  //           message: z.looseObject({ mid: z.string() }),
  //         }),
  //       ),
  //       grows: 'message.mid',
  //     },
  //     pages: {
  //       objects: 'users/{user}/facebook_messenger/{page}/page_data.json',
  //       schema: z.looseObject({
  //         data: z.array(z.looseObject({ id: z.string(), name: z.string() })),
  //       }),
  //       within: '26h',
  //     },
  //     shops: {
  //       objects: 'users/{user}/shopify/{shop}/shopify_data.json',
  //       schema: z.looseObject({
  //         data: z.looseObject({
  //           shop: z.unknown(),
  //           products: z.looseObject({ edges: z.array(z.looseObject({ node: z.unknown() })) }),
  //         }),
  //       }),
  //       within: '26h',
  //     },
  //   },
  //   // Who is in the newest sound copy of `tokens` has objects, and nobody else.
  //   owners: { user: { of: 'tokens', sql: 'SELECT key FROM tokens' } },
  //   isPrivate: true,
  //   secretsNever: true,
  //   // What was good can be brought back for so long: npx snapproof fetch KEY --at TIME
  //   keepContents: '30d',
  // },
}
