/**
 * Is it still at work, and at what? One line at the foot of the terminal, told by whatever lasts; in its place
 * nothing is left. Whoever reads the errors from a file or a pipe gets none of it.
 */
import { systemClock } from '../adapters/clock'
import type { Store } from '../ports'

export type Foot = { isTTY?: boolean; write(text: string): unknown }

/** What is done within this time needs no word. */
const everyMs = 1_000

const wipe = '\r\u001B[K'

/** A line longer than the terminal would leave a part of itself behind. */
const mostLetters = 72

export type Progress = {
  /** What is being done now. */
  doing(words: string): void
  /** Takes the line away, before anything else is printed; it comes again by itself. */
  clear(): void
  end(): void
}

export const startProgress = (what: string, to: Foot): Progress => {
  if (to.isTTY !== true) return { doing: () => {}, clear: () => {}, end: () => {} }
  const began = systemClock.now().getTime()
  let doing = ''
  let isShown = false
  const show = () => {
    const seconds = Math.round((systemClock.now().getTime() - began) / 1000)
    const words = [what, `${seconds} s`, ...(doing === '' ? [] : [doing])].join('  ')
    to.write(`${wipe}${words.slice(0, mostLetters)}`)
    isShown = true
  }
  const timer = setInterval(show, everyMs)
  const clear = () => {
    if (isShown) to.write(wipe)
    isShown = false
  }
  return {
    doing: (words) => {
      doing = words
    },
    clear,
    end: () => {
      clearInterval(timer)
      clear()
    },
  }
}

let current: Progress | undefined

/** Of the one command that runs: what is printed meanwhile takes its place. */
export const withProgress = async <Result>(
  what: string,
  run: () => Promise<Result>,
): Promise<Result> => {
  const progress = startProgress(what, process.stderr)
  current = progress
  try {
    return await run()
  } finally {
    progress.end()
    current = undefined
  }
}

export const clearProgress = (): void => current?.clear()

/** The same store; how often it was asked, and of which database last, is told as progress. */
export const tellingStore = (store: Store, prefix: string): Store => {
  let requests = 0
  return new Proxy(store, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name)
      if (typeof own !== 'function') return own
      return (...args: unknown[]): unknown => {
        requests += 1
        const [key] = args
        const [first = ''] = typeof key === 'string' ? key.slice(prefix.length).split('/') : []
        const where = first === '' || first.startsWith('_') ? '' : `${first}, `
        current?.doing(`${where}${requests} requests to the store`)
        return Reflect.apply(own, target, args)
      }
    },
  })
}
