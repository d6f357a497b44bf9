/** Is a bucket changed where setup says so, and nowhere else? Against a store that keeps what it is told of one. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { bucketAt } from '../../../lib/adapters/spaces/bucket'
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
