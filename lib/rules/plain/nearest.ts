/**
 * Which of the names that there are did somebody mean who typed another? A slip or two of the hand,
 * and no more: a wrong guess costs a tired person more time than none.
 */
import { rising } from './order'

/** How many letters have to be put in, left out, changed or swapped to make one of the other. */
export const slipsBetween = (one: string, other: string): number => {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1]
      const isSwapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const changed = cell(rows, i - 1, j - 1) + (isSame ? 0 : 1)
      const swapped = cell(rows, i - 2, j - 2) + (isSwapped ? 1 : Infinity)
      row.push(Math.min(cell(rows, i - 1, j) + 1, cell(rows, i, j - 1) + 1, changed, swapped))
    }
  }
  return cell(rows, one.length, other.length)
}

const cell = (rows: readonly (readonly number[])[], row: number, column: number): number =>
  rows[row]?.[column] ?? Infinity

/** Undefined where nothing is near enough to be named. */
export const nearestTo = (typed: string, known: readonly string[]): string | undefined => {
  const most = Math.min(2, Math.floor(typed.length / 3))
  const near = known
    .map((name) => ({ name, slips: slipsBetween(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ slips }) => slips <= most)
    .toSorted(rising(({ slips }) => slips))
  return near[0]?.name
}
