// Which process does an unfinished file belong to, and does that process still live?

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readlink, rename, symlink, unlink } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

import { Refusal, errorCode } from '../wire/refusal'

/** Far longer than one change of an entry takes, far shorter than a client's patience. */
const lockPatienceMs = 10_000
const lockRetryMs = 3

/**
 * The start time tells a process from a later one of the same number: in a container
 * every run of the store has the same. Without /proc the number alone must do.
 */
const startOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0'
  } catch {
    return '0'
  }
}

export const thisProcess = (): string => `${process.pid}.${startOf(process.pid)}`

/** Speaks of processes of one machine only; two machines must not share a folder. */
export const isAlive = (owner: string): boolean => {
  const [pid = '', start] = owner.split('.')
  if (!/^[1-9]\d*$/.test(pid)) return false
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false
  }
  return startOf(Number(pid)) === start
}

/** Names a file that no other request, and no other process, will ever name. */
export const ownName = (name: string, owner: string): string =>
  `${name}~${owner}~${randomBytes(6).toString('hex')}`

export const ownerOf = (name: string): string => name.split('~').at(-2) ?? ''

/** Removes a lock whose holder died. Whoever comes second finds nothing left to remove. */
export const breakDeadLock = async (path: string): Promise<void> => {
  const holder = await readlink(path).catch(() => undefined)
  if (holder === undefined || isAlive(holder)) return
  const aside = `${path}~${randomBytes(6).toString('hex')}`
  const isMoved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!isMoved) return
  // Another process may have broken it and taken it anew since we looked: then give it back.
  const moved = await readlink(aside)
  if (moved !== holder) await symlink(moved, path).catch(() => undefined)
  await unlink(aside)
}

/**
 * Lets one request at a time, of all processes on the folder, change what `path` stands for.
 * A symbolic link is the lock, because it appears at once together with its holder's name.
 */
export const locked = async <T>(
  lock: { path: string; owner: string },
  work: () => Promise<T>,
): Promise<T> => {
  for (let waitedMs = 0; ; waitedMs += lockRetryMs) {
    try {
      await symlink(lock.owner, lock.path)
      break
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    if (waitedMs >= lockPatienceMs)
      throw new Refusal(503, 'SlowDown', 'Another request keeps changing this object.')
    await breakDeadLock(lock.path)
    await wait(lockRetryMs)
  }
  try {
    return await work()
  } finally {
    await unlink(lock.path)
  }
}
