/** Where does anything of ours stand, how does it go, and what stays? Of the bucket nothing is ever deleted from here. */
import path from 'node:path'

import { functionsIn } from '../../local/project'
import { parse, print, usage } from '../command'
import type { Command } from '../command'
import { findHome } from '../home'
import type { Home } from '../home'

import { atHost, scriptNames } from './at-host'

const bucketWords = ({ isEmbedded, variables, folder }: Home): string =>
  isEmbedded
    ? `.env names none; that of "npm start" is in ${folder}`
    : `${variables['SPACES_BUCKET']} at ${variables['SPACES_ENDPOINT']}: not touched`

const whereEverythingIs = (home: Home): string => {
  const functions = functionsIn(path.join(home.root, 'project.yml'))
  const packages = [...new Set(functions.map(({ packageName }) => packageName))]
  const triggers = functions.flatMap((one) => one.triggers.map(({ name }) => name))
  return `Where Snapproof is, and how it goes. Nothing of this is done by this command but the Droplet's part.

1. The Droplet: settings in /etc/snapproof, lines of cron in /etc/cron.d/snapproof-*, the scripts in
   /usr/local/bin. The live databases stay, and so does a copy that could not be sent.

2. The functions and their timers, by doctl, in this order:

       doctl serverless undeploy ${triggers.join(' ')} --triggers
       doctl serverless undeploy ${packages.join(' ')} --packages

   Where nothing else is in the namespace, all of it: doctl serverless namespaces list, then
   doctl serverless namespaces delete LABEL

3. This checkout: the folder with .env, .build and .snapproof. Keep SNAPPROOF_SECRET from .env for as
   long as you keep the copies: with it their verdicts can be checked, and the functions deployed again.

4. The bucket: ${bucketWords(home)}
   Every copy in it is a plain file, with its hash beside it: lib/docs/restoring.md tells how to
   bring one back with nothing but the bucket. Delete the Space in the control panel when you want none
   of them any more, and revoke its access key.`
}

export const uninstall: Command = {
  help: `usage: snapproof uninstall [--ssh root@HOST]

Says what of Snapproof stands where, with the command that removes each part, and what is kept. With
--ssh the Droplet's part is done at once: settings, cron and scripts of every database on it. Without,
one paste is printed that does the same. The bucket is never touched, nor are the live databases.

  --ssh HOST   as ssh takes it: root@HOST, or a user who may become root by sudo

exit: 0 told, and done where --ssh was given; 2 could not`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, { ssh: { type: 'string' } })
    if (positionals.length > 0) throw usage('uninstall takes no arguments but its options.')
    print(`${whereEverythingIs(findHome(root))}\n`)
    const calls = ['forget_all', `forget_scripts ${scriptNames(root).join(' ')}`]
    return atHost(root, { host: values.ssh, calls, title: 'Takes the Droplet’s part away.' })
  },
}
