/**
 * Which of a database's copies are told, where there are more than one answer carries, and where are the
 * others? A thief adds as many as he likes; whoever looks at that database still has to see it.
 */
import type { Shown } from '../rules/copy/shown'

import type { Ask } from './event'

/** `copy` is one that is wanted alone, with everything that was found of it. */
export type WantedPart = { page: number; copy: string | undefined; size: number }

export type ToldCopy = Shown & {
  /** So many findings are told where it is asked for alone. */
  moreRemarks: number
}

export type Part = {
  copies: ToldCopy[]
  found: number
  page: number
  pages: number
  size: number
  isAlone: boolean
}

/** A page that is none is the first one. */
export const pageIn = ({ fields: { page } }: Ask): number =>
  typeof page === 'string' && /^\d{1,6}$/.test(page) ? Number(page) : 1

export const wantedPartOf = (ask: Ask, size: number): WantedPart => {
  const { copy } = ask.fields
  return { page: pageIn(ask), copy: typeof copy === 'string' ? copy : undefined, size }
}

/** Of what was found of them together: as markup it may be five times as long. */
const signsAtMost = 120_000

/** Where there is too much of it, what decided is told of each, and the rest is counted. */
const inShort = (copy: Shown): ToldCopy => {
  const { remarks, word } = copy
  const [first] = [...remarks.filter(({ outcome }) => outcome === word), ...remarks]
  const told = first ? [first] : []
  return { ...copy, remarks: told, moreRemarks: remarks.length - told.length }
}

const whole = (copy: Shown): ToldCopy => ({ ...copy, moreRemarks: 0 })

/** One that is asked for and is not there is none: then the list is told. */
export const partOf = (all: readonly Shown[], { page, copy, size }: WantedPart): Part => {
  const found = all.length
  const alone = all.filter(({ id }) => id === copy)
  if (alone.length > 0)
    return { copies: alone.map(whole), found, page: 1, pages: 1, size, isAlone: true }
  const pages = Math.max(1, Math.ceil(found / size))
  const shown = Math.min(Math.max(1, page), pages)
  const some = all.slice((shown - 1) * size, shown * size)
  const signs = JSON.stringify(some.map(({ remarks }) => remarks)).length
  const copies = some.map(signs > signsAtMost ? inShort : whole)
  return { copies, found, page: shown, pages, size, isAlone: false }
}
