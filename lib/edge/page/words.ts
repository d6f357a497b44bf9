/** What the page says of times to come, and how it shows any time to people and programs. */
import { dayMs, hourMs, minuteMs } from '../../rules/plain/time-units'
import { instantWords } from '../../rules/plain/wording'
import { html } from '../../show/markup'
import type { Markup } from '../../show/markup'

/** "in 25 h"; what is over is told as over, by whoever asks. */
export const untilWords = (at: string, now: Date): string => {
  const left = Date.parse(at) - now.getTime()
  if (left < hourMs) return `in ${Math.max(1, Math.round(left / minuteMs))} min`
  if (left < 2 * dayMs) return `in ${Math.round(left / hourMs)} h`
  return `in ${Math.round(left / dayMs)} days`
}

export const timeTag = (at: string, words: string = instantWords(at)): Markup =>
  html`<time datetime="${at}">${words}</time>`

/** "12,345": in groups, as long figures are read. */
export const figureWords = (count: number): string =>
  String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** "tokens, sessions and 3 more": a headline is read at a glance. */
export const namesWords = (
  names: readonly string[],
  { count, most }: { count: number; most: number },
): string => {
  if (count > most) {
    return `${names.slice(0, most - 1).join(', ')} and ${figureWords(count - most + 1)} more`
  }
  return names.join(', ').replace(/, ([^,]*)$/, ' and $1')
}
