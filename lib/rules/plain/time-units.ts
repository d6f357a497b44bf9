/**
 * How long is a minute, an hour, a day, a week, in milliseconds? Said here once; every limit and
 * every age in lib is counted in these.
 */

export const secondMs = 1_000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
export const weekMs = 7 * dayMs
