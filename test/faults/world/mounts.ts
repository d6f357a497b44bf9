/**
 * Real small disks and real read-only ones. Mounting takes root, or a namespace of one's own where
 * the kernel gives one to anybody; its mounts end with the processes that live in it.
 */
import { execFileSync, spawnSync } from 'node:child_process'

const attempt = `
place=$(mktemp -d) && mount -t tmpfs -o size=64k none "$place"
ended=$?
umount "$place"; rmdir "$place"
exit $ended`

let answer: string | undefined | 'unasked' = 'unasked'

/** Why nothing can be mounted here; undefined where it can. */
export const whyNoMounts = (): string | undefined => {
  if (answer !== 'unasked') return answer
  const { status, stderr } = spawnSync('sh', ['-c', attempt], { encoding: 'utf8' })
  answer =
    status === 0 ? undefined : `nothing can be mounted here (${stderr.trim().split('\n')[0]})`
  return answer
}

const mount = (...args: string[]): void => void execFileSync('mount', args)

export const mountSmall = (folder: string, kibibytes: number): void =>
  mount('-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'none', folder)

/** As when somebody has made room, or has taken it. */
export const resize = (folder: string, kibibytes: number): void =>
  mount('-o', `remount,size=${kibibytes}k`, folder)

/** Puts a folder over itself, so that it can be made read-only and writable again. */
export const bindOver = (folder: string): void => mount('--bind', folder, folder)
export const makeReadOnly = (folder: string): void => mount('-o', 'remount,bind,ro', folder)
export const makeWritable = (folder: string): void => mount('-o', 'remount,bind,rw', folder)

export const unmount = (folder: string): void => {
  spawnSync('umount', ['--lazy', folder])
}
