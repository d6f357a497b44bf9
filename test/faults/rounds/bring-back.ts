import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'

import type { Random } from '../../simulation/random'
import { pause } from '../world/process'
import type { Host } from '../world/scripts'
import { count } from '../world/world'
import type { Told, World } from '../world/world'
import { askAll, makeDatabase, sql } from '../world/writer'

/** A whole restore takes about this long. */
const latestMs = 450

const markOf = (file: string): string =>
  sql(file, "SELECT DISTINCT substr(value, 1, instr(value, '-') - 1) FROM tokens")

/** What stands in the place now: the old file whole, the new one whole, or what is wrong with it. */
const whatStands = (file: string): string => {
  if (!existsSync(file)) return 'nothing'
  const { integrity, isTorn } = askAll(file)
  if (integrity !== 'ok') return `a file of which SQLite says ${integrity}`
  return isTorn ? 'a mixture' : markOf(file)
}

/**
 * Restores the newest copy over an older file, killed on the way when there is chance to choose
 * when; then once more to its end. It must open, and hold what was committed before its push.
 */
export const bringBack = async (
  told: Told,
  { scripts, folder, hurried }: World,
  order: { host: Host; leastCommits: number; toKill?: Random | undefined },
): Promise<void> => {
  const { host, leastCommits, toKill } = order
  const place = path.join(folder, host.name, 'back')
  const to = path.join(place, 'back.db')
  mkdirSync(place)
  makeDatabase(to, { rows: 50, mark: 'old', mode: 'delete' })
  if (toKill) {
    const running = scripts.restore(host, to, [], { PATH: hurried })
    await pause(toKill.between(5, latestMs))
    if (running.killAll()) count(told.counts, 'killed restore')
    await running.ended
    const stands = whatStands(to)
    count(told.counts, `after a killed restore: ${stands}`)
    if (stands !== 'old' && stands !== 'first')
      told.found.push(`after a killed restore stands ${stands}`)
  }
  const ended = await scripts.restore(host, to, [], { PATH: hurried }).ended
  count(told.counts, 'restores')
  if (ended.code !== 0) {
    told.found.push(`restore.sh ended with ${ended.code}: ${ended.stderr.trim()}`)
    return
  }
  const { integrity, isTorn, n } = askAll(to)
  if (integrity !== 'ok') told.found.push(`the restored file: SQLite says ${integrity}`)
  if (isTorn) told.found.push('the restored file is a mixture of two states')
  if (n < leastCommits)
    told.found.push(`the restored file has ${n} commits of ${leastCommits} made before its push`)
  const kept = readdirSync(place).filter((name) => name.includes('.before-'))
  const isOldKept = kept.some((name) => markOf(path.join(place, name)) === 'old')
  if (!isOldKept) told.found.push('the file from before the restore is not kept')
  const others = readdirSync(place).filter((name) => name !== 'back.db' && !kept.includes(name))
  for (const name of others) told.found.push(`restore.sh leaves ${name}`)
}
