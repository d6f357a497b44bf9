/**
 * What does the page say on days that no scene of these tests shows: of a second place that lags, of messages that
 * wait, of more than there is room for? In whole sentences, as a person reads them.
 */
import { describe, expect, test } from 'vitest'

import { isAlarmed } from '../../../lib/edge/page/alerts'
import { headlineOf } from '../../../lib/edge/page/headline'
import { pageLinks, searchForm } from '../../../lib/edge/page/list'
import { overviewPage } from '../../../lib/edge/page/overview'
import { fallCounts, wayBackWords } from '../../../lib/edge/page/way-back'
import { readView } from '../../../lib/journey/gather/view'
import type { View } from '../../../lib/journey/gather/view'
import type { Head, Totals } from '../../../lib/rules/watching/head'
import type { Standing } from '../../../lib/rules/watching/standing'
import { allWell } from '../../browser/stock'
import { someTrouble } from '../../fixtures/told/troubles'

import { wordsOf } from './read-by-a-person'

let shown: Promise<View> | undefined

/** Two databases that are well; nothing of it is changed in place. */
const well = (): Promise<View> => {
  shown ??= allWell().then(({ tools }) =>
    readView(tools, { query: '', page: 1, size: 50, by: 'gravity' }),
  )
  return shown
}

const withHead = async (change: Partial<Head>): Promise<View> => {
  const view = await well()
  return { ...view, head: { ...view.head, ...change } }
}

const pageOf = (view: View): string => overviewPage(view, { root: './', isStill: false })

/** What stands in the section of this heading; undefined where there is none. */
const sectionOf = (view: View, heading: string): string | undefined => {
  const pattern = new RegExp(`<section aria-labelledby="${heading}">.*?</section>`, 's')
  const found = pattern.exec(pageOf(view))?.[0]
  return found === undefined ? undefined : wordsOf(found).trim()
}

const figureOf = (view: View, name: string): string | undefined => {
  const found = new RegExp(`<div[^>]*>\\s*<dt>${name}</dt>.*?</div>`, 's').exec(pageOf(view))?.[0]
  return (
    found && `${found.startsWith('<div class="long">') ? 'long: ' : ''}${wordsOf(found).trim()}`
  )
}

const at = '2026-11-21T09:00:00.000Z'

describe('the second place', () => {
  const second = { place: 'copies at x', behind: 0, behindBytes: 0, named: [], databases: 0 }

  test.each([
    { name: 'has nothing yet', change: {} },
    { name: 'has everything', change: { newestAt: at } },
    { name: 'lacks one copy', change: { behind: 1, since: at, newestAt: at } },
    { name: 'lacks contents alone', change: { contents: 3, newestAt: at } },
    { name: 'lacks both', change: { behind: 2, contents: 1, since: at } },
    {
      name: 'cannot be reached',
      change: { behind: 1, since: at, fault: { why: 'It is away.', since: at } },
    },
    { name: 'could not be, and lacks nothing', change: { fault: { why: 'It was.', since: at } } },
  ])('$name', async ({ change }) => {
    expect(
      figureOf(await withHead({ second: { ...second, ...change } }), 'Second place'),
    ).toMatchSnapshot()
  })
})

