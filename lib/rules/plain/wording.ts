/**
 * How is a figure said to a person? Sizes and ages, in the fewest words that decide anything.
 */
import { dayMs, hourMs, minuteMs } from './time-units'

export const sizeWords = (bytes: number): string => {
  if (bytes < 1024) return countWords(bytes, 'byte')
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  let size = bytes / 1024
  let unit = 0
  // What would be rounded to 1024 of one unit is 1.0 of the next.
  while (size >= 1023.5 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${size < 99.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`
}

/** "1 page", "2 pages", "3 copies": a figure and what it counts. */
export const countWords = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`

/** A time that has not come yet is told as such: a wrong clock must not look like a fresh copy. */
export const ageWords = (at: string, now: Date): string => {
  const age = now.getTime() - Date.parse(at)
  if (age < -minuteMs) return 'in the future'
  if (age < minuteMs) return 'just now'
  if (age < hourMs) return `${Math.floor(age / minuteMs)} min ago`
  if (age < 2 * dayMs) return `${Math.floor(age / hourMs)} h ago`
  return `${Math.floor(age / dayMs)} days ago`
}

/** "2026-11-21 01:00 UTC": to the minute, as a person says a time. */
export const instantWords = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`

/** "0.8 s", "42 s", "3 min 20 s": how long something took, to what matters of it. */
export const durationWords = (ms: number): string => {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  const rest = seconds % 60
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`
}

/** One line of what an engine said, which may hold names of tables; never a value from a row. */
export const clip = (text: string): string => {
  // A name may hold what a terminal obeys: control characters and marks of direction go.
  const line = text.replaceAll(/[\s\p{C}]+/gu, ' ').trim()
  const signs = [...line]
  return signs.length > 200 ? `${signs.slice(0, 199).join('')}…` : line
}
