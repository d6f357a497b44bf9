/** Which bucket is asked, and by which key, by each tool that a function is handed? */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { makeTools } from '../../../lib/edge/tools'

let asked: string[] = []
const server = createServer((request, response) => {
  const [, key = ''] = /Credential=([^/]+)/.exec(request.headers.authorization ?? '') ?? []
  asked.push(`${(request.url ?? '').split(/[/?]/)[1]} by ${key}`)
  const empty = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'
  response.writeHead(200, { 'content-type': 'application/xml' }).end(empty)
})
let address = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound: AddressInfo | string | null = server.address()
  address = typeof bound === 'object' && bound ? `http://127.0.0.1:${bound.port}` : ''
})
afterAll(() => void server.close())
beforeEach(() => void (asked = []))

const toolsWith = (more: Record<string, string>) =>
  makeTools(
    {
      SPACES_ENDPOINT: address,
      SPACES_REGION: 'local',
      SPACES_BUCKET: 'backups',
      SPACES_API_KEY: 'access',
      SPACES_API_SECRET: 'secret',
      SNAPPROOF_SECRET: 's'.repeat(32),
      ...more,
    },
    '.build',
  )

const appKey = { OBJECTS_API_KEY: 'reads', OBJECTS_API_SECRET: 'secret-of-reads' }

test.each([
  { name: 'nothing else is set', more: {}, is: 'backups by access' },
  { name: 'a bucket is set', more: { OBJECTS_BUCKET: 'app-files' }, is: 'app-files by access' },
  { name: 'a key is set', more: appKey, is: 'backups by reads' },
  { name: 'both are', more: { ...appKey, OBJECTS_BUCKET: 'app-files' }, is: 'app-files by reads' },
])('the app’s own objects, where $name: $is', async ({ more, is }) => {
  const { store, appObjects } = toolsWith(more)
  await store.list('a/')
  for await (const page of appObjects.pages('')) expect(page).toEqual([])
  expect(asked).toEqual(['backups by access', is])
})

test('the second place, by a key of its own for each right', async () => {
  const { second, secondWrite, secondPrune } = toolsWith({
    SECOND_ENDPOINT: address,
    SECOND_REGION: 'elsewhere',
    SECOND_BUCKET: 'others',
    SECOND_API_KEY: 'reads',
    SECOND_API_SECRET: 'secret-of-reads',
    SECOND_WRITE_API_KEY: 'writes',
    SECOND_WRITE_API_SECRET: 'secret-of-writes',
    SECOND_PRUNE_API_KEY: 'prunes',
    SECOND_PRUNE_API_SECRET: 'secret-of-prunes',
  })
  for (const place of [second, secondWrite, secondPrune]) await place?.list('a/')
  expect(asked).toEqual(['others by reads', 'others by writes', 'others by prunes'])
})

test('there is no second place but where one is set', () => {
  const { second, secondWrite, secondPrune } = toolsWith({})
  expect([second, secondWrite, secondPrune]).toEqual([undefined, undefined, undefined])
})
