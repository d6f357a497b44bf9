/**
 * What does a file of this machine not hold by itself? Beside a database may lie what SQLite takes into
 * it, or back out of it, when it opens it the next time: then the file alone is not the database.
 */
import { open, realpath, stat } from 'node:fs/promises'

import type { Finding } from '../../rules/verdict/verdict'

/** https://sqlite.org/fileformat2.html#the_rollback_journal, and the two ways a WAL begins. */
const journalBegins = ['d9d505f920a163d7']
const walBegins = ['377f0682', '377f0683']

/** A journal that was committed is empty, or begins with zeros: it says nothing. */
const beginsAs = async (file: string, marks: readonly string[]): Promise<boolean> => {
  const handle = await open(file, 'r').catch(() => undefined)
  if (!handle) return false
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0)
    const head = buffer.subarray(0, bytesRead).toString('hex')
    return marks.some((mark) => head.startsWith(mark))
  } finally {
    await handle.close()
  }
}

const sizeOf = async (file: string): Promise<number> =>
  (await stat(file).catch(() => undefined))?.size ?? 0

const settle = (parts: string): string =>
  `Copy the file and its ${parts} into a folder of their own under the same names, ask SQLite there once: sqlite3 FILE "PRAGMA integrity_check", and run this on that copy.`

const hot: Finding = {
  check: 'header',
  outcome: 'unverifiable',
  detail:
    'Beside it lies a hot -journal: the app died within a transaction, and SQLite takes it back when it opens the file. Until then the file is half of it.',
  mend: settle('-journal'),
}

const unmerged = (bytes: number): Finding => ({
  check: 'header',
  outcome: 'warned',
  detail: `Beside it lies a -wal of ${bytes} bytes: changes that this file alone does not hold.`,
  mend: 'Copy a live database through SQLite, as push.sh does; the file alone is an older state.',
})

/** What SQLite itself mends in opening the file is no evidence against it. */
const undecided = (part: string, findings: readonly Finding[]): Finding[] =>
  findings.map((finding) =>
    finding.outcome === 'failed' && finding.check !== 'arrival' && finding.check !== 'bytes'
      ? {
          ...finding,
          outcome: 'unverifiable',
          detail: `${finding.detail} With the ${part} beside it SQLite may find it whole.`,
          mend: settle(part),
        }
      : finding,
  )

/** SQLite looks beside the file that a symbolic link leads to, and not beside the link. */
const leadsTo = (file: string): Promise<string> => realpath(file).catch(() => file)

export const withBeside = async (
  named: string,
  findings: readonly Finding[],
): Promise<Finding[]> => {
  const file = await leadsTo(named)
  if (await beginsAs(`${file}-journal`, journalBegins))
    return [...undecided('-journal', findings), hot]
  const walBytes = await sizeOf(`${file}-wal`)
  if (walBytes === 0) return [...findings]
  const isWal = await beginsAs(`${file}-wal`, walBegins)
  return [...(isWal ? undecided('-wal', findings) : findings), unmerged(walBytes)]
}
