/**
 * How does a text of any length, from anywhere, fit into a place? In one line, cut where it must be,
 * and no character in two; of many parts, as many as there is room for.
 */

/** Line breaks, what steers terminals or the direction of writing, and halves of characters. */
export const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu
const unseenInARow = new RegExp(`${unseen.source}+`, 'gu')

/** For a place that must stay one line, whatever a table or a host was named. */
export const oneLine = (text: string, length: number): string =>
  cut(text.replaceAll(unseenInARow, ' ').trim(), length)

/** Shortened to so many UTF-16 units, the mark of it included; no character is cut in two. */
export const cut = (text: string, length: number): string => {
  if (text.length <= length) return text
  const kept = text.slice(0, Math.max(0, length - 1)).replace(/[\uD800-\uDBFF]$/, '')
  return `${kept.trimEnd()}…`
}

/** As many from the front as fit, and how many do not. Whoever asks keeps room to say so. */
export const fitted = <Item>(
  items: readonly Item[],
  budget: number,
  sizeOf: (item: Item) => number,
): { shown: Item[]; more: number } => {
  let left = budget
  const end = items.findIndex((item) => (left -= sizeOf(item)) < 0)
  const shown = end === -1 ? [...items] : items.slice(0, end)
  return { shown, more: items.length - shown.length }
}
