/**
 * What is in the stored bytes? Read once and kept nowhere: their hash, and the dump that is in them, as it
 * streams by at any size.
 */
import { stat } from 'node:fs/promises'

import { outliner } from '../../rules/kinds/postgres/outline'
import type { Outline } from '../../rules/kinds/postgres/outline'
import type { Announced, Received } from '../../rules/verdict/arrival'
import { steadily, unreadable } from '../reading/source'
import type { ByteSource } from '../reading/source'
import { streamed } from '../reading/streamed'

export type Read = { received: Received; outline: Outline }

/** When it was last written to, and how large it is; of an object in a store nothing of that changes. */
const stateOf = async ({ file }: ByteSource): Promise<string> => {
  if (file === undefined) return ''
  const { mtimeMs, size, ino } = await stat(file)
  return [mtimeMs, size, ino].join()
}

/** A Fault where not all of it could be had. */
export const readDump = async (
  source: ByteSource,
  announced: Announced,
  isOver: () => boolean,
): Promise<Read> => {
  const before = await stateOf(source)
  const seeing = outliner()
  const received = await streamed(steadily(source, isOver), announced, (chunk) =>
    seeing.feed(chunk),
  )
  if ((await stateOf(source)) !== before)
    throw unreadable('The file changed while it was read; nothing said of it would hold.')
  return { received, outline: seeing.end() }
}
