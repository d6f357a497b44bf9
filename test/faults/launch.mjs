// Runs the faults where they may mount small disks: in a namespace of their own, whose mounts end
// with them.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { run } from '../run.mjs'

const isInside = process.env.SNAPPROOF_FAULTS_INSIDE === 'yes'
const ways = isInside ? [] : [['-rm'], ['-m']]
const own = ways.find((way) => spawnSync('unshare', [...way, 'true']).status === 0)
if (own) {
  const self = [process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const env = { ...process.env, SNAPPROOF_FAULTS_INSIDE: 'yes' }
  process.exit(spawnSync('unshare', [...own, ...self], { stdio: 'inherit', env }).status ?? 2)
}
await run('faults', process.argv.slice(2))
