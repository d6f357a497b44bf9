/**
 * kill -9 at moments that the seed chooses, while a push runs and an app commits: of the script with
 * all it started or alone, of the store, of the platform, of one container.
 */
import type { Random } from '../../simulation/random'
import { killNow, pause } from '../world/process'
import { makeHost } from '../world/scripts'
import type { Host, Running } from '../world/scripts'
import { count } from '../world/world'
import type { Told, Trial, World } from '../world/world'
import { makeDatabase, startWriter } from '../world/writer'

import { bringBack } from './bring-back'
import { checkRound } from './check-round'

const targets = ['push', 'push-shell', 'store', 'platform', 'container', 'container'] as const
type Target = (typeof targets)[number]

/** A whole push of a small database takes about half a second, with the start of its containers. */
const latestMs = 900

const kill = async (
  target: Target,
  { world: { cloud }, push, random }: { world: World; push: Running; random: Random },
): Promise<boolean> => {
  switch (target) {
    case 'push':
      return push.killAll()
    case 'push-shell':
      return push.killShell()
    case 'store':
      return cloud.store().kill()
    case 'platform':
      return cloud.platform().kill()
    case 'container': {
      const pid = random.anyOf(cloud.containers())
      return pid !== undefined && killNow(pid)
    }
    default:
      return target satisfies never
  }
}

const strike = async (
  told: Told,
  scene: { world: World; push: Running; random: Random },
): Promise<void> => {
  const { world, push, random } = scene
  let isOver = false
  void push.ended.then(() => (isOver = true))
  const kills = random.between(1, 3)
  for (let nth = 0; nth < kills; nth += 1) {
    const target = random.pick(targets)
    const afterMs = random.between(5, latestMs / kills)
    const awayMs = random.between(0, 400)
    await pause(afterMs)
    if (isOver) count(told.counts, 'kills that came too late')
    else if (await kill(target, scene)) count(told.counts, `killed ${target}`)
    if (target === 'store' || target === 'platform') await pause(awayMs)
    await world.cloud.revive()
  }
}

/** What a shell alone leaves when it is killed holds the lock until it has come to its own end. */
export const untilGone = async (push: Running): Promise<void> => {
  const { pid } = push.child
  for (let waited = 0; waited < 90_000 && pid !== undefined; waited += 50) {
    try {
      process.kill(-pid, 0)
    } catch {
      return
    }
    await pause(50)
  }
}

/** No round ends before a push has come through: the last one runs with nothing in its way. */
export const lastPush = async (
  told: Told,
  world: World,
  { host, args }: { host: Host; args: readonly string[] },
): Promise<void> => {
  const ended = await world.scripts.push(host, args, { PATH: world.hurried }).ended
  count(told.counts, 'pushes')
  if (ended.code !== 0 || ended.stderr !== '')
    told.found.push(`the last push ended with ${ended.code}: ${ended.stderr.trim()}`)
}

const run = async (world: World, random: Random, name: string): Promise<Told> => {
  const told: Told = { found: [], counts: {} }
  const host = makeHost(world.folder, name)
  const mode = random.pick(['wal', 'delete'])
  makeDatabase(host.file, { mode, rows: random.between(200, 12_000) })
  const writer = await startWriter(host.file)
  const args = random.chance(0.3) ? ['--gzip'] : []

  const push = world.scripts.push(host, args, { PATH: world.hurried })
  await strike(told, { world, push, random })
  const { code, stderr } = await push.ended
  count(told.counts, 'pushes')
  count(told.counts, `first push ended with ${code ?? 'a kill'}`)
  if (code === 1) told.found.push(`a sound database was told as damaged: ${stderr.trim()}`)
  if (code !== 0 && code !== null && !/^mend: /m.test(stderr))
    told.found.push(`exit ${code} without a mend: ${stderr.trim()}`)
  await untilGone(push)

  const committed = writer.committed()
  await lastPush(told, world, { host, args })
  const toKill = random.chance(0.5) ? random.fork('restore') : undefined
  await bringBack(told, world, { host, leastCommits: committed, toKill })
  await checkRound(told, world, { host, writer })
  return told
}

export const kills: Trial = { name: 'kills', run }
