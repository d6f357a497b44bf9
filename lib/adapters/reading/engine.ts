/**
 * What does an engine give to those who wire it? An examiner of whatever can be opened.
 */
import type { Again, ExaminationOrder, Examiner, ReadAgain } from '../../ports'
import type { Finding } from '../../rules/verdict/verdict'

import type { ByteSource } from './source'

/** Opens what stands under a key; undefined when nothing does, a Fault when it is not the one meant. */
export type Open = (
  wanted: Pick<ExaminationOrder, 'key' | 'etag'>,
) => Promise<ByteSource | undefined>

export type Engine = {
  examiner(open: Open): Examiner
  /** What a copy of its kind tells of and does not hold, read again. */
  readAgain?(chunks: AsyncIterable<Uint8Array>, order: ReadAgain): Promise<Again>
  /** What was found of a file of this machine, as it stands with what lies beside it. */
  withBeside?(file: string, findings: readonly Finding[]): Promise<Finding[]>
}
