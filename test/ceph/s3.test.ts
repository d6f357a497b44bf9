/** Does the engine behind Spaces keep the contract that the embedded store keeps? */
import { randomUUID } from 'node:crypto'

import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { describe } from 'vitest'

import { s3Contract } from '../local/store/s3.contract'
import { sdk } from '../local/store/wire'

const variables = process.env

describe('a real gateway', () => {
  s3Contract(async () => {
    const at = {
      endpoint: variables['S3_ENDPOINT'] ?? '',
      region: variables['S3_REGION'] ?? 'us-east-1',
      accessKey: variables['AWS_ACCESS_KEY_ID'] ?? '',
      secretKey: variables['AWS_SECRET_ACCESS_KEY'] ?? '',
      bucket: `contract-${randomUUID()}`,
    }
    await sdk(at).send(new CreateBucketCommand({ Bucket: at.bucket }))
    return at
  })
})