describe('alerts and messages', () => {
  const incident = {
    key: 'tokens/verify.failed',
    kind: 'verify.failed',
    severity: 'critical' as const,
    database: 'tokens',
    what: 'the newest copy is damaged',
    since: at,
    toldAt: at,
    heardBy: ['Slack'],
    unheardBy: [],
    remindersWait: [],
    calmSince: undefined,
    held: undefined,
  }
  const message = { channel: 'Slack', since: at, why: 'answered 503', isRefused: false }

  test('of more than is told it is said how many more there are', async () => {
    const view = await withHead({
      incidents: [incident, { ...incident, severity: 'warning', database: undefined }],
      undelivered: [message, { ...message, channel: 'Mail', isRefused: true }],
      unsent: 2,
      all: { incidents: 1_202, undelivered: 3, sets: 0 },
      channels: ['Slack', 'Mail'],
      alarm: {
        provenAt: undefined,
        rings: [
          { name: 'a damaged copy', isHeard: true, detail: 'raised verify.failed' },
          { name: 'a late copy', isHeard: false, detail: 'did not raise backup.late' },
        ],
      },
      watch: { ranAt: at, isSilent: true },
    })
    expect(sectionOf(view, 'h-self')).toMatchSnapshot()
  })

  test('where nobody is told, nothing was tried and nothing waits', async () => {
    const view = await withHead({
      channels: [],
      alarm: { provenAt: undefined, rings: [] },
      jobs: { prune: at, drill: at },
      incidents: [],
      undelivered: [],
      unsent: 0,
    })
    expect(sectionOf(view, 'h-self')).toMatchSnapshot()
  })

  test('are laid open only where somebody would not hear of it otherwise', async () => {
    const { head } = await withHead({
      channels: ['Slack'],
      undelivered: [],
      alarm: { provenAt: at, rings: [{ name: 'a', isHeard: true, detail: '' }] },
    })
    const deaf = { provenAt: at, rings: [{ name: 'a', isHeard: false, detail: '' }] }
    const changes = [{}, { channels: [] }, { undelivered: [message] }, { alarm: deaf }]
    expect(changes.map((change) => isAlarmed({ ...head, ...change }))).toEqual([
      false,
      true,
      true,
      true,
    ])
    const isOpen = (change: Partial<Head>) =>
      well().then((view) =>
        /<details class="self"\s+open>\s*<summary>\s*<h2 id="h-self">/.test(
          pageOf({ ...view, head: { ...head, ...change } }),
        ),
      )
    expect(await isOpen({})).toBe(false)
    expect(await isOpen({ channels: [] })).toBe(true)
    expect(await isOpen({ watch: { ranAt: at, isSilent: true } })).toBe(true)
  })
})

test('what was pushed together is told with its state, and how many more there are', async () => {
  const set = { id: 'a', databases: ['tokens', 'users'], why: 'because' }
  const sets = (['restorable', 'waiting', 'broken'] as const).map((state) => ({ ...set, state }))
  const view = await withHead({ sets, all: { incidents: 0, undelivered: 0, sets: 5 } })
  expect(sectionOf(view, 'h-sets')).toBe(
    'Pushed together restorable tokens + users : because waiting tokens + users : because broken tokens + users : because and 2 more',
  )
  const marks = /id="h-sets".*?<\/section>/s.exec(pageOf(view))?.[0].match(/chip \w+/g)
  expect(marks).toEqual(['chip good', 'chip open', 'chip late'])
  expect(sectionOf(await withHead({ sets: [] }), 'h-sets')).toBeUndefined()
})

describe('what it costs', () => {
  const totals = async (change: Partial<Totals>): Promise<Partial<Head>> => ({
    totals: { ...(await well()).head.totals, ...change },
  })

  test.each([
    {
      name: 'measured over one week',
      change: { gibSeconds: 100_000, requests: 5_000, weeks: 1, runs: 9 },
    },
    { name: 'measured over four', change: { gibSeconds: 10, requests: 7, weeks: 4, runs: 9 } },
    { name: 'not measured yet', change: undefined },
  ])('$name', async ({ change }) => {
    const gibibyte = 1024 ** 3
    const about = await totals({ sizeBytes: 300 * gibibyte, inAYearBytes: 400 * gibibyte })
    expect(sectionOf(await withHead({ ...about, running: change }), 'h-cost')).toMatchSnapshot()
  })

  test('is nothing of nothing, and no guess of a year where that is not known', async () => {
    expect(sectionOf(await withHead(await totals({ copies: 0 })), 'h-cost')).toBeUndefined()
    const unknown = await withHead(await totals({ inAYearBytes: undefined }))
    expect(sectionOf(unknown, 'h-cost')).not.toContain('in a year')
  })
})

