/**
 * How many objects of each collection are there, and what is with them? Counted line by line as an inventory
 * is read or written; of what is not as it should be the first few keys are kept.
 */
import { own } from '../../plain/own'

import { inOrder } from './inventory'
import type { Foot, Head, ObjectLine, Read } from './inventory'
import type { CollectionExpected, ObjectsExpected } from './settings'
import { toldKey } from './settings'

/** Some of a kind: how many, the first few by name, and what was said of the first. */
export type Some = { count: number; keys: string[]; says: string | undefined }

const keysAtMost = 3

const some = (): Some => ({ count: 0, keys: [], says: undefined })

const add = (to: Some, key: string, says?: string): void => {
  to.count += 1
  if (to.keys.length < keysAtMost) to.keys.push(key)
  to.says ??= says
}

export type CollectionTally = {
  objects: number
  entries: number
  growth: Record<string, number>
  invalid: Some
  stale: Some
  shrunk: Some
  rewritten: Some
  gone: Some
  leaking: Some
  open: Some
}

const collectionTally = (): CollectionTally => ({
  objects: 0,
  entries: 0,
  growth: {},
  invalid: some(),
  stale: some(),
  shrunk: some(),
  rewritten: some(),
  gone: some(),
  leaking: some(),
  open: some(),
})

export type Inventory = {
  head: Head | undefined
  foot: Foot | undefined
  lines: number
  collections: Readonly<Record<string, CollectionTally>>
  /** Why it is none that is whole. */
  broken: string | undefined
  isNewer: boolean
}

const lost = { shrunk: 'shrunk', rewritten: 'rewritten', gone: 'gone' } as const

const count = (
  to: CollectionTally,
  { at, found = {} }: ObjectLine,
  asked: { told: string; isStale: (at: string) => boolean },
): void => {
  const { told, isStale } = asked
  const { growth, list, invalid, leaks = [], isOpen } = found
  const isLost = own(lost, growth ?? '')
  if (isLost) add(to[isLost], told, found.since)
  if (growth === 'gone') return
  to.objects += 1
  to.entries += list?.count ?? 0
  if (growth !== undefined) to.growth[growth] = (own(to.growth, growth) ?? 0) + 1
  if (invalid !== undefined) add(to.invalid, told, invalid)
  if (isStale(at)) add(to.stale, told, at)
  if (isOpen) add(to.open, told)
  if (leaks.length > 0) add(to.leaking, told, leaks.join(', '))
}

const unsaid: CollectionExpected = { objects: '', by: '' }

/** Takes the lines of one inventory, in their order. */
export const tally = (expected: ObjectsExpected) => {
  const collections: Record<string, CollectionTally> = {}
  for (const name of Object.keys(expected.collections)) collections[name] = collectionTally()
  let head: Head | undefined
  let foot: Foot | undefined
  let takenAtMs = Number.NaN
  let lines = 0
  let last: string | undefined
  let broken: string | undefined
  let isNewer = false

  const toldOf = ({ key, of }: { key: string; of: string }): string =>
    toldKey(key, own(expected.collections, of) ?? unsaid, expected)

  const takeObject = (line: ObjectLine): void => {
    if (last !== undefined && inOrder(last, line.key) >= 0) broken ??= 'its keys are not in order'
    last = line.key
    lines += 1
    const collection = own(expected.collections, line.of) ?? unsaid
    const to = (collections[line.of] ??= collectionTally())
    count(to, line, {
      told: toldOf(line),
      isStale: (at) => takenAtMs - Date.parse(at) > (collection.withinMs ?? Infinity),
    })
  }

  const end = (read: Foot): void => {
    foot = read
    for (const one of read.tried?.open ?? [])
      add((collections[one.of] ??= collectionTally()).open, toldOf(one))
  }

  const begin = (first: Head): void => {
    head = first
    takenAtMs = Date.parse(first.takenAt)
  }

  return {
    take: (read: Read): void => {
      if (read.is === 'newer') isNewer = true
      else if (foot !== undefined) broken ??= 'something stands behind its end'
      else if (read.is === 'unreadable') broken ??= `line ${lines + 2} cannot be read`
      else if (read.is === 'head' && head === undefined) begin(read.head)
      else if (read.is === 'head' || head === undefined) broken ??= 'it does not begin as one'
      else if (read.is === 'foot') end(read.foot)
      else takeObject(read.object)
    },
    inventory: (): Inventory => ({ head, foot, lines, collections, broken, isNewer }),
  }
}
