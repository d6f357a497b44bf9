/**
 * From when to when? The span of time that a report or a bundle of evidence is about, by UTC days.
 */
import { parseMoment } from '../copy/moment'
import { dayOf } from '../keeping/periods'
import { parseDuration } from '../plain/duration'
import { dayMs, weekMs } from '../plain/time-units'

export type Span = { since: Date; until: Date }

export const sinceRule = 'Give a UTC day (2025-07-04) or a span that reaches back from now (30d).'

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text)

/** The first and the last instant of a UTC day; undefined for anything else. */
export const parseDay = (text: string): Span | undefined => {
  const moment = isDay(text) ? parseMoment(text) : undefined
  if (!moment || !('untilAt' in moment)) return undefined
  return { since: new Date(moment.untilAt.getTime() - dayMs + 1), until: moment.untilAt }
}

/** `2025-07-04` is the beginning of that day, `30d` is thirty days before now. */
export const parseSince = (text: string, now: Date): Date | undefined => {
  const backMs = parseDuration(text)
  return backMs === undefined ? parseDay(text)?.since : new Date(now.getTime() - backMs)
}

export const lastWeek = (now: Date): Span => ({
  since: new Date(now.getTime() - weekMs),
  until: now,
})

export const isIn = ({ since, until }: Span, at: string | Date): boolean => {
  const instant = typeof at === 'string' ? Date.parse(at) : at.getTime()
  return instant >= since.getTime() && instant <= until.getTime()
}

/** "2025/07", "2025/08": the folders of months that the span touches. */
export const monthFolders = ({ since, until }: Span): string[] => {
  const folders: string[] = []
  const month = new Date(`${dayOf(since).slice(0, 7)}-01T00:00:00Z`)
  while (month <= until) {
    folders.push(dayOf(month).slice(0, 7).replace('-', '/'))
    month.setUTCMonth(month.getUTCMonth() + 1)
  }
  return folders
}
