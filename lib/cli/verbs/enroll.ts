/** Mints tokens and prints what goes onto the Droplet, ready to paste. Nothing is stored. */
import { randomHex } from '../../adapters/clock'
import { readEnvironment } from '../../edge/config'
import type { Variables } from '../../edge/config'
import { knownDatabases } from '../../edge/databases'
import { Fault } from '../../faults'
import { usualKind } from '../../rules/kinds/suffixes'
import { nearestTo } from '../../rules/plain/nearest'
import { own } from '../../rules/plain/own'
import { everyDatabase, mintToken } from '../../rules/trust/tokens'
import type { Scope } from '../../rules/trust/tokens'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { findHome, functionVariables, localSecrets, noteStore } from '../home'
import type { Home } from '../home'
import { oneDatabase } from '../named'

const mint = (secret: string, scope: Scope, database: string): string =>
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

/** The settings file of one database: what push.sh and restore.sh read. */
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
 * is, the other sort of quote included; they know no way to write both.
 */
export const quoted = (text: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  const mark = ["'", '"'].find((one) => !text.includes(one))
  if (mark !== undefined) return `${mark}${text}${mark}`
  throw usage(
    `${text} has both sorts of quotes in it, which a settings file cannot hold. Give another path.`,
  )
}

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
    mend: `Give it from the root: enroll ${database} --path /srv/app/data/${database}.db`,
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
const kindOf = (database: string, postgres: string | undefined): string => {
  const listed = own(knownDatabases(), database)
  if (listed === undefined && postgres !== undefined) return 'postgres'
  return listed?.kind ?? usualKind
}

