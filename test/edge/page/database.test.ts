import { describe, expect, test } from 'vitest'

import type { Entry } from '../../../lib/rules/copy/entry'
import { fallen, unmetNewest } from '../../browser/bad-days'
import { waiting } from '../../browser/stock'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { verdictOf } from '../../fixtures/told/entries'
import { keepCopy } from '../../fixtures/told/kept'
import { look } from '../asking'

import { wordsOf } from './read-by-a-person'

const pageOf = async (tools: TestTools, database: string): Promise<string> =>
  (await look(tools, `/databases/${database}`)).body

/** One copy's place in the list. */
const itemOf = (body: string, id: string): string => {
  const from = body.indexOf(`<li id="${id}"`)
  const to = body.indexOf('<li id=', from + 1)
  return wordsOf(body.slice(from, to === -1 ? body.indexOf('</ol>', from) : to))
}

const sectionOf = (body: string, heading: string): string =>
  wordsOf(
    new RegExp(`<section aria-labelledby="${heading}">.*?</section>`, 's').exec(body)?.[0] ?? '',
  )

const withOutcome =
  (outcome: string) =>
  (entry: Entry): Entry => ({
    ...entry,
    verdict: { ...verdictOf('passed'), at: entry.arrivedAt ?? '', outcome },
  })

test('a copy that has just come needs nobody, and one that has waited for hours does', async () => {
  const { tools } = await waiting()
  for (const path of ['', '/databases/tokens'])
    expect(wordsOf((await look(tools, path)).body)).not.toContain('has no verdict')
  tools.clock.passSeconds(3 * 3600)
  for (const path of ['', '/databases/tokens'])
    expect(wordsOf((await look(tools, path)).body)).toContain('the newest copy has no verdict')
})

describe('a copy that is unmet', () => {
  test('is said to be whole, and why it is unmet, with the command for it and the one that accepts it', async () => {
    const { tools } = await unmetNewest()
    const [, id = ''] =
      /<li id="(sessions_2026-11-21[^"]*)"/.exec(await pageOf(tools, 'sessions')) ?? []
    const item = itemOf(await pageOf(tools, 'sessions'), id)
    expect(item).toMatch(/^ unmet /)
    expect(item).toContain('It is whole: nothing speaks against its bytes.')
    expect(item).toContain('unmet schema : No table sessions; sessions_v2 is there.')
    expect(item).toContain(`restore.sh --at ${id} /etc/snapproof/sessions.env`)
    expect(item).toContain(`npm run --silent snapproof -- accept ${id} --reason 'it was meant'`)
    expect(item).not.toContain('Not for a restore')
  })

  test('is called damaged nowhere on the pages', async () => {
    const { tools } = await unmetNewest()
    for (const path of ['', '/databases/sessions']) {
      const words = wordsOf((await look(tools, path)).body)
      expect(words).not.toMatch(/damaged(?! copy)/)
    }
  })

  test('makes the plain restore ask: the proven copy before it is named instead', async () => {
    const { tools } = await unmetNewest()
    const body = await pageOf(tools, 'sessions')
    const [, proven = ''] = /<li id="(sessions_2026-11-20[^"]*)"/.exec(body) ?? []
    expect(sectionOf(body, 'h-back')).toContain('A newer copy is whole, and not what is expected')
    expect(sectionOf(body, 'h-back')).toContain(
      `restore.sh --at ${proven} /etc/snapproof/sessions.env`,
    )
    const card = (await look(tools)).body.split('<li class="card">')[1] ?? ''
    expect(wordsOf(card)).toContain(`restore.sh --at ${proven} /etc/snapproof/sessions.env`)
    expect(wordsOf(card)).not.toContain('restore.sh /etc')
  })

  test('is what one can go back to where nothing is proven', async () => {
    const tools = testTools()
    const id = await keepCopy(tools, { daysAgo: 0.1, outcome: 'unmet' })
    const section = sectionOf(await pageOf(tools, 'tokens'), 'h-back')
    expect(section).toContain('No copy is proven.')
    expect(section).toContain(`restore.sh --at ${id} /etc/snapproof/tokens.env`)
    expect(wordsOf((await look(tools)).body)).toContain('Restore the newest whole copy, of 2 h ago')
  })

  test('that is older than the newest proven one changes nothing', async () => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 1, outcome: 'unmet' })
    await keepCopy(tools, { daysAgo: 0.1 })
    const section = sectionOf(await pageOf(tools, 'tokens'), 'h-back')
    expect(section).toContain('restore.sh /etc/snapproof/tokens.env')
  })
})

