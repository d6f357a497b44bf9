/**
 * How is what the last file took given back before the next one comes?
 *
 * To Node the memory of an instance is a few words that lead to it: three or four of tens of megabytes would lie
 * beside one another before it looked for them.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Of this thread alone; the function itself is only there for contexts made after the flag. */
export const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  if (typeof collect === 'function') collect()
}
