/** After an update of the checkout: the functions anew, then the scripts on each Droplet, since the newer ones may say more than older functions take. */
import { asFault } from '../../faults'
import type { Fault } from '../../faults'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { probeBuild } from '../doctor/build'
import { findHome, secretOf } from '../home'
import { addressBy, deployAll } from '../verbs/deploy'

import { atHost, puttingScripts } from './at-host'
import { readTokenOf } from './settings'

/** Is what answers now what was sent? The exit code that says so. */
const ask = async (root: string, url: string): Promise<number> => {
  const token = readTokenOf(secretOf(findHome(root)))
  const { state, detail, mend } = await probeBuild(url, { token, root })
  print(`build: ${detail}${mend === undefined ? '' : `\n  mend: ${mend}`}`)
  return state === 'wrong' ? exits.damaged : exits.sound
}

export const upgrade: Command = {
  help: `usage: snapproof upgrade [--ssh root@HOST]...

After "git pull && npm ci": deploys the functions anew, says whether the build that answers is this one,
and then replaces the scripts on each Droplet; settings, cron and databases stay as they are. Without
--ssh it prints one paste for the Droplets instead. Copies and scripts of every earlier release go on
working, so the Droplets may wait.

  --ssh HOST   as ssh takes it: root@HOST, or a user who may become root by sudo; for each Droplet

exit: 0 all of it is new, 1 another build answers to this secret, 2 could not`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, { ssh: { type: 'string', multiple: true } })
    if (positionals.length > 0) throw usage('upgrade takes no arguments but its options.')
    const { variables, surroundings } = await deployAll(root)
    const said = variables['SNAPPROOF_URL']
    const url = said === undefined || said === 'off' ? await addressBy(surroundings) : said
    const code = url === undefined ? exits.sound : await ask(root, url)
    const calls = ['must_be_enrolled', ...puttingScripts(root)]
    const title = 'The scripts of this release.'
    let worst = code
    const failed: Fault[] = []
    for (const host of values.ssh ?? [undefined]) {
      print(host === undefined ? '' : `\n${host}`)
      try {
        worst = Math.max(worst, await atHost(root, { host, calls, title }))
      } catch (thrown) {
        // One that does not answer keeps no other waiting.
        failed.push(asFault(thrown))
      }
    }
    const [first, ...others] = failed
    for (const { why } of others) print(why)
    if (first) throw first
    return worst
  },
}
