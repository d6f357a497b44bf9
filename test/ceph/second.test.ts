/** Two buckets, and in the second a key that may write and not delete: is what was carried enough, once the first is empty? */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'

import { spaces } from '../../lib/adapters/spaces/store'
import { makeTellingTools } from '../../lib/edge/tools'
import { carryOut, planRebuild } from '../../lib/journey/second/rebuild'
import { secret, startTestMachine } from '../fakes/machine'
import { sound } from '../fixtures/databases'
import { sdk } from '../local/store/wire'

const setAs = process.env
const prefix = 'backups/'

/** What each user may do there; its owner alone may delete. */
const policyOf = (bucket: string): string => {
  const granted = {
    reader: ['ListBucket', 'GetObject'],
    carrier: ['ListBucket', 'GetObject', 'PutObject'],
  }
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: Object.entries(granted).map(([user, actions]) => ({
      Effect: 'Allow',
      Principal: { AWS: [`arn:aws:iam:::user/${user}`] },
      Action: actions.map((action) => `s3:${action}`),
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    })),
  })
}

test('an emptied first bucket comes back from what a key that may not delete has carried', async () => {
  const at = {
    endpoint: setAs['S3_ENDPOINT'] ?? '',
    region: setAs['S3_REGION'] ?? 'us-east-1',
    accessKey: setAs['AWS_ACCESS_KEY_ID'] ?? '',
    secretKey: setAs['AWS_SECRET_ACCESS_KEY'] ?? '',
  }
  const first = { ...at, bucket: `first-${randomUUID()}` }
  const carrier = setAs['CARRIER_ACCESS_KEY_ID'] ?? ''
  const second = { ...at, bucket: `second-${randomUUID()}`, accessKey: carrier }
  await sdk(first).send(new CreateBucketCommand({ Bucket: first.bucket }))
  const owner = sdk({ ...second, accessKey: at.accessKey })
  await owner.send(new CreateBucketCommand({ Bucket: second.bucket }))
  const { bucket: Bucket } = second
  await owner.send(new PutBucketPolicyCommand({ Bucket, Policy: policyOf(Bucket) }))
  const variables = {
    SECOND_ENDPOINT: second.endpoint,
    SECOND_REGION: second.region,
    SECOND_BUCKET: second.bucket,
    SECOND_API_KEY: setAs['READER_ACCESS_KEY_ID'] ?? '',
    SECOND_API_SECRET: second.secretKey,
    SECOND_WRITE_API_KEY: carrier,
    SECOND_WRITE_API_SECRET: second.secretKey,
  }
  const machine = await startTestMachine({ standing: first, variables })
  try {
    const live = path.join(machine.folder, 'tokens.db')
    writeFileSync(live, sound(1234))
    expect(await machine.push(live)).toMatchObject({ code: 0, stderr: '' })
    expect(await machine.platform.run('watch', {})).toMatchObject({
      result: { body: expect.stringMatching(/"carried":\["tokens_[^,]*"\],"uncarried":\[\]/) },
    })

    const here = spaces({ ...first, prefix })
    const there = spaces({ ...second, prefix })
    const stood = await there.list(prefix)
    expect(stood).toHaveLength(3)
    for (const { key } of stood) await expect(there.remove(key)).rejects.toThrow()
    expect(await there.list(prefix)).toEqual(stood)

    for (const { key } of await here.list(prefix)) await here.remove(key)
    const back = path.join(machine.folder, 'back.db')
    const ended = await machine.restore({ database: 'tokens', to: back })
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.stdout).toContain('from the second place')

    const example = readFileSync('.env.example', 'utf8')
    const off = [...example.matchAll(/^([A-Z0-9_]+)=/gm)].map(([, name = '']) => [name, 'off'])
    const lasting = makeTellingTools(
      {
        ...Object.fromEntries(off),
        ...variables,
        SPACES_ENDPOINT: first.endpoint,
        SPACES_REGION: first.region,
        SPACES_BUCKET: first.bucket,
        SPACES_API_KEY: first.accessKey,
        SPACES_API_SECRET: first.secretKey,
        SNAPPROOF_SECRET: secret,
      },
      '.build',
    )
    const tools = { ...lasting, deadlineAt: new Date(8.64e15) }
    const plans = await planRebuild(tools, undefined)
    expect(await carryOut(plans, tools, () => undefined)).toMatchObject({ brought: 1, failed: [] })
    const again = path.join(machine.folder, 'again.db')
    const brought = await machine.restore({ database: 'tokens', to: again })
    expect(brought.stdout).not.toContain('from the second place')
    for (const file of [back, again])
      expect(
        execFileSync('sqlite3', [file, 'SELECT count(*) FROM tokens'], { encoding: 'utf8' }),
      ).toBe('1234\n')
  } finally {
    await machine.close()
  }
})
