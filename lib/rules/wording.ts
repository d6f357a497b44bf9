/**
 * How is a figure said to a person? Sizes and ages, in the fewest words that decide anything.
 */
export const sizeWords = (bytes: number): string => {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  return unit === 0 || size >= 100
    ? `${Math.round(size)} ${units[unit]}`
    : `${size.toFixed(1)} ${units[unit]}`
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** A time that has not come yet is told as such: a wrong clock must not look like a fresh copy. */
export const ageWords = (at: string, now: Date): string => {
  const age = now.getTime() - Date.parse(at)
  if (age < -minuteMs) return 'in the future'
  if (age < minuteMs) return 'just now'
  if (age < hourMs) return `${Math.floor(age / minuteMs)} min ago`
  if (age < 2 * dayMs) return `${Math.floor(age / hourMs)} h ago`
  return `${Math.floor(age / dayMs)} days ago`
}
