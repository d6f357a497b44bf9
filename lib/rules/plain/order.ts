/**
 * Which of two comes first? By one thing of each, and where they are alike in that by the next.
 */

type Key<Item> = (item: Item) => string | number

type Order<Item> = (one: Item, other: Item) => number

/** The smallest first, and of texts the one that a dictionary of code units has first. */
export const rising =
  <Item>(...keys: readonly Key<Item>[]): Order<Item> =>
  (one, other) => {
    for (const key of keys) {
      const [a, b] = [key(one), key(other)]
      if (a < b) return -1
      if (a > b) return 1
    }
    return 0
  }

export const falling = <Item>(...keys: readonly Key<Item>[]): Order<Item> => {
  const order = rising(...keys)
  return (one, other) => order(other, one)
}

/** Of an even number of them the greater one of the two; undefined of none. */
export const middleOf = (numbers: readonly number[]): number | undefined =>
  numbers.toSorted(rising(Number))[Math.floor(numbers.length / 2)]
