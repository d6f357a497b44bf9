/** The adapter against the engine behind Spaces; `npm run test:ceph` starts one and says where. */
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { beforeAll, describe } from 'vitest'

import { s3Client } from '../../lib/adapters/spaces/client'
import { spaces } from '../../lib/adapters/spaces/store'
import { sendByAddress, storeContract } from '../adapters/store.contract'

const variables = process.env

describe('spaces on a real RGW', () => {
  const options = {
    endpoint: variables['S3_ENDPOINT'] ?? '',
    region: variables['S3_REGION'] ?? 'us-east-1',
    bucket: 'snapproof-contract',
    accessKey: variables['AWS_ACCESS_KEY_ID'] ?? '',
    secretKey: variables['AWS_SECRET_ACCESS_KEY'] ?? '',
    prefix: 'backups/',
  }
  beforeAll(async () => {
    await s3Client(options).send(new CreateBucketCommand({ Bucket: options.bucket }))
  })
  storeContract(async () => ({ store: spaces(options), upload: sendByAddress }))
})
