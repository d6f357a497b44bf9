/** Which part of the list is asked for, and what is a program told of it and of the parts that follow? */
import type { View, Wanted } from '../journey/gather/view'
import { standingAlone } from '../rules/watching/standing'

import type { Ask } from './event'

/** What is asked of the list; a page that is none is the first one, and a search is for small letters. */
export const wantedOf = ({ fields }: Ask, { size, by }: Pick<Wanted, 'size' | 'by'>): Wanted => {
  const { q, page: number } = fields
  const page = typeof number === 'string' && /^\d{1,6}$/.test(number) ? Number(number) : 1
  const query = typeof q === 'string' ? q.trim().toLowerCase().slice(0, 64) : ''
  return { query, page, size, by }
}

/** The platform carries a megabyte and no more. */
const largestJson = 900_000

/** Whole where there are few; a page of lines where there are more, and where the next one is. */
export const viewJson = ({ head, list, whole }: View): string => {
  const { lines, query, page, pages, found } = list
  const all = whole && query === '' ? JSON.stringify({ ...whole, isShortened: false }) : ''
  if (all !== '' && Buffer.byteLength(all) < largestJson) return all
  const more = new URLSearchParams({ ...(query === '' ? {} : { q: query }), page: `${page + 1}` })
  return JSON.stringify({
    ...head,
    // Each of them is had whole by its name: json?database=NAME.
    isShortened: true,
    found,
    page,
    pages,
    next: page < pages ? `?${more.toString()}` : null,
    databases: lines.map(standingAlone),
  })
}
