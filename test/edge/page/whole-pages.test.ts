/**
 * Does a page read, letter by letter, as it did? What nobody asks for by its name is held here: a label that
 * is empty, a curve off its place. Meant to change? `npx vitest run --config test/vitest.config.mts PATH -u`,
 * and read what has changed.
 */
import { expect, test } from 'vitest'

import { styles } from '../../../lib/edge/page/styles'
import { prune } from '../../../lib/journey/prune'
import type { Entry } from '../../../lib/rules/copy/entry'
import { minuteMs } from '../../../lib/rules/plain/time-units'
import { heldOpen, unheard } from '../../browser/bad-days'
import { inventoried } from '../../browser/inventories'
import { leaving } from '../../browser/second-look'
import { allWell, keepGrown, looked, mebibyte, newTools, oneFailing } from '../../browser/stock'
import type { TestTools } from '../../fakes/tools'
import { crowded } from '../../fixtures/bucket/crowds'
import { ask, bearer, cookie, look, pushToken } from '../asking'

/** More copies than this look like those before them. */
const copiesAtMost = 8

const blocks =
  'body|main|header|footer|section|h\\d|[uod]l|li|div|p|details|summary|nav|form|figure'

/** A block a line; without what each page carries alike, and without the chance in the name of a copy. */
const linesOf = (body: string): string => {
  const text = body.replaceAll(/\s+/g, ' ').replaceAll(/(?<=\dZ_)[0-9a-f]{6}\b/g, 'chance')
  const ownShapes = text.includes('id="h-databases"')
    ? text
    : text.replace(/<svg class="defs".*?<\/svg>/, '')
  const [head = '', ...copies] = ownShapes.replace(/<style>.*?<\/style>/, '').split(/(?=<li id=)/)
  const rest = copies.at(-1)?.replace(/^.*?<\/ol>/, '</ol>') ?? ''
  const few = [head, ...copies.slice(0, copiesAtMost), copies.length > copiesAtMost ? rest : '']
  return few.join('').replaceAll(new RegExp(` ?(<(?:${blocks})\\b[^>]*>) ?`, 'g'), '\n$1')
}

/** One that waits, a pinned one, one that is not what is expected; and what is not kept is to go. */
const busy = async (): Promise<TestTools> => {
  const { tools } = await allWell()
  const keep = (daysAgo: number, outcome: 'passed' | 'unmet' | 'pending', pin?: Entry['pin']) =>
    keepGrown(tools, {
      database: 'tokens',
      daysAgo,
      sizeBytes: 40 * mebibyte,
      outcome,
      change: (entry) => (pin ? { ...entry, pin } : entry),
    })
  await keep(2.6, 'passed', {
    at: '2026-11-20T09:00:00.000Z',
    by: 'maria',
    note: 'the last of May',
  })
  await keep(2.7, 'unmet')
  await keep(2.8, 'passed')
  const deadlineAt = new Date(tools.clock.now().getTime() + 15 * minuteMs)
  await prune.run({}, { ...tools, deadlineAt })
  await looked(tools)
  await keep(0.001, 'pending')
  return tools
}

const none = async () => newTools(['tokens', 'sessions'])

test.each([
  { name: 'a-good-day', of: async () => (await heldOpen()).tools },
  { name: 'one-of-them', of: busy, path: '/databases/tokens' },
  { name: 'a-bad-day', of: async () => (await unheard()).tools },
  { name: 'its-fall', of: async () => (await unheard()).tools, path: '/databases/shop' },
  { name: 'its-damage', of: async () => (await oneFailing()).tools, path: '/databases/tokens' },
  {
    name: 'an-inventory',
    of: async () => (await inventoried({ isShrunk: true })).tools,
    path: '/databases/bot',
  },
  { name: 'on-its-way-out', of: async () => (await leaving()).tools },
  {
    name: 'one-on-its-way-out',
    of: async () => (await leaving()).tools,
    path: '/databases/tokens',
  },
  { name: 'before-anything', of: none },
  { name: 'one-before-anything', of: none, path: '/databases/tokens' },
  { name: 'a-crowd', of: () => crowded(60), query: 'q=shop&page=2' },
  { name: 'nowhere', of: none, path: '/nowhere' },
  { name: 'no-such-database', of: none, path: '/databases/nobody' },
  { name: 'a-stranger', of: none, headers: {} },
  { name: 'a-wrong-token', of: none, headers: { cookie: `snapproof_read=${pushToken}` } },
  { name: 'on-a-shared-host', of: none, headers: { host: 'faas-fra1-1.doserverless.co' } },
])('$name', async ({ name, of, path = '', query = '', headers = cookie }) => {
  const page = await ask(await of(), { path, query, headers })
  await expect(linesOf(page.body)).toMatchFileSnapshot(`__snapshots__/${name}.txt`)
})

test('of the app’s objects none speaks of rows, of tables, or of restoring', async () => {
  for (const isShrunk of [false, true]) {
    const { tools } = await inventoried({ isShrunk })
    for (const path of ['', '/databases/bot']) {
      const { body } = await look(tools, path)
      const said = body
        .replace(/<style>.*?<\/style>/s, '')
        .replace(/<section aria-labelledby="h-self">.*/s, '')
      expect(said.replaceAll(/<[^>]*>/g, ' ')).not.toMatch(/\brows?\b|\btables?\b|\brestor|`/i)
    }
  }
})

test.each(['/metrics', '/badge.svg'])('%s', async (path) => {
  const { body } = await ask((await oneFailing()).tools, { path, headers: bearer })
  await expect(body).toMatchFileSnapshot(`__snapshots__/${path.slice(1)}.txt`)
})

test('whatever a page is made of has its rule in the stylesheet', async () => {
  const pages = [await busy(), (await unheard()).tools, await crowded(60)].map((tools) =>
    look(tools),
  )
  const body = (await Promise.all(pages)).map((page) => page.body).join('')
  const classes = new Set(
    [...body.matchAll(/ class="([^"]+)"/g)].flatMap(([, one = '']) => one.trim().split(/ +/)),
  )
  expect([...classes].filter((one) => !new RegExp(`\\.${one}\\b`).test(styles))).toEqual([])
})