const liveOf = (options: {
  database: string
  kind: string
  path: string | undefined
  postgres: string | undefined
  variables: Variables
}): Live => {
  const { database, kind, postgres } = options
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

/** Of one that is not listed nothing is expected: that is said, since it may be a slip of the hand. */
const noteUnlisted = (database: string, kind: string): void => {
  const listed = Object.keys(knownDatabases())
  if (listed.includes(database)) return
  const near = nearestTo(database, listed)
  // The functions carry what restores a dump only where such a database is named.
  const more =
    kind === usualKind
      ? ''
      : ` With "${database}: { kind: '${kind}' }" there, and deployed, it is restored as well.`
  process.stderr.write(
    `note: lib/databases.ts does not name ${database}, so it gets every generic check and no other.${near === undefined ? '' : ` You may mean ${near}.`}${more}\n`,
  )
}

/** Functions in the cloud take no token of a secret that they do not know. */
const refuseForElsewhere = (home: Home, url: string): void => {
  const isHere = /^(127(\.\d+){3}|localhost|\[::1\])$/.test(new URL(url).hostname)
  if (!home.isEmbedded || isHere) return
  throw new Fault({
    code: 'settings',
    why: `.env names no store, so this token would be signed by the secret of "npm start" on this machine, and the functions at ${url} would refuse it.`,
    mend: 'Fill in .env first (cp .env.example .env) and deploy: npm run deploy',
  })
}

/** With the embedded store the secret is the machine's own; else it is the one in .env. */
const secretOf = (home: Home): string =>
  home.isEmbedded
    ? localSecrets(home).secret
    : readEnvironment(functionVariables(home, undefined)).SNAPPROOF_SECRET

/** Only root can make a folder there, and only its owner is to write in it. */
const spoolLines = (live: Live, owner: string): string =>
  'file' in live
    ? ''
    : `
# What could not be sent waits here for the next run:
install -d -m 755 /var/lib/snapproof
install -d -m 700 -o ${owner} ${live.spool}

# Where the server asks for a password, write it into ~/.pgpass of ${owner} (mode 600), as
# HOST:PORT:DATABASE:ROLE:PASSWORD, or into the file above: postgresql://ROLE:PASSWORD@HOST/DATABASE
`

const forDroplet = (options: {
  settings: string
  database: string
  live: Live
  owner: string
}): string => {
  const { settings, database, live, owner } = options
  const file = `/etc/snapproof/${database}.env`
  return `# Copy the scripts to the Droplet first, from this checkout:
#   scp lib/droplet/*.sh root@DROPLET:/usr/local/bin/
# Then paste all of this there, as root.
chmod 755 /usr/local/bin/push.sh /usr/local/bin/restore.sh
chmod 644 /usr/local/bin/ask.sh /usr/local/bin/take-*.sh /usr/local/bin/back-*.sh /usr/local/bin/reach-*.sh
apt-get install -y ${'file' in live ? 'sqlite3' : 'postgresql-client'} curl

# The settings, readable by the app's user alone:
install -d -m 755 /etc/snapproof
install -m 600 -o ${owner} /dev/null ${file}
cat >${file} <<'SETTINGS'
${settings}SETTINGS
${spoolLines(live, owner)}
# Try it once, as the app's user (says each step; the last line is the verdict):
su -s /bin/sh ${owner} -c '/usr/local/bin/push.sh -v ${file}'

# Every day at 01:00 (a Droplet's clock is UTC). It prints only when something is wrong, so that
# cron's mail means trouble. What each run came to stands in the log: journalctl -t snapproof
echo '0 1 * * * ${owner} /usr/local/bin/push.sh ${file}' >/etc/cron.d/snapproof-${database}
`
}

export const enroll: Command = {
  help: `usage: snapproof enroll DATABASE [--path FILE] [--user NAME] [--url ADDRESS]
       snapproof enroll DATABASE --postgres CONNECTION [--user NAME] [--url ADDRESS]
       snapproof enroll DATABASE --restore
       snapproof enroll --read

Prints the settings file, the install lines and the cron line for one database. The token in it
can add copies to that database and nothing else. Tokens are not stored: running this again makes
another one, and the old one stays valid until its key id stands in SNAPPROOF_REVOKED_KEYS.

  --path FILE     where the database lives on the Droplet (default: lib/databases.ts and .env)
  --postgres CONNECTION
                  how the Droplet reaches a database of PostgreSQL, without the password:
                  postgresql://ROLE@HOST/NAME, host=... dbname=..., the name of a service,
                  or that of a variable in .env which holds one of these
  --user NAME     the user the app runs as (default: app_user)
  --url ADDRESS   where the functions answer (default: SNAPPROOF_URL)
  --restore       mint the token that restore.sh asks for; keep it off the Droplet
  --read          mint the token for the status page`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      path: { type: 'string' },
      postgres: { type: 'string' },
      user: { type: 'string' },
      url: { type: 'string' },
      restore: { type: 'boolean' },
      read: { type: 'boolean' },
    })
    const home = findHome(root)
    noteStore(home)
    const secret = secretOf(home)
    if (values.read) {
      print(readTokenOf(secret))
      return exits.sound
    }
    const database = oneDatabase(positionals)
    if (database === undefined) throw usage('Name the database to enroll.')
    if (values.restore) {
      print(mint(secret, 'restore', database))
      return exits.sound
    }
    const url = values.url ?? home.variables['SNAPPROOF_URL']
    if (url === undefined || url === 'off' || !URL.canParse(url)) {
      throw usage(
        'The address of the functions is not known: set SNAPPROOF_URL in .env, or give --url. "doctl serverless functions get snapshots/ticket --url" prints it; leave the last part, /ticket, away.',
      )
    }
    refuseForElsewhere(home, url)
    const owner = values.user ?? 'app_user'
    if (!/^[a-z_][a-z0-9_-]*$/.test(owner)) throw usage(`"${owner}" is no user name.`)
    const kind = kindOf(database, values.postgres)
    const { path, postgres } = values
    const live = liveOf({ database, kind, path, postgres, variables: home.variables })
    noteUnlisted(database, kind)
    const token = mint(secret, 'push', database)
    const settings = settingsText({ url: url.replace(/\/$/, ''), database, live, token, kind })
    print(forDroplet({ settings, database, live, owner }))
    return exits.sound
  },
}
