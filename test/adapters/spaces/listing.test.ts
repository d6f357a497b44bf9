/** A list is whole, or it is none: whatever a store leaves out of its answer. */
import { createServer } from 'node:http'

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { spaces } from '../../../lib/adapters/spaces/store'

let asked: string[] = []
let pages: string[] = []
let date: string | undefined
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.sendDate = false
  if (date !== undefined) response.setHeader('date', date)
  const page = pages.shift() ?? ''
  response.setHeader('content-type', 'application/xml')
  response.end(`<ListBucketResult>${page}</ListBucketResult>`)
})
let endpoint = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})
afterAll(() => void server.close())
beforeEach(() => {
  asked = []
  pages = []
  date = undefined
})

const store = () =>
  spaces({
    endpoint,
    region: 'local',
    bucket: 'copies',
    accessKey: 'key',
    secretKey: 'secret',
    prefix: 'backups/',
  })

const item = (key: string) =>
  `<Contents><Key>${key}</Key><Size>7</Size><ETag>"0a"</ETag><LastModified>2026-03-01T01:00:00.000Z</LastModified></Contents>`
const more = '<IsTruncated>true</IsTruncated>'
const away = { code: 'store-unreachable', isPassing: true }

describe('a list', () => {
  test('goes on where the store says, page by page, from behind a key on', async () => {
    pages = [
      `${item('backups/a')}${more}<NextContinuationToken>t1</NextContinuationToken>`,
      item('backups/b'),
    ]
    const got = []
    for await (const page of store().pages('backups/', 'backups/0')) got.push(page)
    const object = { sizeBytes: 7, etag: '0a', modifiedAt: new Date('2026-03-01T01:00:00.000Z') }
    expect(got).toEqual([[{ key: 'backups/a', ...object }], [{ key: 'backups/b', ...object }]])
    expect(asked).toEqual([
      '/copies/?list-type=2&prefix=backups%2F&start-after=backups%2F0',
      '/copies/?continuation-token=t1&list-type=2&prefix=backups%2F&start-after=backups%2F0',
    ])
  })

  test('of files stops at the folders, and one of everything at nothing', async () => {
    await store().files('backups/')
    await store().list('backups/')
    expect(asked).toEqual([
      '/copies/?delimiter=%2F&list-type=2&prefix=backups%2F',
      '/copies/?list-type=2&prefix=backups%2F',
    ])
  })

  test('that says there is more, and not where, is none', async () => {
    pages = [`${item('backups/a')}${more}`]
    await expect(store().list('backups/')).rejects.toMatchObject(away)
  })

  test('of objects of which nothing is said has them, without anything', async () => {
    pages = ['<Contents></Contents>']
    expect(await store().list('backups/')).toEqual([
      { key: '', sizeBytes: 0, etag: '', modifiedAt: new Date(0) },
    ])
  })
})

describe('the time of the store', () => {
  test('is that of its answer, to the shortest question there is', async () => {
    date = 'Sun, 01 Mar 2026 01:00:00 GMT'
    expect(await store().now()).toEqual(new Date(date))
    expect(asked).toEqual(['/copies/?list-type=2&max-keys=1&prefix=backups%2F'])
  })

  test.each([undefined, 'some day'])('is not known from an answer dated %s', async (said) => {
    date = said
    await expect(store().now()).rejects.toMatchObject(away)
  })
})
