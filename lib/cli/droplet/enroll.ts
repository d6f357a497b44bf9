/** Brings databases onto the Droplet, or takes them away: by ssh, or as one paste. Mints the tokens; none is stored. */
import { knownDatabases } from '../../edge/databases'
import { Fault } from '../../faults'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { findHome, noteStore, secretOf } from '../home'
import type { Home } from '../home'
import { mustBeName, oneDatabase } from '../named'

import { atHost, puttingScripts, scriptNames, withInput, word } from './at-host'
import { kindOf, liveOf, needsOf, noteExample, noteUnlisted } from './live'
import { mint, readTokenOf, settingsText } from './settings'

/** Functions in the cloud take no token of a secret that they do not know. */
const refuseForElsewhere = (home: Home, url: string): void => {
  const isHere = /^(127(\.\d+){3}|localhost|\[::1\])$/.test(new URL(url).hostname)
  if (!home.isEmbedded || isHere) return
  throw new Fault({
    code: 'settings',
    why: `.env names no store, so this token would be signed by the secret of "npm start" on this machine, and the functions at ${url} would refuse it.`,
    mend: 'Set it up first: npx snapproof setup',
  })
}

/** As the scripts on the host take it, in lib/droplet/ask.sh; any other would be refused there, every night. */
const sentTo = /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])[^@?#]+$/

const addressOf = (home: Home, given: string | undefined): string => {
  const url = given ?? home.variables['SNAPPROOF_URL']
  if (url === undefined || url === 'off' || !URL.canParse(url)) {
    throw usage(
      'The address of the functions is not known.',
      '"npx snapproof setup" fetches it; or set SNAPPROOF_URL in .env, or give --url. "doctl serverless functions get snapshots/ticket --url" prints it; leave the last part, /ticket, away.',
    )
  }
  if (!sentTo.test(url)) {
    throw usage(
      'push.sh sends its token to https:// alone (http:// to localhost or 127.0.0.1), and to no address with "@", "?" or "#" in it.',
    )
  }
  refuseForElsewhere(home, url)
  return url.replace(/\/$/, '')
}

type Values = {
  path?: string | undefined
  postgres?: string | undefined
  user?: string | undefined
  url?: string | undefined
  ssh?: string | undefined
}

/** As they are named: NAME, or NAME=WHERE with the path of its file, or how its server is reached. */
type Named = { database: string; path: string | undefined; postgres: string | undefined }

const named = (said: string, values: Values): Named => {
  const at = said.indexOf('=')
  const database = at === -1 ? said : said.slice(0, at)
  mustBeName(database)
  const { path, postgres } = values
  if (at === -1) return { database, path, postgres }
  const where = said.slice(at + 1)
  const isFile = where.startsWith('/') || kindOf(database, undefined) !== 'postgres'
  const isServer = /^postgres(ql)?:\/\//.test(where) || !isFile
  return isServer
    ? { database, path: undefined, postgres: where }
    : { database, path: where, postgres: undefined }
}

/** What is to be done on the host for one database, after everything has been asked that may stop it. */
const callsFor = (
  one: Named,
  options: { home: Home; secret: string; url: string; user: string | undefined },
) => {
  const { home, secret, url, user } = options
  const { database } = one
  const kind = kindOf(database, one.postgres)
  const live = liveOf({ ...one, kind, variables: home.variables })
  noteUnlisted(database, kind)
  const token = mint(secret, 'push', database)
  const settings = settingsText({ url, database, live, token, kind })
  const isFile = 'file' in live
  const owner = user ?? (isFile ? '' : 'app_user')
  const about = `about ${database} ${word(isFile ? live.file : '')} ${word(owner)}`
  return {
    needs: needsOf(live),
    about,
    settle: [about, withInput('settle', settings), ...(isFile ? [] : ['spool']), 'every_day'],
    first: [about, 'first'],
  }
}

/** Of two places of one database the second would be the one that is copied, and nobody would have said so. */
const mustDiffer = (databases: readonly string[]): void => {
  const twice = databases.find((name, at) => databases.indexOf(name) < at)
  if (twice !== undefined)
    throw usage(`${twice} is named twice. Each database has one place, and a name of its own.`)
}

const install = async (root: string, positionals: readonly string[], values: Values) => {
  const home = findHome(root)
  const url = addressOf(home, values.url)
  const { user } = values
  if (user !== undefined && !/^[a-z_][a-z0-9_-]*$/.test(user))
    throw usage(`"${user}" is no user name.`)
  const secret = secretOf(home)
  const all = positionals.map((said) => named(said, values))
  mustDiffer(all.map(({ database }) => database))
  const each = all.map((one) => callsFor(one, { home, secret, url, user }))
  const calls = [
    ...each.map(({ about }) => about),
    `need ${[...new Set(each.flatMap(({ needs }) => needs))].join(' ')}`,
    ...puttingScripts(root),
    ...each.flatMap(({ settle }) => settle),
    ...each.flatMap(({ first }) => first),
  ]
  const names = positionals.map((said) => said.replace(/=[^]*$/, '')).join(', ')
  const title = `Scripts, settings, cron and a first copy of ${names}.`
  const code = await atHost(root, { host: values.ssh, calls, title })
  if (values.ssh === undefined)
    for (const said of positionals) noteExample(said.replace(/=[^]*$/, ''))
  if (values.ssh !== undefined && code === exits.sound)
    print('\nWhat is safe, and since when:\n\n    npx snapproof page')
  return code
}

/** The token is worth something until its key id is named; and the watch expects a copy until it is told. */
const whatIsLeft = (names: readonly string[]): string => {
  const listed = names.filter((name) => Object.hasOwn(knownDatabases(), name))
  return [
    'note: Every copy stays in the bucket. What is left to be done, in this checkout:',
    '  the key ids told above into SNAPPROOF_REVOKED_KEYS in .env, separated by commas;',
    ...listed.map(
      (name) => `  expectEvery: 'off' for ${name} in lib/databases.ts, else it is told as late;`,
    ),
    '  then: npm run deploy',
    '',
  ].join('\n')
}

const remove = async (root: string, names: readonly string[], host: string | undefined) => {
  for (const name of names) mustBeName(name)
  const calls = [
    ...names.map((name) => `forget ${name}`),
    `forget_scripts ${scriptNames(root).join(' ')}`,
  ]
  const title = `Takes away what enroll brought for ${names.join(', ')}.`
  const code = await atHost(root, { host, calls, title })
  process.stderr.write(whatIsLeft(names))
  return code
}

export const enroll: Command = {
  help: `usage: snapproof enroll DATABASE[=WHERE]... [--ssh root@HOST] [--user NAME] [--url ADDRESS]
       snapproof enroll --remove DATABASE... [--ssh root@HOST]
       snapproof enroll DATABASE --restore
       snapproof enroll --read

Does all that the Droplet needs: the scripts, a settings file (mode 600) and a line of cron for each
database, and a first copy of each, with its verdict. Without --ssh it prints one paste that does the
same. Done again it changes nothing but the token, and keeps what you wrote into the settings.

  DATABASE=WHERE  the path of its file on the Droplet (default: lib/databases.ts and .env), or how
                  the Droplet reaches a database of PostgreSQL, without the password:
                  postgresql://ROLE@HOST/NAME, or the name of a variable in .env which holds that
  --ssh HOST      as ssh takes it: root@HOST, or a user who may become root by sudo
  --path FILE     the same as =FILE, of one database
  --postgres CONNECTION
                  the same as =CONNECTION, and host=... dbname=..., or the name of a service
  --user NAME     the user the app runs as (default: who owns the file; app_user of a server)
  --url ADDRESS   where the functions answer (default: SNAPPROOF_URL)
  --remove        take settings and cron away again, and the scripts with the last database; the
                  copies in the bucket and the live database stay
  --restore       mint the token that restore.sh asks for; keep it off the Droplet
  --read          mint the token for the status page

The token in the settings can add copies to that database and nothing else. It is not stored: the one
before stays valid until its key id stands in SNAPPROOF_REVOKED_KEYS.

exit: as push.sh says it of the first copy: 0 sound, 1 damaged, 2 could not, 3 no verdict, 4 unmet`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      path: { type: 'string' },
      postgres: { type: 'string' },
      user: { type: 'string' },
      url: { type: 'string' },
      ssh: { type: 'string' },
      remove: { type: 'boolean' },
      restore: { type: 'boolean' },
      read: { type: 'boolean' },
    })
    const home = findHome(root)
    if (values.remove !== true) noteStore(home)
    if (values.read) {
      print(readTokenOf(secretOf(home)))
      return exits.sound
    }
    const [first] = positionals
    if (first === undefined)
      throw usage(
        'No database is named.',
        'Name it, and where it is: npx snapproof enroll tokens=/srv/app/data/tokens.db --ssh root@DROPLET',
      )
    if (values.restore) {
      print(mint(secretOf(home), 'restore', oneDatabase(positionals) ?? first))
      return exits.sound
    }
    if (values.remove) return remove(root, positionals, values.ssh)
    const isSingle = values.path !== undefined || values.postgres !== undefined
    if (isSingle && positionals.length > 1)
      throw usage('--path and --postgres are of one database; say NAME=WHERE of several.')
    return install(root, positionals, values)
  },
}
