/**
 * By way of the temp folder: hashed and, where it is an archive, unpacked on the way there, and checked
 * when all of it has come. What does not fit is left to be read by ranges, where that can be done.
 */
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'

import { headBytes, judgeOverlong, mostUnpacked } from '../../rules/kinds/sqlite/header'
import { beyondTempFolder } from '../../rules/verdict/arrival'
import { takeArchive, takeIdentity } from '../reading/intake'
import { steadily, unreadable } from '../reading/source'
import type { ByteSource } from '../reading/source'
import { openSpool, spoolRoom } from '../reading/spool'

import { checkerOf, interview, judgeHead, judgeReceived } from './examining'
import type { Examining } from './examining'

/** A gzip stream holds at most this many times its own size. */
const largestRatio = 1032

/** What became of it: checked, or to be read by ranges, of this opening or of a new one. */
export type Spooling = 'done' | 'untouched' | 'half-way'

export const spooled = async (examining: Examining, source: ByteSource): Promise<Spooling> => {
  const { options, order, seen } = examining
  const { claim } = order
  const isArchive = claim.encoding === 'gzip'
  const spoolOptions = {
    folder: options.tempFolder ?? tmpdir(),
    limitBytes: options.spoolBytes ?? Infinity,
    limitInMemoryBytes: examining.memory.spoolInMemoryBytes,
    clock: options.clock,
    randomHex: (digits: number) => randomBytes(digits / 2).toString('hex'),
  }
  const room = await spoolRoom(spoolOptions)
  const needBytes = isArchive ? (claim.rawSizeBytes ?? 0) : source.sizeBytes
  const hasRanges = source.range !== undefined && !isArchive
  if (needBytes > room && hasRanges) return 'untouched'
  const spool = needBytes > room ? undefined : await openSpool(spoolOptions)
  if (!spool && hasRanges) return 'untouched'
  if (spool) await examining.keep(() => spool.close())
  const checker = spool && (await checkerOf(examining))
  const chunks = steadily(source, examining.isOver)

  if (isArchive) {
    const mostBytes = claim.rawSizeBytes ?? Math.min(room, source.sizeBytes * largestRatio)
    const announcedBytes = claim.rawSizeBytes
    const bounds = { headBytes, mostOf: mostUnpacked }
    const taken = await takeArchive({ chunks, spool, announcedBytes, mostBytes, bounds })
    judgeReceived(examining, taken.received)
    if (taken.overlong) seen.add(judgeOverlong(taken.overlong.head, taken.overlong.sizeBytes))
    if (seen.hasFailed || taken.overlong) return 'done'
    if (!taken.isSpooled) seen.add(beyondTempFolder(claim.rawSizeBytes, Math.min(room, mostBytes)))
    if (!taken.isSpooled) return 'done'
  } else {
    const received = await takeIdentity(
      chunks,
      (chunk) => spool?.write(chunk) ?? Promise.resolve(true),
    )
    const isWhole = received !== undefined && (await spool?.flush())
    if (!isWhole && hasRanges) {
      // The other way brings its own thread, and needs nothing of what was kept.
      await checker?.end()
      await spool?.close()
      return 'half-way'
    }
    if (!received) throw unreadable('The temp folder filled up before the snapshot was read.')
    judgeReceived(examining, received)
    if (!isWhole && !seen.hasFailed) seen.add(beyondTempFolder(source.sizeBytes, room))
    if (!isWhole) return 'done'
  }
  if (seen.hasFailed || !spool || !checker) return 'done'
  const head = await spool.head(headBytes)
  if (!judgeHead(examining, head, spool.sizeBytes)) return 'done'
  const place = { fd: spool.fd, sizeBytes: spool.sizeBytes, words: 'spooled' }
  await interview(examining, checker, { kind: 'file', ...place })
  return 'done'
}
