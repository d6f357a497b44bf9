/**
 * Chance that can be told again: every draw follows from the seed (sfc32, after Chris Doty-Humphrey).
 */

export type Random = {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** True so often: 0.1 is once in ten. */
  chance(share: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
  /** Undefined from an empty list. */
  anyOf<T>(from: readonly T[]): T | undefined
  hex(digits: number): string
  /** A stream of its own, so that one part drawing more often does not change the others. */
  fork(label: string): Random
}

/** Spreads a seed over four words (xmur3). */
const words = (seed: string): (() => number) => {
  let hash = 1779033703 ^ seed.length
  for (let index = 0; index < seed.length; index += 1) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 3432918353)
    hash = (hash << 13) | (hash >>> 19)
  }
  return () => {
    hash = Math.imul(hash ^ (hash >>> 16), 2246822507)
    hash = Math.imul(hash ^ (hash >>> 13), 3266489909)
    hash ^= hash >>> 16
    return hash >>> 0
  }
}

export const randomOf = (seed: string): Random => {
  const word = words(seed)
  let [a, b, c, d] = [word(), word(), word(), word()]
  const draw = (): number => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 4294967296
  }
  for (let warm = 0; warm < 12; warm += 1) draw()
  const between = (least: number, most: number) => least + Math.floor(draw() * (most - least + 1))
  return {
    next: draw,
    between,
    chance: (share) => draw() < share,
    pick: (from) => from[between(0, from.length - 1)] ?? from[0],
    anyOf: (from) => (from.length === 0 ? undefined : from[between(0, from.length - 1)]),
    hex: (digits) => Array.from({ length: digits }, () => between(0, 15).toString(16)).join(''),
    fork: (label) => randomOf(`${seed} ${label}`),
  }
}
