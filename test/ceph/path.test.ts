/** The whole path, as a Droplet takes it, with the engine behind Spaces as the store. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startTestMachine } from '../fakes/machine'
import type { TestMachine } from '../fakes/machine'
import { sound, withZeroedPage } from '../fixtures/databases'
import { sdk } from '../local/store/wire'

const variables = process.env

describe('the path over a real gateway', () => {
  let machine: TestMachine
  beforeAll(async () => {
    const store = {
      endpoint: variables['S3_ENDPOINT'] ?? '',
      region: variables['S3_REGION'] ?? 'us-east-1',
      bucket: `path-${randomUUID()}`,
      accessKey: variables['AWS_ACCESS_KEY_ID'] ?? '',
      secretKey: variables['AWS_SECRET_ACCESS_KEY'] ?? '',
    }
    await sdk(store).send(new CreateBucketCommand({ Bucket: store.bucket }))
    machine = await startTestMachine({ standing: store })
  })
  afterAll(() => machine.close())

  const fileOf = (name: string, bytes: Buffer): string => {
    const file = path.join(machine.folder, name)
    writeFileSync(file, bytes)
    return file
  }
  const rowsOf = (file: string): string =>
    execFileSync('sqlite3', [file, 'SELECT count(*) FROM tokens'], { encoding: 'utf8' }).trim()

  test('push, verdict and restore bring the same rows back', async () => {
    const file = fileOf('tokens.db', sound(1234))
    expect(await machine.push(file)).toMatchObject({ code: 0, stderr: '' })
    const restored = path.join(machine.folder, 'restored.db')
    const ended = await machine.restore({ database: 'tokens', to: restored })
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(rowsOf(restored)).toBe(rowsOf(file))
    expect((await machine.push(file, { args: ['-v'] })).stdout).toContain('unchanged')
  })

  test('a damaged copy is found, and the one before it is what a restore takes', async () => {
    const ended = await machine.push(fileOf('damaged.db', withZeroedPage()))
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('The database is damaged')
    const restored = path.join(machine.folder, 'restored-again.db')
    expect((await machine.restore({ database: 'tokens', to: restored })).code).toBe(0)
    expect(rowsOf(restored)).toBe('1234')
  })
})
