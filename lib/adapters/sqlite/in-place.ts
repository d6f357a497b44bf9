/** A file of this machine: read in place, while the hash is taken beside it. */
import { open, stat } from 'node:fs/promises'

import { headBytes } from '../../rules/kinds/sqlite/header'
import { unreadable } from '../reading/source'
import type { ByteSource } from '../reading/source'

import { checkerOf, hashOnly, interview, judgeHead } from './examining'
import type { Examining } from './examining'

export const localFile = async (
  examining: Examining,
  source: ByteSource,
  file: string,
): Promise<void> => {
  const handle = await open(file, 'r')
  await examining.keep(() => handle.close())
  const checker = await checkerOf(examining)
  const before = await handle.stat()
  const head = Buffer.alloc(Math.min(headBytes, source.sizeBytes))
  await handle.read(head, 0, head.length, 0)
  const place = { fd: handle.fd, sizeBytes: source.sizeBytes, words: 'the file itself' }
  const isDatabase = judgeHead(examining, head, source.sizeBytes)
  const asked = isDatabase
    ? interview(examining, checker, { kind: 'file', ...place })
    : Promise.resolve()
  const hashed = hashOnly(examining, source)
  await Promise.all([asked, hashed])
  const after = await handle.stat()
  const named = await stat(file)
  const isSame =
    after.mtimeMs === before.mtimeMs && after.size === source.sizeBytes && named.ino === after.ino
  if (!isSame) {
    throw unreadable('The file changed while it was read; nothing said of it would hold.')
  }
}