describe('what needs somebody', () => {
  const since = '2026-11-20T09:00:00.000Z'
  const troubles = (count: number, database = 'tokens') =>
    Array.from({ length: count }, (_, nth) => someTrouble({ database, since, what: `it ${nth}` }))

  test('is told up to twelve, and how many more stand on the pages of their databases', async () => {
    const view = await withHead({ troubles: [], gravest: troubles(12) })
    const { totals } = view.head
    const told = (wrong: number) => {
      const head = { ...view.head, totals: { ...totals, troubles: wrong } }
      return sectionOf({ ...view, head }, 'h-troubles') ?? ''
    }
    expect(told(12)).not.toContain('more:')
    expect(told(13)).toMatch(/ 1 more: each stands on the page of its database\.$/)
    expect(told(40)).toMatch(/ 28 more: each stands on the page of its database\.$/)
    const own = { ...view.head, troubles: troubles(1), totals: { ...totals, troubles: 12 } }
    expect(sectionOf({ ...view, head: own }, 'h-troubles')).toMatch(/ 1 more: each/)
  })

  test('is nobody’s while a copy that has just come waits for its verdict', async () => {
    const view = await well()
    const [first] = view.list.lines
    if (!first) throw new Error('nothing is listed')
    const lines = [{ ...first, health: 'pending' as const }]
    const recent = troubleAt(view, 0)
    const told = (one: ReturnType<typeof someTrouble>) => {
      const head = { ...view.head, troubles: [], gravest: [one] }
      return sectionOf({ ...view, list: { ...view.list, lines }, head }, 'h-troubles')
    }
    const about = { ...recent, database: first.database, graceMs: 3_600_000 }
    expect(told(about)).toBeUndefined()
    expect(told({ ...about, graceMs: 0 })).toBeDefined()
    expect(told({ ...about, database: 'another' })).toBeDefined()
  })

  const troubleAt = ({ head }: View, agoMs: number) =>
    someTrouble({ since: new Date(Date.parse(head.generatedAt) - agoMs).toISOString() })
})

describe('the headline', () => {
  const named = async (health: Standing['health'], count: number): Promise<Standing[]> => {
    const [line] = (await well()).list.lines
    if (!line) throw new Error('nothing is listed')
    return Array.from({ length: count }, (_, nth) => ({
      ...line,
      database: `${health}${nth}`,
      health,
      troubles:
        health === 'trouble'
          ? [{ kind: 'verify.unmet' as const, severity: 'error' as const, since: at, what: 'odd' }]
          : [],
    }))
  }

  const of = async (
    counts: Partial<Record<Standing['health'], number>>,
    change: Partial<Head> = {},
  ): Promise<string> => {
    const byHealth = { trouble: 0, late: 0, pending: 0, never: 0, sound: 0, ...counts }
    const lines: Standing[] = []
    for (const health of ['trouble', 'late', 'pending', 'never', 'sound'] as const)
      lines.push(...(await named(health, byHealth[health])))
    const { head } = await well()
    const first = lines.slice(0, 7)
    const totals = { ...head.totals, databases: lines.length, byHealth, first }
    const { mark, text, lead } = headlineOf({ ...head, totals, ...change })
    return `[${mark}] ${text}. ${lead}`
  }

  test('counts whoever stands alike, names a few of them, and says how the others stand', async () => {
    const said = [
      await of({ late: 2, pending: 1, sound: 1_200 }),
      await of({ late: 1, pending: 1, never: 1 }),
      await of({ late: 7 }),
      await of({ late: 6, never: 1 }),
      await of({ pending: 2, sound: 2 }),
      await of({ pending: 1, never: 1, sound: 1 }),
      await of({ never: 1, sound: 1 }),
      await of({ never: 3, sound: 2 }),
      await of({ never: 2 }),
      await of({ trouble: 3, sound: 1 }),
      await of({ trouble: 4, late: 2, sound: 1 }),
      await of({ sound: 1_234 }),
    ]
    expect(said.join('\n')).toMatchSnapshot()
  })

  test('says what is wrong with the installation before what waits, and what is safe all the same', async () => {
    const troubles = [someTrouble({ what: 'an address is odd', meaning: 'Nobody hears of it.' })]
    const wrong = { health: 'trouble' as const, troubles }
    const said = [
      await of({ sound: 1 }, wrong),
      await of({ pending: 2 }, wrong),
      await of({ late: 1 }, wrong),
      await of({ sound: 2 }, { ...wrong, health: 'sound' }),
      await of({ sound: 2 }, { watch: { ranAt: undefined, isSilent: true } }),
      await of({ trouble: 1 }, { watch: { ranAt: at, isSilent: true } }),
    ]
    expect(said.join('\n')).toMatchSnapshot()
  })
})

