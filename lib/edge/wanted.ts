/** Which part of the list is asked for, and what is a program told of it and of the parts that follow? */
import type { Alone, View, Wanted } from '../journey/gather/view'
import { standingAlone } from '../rules/watching/standing'

import type { Ask } from './event'
import { pageIn, partOf, wantedPartOf } from './part'

/** What is asked of the list; a search is for small letters. */
export const wantedOf = (ask: Ask, { size, by }: Pick<Wanted, 'size' | 'by'>): Wanted => {
  const { q } = ask.fields
  const query = typeof q === 'string' ? q.trim().toLowerCase().slice(0, 64) : ''
  return { query, page: pageIn(ask), size, by }
}

/** The platform carries a megabyte and no more. */
const largestJson = 900_000

/** Of more copies it is not even asked: written out, what was found of them all may be too long for any text. */
const wholeAtMost = 1_000

const isFar = (databases: readonly { copies: readonly unknown[] }[]): boolean =>
  databases.reduce((sum, { copies }) => sum + copies.length, 0) > wholeAtMost

/** Whole where there are few; a page of lines where there are more, and where the next one is. */
export const viewJson = ({ head, list, whole }: View): string => {
  const { lines, query, page, pages, found } = list
  const isWhole = whole && query === '' && !isFar(whole.databases)
  const all = isWhole ? JSON.stringify({ ...whole, isShortened: false }) : ''
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

const copiesInJson = 100

/** Of one database everything, as long as it is carried; then a page of its copies, and where the next one is. */
export const aloneJson = ({ head, one }: Alone, ask: Ask): string => {
  const { page, copy } = ask.fields
  const isPart = page !== undefined || copy !== undefined || isFar([one])
  const all = isPart ? '' : JSON.stringify({ ...head, databases: [one] })
  if (all !== '' && Buffer.byteLength(all) < largestJson) return all
  const { copies, ...part } = partOf(one.copies, wantedPartOf(ask, copiesInJson))
  const more = new URLSearchParams({ database: one.database, page: `${part.page + 1}` })
  return JSON.stringify({
    ...head,
    isShortened: true,
    found: part.found,
    page: part.page,
    pages: part.pages,
    next: part.page < part.pages ? `?${more.toString()}` : null,
    databases: [{ ...one, copies }],
  })
}
