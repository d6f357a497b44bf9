/**
 * How is each page and each shop of the app kept? Told in the app's own words, by what the newest inventory
 * says of its objects: a word for each, and of one that is not well why. Never of what stands in them.
 */
import * as z from 'zod'

import { cut } from '../../plain/shortening'

import type { ObjectLine, Read } from './inventory'
import { partsOf, patternOf } from './pattern'
import type { Pattern } from './pattern'
import type { CollectionExpected, ObjectsExpected } from './settings'

export const Uploads = z.looseObject({
  /** With why, each. */
  failed: z.array(z.looseObject({ id: z.string(), message: z.string() })),
  fine: z.array(z.string()),
  /** So many more than are kept; those that are not well come first. */
  leftOut: z.int().nonnegative(),
})
export type Uploads = z.infer<typeof Uploads>

type Known = {
  name: string
  pattern: Pattern
  withinMs: number
  /** The part that names the page or the shop. */
  part: string
  /** The pattern as far as there: what begins so and has the same parts is of one page. */
  family: string
  /** Of each page there is one, which must be there. */
  isOne: boolean
}

const usualParts = ['page', 'page_id', 'shop', 'shop_id']

/** Whose it is, and no page. */
const ownerParts = ['user', 'user_id', 'owner', 'customer']

const partOfPage = ({ parts }: Pattern): string | undefined =>
  parts.find((name) => usualParts.includes(name)) ??
  parts.find((name) => !ownerParts.includes(name))

const knownOf = (name: string, { objects, withinMs = Infinity }: CollectionExpected): Known[] => {
  const pattern = patternOf(objects)
  const part = 'mistake' in pattern ? undefined : partOfPage(pattern)
  if ('mistake' in pattern || part === undefined) return []
  const mark = `{${part}}`
  const [before = '', after = ''] = objects.split(mark)
  const family = `${before}${mark}${after.split('/', 1).join('')}`
  return [{ name, pattern, withinMs, part, family, isOne: !after.includes('{') }]
}

type Page = { id: string; family: string; seen: Set<string>; wrong: Map<string, number> }

const lost = ['shrunk', 'rewritten']

const openWord = 'open to anyone'

const wrongWith = (
  { at, found = {} }: ObjectLine,
  { takenAt, withinMs }: { takenAt: string; withinMs: number },
): string[] => {
  const { growth = '', invalid, leaks = [], isOpen } = found
  if (growth === 'gone') return ['gone']
  return [
    ...(lost.includes(growth) ? [growth] : []),
    ...(invalid === undefined ? [] : [`not as expected (${invalid})`]),
    ...(Date.parse(takenAt) - Date.parse(at) > withinMs ? ['not written in time'] : []),
    ...(isOpen ? [openWord] : []),
    ...leaks.map((name) => `what looks like ${name} inside`),
  ]
}

const messageAtMost = 300

/** Of what is written down of one copy no more is kept than this. */
const signsAtMost = 90_000

/** Takes the lines of one inventory, as they come. */
export const uploads = ({ collections }: ObjectsExpected) => {
  const known = new Map(
    Object.entries(collections)
      .flatMap(([name, one]) => knownOf(name, one))
      .map((one) => [one.name, one]),
  )
  const pages = new Map<string, Page>()
  let takenAt = ''

  const tell = (
    one: Pick<ObjectLine, 'key' | 'of'>,
    wordsOf: (of: Known) => readonly string[],
  ): void => {
    const of = known.get(one.of)
    const parts = of && partsOf(of.pattern, one.key)
    if (!parts) return
    const { name, family, part, isOne } = of
    const own = Object.entries(parts).filter(([named]) => family.includes(`{${named}}`))
    const place = JSON.stringify([family, own])
    const id = own.flatMap(([named, value]) => (named === part ? [value] : [])).join('')
    const page = pages.get(place) ?? { id, family, seen: new Set(), wrong: new Map() }
    pages.set(place, page)
    page.seen.add(name)
    for (const word of wordsOf(of)) {
      const what = isOne ? `${name}: ${word}` : `${name}, ${word}`
      page.wrong.set(what, (page.wrong.get(what) ?? 0) + 1)
    }
  }

  const messageOf = ({ family, seen, wrong }: Page): string => {
    const missing = [...known.values()]
      .filter((one) => one.isOne && one.family === family && !seen.has(one.name))
      .map(({ name }) => `${name}: not there`)
    const words = [...wrong].map(([what, count]) => (count === 1 ? what : `${what} (${count})`))
    return cut([...missing, ...words].join('; '), messageAtMost)
  }

  return {
    take: (read: Read): void => {
      if (read.is === 'head') ({ takenAt } = read.head)
      if (read.is === 'object')
        tell(read.object, ({ withinMs }) => wrongWith(read.object, { takenAt, withinMs }))
      if (read.is === 'foot')
        for (const one of read.foot.tried?.open ?? []) tell(one, () => [openWord])
    },
    uploads: (): Uploads => {
      const told = [...pages.values()].map((page) => ({ id: page.id, message: messageOf(page) }))
      const failed = told.filter(({ message }) => message !== '')
      const fine = told.filter(({ message }) => message === '').map(({ id }) => id)
      let left = signsAtMost
      const fits = (one: unknown): boolean => (left -= JSON.stringify(one).length + 1) >= 0
      const kept = { failed: failed.filter(fits), fine: fine.filter(fits) }
      return { ...kept, leftOut: told.length - kept.failed.length - kept.fine.length }
    },
  }
}
