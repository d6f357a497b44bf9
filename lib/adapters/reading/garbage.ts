/**
 * How is what was read given back, as it goes by and when all of it is done?
 *
 * To Node a piece of memory outside its own heap is a few words that lead to it: it would let a thousand pieces
 * of a stream lie, or several engines of whole files, and then walk through all it has to find them. A look
 * at what is new finds pieces that have gone by for a fraction of that.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Of all that is old only with no argument at all: what is passed, even undefined, is taken for 'minor' by some. */
type Collect = (...options: readonly [] | readonly [{ type: 'minor' }]) => void

const isCollect = (found: unknown): found is Collect => typeof found === 'function'

/**
 * Of this thread alone; the function itself is only there for contexts made after the flag. That one is of the whole
 * process, and stays: a thread that took it back would take it from another one, which is just making its context.
 */
const exposed = (): Collect => {
  setFlagsFromString('--expose-gc')
  const found: unknown = runInNewContext('globalThis.gc')
  return isCollect(found) ? found : () => undefined
}

let known: Collect | undefined

/**
 * Makes the context that this takes. A thread that is ended within that has Node 22 and later complain on stdout, in
 * between what we say there: whoever may be ended does it while he has something to do.
 */
export const beReadyToCollect = (): Collect => (known ??= exposed())

const collect: Collect = (...options) => beReadyToCollect()(...options)

export const collectGarbage = (): void => collect()

const mostLooks = 6
const pauseMs = 30

const pass = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/**
 * Collects until this is not there any more. What brought it here may lead to it for a moment, and so may code that V8
 * is compiling beside our work: on a busy machine one look in three found nothing, and 50 MB lay beside the next file.
 */
export const collectUntilGone = async (what: WeakRef<object>): Promise<void> => {
  for (let look = 0; look < mostLooks; look += 1) {
    await pass(look === 0 ? 0 : pauseMs)
    collectGarbage()
    // In one go with this look it would count as wanted.
    await pass(0)
    if (what.deref() === undefined) return
  }
}

/** So much may lie about: less would be looked for in vain, more would count in the peak. */
const mostPassedBytes = 4 * 1024 ** 2

/** A piece that was still in use at two looks counts as old, and only a look at everything finds it. */
const looksAtAll = 8

let passedBytes = 0
let looks = 0

/** Pieces of a stream of so many bytes have been taken, and nobody wants them any more. */
export const passed = (bytes: number): void => {
  passedBytes += bytes
  if (passedBytes < mostPassedBytes) return
  passedBytes = 0
  looks = (looks + 1) % looksAtAll
  if (looks === 0) collect()
  else collect({ type: 'minor' })
}