describe('a fall', () => {
  test('names the copy from before, with its rows beside those of today, and the command', async () => {
    const { tools } = await fallen()
    const body = await pageOf(tools, 'shop')
    const [, before = ''] = /<li id="(shop_2026-11-19[^"]*)"/.exec(body) ?? []
    expect(body).toContain('<header class="hero bad">')
    const section = sectionOf(body, 'h-back')
    expect(section).toContain(
      `The copy from before that, ${before} , of 2 days ago, still has them.`,
    )
    expect(section).toContain('orders 6,158 rows before, 2,472 now')
    expect(section).toContain('carts 211 rows before, the table is gone')
    expect(section).toContain(`restore.sh --at ${before} /etc/snapproof/shop.env`)
    expect(section).not.toContain('restore.sh /etc')
    const overview = (await look(tools)).body
    expect(overview).toContain('<header class="hero bad">')
    const card = wordsOf(overview.split('<li class="card">')[1] ?? '')
    expect(card).toContain('Copy from before the fall 2 days ago')
    expect(card).toContain('orders 6,158 rows before, 2,472 now')
    expect(card).toContain(`restore.sh --at ${before} /etc/snapproof/shop.env`)
    expect(card).not.toContain('restore.sh /etc')
  })

  test('says what to do where it was meant', async () => {
    const { tools } = await fallen()
    const troubles = sectionOf(await pageOf(tools, 'shop'), 'h-troubles')
    expect(troubles).toMatch(
      /If it was meant: Say so on your own machine.* accept shop_2026-11-21\S+ --reason 'it was meant'/,
    )
  })

  test('of many tables names some, and counts the others', async () => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 1 })
    const before = await keepCopy(tools, { daysAgo: 0.5 })
    const tables = Object.fromEntries(
      Array.from({ length: 11 }, (_, nth) => [`t${nth}`, { had: 5000, has: 3 }]),
    )
    await keepCopy(tools, {
      daysAgo: 0.1,
      outcome: 'warned',
      change: (entry) => ({
        ...entry,
        verdict: verdictOf('warned', {
          at: entry.arrivedAt ?? '',
          drift: { came: [], went: [] },
          fall: {
            since: entry.id,
            sinceAt: entry.arrivedAt ?? '',
            before,
            beforeAt: '2026-02-28T13:00:00.000Z',
            tables,
          },
        }),
      }),
    })
    const section = sectionOf(await pageOf(tools, 'tokens'), 'h-back')
    expect(section).toContain('t7 5,000 rows before, 3 now')
    expect(section).not.toContain('t8 ')
    expect(section).toContain('and 3 more tables')
  })
})

describe('the list of copies', () => {
  test('says of each how many rows it has, and what changed since the one before it', async () => {
    const { tools } = await fallen()
    const body = await pageOf(tools, 'shop')
    const ids = [...body.matchAll(/<li id="([^"]+)"/g)].map(([, id = '']) => id)
    const [newest, first] = ids.map((id) => itemOf(body, id))
    expect(newest).toContain('2,983 rows')
    expect(newest).toContain('Since the copy before it: orders +23')
    expect(first).toContain('Since the copy before it: orders −3709, carts gone with 211, users +1')
    // Nothing stands before the oldest one.
    expect(itemOf(body, ids.at(-1) ?? '')).not.toContain('Since the copy before it')
  })

  test.each([
    { outcome: 'failed', said: 'it is damaged' },
    { outcome: 'unverifiable', said: 'it could not be checked' },
    { outcome: 'rotten', said: 'its verdict is rotten' },
    { outcome: 'constructor', said: 'its verdict is constructor' },
  ])('says why one is not for a restore: $outcome', async ({ outcome, said }) => {
    const tools = testTools()
    const id = await keepCopy(tools, { daysAgo: 0, change: withOutcome(outcome) })
    const item = itemOf(await pageOf(tools, 'tokens'), id)
    expect(item).toMatch(new RegExp(`^ ${outcome} `))
    expect(item).toContain(`Not for a restore: ${said}.`)
    expect(item).not.toContain('restore.sh')
  })

  test('says of one without a verdict that it is not proven yet', async () => {
    const tools = testTools()
    const id = await keepCopy(tools, { daysAgo: 0, outcome: 'pending' })
    expect(itemOf(await pageOf(tools, 'tokens'), id)).toContain(
      'Not for a restore: it is not proven yet.',
    )
  })
})
