/** One database of which somebody made thousands of copies: is it still seen whole, and by whom? */
import { describe, expect, test } from 'vitest'

import { readEvent } from '../../../lib/edge/event'
import { databasePage } from '../../../lib/edge/page/database'
import { partOf, wantedPartOf } from '../../../lib/edge/part'
import { aloneJson } from '../../../lib/edge/wanted'
import { readAlone } from '../../../lib/journey/gather/view'
import type { Alone } from '../../../lib/journey/gather/view'
import type { Shown } from '../../../lib/rules/copy/shown'
import { allWell } from '../../browser/stock'
import { ask, bearer, eventOf, look } from '../asking'

const carried = 900_000

/** What a hostile author writes into every finding: each sign is six in markup. */
const hostile = '"'.repeat(600)
const remarks = Array.from({ length: 12 }, (_, place) => ({
  check: 'rows',
  outcome: place === 7 ? 'failed' : 'warned',
  code: 'drift',
  detail: `${place}${hostile}`,
  mend: hostile,
}))

const alone = async (): Promise<Alone> => {
  const { tools } = await allWell()
  const found = await readAlone(tools, 'tokens')
  if (!found) throw new Error('there is none of that name')
  return found
}

/** So many copies of one that was really kept. */
const crowdOf = async (count: number, changes: Partial<Shown> = {}): Promise<Alone> => {
  const { head, one } = await alone()
  const [copy] = one.copies
  if (!copy) throw new Error('there is no copy')
  const copies = Array.from({ length: count }, (_, place) => ({
    ...copy,
    ...changes,
    id: `tokens_${place}`,
  }))
  return { head, one: { ...one, copies } }
}

const asked = (query: string) => readEvent(eventOf({ query }))
const pageFor = (about: Alone, query: string) =>
  databasePage(about, { root: './', isStill: false, wanted: wantedPartOf(asked(query), 50) })
const idsOn = (page: string) => [...page.matchAll(/<li id="([^"]+)"/g)].map(([, id]) => id)

describe('the page of one database with 20,000 copies', () => {
  test('tells all of them, fifty at a time, and where the others are', async () => {
    const crowd = await crowdOf(20_000)
    const first = pageFor(crowd, '')
    expect(idsOn(first)).toEqual(crowd.one.copies.slice(0, 50).map(({ id }) => id))
    expect(first).toContain('1 to 50 of')
    expect(first).toContain('20,000 copies, the newest first.')
    expect(first).toContain('<a href="?page=2" rel="next">')
    const last = pageFor(crowd, 'page=400')
    expect(idsOn(last).at(-1)).toBe('tokens_19999')
    expect(last).not.toContain('rel="next"')
    expect(idsOn(pageFor(crowd, 'page=999999'))).toEqual(idsOn(last))
  })

  test('and its JSON are carried, however much was found of each, and count what is left out', async () => {
    const crowd = await crowdOf(20_000, { word: 'failed', remarks })
    const page = pageFor(crowd, 'page=7')
    expect(Buffer.byteLength(page)).toBeLessThan(carried)
    expect(page.match(/and 11 more that was found/g)).toHaveLength(50)
    expect(page).toContain('<a href="?copy=tokens_300#tokens_300">')
    const json = aloneJson(crowd, asked(''))
    expect(Buffer.byteLength(json)).toBeLessThan(carried)
    const answer = JSON.parse(json)
    expect(answer).toMatchObject({ isShortened: true, found: 20_000, page: 1, pages: 200 })
    expect(answer.next).toBe('?database=tokens&page=2')
    expect(answer.databases[0].copies).toHaveLength(100)
    expect(answer.databases[0].copies[0]).toMatchObject({
      moreRemarks: 11,
      remarks: [{ outcome: 'failed', detail: `7${hostile}` }],
    })
  })

  test('draws of its figures as many corners as the line has dots, the last of them always', async () => {
    const few = pageFor(await crowdOf(280), '')
    const many = pageFor(await crowdOf(20_000), '')
    const cornersOf = (page: string) =>
      /<path class="line" d="M([^"]*)"/.exec(page)?.[1]?.split('L').length
    expect(cornersOf(few)).toBe(280)
    expect(cornersOf(many)).toBeLessThanOrEqual(280)
    expect(many.includes('Size of 20000 copies')).toBe(true)
  })
})

test('a page of findings that fit tells all of them', async () => {
  const crowd = await crowdOf(60, { word: 'warned', remarks: remarks.slice(0, 1) })
  expect(pageFor(crowd, '')).not.toContain('more that was found')
  expect(partOf(crowd.one.copies, { page: 2, copy: undefined, size: 50 })).toMatchObject({
    found: 60,
    page: 2,
    pages: 2,
    isAlone: false,
  })
})

test('of one copy alone everything is told, and how one gets back', async () => {
  const crowd = await crowdOf(20_000, { word: 'failed', remarks })
  const page = pageFor(crowd, 'copy=tokens_777')
  expect(idsOn(page)).toEqual(['tokens_777'])
  expect(page.match(/<li>\s*<span class="chip/g)).toHaveLength(12)
  expect(page).toContain('One of 20,000 copies. <a href="?">Show all</a>')
  const { databases } = JSON.parse(aloneJson(crowd, asked('copy=tokens_777')))
  expect(databases[0].copies).toMatchObject([{ id: 'tokens_777', moreRemarks: 0, remarks }])
  expect(idsOn(pageFor(crowd, 'copy=nothing'))).toHaveLength(50)
})

test('a copy that the page names and does not show is led to on a page of its own', async () => {
  const { tools } = await allWell()
  const body = (await look(tools, '/databases/tokens')).body
  const [newest = '', second = ''] = idsOn(body)
  expect(body).toContain(`href="#${newest}"`)
  const query = `copy=${second}`
  const headers = bearer
  const single = (await ask(tools, { path: '/databases/tokens', headers, query })).body
  expect(idsOn(single)).toEqual([second])
  expect(single).toContain(`href="?copy=${newest}#${newest}"`)
  expect(single).toContain(`href="#${second}"`)
})

test('JSON of one is whole as long as it is carried, and a page of it where one is asked for', async () => {
  const few = await alone()
  expect(JSON.parse(aloneJson(few, asked('')))).toEqual(
    JSON.parse(JSON.stringify({ ...few.head, databases: [few.one] })),
  )
  const paged = JSON.parse(aloneJson(few, asked('page=1')))
  expect(paged).toMatchObject({ isShortened: true, found: 24, pages: 1, next: null })
  expect(paged.databases[0].copies).toHaveLength(24)
})
