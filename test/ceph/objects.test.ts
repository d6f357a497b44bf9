/** The app's own objects on the engine behind Spaces: read, kept from strangers, and looked at by the doctor. */
import { randomUUID } from 'node:crypto'

import {
  CreateBucketCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, test } from 'vitest'

import { appObjects } from '../../lib/adapters/spaces/app-objects'
import { s3Client } from '../../lib/adapters/spaces/client'
import { storeProbe } from '../../lib/adapters/spaces/probe'
import { probeObjects } from '../../lib/cli/doctor/objects'
import { patternOf } from '../../lib/rules/kinds/objects/pattern'

const variables = process.env
const Bucket = `objects-${randomUUID()}`
const options = {
  endpoint: variables['S3_ENDPOINT'] ?? '',
  region: variables['S3_REGION'] ?? 'us-east-1',
  bucket: Bucket,
  accessKey: variables['AWS_ACCESS_KEY_ID'] ?? '',
  secretKey: variables['AWS_SECRET_ACCESS_KEY'] ?? '',
  prefix: 'backups/',
  settings: 'OBJECTS' as const,
}
const client = s3Client(options)
const objects = appObjects(options)
const page = 'users/9f1/facebook_messenger/42/page_data.json'
const shop = 'users/9f1/shopify/anna & co/shopify_data.json'

const pattern = patternOf('users/{user}/facebook_messenger/{page}/page_data.json')
if ('mistake' in pattern) throw new Error(pattern.mistake)

const look = async () => {
  const expected = {
    name: 'bot',
    collections: [{ name: 'pages', pattern }],
    isPrivate: true,
    cors: ['https://app.example'],
  }
  const asked = { objects, probe: storeProbe(options), mark: randomUUID(), hasOwnKey: true }
  const seen = await probeObjects([expected], asked)
  return Object.fromEntries(seen.map(({ what, state }) => [what, state]))
}

describe('the app’s own objects on a real gateway', () => {
  beforeAll(async () => {
    await client.send(new CreateBucketCommand({ Bucket }))
    for (const Key of [page, shop])
      await client.send(new PutObjectCommand({ Bucket, Key, Body: '{"data":[]}' }))
  })

  test('are listed and read', async () => {
    const listed = []
    for await (const some of objects.pages('users/')) listed.push(...some)
    expect(listed.map(({ key }) => key)).toEqual([page, shop])
    const found = await objects.stream(page, listed[0]?.etag)
    const chunks: Uint8Array[] = []
    for await (const chunk of found?.chunks ?? []) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe('{"data":[]}')
  })

  test('are refused to who has no key, until one is published', async () => {
    expect(await objects.isOpenToAnyone()).toBe(false)
    expect(await objects.isOpenToAnyone(shop)).toBe(false)
    await client.send(new PutObjectAclCommand({ Bucket, Key: shop, ACL: 'public-read' }))
    expect(await objects.isOpenToAnyone(shop)).toBe(true)
    expect(await objects.isOpenToAnyone(page)).toBe(false)
    expect(await objects.isOpenToAnyone()).toBe(false)
  })

  test('are looked at by the doctor: who may read them, which origins, and whether this key can write', async () => {
    expect(await look()).toEqual({
      'objects of bot': 'ok',
      'privacy of bot': 'ok',
      'CORS of bot': 'wrong',
      'key of objects': 'note',
    })
    const rule = { AllowedOrigins: ['https://app.example'], AllowedMethods: ['GET'] }
    const CORSConfiguration = { CORSRules: [rule] }
    await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }))
    const deny = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
    }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [deny] })
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }))
    expect(await look()).toMatchObject({ 'CORS of bot': 'ok', 'key of objects': 'ok' })
    rule.AllowedOrigins.push('*')
    await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }))
    await client.send(new PutObjectAclCommand({ Bucket, Key: page, ACL: 'public-read' }))
    expect(await look()).toMatchObject({ 'CORS of bot': 'wrong', 'privacy of bot': 'wrong' })
    // What was tried left nothing behind.
    const left = []
    for await (const some of objects.pages('')) left.push(...some)
    expect(left.map(({ key }) => key)).toEqual([page, shop])
  })
})
