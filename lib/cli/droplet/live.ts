/** How is a database reached on the host: which file, or which server? From what is typed, `.env` and lib/databases.ts. */
import { knownDatabases } from '../../edge/databases'
import type { Variables } from '../../edge/variables'
import { Fault } from '../../faults'
import { usualKind } from '../../rules/kinds/suffixes'
import { nearestTo } from '../../rules/plain/nearest'
import { own } from '../../rules/plain/own'
import { usage } from '../command'

import type { Live } from './settings'

/** From the command, else from `.env`, else as lib/databases.ts says it. */
const pathOf = (database: string, given: string | undefined, variables: Variables): string => {
  const said = own(knownDatabases(), database)?.path
  const isVariable = said !== undefined && /^[A-Z][A-Z0-9_]*$/.test(said)
  const file = given ?? (isVariable ? variables[said] : said)
  if (file?.startsWith('/')) return file
  // cron starts in the user's home, not in the app's folder.
  const what =
    file === undefined ? 'is not known' : `is given as "${file}", which cron would not find`
  throw new Fault({
    code: 'bad-request',
    why: `The path of ${database} on the Droplet ${what}.`,
    mend: `Give it from the root: enroll ${database}=/srv/app/data/${database}.db`,
  })
}

/**
 * A connection as libpq knows it, or the name of the variable in `.env` that holds one. A password in what was
 * typed would stand in the list of programs and in the shell's history.
 */
export const connectionOf = (given: string, variables: Variables): string => {
  const held = /^[A-Z][A-Z0-9_]*$/.test(given) ? variables[given] : undefined
  const connection = held ?? given
  if (connection.trim() === '' || /[\n\r]/.test(connection))
    throw usage('--postgres names no server.')
  const hasPassword = /^\w+:\/\/[^/?#@]*:[^@]*@/.test(given) || /(^|[\s?&])password\s*=/.test(given)
  if (!hasPassword) return connection
  throw new Fault({
    code: 'bad-request',
    why: 'There is a password in what --postgres says, and every user of this machine can read it there.',
    mend: 'Leave it out, and write it into ~/.pgpass of the user who runs push.sh; or give the name of a variable of .env that holds all of it: --postgres DATABASE_URL',
  })
}

/** Where those of one server wait that cannot be sent; one for each database, as each may have its own user. */
const spoolOf = (database: string): string => `/var/lib/snapproof/${database}`

/** As lib/databases.ts says it; of one that it does not name, as it is reached. */
export const kindOf = (database: string, postgres: string | undefined): string => {
  const listed = own(knownDatabases(), database)
  if (listed === undefined && postgres !== undefined) return 'postgres'
  return listed?.kind ?? usualKind
}

export const liveOf = (options: {
  database: string
  kind: string
  path: string | undefined
  postgres: string | undefined
  variables: Variables
}): Live => {
  const { database, kind, postgres } = options
  if (kind === 'objects')
    throw new Fault({
      code: 'bad-request',
      why: `${database} is of kind objects in lib/databases.ts: no host pushes it.`,
      mend: 'Nothing is to be enrolled: the watch takes it from the app’s own bucket once it is deployed: npm run deploy',
    })
  if (kind !== 'postgres') {
    if (postgres === undefined) return { file: pathOf(database, options.path, options.variables) }
    throw usage(`${database} is of kind ${kind} in lib/databases.ts: it has no server.`)
  }
  if (postgres !== undefined && options.path === undefined)
    return { postgres: connectionOf(postgres, options.variables), spool: spoolOf(database) }
  throw new Fault({
    code: 'bad-request',
    why: `${database} is a database of PostgreSQL: it is reached by its server, and by no path.`,
    mend: `Say how, and leave its password out: enroll ${database} --postgres postgresql://backup@localhost/${database}`,
  })
}

/** What must be on the host for it, as PROGRAM:PACKAGE. */
export const needsOf = (live: Live): string[] => [
  'curl:curl',
  'flock:util-linux',
  ...('file' in live
    ? ['sqlite3:sqlite3']
    : ['pg_dump:postgresql-client', 'psql:postgresql-client']),
]

/** Whoever has to type the rest may not come to it: then nobody would hear of the copies that never came. */
export const noteExample = (database: string): void => {
  if (own(knownDatabases(), database)?.isExample !== true) return
  process.stderr.write(
    `note: lib/databases.ts has ${database} as an example, so nobody is told if its first copy never comes. Take the line "isExample: true" away there, and deploy again.\n`,
  )
}

/** Of one that is not listed nothing is expected: that is said, since it may be a slip of the hand. */
export const noteUnlisted = (database: string, kind: string): void => {
  const listed = Object.keys(knownDatabases())
  if (listed.includes(database)) return
  const near = nearestTo(database, listed)
  // The functions carry what restores a dump only where such a database is named.
  const more =
    kind === usualKind
      ? ''
      : ` With "${database}: { kind: '${kind}' }" there, and deployed, it is restored as well.`
  process.stderr.write(
    `note: lib/databases.ts does not name ${database}, so it gets every generic check and no other, and nobody is told if its first copy never comes.${near === undefined ? '' : ` You may mean ${near}.`}${more}\n`,
  )
}
