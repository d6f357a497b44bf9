/** Where the app and the watch meet: a store in memory, or any that speaks S3. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectAclCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'

import { s3Client } from '../../lib/adapters/spaces/client'
import { makeTellingTools } from '../../lib/edge/tools'
import { minuteMs } from '../../lib/rules/plain/time-units'
import { secret, testTools } from '../fakes/tools'

import type { AppBucket } from './app'
import { databases } from './path.contract'
import type { World } from './path.contract'

const runMs = 10 * minuteMs

export const inMemory = async (): Promise<World> => {
  const tools = testTools({ databases })
  const { app, objects } = tools.store
  const bucket: AppBucket = {
    get: async (key) => objects.get(key)?.bytes,
    put: async (key, bytes, { isPublic } = { isPublic: false }) => {
      app.put(key, bytes)
      if (isPublic) app.publish(key)
    },
    remove: async (key) => app.remove(key),
    setAcl: async (key, { isPublic }) => (isPublic ? app.publish(key) : app.withdraw(key)),
  }
  return {
    bucket,
    tools: () => ({ ...tools, deadlineAt: new Date(tools.clock.now().getTime() + runMs) }),
    passHours: (hours) => tools.clock.passSeconds(hours * 3600),
    close: async () => undefined,
  }
}

type Endpoint = { endpoint: string; region: string; accessKey: string; secretKey: string }

const bucketAt = (client: ReturnType<typeof s3Client>, Bucket: string): AppBucket => ({
  get: async (Key) => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      return Body && Buffer.from(await Body.transformToByteArray())
    } catch (thrown) {
      if (thrown instanceof NoSuchKey) return undefined
      throw thrown
    }
  },
  put: async (Key, Body, { isPublic } = { isPublic: false }) => {
    const ACL = isPublic ? ({ ACL: 'public-read' } as const) : {}
    await client.send(new PutObjectCommand({ Bucket, Key, Body, ...ACL }))
  },
  remove: async (Key) => void (await client.send(new DeleteObjectCommand({ Bucket, Key }))),
  setAcl: async (Key, { isPublic }) => {
    const ACL = isPublic ? 'public-read' : 'private'
    await client.send(new PutObjectAclCommand({ Bucket, Key, ACL }))
  },
})

/** The tools as the cloud makes them; nobody moves the clock of such a store. */
export const atStore = async (at: Endpoint): Promise<World> => {
  const bucket = `app-${randomUUID()}`
  const client = s3Client({ ...at, bucket, prefix: 'backups/' })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  const variables = {
    SPACES_ENDPOINT: at.endpoint,
    SPACES_REGION: at.region,
    SPACES_BUCKET: bucket,
    SPACES_API_KEY: at.accessKey,
    SPACES_API_SECRET: at.secretKey,
    SNAPPROOF_SECRET: secret,
  }
  const lasting = makeTellingTools(variables, path.resolve('.build'))
  return {
    bucket: bucketAt(client, bucket),
    tools: () => ({
      ...lasting,
      settings: { ...lasting.settings, databases },
      deadlineAt: new Date(lasting.clock.now().getTime() + runMs),
    }),
    passHours: () => undefined,
    close: async () => client.destroy(),
  }
}