describe('a list', () => {
  const list = { lines: [], query: '', found: 120, page: 2, pages: 3, size: 50 }
  const found = (change: Partial<typeof list>, all = 120): string | false => {
    const form = searchForm({ ...list, ...change }, all)
    return form && wordsOf(form.text).trim()
  }

  test('is searched where a glance does not find a name, and says which part is shown', () => {
    const few = { found: 8, page: 1, pages: 1 }
    expect(found(few, 8)).toBe(false)
    expect(found({ ...few, found: 9 }, 9)).toBe('Name holds Find 9 databases, the gravest first.')
    expect(found({})).toBe('Name holds Find 51 to 100 of 120 databases, the gravest first.')
    expect(found({ page: 3 })).toBe(
      'Name holds Find 101 to 120 of 120 databases, the gravest first.',
    )
    expect(found({ found: 50, page: 1 }, 50)).toBe(
      'Name holds Find 50 databases, the gravest first.',
    )
    expect(found({ ...few, query: 'a', found: 1 }, 8)).toBe(
      'Name holds Find Show all 1 of 8 databases have “a” in their names.',
    )
    expect(found({ query: 'a', found: 51, page: 1 })).toBe(
      'Name holds Find Show all 1 to 50 of 51 of 120 databases have “a” in their names.',
    )
  })

  test('leads to the part before and the part after, as it was asked', () => {
    const links = (page: number, pages: number, query = '') => {
      const nav = pageLinks({ query, page, pages })
      return nav && [...nav.text.matchAll(/href="([^"]*)"/g)].map(([, to]) => to).join(' ')
    }
    expect(links(1, 1)).toBe(false)
    expect(links(1, 2)).toBe('?page=2')
    expect(links(2, 2)).toBe('?')
    expect(links(2, 3, 'a b')).toBe('?q=a+b ?q=a+b&amp;page=3')
    const middle = pageLinks({ query: '', page: 2, pages: 1_200 })
    expect(middle && wordsOf(middle.text).trim()).toBe('Page before Page 2 of 1,200 Next page')
  })
})

test('of a fall eight tables are told, and how many more have lost something', () => {
  const tables = Array.from({ length: 10 }, (_, nth) => ({
    table: `t${nth}`,
    before: 1_000 + nth,
    now: nth === 0 ? undefined : nth,
  }))
  const fall = { since: '', sinceAt: at, before: '', beforeAt: at, restoreCommand: '' }
  const said = (count: number) =>
    wordsOf(fallCounts({ ...fall, tables: tables.slice(0, count) }).text).trim()
  expect(said(2)).toBe('t0 1,000 rows before, the table is gone t1 1,001 rows before, 1 now')
  expect(said(8)).not.toContain('more tables')
  expect(said(10)).toMatch(/ t7 1,007 rows before, 7 now and 2 more tables$/)
})

test.each([
  { is: 'before' as const, words: 'Restore the copy from before the fall, of 3 h ago' },
  { is: 'unmet' as const, words: 'Restore the newest whole copy, of 3 h ago' },
  { is: 'passed over' as const, words: 'Restore the newest proven copy' },
  { is: 'newest' as const, words: 'Restore the newest proven copy' },
])('the way back is called: $words', ({ is, words }) => {
  const now = new Date('2026-11-21T12:00:00.000Z')
  expect(wayBackWords({ is, at, command: '' }, now)).toBe(words)
})
