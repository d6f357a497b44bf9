import { request } from 'node:http'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { showPage } from '../../../lib/cli/verbs/page'
import type { OpenPage } from '../../../lib/cli/verbs/page'
import { openSite, readToken } from '../../browser/site'
import type { Site } from '../../browser/site'
import { allWell } from '../../browser/stock'

let site: Site
let shown: OpenPage

beforeAll(async () => {
  site = await openSite('/snapshots/status')
  site.show((await allWell()).tools)
  shown = await showPage({ url: site.url.replace(/\/status$/, ''), token: readToken })
})

afterAll(async () => {
  await shown.close()
  await site.close()
})

const asked = (path: string, { method = 'GET', host }: { method?: string; host?: string } = {}) =>
  new Promise<{ status: number; body: string; cookies: unknown }>((resolve, reject) => {
    const { hostname, port, host: own } = new URL(shown.address)
    request({ hostname, port, path, method, headers: { host: host ?? own } }, (response) => {
      let body = ''
      response.on('data', (chunk) => (body += String(chunk)))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body,
          cookies: response.headers['set-cookie'],
        }),
      )
    })
      .on('error', reject)
      .end()
  })

const root = () => new URL(shown.address).pathname

test.each([
  { path: '', holds: '<h1>Both databases are safe</h1>' },
  { path: 'databases/tokens', holds: '<h1>tokens is safe</h1>' },
  { path: '?q=tok', holds: '1 of 2 databases' },
  { path: 'json', holds: '"health":"sound"' },
])(
  '"$path" is shown without a token being typed, and without a cookie',
  async ({ path, holds }) => {
    const { status, body, cookies } = await asked(`${root()}${path}`)
    expect(status).toBe(200)
    expect(body).toContain(holds)
    expect(body).not.toContain(readToken)
    expect(cookies).toBeUndefined()
  },
)

test('nobody who does not know the address is shown anything', async () => {
  for (const path of ['/', '/status/', '/snapshots/status', root().replace(/^\/./, '/x')])
    expect(await asked(path)).toMatchObject({ status: 404, body: 'There is nothing here.\n' })
  for (const path of [
    `${root().slice(0, -1)}ation`,
    `${root()}../ticket`,
    `${root()}%2e%2e/ticket`,
  ])
    expect((await asked(path)).status).toBe(404)
})

test('a name of somebody else’s that leads here opens nothing', async () => {
  const { port } = new URL(shown.address)
  for (const host of ['evil.example', `evil.example:${port}`, `localhost:${port}`, '127.0.0.1'])
    expect((await asked(root(), { host })).status).toBe(404)
})

test('it reads and does nothing else', async () => {
  expect((await asked(root(), { method: 'POST' })).status).toBe(405)
})

test('it is on this machine alone, under a name of 32 letters', () => {
  expect(shown.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/status\/$/)
})

test('functions that do not answer are told, and the address of them is not', async () => {
  const deaf = await showPage({ url: 'http://127.0.0.1:9', token: readToken })
  const answer = await fetch(deaf.address)
  await deaf.close()
  expect(answer.status).toBe(502)
  expect(await answer.text()).toContain('The functions did not answer.')
})
