/**
 * Which objects are tried without a key, though nothing in them has changed? An ACL leaves no trace in a listing.
 * So many a time, in the order of the keys, on from where the last inventory ended: each has its turn.
 */
import { inOrder } from './inventory'
import type { ObjectLine, Tried } from './inventory'

/** With so many requests each object is tried once in as many inventories as it takes to come round. */
export const triesAtMost = 2_000

/** All of them stand in one line of a megabyte at most, beside the owners that it remembers. */
const openBytesAtMost = 96 * 1024

/** Whether it is open; undefined where no answer told. */
export type Answer = boolean | undefined

type One = Tried['open'][number]

const bytesOf = (one: One): number => Buffer.byteLength(JSON.stringify(one))

/** Takes the lines of the inventory that is being taken, in their order. */
export const turnOf = (last: Tried = { open: [] }) => {
  const wereOpen = new Set(last.open.map(({ key }) => key))
  const known: One[] = []
  const behind: One[] = []
  const before: One[] = []

  /** Those that were open come first: what is told of them stays for as long as it is so. */
  const split = () => ({
    known,
    fresh: [...behind, ...before].slice(0, Math.max(0, triesAtMost - known.length)),
  })

  return {
    take: ({ key, of, found }: ObjectLine): void => {
      // What is gone cannot be read, and what its own line says need not be said twice.
      if (found?.growth === 'gone' || found?.isOpen) return
      const isBehind = last.after === undefined || inOrder(key, last.after) > 0
      const to = isBehind ? behind : before
      if (wereOpen.has(key)) known.push({ key, of })
      else if (to.length < triesAtMost) to.push({ key, of })
    },
    tries: (): One[] => [...split().known, ...split().fresh],
    /** Of the first so many of them; the rest was not tried, and is as it was. */
    end: (answers: readonly Answer[]): Tried => {
      const { fresh } = split()
      // Only a refusal says that it is open no longer.
      const open = known.filter((_, at) => answers[at] !== false)
      let { after } = last
      let sizeBytes = open.reduce((sum, one) => sum + bytesOf(one), 0)
      const told = answers.slice(known.length)
      for (const [at, one] of fresh.slice(0, told.length).entries()) {
        if (told[at]) {
          sizeBytes += bytesOf(one)
          // More than can be told at once: the turn waits here until some are private.
          if (sizeBytes > openBytesAtMost) break
          open.push(one)
        }
        after = one.key
      }
      return { ...(after !== undefined && { after }), open }
    },
  }
}
