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

const zonePattern = /^[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*$/

/** The zone that a reader's own machine, or a proxy, names; undefined where that is none. */
export const readZone = (said: string | undefined): string | undefined => {
  if (said === undefined || said.length > 64 || !zonePattern.test(said)) return undefined
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-GB', { timeZone: said }).resolvedOptions()
    return timeZone === 'UTC' ? undefined : said
  } catch {
    return undefined
  }
}

/** "14:41 Berlin", with the day where it is another one than in UTC. */
const ownTimeIn = (zone: string): ((at: string) => string | undefined) => {
  const place = zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
  return (at) => {
    const date = new Date(at)
    if (Number.isNaN(date.getTime())) return undefined
    const [day = '', time = ''] = format.format(date).split(' ')
    return day === at.slice(0, 10) ? `${time} ${place}` : `${day} ${time} ${place}`
  }
}

/** Every time of a page stands in a tag of its own: there the reader's own is put beside it. */
export const withOwnTimes = (page: string, zone: string | undefined): string => {
  if (zone === undefined) return page
  const ownTime = ownTimeIn(zone)
  return page.replaceAll(
    /<time datetime="([^"]*)">([^<]*)<\/time>/g,
    (whole: string, at: string, words: string) => {
      const own = ownTime(at)
      if (own === undefined) return whole
      return words.endsWith('UTC')
        ? `<time datetime="${at}">${words}</time> <span class="here">(${own})</span>`
        : `<time datetime="${at}" title="${instantWords(at)}, ${own}">${words}</time>`
    },
  )
}

/** "12,345": in groups, as long figures are read. */
export const figureWords = (count: number): string =>
  String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** "1 is late, 2 are waiting and 1,200 are safe": a figure may have a comma of its own. */
export const listWords = (parts: readonly string[]): string =>
  parts.join(', ').replace(/, (?!.*, )/, ' and ')

/** "tokens, sessions and 3 more": a headline is read at a glance. */
export const namesWords = (
  names: readonly string[],
  { count, most }: { count: number; most: number },
): string => {
  if (count > most) {
    return `${names.slice(0, most - 1).join(', ')} and ${figureWords(count - most + 1)} more`
  }
  return listWords(names)
}
