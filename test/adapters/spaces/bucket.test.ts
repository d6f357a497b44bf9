/** Is a bucket changed where setup says so, and nowhere else? Against a store that keeps what it is told of one. */
import { createServer } from 'node:http'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { bucketAt, isExpiring, prefixOf } from '../../../lib/adapters/spaces/bucket'
import { storeProbe } from '../../../lib/adapters/spaces/probe'
import { deletingRule, startOpenBucket } from '../../fakes/open-bucket'
import type { OpenBucket } from '../../fakes/open-bucket'

let store: OpenBucket

beforeEach(async () => {
  store = await startOpenBucket()
})
afterEach(() => store.close())

const options = () => ({
  endpoint: store.endpoint,
  region: 'fra1',
  bucket: 'copies',
  accessKey: 'key',
  secretKey: 'secret',
  prefix: 'backups/',
})

/** It ends uploads that nobody ended, and deletes no object. */
const uploads = deletingRule('backups/').replace(
  /<Expiration>.*<\/Expiration>/,
  '<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>',
)

describe('a bucket', () => {
  test('is closed to strangers by its list of rights, and loses a policy', async () => {
    await bucketAt(options()).close()
    expect(store.bucket).toMatchObject({ acl: 'private', hasPolicy: false })
  })

  test('loses the rules that are named, and keeps those that delete nothing of ours', async () => {
    store.bucket.rules = [deletingRule('logs/'), deletingRule('backups/'), uploads]
    expect(await storeProbe(options()).expiring()).toEqual(['logs/', 'backups/'])
    await bucketAt(options()).dropRules(['backups/'])
    expect(store.bucket.rules).toHaveLength(2)
    expect(await storeProbe(options()).expiring()).toEqual(['logs/'])
    expect(store.bucket.rules.join('')).toContain('DaysAfterInitiation')
  })

  test('has no rules at all where none is left: an empty list is refused by stores', async () => {
    store.bucket.rules = [deletingRule('')]
    await bucketAt(options()).dropRules([''])
    expect(store.asked).toContain('DELETE lifecycle')
    expect(await storeProbe(options()).expiring()).toEqual([])
  })
})

describe('a rule', () => {
  const days = { Days: 30 }
  test.each([
    { rule: { Status: 'Enabled', Expiration: days }, is: true },
    { rule: { Status: 'Enabled', Expiration: { Date: new Date(0) } }, is: true },
    { rule: { Status: 'Disabled', Expiration: days }, is: false },
    { rule: { Status: 'Enabled', Expiration: { ExpiredObjectDeleteMarker: true } }, is: false },
    { rule: { Status: 'Enabled' }, is: false },
  ] as const)('deletes by itself, or does not: $rule', ({ rule, is }) => {
    expect(isExpiring(rule)).toBe(is)
  })

  test.each([
    { rule: { Filter: { Prefix: 'a/' } }, is: 'a/' },
    { rule: { Filter: { And: { Prefix: 'b/' } } }, is: 'b/' },
    { rule: { Prefix: 'c/' }, is: 'c/' },
    { rule: { Filter: { Prefix: 'a/', And: { Prefix: 'b/' } }, Prefix: 'c/' }, is: 'a/' },
    { rule: {}, is: '' },
  ])('holds for what stands under $is, wherever it says so: $rule', ({ rule, is }) => {
    expect(prefixOf({ ...rule, Status: 'Enabled' })).toBe(is)
  })
})

describe('by a store that answers as it is told', () => {
  /** Each request, with the region it was signed for; answered with the next status, at last with 200 and `xml`. */
  const served = async <Result>(
    { statuses = [], xml = '' }: { statuses?: number[]; xml?: string },
    run: (bucket: ReturnType<typeof bucketAt>) => Promise<Result>,
  ) => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      const { method, url = '', headers } = request
      const [, region] = /Credential=key\/\d+\/([^/]+)\//.exec(headers.authorization ?? '') ?? []
      asked.push(`${method} ${url} as of ${region}`)
      request.resume()
      response.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/xml' }).end(xml)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    try {
      const bucket = bucketAt({ ...options(), endpoint: `http://127.0.0.1:${port}` })
      return { asked, answer: await run(bucket).catch(() => 'refused') }
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  test('one is made, without a word of the region at first, and with it where that is refused', async () => {
    const silently = 'PUT /copies/ as of us-east-1'
    const byName = 'PUT /copies/ as of fra1'
    expect(await served({}, (bucket) => bucket.make())).toEqual({
      asked: [silently],
      answer: undefined,
    })
    expect(await served({ statuses: [400] }, (bucket) => bucket.make())).toEqual({
      asked: [silently, byName],
      answer: undefined,
    })
    expect(await served({ statuses: [400, 409] }, (bucket) => bucket.make())).toEqual({
      asked: [silently, byName],
      answer: 'refused',
    })
  })

  test('a store that is busy is asked once more, and no oftener: somebody sits and waits', async () => {
    const { asked, answer } = await served({ statuses: [503, 503, 503] }, (bucket) =>
      bucket.isInUse(),
    )
    expect([asked.length, answer]).toEqual([2, 'refused'])
  })

  test('one that is closed needs no policy that could be taken away', async () => {
    const { answer } = await served({ statuses: [200, 404] }, (bucket) => bucket.close())
    expect(answer).toBeUndefined()
  })

  test.each([
    { keys: [], is: false },
    { keys: ['backups/_state/probe/a', 'backups/_state/probe/b'], is: false },
    { keys: ['backups/_state/probe/a', 'backups/_state/watch.json'], is: true },
  ])('it is in use where functions have signed something there: $keys', async ({ keys, is }) => {
    const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')
    const xml = `<ListBucketResult>${contents}</ListBucketResult>`
    const { asked, answer } = await served({ xml }, (bucket) => bucket.isInUse())
    expect(answer).toBe(is)
    expect(asked[0]).toMatch(/^GET \/copies\/\?list-type=2&max-keys=50&prefix=backups%2F_state%2F/)
  })
})
