/**
 * Somebody puts another database in the place of the live one while it is copied. What is uploaded
 * is a whole state of one of the two, or is told as damaged or as "could not": never a mixture.
 */
import { spawn } from 'node:child_process'
import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { Random } from '../../simulation/random'
import { goneOf, pause } from '../world/process'
import { makeHost, settingsOf, startScript } from '../world/scripts'
import type { Host } from '../world/scripts'
import { count } from '../world/world'
import type { Told, Trial, World } from '../world/world'
import { makeDatabase } from '../world/writer'

import { checkRound } from './check-round'

const ways = {
  mv: 'cp "$one" new && mv new "$live"',
  cp: 'cp "$one" "$live"',
  'cp without truncation': 'dd if="$one" of="$live" bs=16k conv=notrunc status=none',
  'rm and cp': 'rm -f "$live" && sleep 0.01 && cp "$one" "$live"',
  symlink: 'ln -sfn "$one" link.new && mv -T link.new "$link"',
}

/** Replaces it again and again until the file `stop` is there; then the file is whole. */
const loop = (way: string): string => `
live=$1 link=$2
shift 2
while [ ! -e stop ]; do
  for one; do ${way}; sleep 0.02; done
done`

type Scene = { host: Host; files: [string, string]; link: string }

const stage = (world: World, random: Random, name: string): Scene => {
  const host = makeHost(world.folder, name)
  const mode = random.pick(['wal', 'delete'])
  const rows = random.between(3000, 30_000)
  const files = ['first', 'second'].map((mark) => {
    const file = path.join(host.folder, `${mark}.db`)
    makeDatabase(file, { mode, rows, mark })
    return file
  })
  const [one = '', other = ''] = files
  copyFileSync(one, host.file)
  const link = path.join(host.folder, 'link.db')
  symlinkSync(one, link)
  return { host, files: [one, other], link }
}

const startLoop = (way: string, { host, files, link }: Scene) => {
  const child = spawn('dash', ['-c', loop(way), 'loop', host.file, link, ...files], {
    cwd: host.folder,
    stdio: 'ignore',
  })
  return {
    stop: async () => {
      writeFileSync(path.join(host.folder, 'stop'), '')
      await goneOf(child)
    },
  }
}

const usualPushes = 6

export const replacedBy = (how: keyof typeof ways, pushes = usualPushes): Trial => ({
  name: `replaced by ${how}`,
  run: async (world, random, name) => {
    const told: Told = { found: [], counts: {} }
    const scene = stage(world, random, name)
    const { host, link } = scene
    const asked = how === 'symlink' ? { ...host, file: link } : host
    const replacing = startLoop(ways[how], scene)
    for (let nth = 0; nth < pushes; nth += 1) {
      await pause(random.between(0, 40))
      const { code, stderr } = await world.scripts.push(asked, [], { PATH: world.hurried }).ended
      count(told.counts, 'pushes')
      count(told.counts, `replaced under the copy: exit ${code}`)
      if (code !== 0 && !/^mend: /m.test(stderr)) told.found.push(`exit ${code}: ${stderr}`)
    }
    await replacing.stop()
    const { code, stderr } = await world.scripts.push(asked, [], { PATH: world.hurried }).ended
    if (code !== 0) told.found.push(`when nothing moved any more: exit ${code}: ${stderr.trim()}`)
    await checkRound(told, world, { host })
    return told
  },
})

const renamedInSet: Trial = {
  name: 'renamed during --set',
  run: async (world, random, name) => {
    const told: Told = { found: [], counts: {} }
    const scene = stage(world, random, `${name}-moves`)
    const still = makeHost(world.folder, `${name}-still`)
    makeDatabase(still.file)
    const settings = [scene.host, still].map((host) => settingsOf(world.cloud, host))
    const script = path.join(world.built.scripts, 'push.sh')
    const push = () => startScript(script, ['--set', ...settings], { PATH: world.hurried }).ended
    const replacing = startLoop('mv "$live" away && sleep 0.02 && mv away "$live"', scene)
    for (let nth = 0; nth < 4; nth += 1) {
      await pause(random.between(0, 30))
      const { code, stderr } = await push()
      count(told.counts, `renamed during --set: exit ${code}`)
      if (stderr.includes(`${name}-still`))
        told.found.push(`the other of the set: ${stderr.trim()}`)
      if (code !== 0 && (code !== 2 || !/^mend: /m.test(stderr)))
        told.found.push(`a set ended with ${code}: ${stderr.trim()}`)
    }
    await replacing.stop()
    const { code, stderr } = await push()
    if (code !== 0) told.found.push(`the last set ended with ${code}: ${stderr.trim()}`)
    for (const host of [scene.host, still]) await checkRound(told, world, { host })
    return told
  },
}

export const replaced: readonly Trial[] = [
  replacedBy('mv'),
  replacedBy('cp'),
  replacedBy('cp without truncation'),
  replacedBy('rm and cp'),
  replacedBy('symlink'),
  renamedInSet,
]
