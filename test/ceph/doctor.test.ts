/** What a bucket may be set to, and the doctor must see, on the engine behind Spaces. */
import { randomUUID } from 'node:crypto'

import {
  CreateBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'

import { systemClock } from '../../lib/adapters/clock'
import { s3Client } from '../../lib/adapters/spaces/client'
import { storeProbe } from '../../lib/adapters/spaces/probe'
import { probeStore } from '../../lib/cli/doctor/store'

const variables = process.env

const optionsFor = (bucket: string) => ({
  endpoint: variables['S3_ENDPOINT'] ?? '',
  region: variables['S3_REGION'] ?? 'us-east-1',
  bucket,
  accessKey: variables['AWS_ACCESS_KEY_ID'] ?? '',
  secretKey: variables['AWS_SECRET_ACCESS_KEY'] ?? '',
  prefix: 'backups/',
})

type Client = ReturnType<typeof s3Client>

const settings: {
  name: string
  wrong: string[]
  set: (client: Client, Bucket: string) => Promise<unknown>
}[] = [
  { name: 'as it was made', wrong: [], set: async () => undefined },
  {
    name: 'with a policy that denies deletes',
    wrong: ['deleting'],
    set: (client, Bucket) => {
      const Resource = `arn:aws:s3:::${Bucket}/*`
      const rule = { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource }
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [rule] })
      return client.send(new PutBucketPolicyCommand({ Bucket, Policy }))
    },
  },
  {
    name: 'with a rule that lets everything expire after three days',
    wrong: ['no expiry'],
    set: (client, Bucket) =>
      client.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: {
            Rules: [
              { ID: 'all', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 3 } },
            ],
          },
        }),
      ),
  },
  {
    name: 'with versioning that is suspended',
    wrong: ['unversioned'],
    set: async (client, Bucket) => {
      for (const Status of ['Enabled', 'Suspended'] as const)
        await client.send(
          new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }),
        )
    },
  },
]

describe('the doctor of a bucket', () => {
  test.each(settings)('sees what is wrong with one $name', async ({ wrong, set }) => {
    // Over HTTP and over TLS it is one gateway: what one run set, or left behind, is not the other's.
    const bucket = `doctor-${wrong[0]?.replace(' ', '-') ?? 'well'}-${randomUUID().slice(0, 8)}`
    const options = optionsFor(bucket)
    const client = s3Client(options)
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    await set(client, bucket)
    const about = { mark: 'mark', bucket, prefix: 'backups/', clock: systemClock }
    const seen = await probeStore(storeProbe(options), about)
    // What the engine does not hold by itself is told besides, and is no matter of this bucket.
    const told = seen.filter(({ state }) => state === 'wrong').map(({ what }) => what)
    expect(told.filter((what) => what !== 'no copying')).toEqual(wrong)
    expect(seen.find(({ what }) => what === 'bucket')?.state).toBe('ok')
  })
})
