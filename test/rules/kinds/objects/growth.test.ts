/** Lists that only grow: any history of appends is quiet, and any other change is named. */
import { createHash } from 'node:crypto'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { grown, placeOf } from '../../../../lib/rules/kinds/objects/growth'
import type { Remembered } from '../../../../lib/rules/kinds/objects/growth'
import { casesOf } from '../../../cases'

const place = ['message', 'mid']
const see = (before: Remembered | undefined, entries: readonly unknown[]) =>
  grown(before, { entries, place })

const message = (mid: string, text = 'hello') => ({
  sender: '77',
  recipient: '42',
  timestamp: 1_764_460_800,
  message: { mid, text },
})

const one = message('m1')
const two = message('m2')
const three = message('m3')
const had = see(undefined, [one, two]).now

describe('a list', () => {
  test.each([
    ['seen for the first time', undefined, [one], 'new'],
    ['seen for the first time, with nothing in it', undefined, [], 'new'],
    ['as it was', had, [one, two], 'unchanged'],
    ['with a second message after the first', had, [one, two, three], 'continued'],
    ['without its last entry', had, [one], 'shrunk'],
    ['without any', had, [], 'shrunk'],
    ['with another entry instead of its last', had, [one, three], 'rewritten'],
    ['with its last entry gone and two more', had, [one, three, two], 'rewritten'],
    ['with its entries in another order', had, [two, one], 'rewritten'],
    ['with one put before', had, [three, one, two], 'rewritten'],
    ['with one put between', had, [one, three, two], 'rewritten'],
    ['with a text changed', had, [message('m1', 'hallo'), two, three], 'rewritten'],
    ['with a field more in an old entry', had, [{ ...one, isRead: true }, two], 'rewritten'],
    ['that was empty, and is', see(undefined, []).now, [], 'unchanged'],
    ['that was empty, and has its first', see(undefined, []).now, [one], 'continued'],
  ])('%s', (_, before, entries, growth) => {
    const seen = see(before, entries)
    expect(seen.growth).toBe(growth)
    expect(seen.now.count).toBe(entries.length)
  })

  test('is remembered by its length and a hash, and by nothing that stands in it', () => {
    expect(see(undefined, [{ message: { mid: 'm1' }, a: [1, 'x', null, true, {}] }]).now).toEqual({
      count: 1,
      sha256: createHash('sha256')
        .update('{"a":[1,"x",null,true,{},],"message":{"mid":"m1",},}\n')
        .digest('hex'),
    })
  })

  test('is told which of its entries have no name, and whose name comes again', () => {
    const entries = [
      one,
      two,
      one,
      { message: { mid: 5 } },
      { message: { mid: '5' } },
      { message: { mid: null } },
      { message: 'm1' },
      { message: [] },
      'm1',
      null,
      {},
    ]
    expect(see(undefined, entries)).toMatchObject({ unnamed: 6, repeated: 1 })
    expect(see(undefined, [{ message: Object.create({ mid: 'inherited' }) }])).toMatchObject({
      unnamed: 1,
    })
  })

  test('may hold an entry as deep, or as wide, as it likes', () => {
    const deep: unknown = JSON.parse(`${'[{"a":'.repeat(20_000)}1${'}]'.repeat(20_000)}`)
    const wide = Array.from({ length: 150_000 }, () => 0)
    const before = see(undefined, [deep, wide]).now
    expect(see(before, [deep, wide, one]).growth).toBe('continued')
    expect(see(before, [deep, [...wide, 0], one]).growth).toBe('rewritten')
  })
})

describe('where the name of an entry stands', () => {
  test.each([
    ['message.mid', ['message', 'mid']],
    ['id', ['id']],
    ['', undefined],
    ['message.', undefined],
    ['.mid', undefined],
    ['message..mid', undefined],
  ])('%j', (text, steps) => {
    expect(placeOf(text)).toEqual(steps)
  })
})

/** Any value of JSON; few of each, so that two are often alike. */
const entry = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('m1', 'm2', '', 0, 1).map((mid) => ({ message: { mid } })),
)
const entries = fc.array(entry, { maxLength: 6 })

/** As an app that keeps its fields in another order would write it. */
const turned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).toReversed()
  return Object.fromEntries(fields.map(([name, inside]) => [name, turned(inside)]))
}

const asText = (value: unknown): string => JSON.stringify(value)

/** Two lists are the same where their entries are, whatever the order of fields. */
const same = (first: readonly unknown[], second: readonly unknown[]): boolean => {
  try {
    expect(first.map((value) => JSON.parse(asText(value)))).toStrictEqual(
      second.map((value) => JSON.parse(asText(value))),
    )
    return true
  } catch {
    return false
  }
}

describe('whatever stands in a list', () => {
  test('any history of appends is quiet, in whatever order fields are written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(entries, fc.boolean()), { maxLength: 6 }), (history) => {
        let before: Remembered | undefined
        const all: unknown[] = []
        for (const [more, isTurned] of history) {
          all.push(...more)
          const seen = see(before, isTurned ? all.map(turned) : all)
          const quiet = more.length === 0 ? 'unchanged' : 'continued'
          expect(seen.growth).toBe(before === undefined ? 'new' : quiet)
          before = seen.now
        }
      }),
      { numRuns: casesOf(500) },
    )
  })

  test('any other change is named, and nothing is that is only an append', () => {
    fc.assert(
      fc.property(entries, entries, (first, second) => {
        const { growth } = see(see(undefined, first).now, second)
        const isKept = same(first, second.slice(0, first.length))
        const isShort = second.length < first.length
        expect(growth === 'shrunk').toBe(isShort)
        expect(growth === 'rewritten').toBe(!isShort && !isKept)
      }),
      { numRuns: casesOf(2000) },
    )
  })

  test('an entry that is dropped, moved, put in or changed is named, however much comes after it', () => {
    const change = fc.constantFrom('drop', 'move', 'put in', 'change')
    fc.assert(
      fc.property(
        entries,
        entries,
        change,
        fc.nat(),
        fc.nat(),
        entry,
        (first, more, how, at, to, put) => {
          fc.pre(first.length > 0)
          const now = [...first]
          const from = at % first.length
          if (how === 'put in') now.splice(from, 0, put)
          else {
            const [taken = null] = now.splice(from, 1)
            if (how === 'move') now.splice(to % first.length, 0, taken)
            if (how === 'change') now.splice(from, 0, [taken])
          }
          const after = [...now, ...more]
          fc.pre(!same(first, after.slice(0, first.length)))
          expect(['shrunk', 'rewritten']).toContain(see(see(undefined, first).now, after).growth)
        },
      ),
      { numRuns: casesOf(1000) },
    )
  })
})
