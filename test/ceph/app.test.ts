/** The app's own objects, from the webhook to what the app is told, on the engine behind Spaces. */
import { describe } from 'vitest'

import { appContract } from '../app/path.contract'
import { atStore } from '../app/worlds'

const variables = process.env

describe('over a real gateway', () => {
  const make = () =>
    atStore({
      endpoint: variables['S3_ENDPOINT'] ?? '',
      region: variables['S3_REGION'] ?? 'us-east-1',
      accessKey: variables['AWS_ACCESS_KEY_ID'] ?? '',
      secretKey: variables['AWS_SECRET_ACCESS_KEY'] ?? '',
    })
  appContract(make, { hasAcl: true, hasClock: false, isSlow: false })
})
