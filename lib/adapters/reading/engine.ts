/**
 * What does an engine give to those who wire it? An examiner of whatever can be opened.
 */
import type { Examiner } from '../../ports'
import type { Finding } from '../../rules/verdict/verdict'

import type { ByteSource } from './source'

/** Opens what stands under a key; undefined when nothing does. */
export type Open = (key: string) => Promise<ByteSource | undefined>

export type Engine = {
  examiner(open: Open): Examiner
  /** What is to be said of a file of this machine by what lies beside it. */
  beside?(file: string): Promise<Finding[]>
}
