/** How has a figure gone? A line without axes, its ends in words beside it. */
import { html } from '../../show/markup'
import type { Markup } from '../../show/markup'

export type Point = { at: number; value: number }

type Box = { width: number; height: number; inset: number }

/** However many there are: as arguments of one call a hundred thousand would be too many. */
const rangeOf = (points: readonly Point[]): [number, number] => [
  points.reduce((low, { value }) => Math.min(low, value), Infinity),
  points.reduce((high, { value }) => Math.max(high, value), -Infinity),
]

/** A line has no room for more corners than it has dots. */
const cornersAtMost = 280

/** Every so many of them, the last one always. */
const drawnOf = (points: readonly Point[]): readonly Point[] => {
  const every = Math.ceil(points.length / cornersAtMost)
  return points.filter((_, place) => (points.length - 1 - place) % every === 0)
}

const path = (
  points: readonly Point[],
  { width, height, inset }: Box,
): [string, number, number] => {
  const [low, high] = rangeOf(points)
  const first = points[0]?.at ?? 0
  const spanMs = Math.max(1, (points.at(-1)?.at ?? 0) - first)
  const x = ({ at }: Point) => inset + ((at - first) / spanMs) * (width - 2 * inset)
  // What has hardly moved is drawn as a line that has hardly moved, whatever its scale.
  const span = Math.max(high - low, high * 0.02, 1)
  const middle = (high + low) / 2
  const y = ({ value }: Point) => height / 2 - ((value - middle) / span) * (height - 2 * inset)
  const steps = drawnOf(points).map(
    (point) => `${Math.round(x(point) * 10) / 10} ${Math.round(y(point) * 10) / 10}`,
  )
  const last = points.at(-1) ?? { at: 0, value: 0 }
  return [`M${steps.join('L')}`, Math.round(x(last) * 10) / 10, Math.round(y(last) * 10) / 10]
}

/** Beside a word that says the same: nothing is lost to whoever does not see it. */
export const sparkline = (points: readonly Point[]): Markup | undefined => {
  if (points.length < 2) return undefined
  const [line, x, y] = path(points, { width: 84, height: 24, inset: 3 })
  return html`<svg class="spark" viewBox="0 0 84 24" aria-hidden="true">
    <path d="${line}" />
    <circle cx="${x}" cy="${y}" r="2.4" />
  </svg>`
}

/** A figure with its own words for each value. */
export const plot = (about: {
  title: string
  points: readonly Point[]
  words: (value: number) => string
  none: string
}): Markup => {
  const { title, points, words, none } = about
  const last = points.at(-1)
  if (!last)
    return html`<figure class="plot">
      <figcaption><span>${title}</span><b>–</b></figcaption>
      <p>${none}</p>
    </figure>`
  const [low, high] = rangeOf(points)
  const range = `${words(low)} to ${words(high)}`
  if (points.length < 2) {
    return html`<figure class="plot">
      <figcaption><span>${title}</span><b>${words(last.value)}</b></figcaption>
      <p>A line appears with the second copy.</p>
    </figure>`
  }
  const box = { width: 280, height: 72, inset: 6 }
  const [line, x, y] = path(points, box)
  const first = line.slice(1, line.indexOf(' '))
  return html`<figure class="plot">
    <figcaption><span>${title}</span><b>${words(last.value)}</b></figcaption>
    <svg
      viewBox="0 0 280 72"
      role="img"
      aria-label="${title} of ${points.length} copies: ${range}, at last ${words(last.value)}"
    >
      <path class="area" d="${line}V72H${first}z" />
      <path class="line" d="${line}" />
      <circle cx="${x}" cy="${y}" r="3.5" />
    </svg>
    <p>${range}</p>
  </figure>`
}
