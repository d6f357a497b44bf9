/** What a browser is told with each answer: what it may load, whom it may tell, and that nothing is kept. */
import { createHash } from 'node:crypto'

import { expect, test } from 'vitest'

import { servePage } from '../../../lib/edge/serve-page'
import { testTools } from '../../fakes/tools'
import { bearer, cookie, eventOf } from '../asking'

const tools = testTools()
const answered = (question: Parameters<typeof eventOf>[0]) =>
  servePage(() => tools)(eventOf(question))

/** Of the one style that stands in the page, to the letter. */
const pageHeadersOf = (body: string) => {
  const [, styles = ''] = /<style>([\s\S]*?)<\/style>/.exec(body) ?? []
  const hash = createHash('sha256').update(styles).digest('base64')
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    'cross-origin-opener-policy': 'noopener-allow-popups',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }
}

test.each([
  { name: 'the page of all', path: '', status: 200, headers: cookie, refresh: '300' },
  {
    name: 'the page of one',
    path: '/databases/tokens',
    status: 200,
    headers: cookie,
    refresh: '300',
  },
  { name: 'the page that stays', path: '', query: 'still=yes', status: 200, headers: cookie },
  { name: 'an address that leads nowhere', path: '/nowhere', status: 404, headers: cookie },
  { name: 'one for the token', path: '', status: 401, headers: {} },
])('$name loads nothing, and tells nobody', async ({ path, status, refresh, headers, query }) => {
  const question = { path, headers: { ...headers }, ...(query === undefined ? {} : { query }) }
  const { statusCode, headers: told, body } = await answered(question)
  expect(statusCode).toBe(status)
  expect(told).toEqual({ ...pageHeadersOf(body), ...(refresh === undefined ? {} : { refresh }) })
})

test.each([
  { path: '/uploads', type: 'application/json' },
  { path: '/verification', type: 'application/json' },
  { path: '/metrics', type: /^text\/plain; version=0\.0\.4/ },
])('$path is for programs, and for no page of anybody else', async ({ path, type }) => {
  const { headers } = await answered({ path, headers: bearer })
  expect(headers).toEqual({
    'content-type': typeof type === 'string' ? type : expect.stringMatching(type),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  })
})

test.each([
  { path: '/badge', type: 'application/json' },
  { path: '/badge.svg', type: 'image/svg+xml; charset=utf-8' },
])('$path may be kept for a minute by anybody, and runs nothing', async ({ path, type }) => {
  expect((await answered({ path })).headers).toEqual({
    'content-type': type,
    'cache-control': 'public, max-age=60',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  })
})

test('a database that is not there is told to a program with what to leave out', async () => {
  const { statusCode, body } = await answered({
    path: '/verification',
    query: 'database=none',
    headers: bearer,
  })
  expect([statusCode, JSON.parse(body)]).toMatchObject([
    404,
    {
      why: 'There is no database of that name.',
      mend: 'Leave "database" out to hear of all of them.',
    },
  ])
})
