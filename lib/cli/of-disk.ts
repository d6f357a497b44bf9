/**
 * Was it the machine that refused, and not a mistake of ours? A full disk, or a file that belongs to somebody else,
 * is told by its path and its mend, whichever verb came upon it.
 */
import path from 'node:path'

import { Fault } from '../faults'

const full: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])
const closed: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS'])

/** Undefined for anything else that was thrown. */
export const faultOfDisk = (thrown: unknown): Fault | undefined => {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('syscall' in thrown)) return undefined
  const { code, syscall } = thrown
  const about = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : undefined
  const fault = (why: string, mend: string): Fault =>
    new Fault({ code: 'settings', why, mend }, { cause: thrown })
  if (full.has(code)) {
    const where = about === undefined ? '' : `, for ${about}`
    return fault(
      `There is no room on the disk${where} (${String(code)}).`,
      'Free space there, then do it again. TMPDIR names another folder for what is temporary.',
    )
  }
  // Whatever is refused without a path is no file: a port, a process.
  if (about === undefined) return undefined
  if (closed.has(code)) {
    return fault(
      `${about} cannot be read or written (${String(code)}).`,
      'Look at its owner and mode: what was made as root belongs to root. Or do it as the user whose it is.',
    )
  }
  if (code === 'ENOENT' && syscall === 'mkdtemp') {
    return fault(
      `The folder for what is temporary is not there: ${path.dirname(about)}.`,
      'Make it, or let TMPDIR name another one.',
    )
  }
  return undefined
}
