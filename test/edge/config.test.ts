import { describe, expect, test } from 'vitest'

import { databases } from '../../lib/databases'
import { readEnvironment } from '../../lib/edge/config'
import { knownDatabases } from '../../lib/edge/databases'
import { settingsOf } from '../../lib/edge/tools'

const complete = {
  SPACES_ENDPOINT: 'https://fra1.digitaloceanspaces.com',
  SPACES_REGION: 'fra1',
  SPACES_BUCKET: 'my-app-backups',
  SPACES_API_KEY: 'DO00EXAMPLE',
  SPACES_API_SECRET: 'example-secret',
  SNAPPROOF_SECRET: '0123456789abcdef0123456789abcdef',
}

describe('the environment', () => {
  test('is read whole, with off for what is not used', () => {
    const environment = readEnvironment({
      ...complete,
      SNAPPROOF_SECRET_PREVIOUS: 'off',
      SNAPPROOF_URL: '',
    })
    expect(environment).toMatchObject(complete)
    expect(environment.SNAPPROOF_SECRET_PREVIOUS).toBeUndefined()
    expect(environment.SNAPPROOF_URL).toBeUndefined()
  })

  test.each([
    { set: 'on', isShown: true },
    { set: 'off', isShown: false },
    { set: undefined, isShown: false },
  ])('shows the page on a shared host name only to who insists: $set', ({ set, isShown }) => {
    const environment = readEnvironment({ ...complete, PAGE_ON_SHARED_HOST: set })
    const build = { version: '0.0.0', sha256: undefined }
    expect(settingsOf(environment, build).isPageOnSharedHost).toBe(isShown)
  })

  test('takes nothing else for insisting', () => {
    expect(() => readEnvironment({ ...complete, PAGE_ON_SHARED_HOST: 'ON' })).toThrow(
      'PAGE_ON_SHARED_HOST is neither "on" nor "off"',
    )
  })

  test('brings every complaint at once, each with what the name is for', () => {
    const change = { SPACES_BUCKET: 'off', SPACES_ENDPOINT: 'fra1', SNAPPROOF_SECRET: 'short' }
    let why = ''
    try {
      readEnvironment({ ...complete, ...change })
    } catch (thrown) {
      why = String(thrown)
    }
    expect(why).toMatchInlineSnapshot(
      `"Fault: settings: SPACES_ENDPOINT is no address such as https://fra1.digitaloceanspaces.com (the region’s endpoint, such as https://fra1.digitaloceanspaces.com); SPACES_BUCKET is not set (the bucket (Space) that holds the backups); SNAPPROOF_SECRET is too short: 32 characters at least, for instance from "openssl rand -hex 32" (the installation’s own secret; tokens and signatures come from it)."`,
    )
  })

  test.each([
    {
      name: 'a CDN address',
      SPACES_ENDPOINT: 'https://fra1.cdn.digitaloceanspaces.com',
      said: 'CDN',
    },
    {
      name: 'the bucket in the address',
      SPACES_ENDPOINT: 'https://my-app-backups.fra1.digitaloceanspaces.com',
      said: 'names the bucket too',
    },
    {
      name: 'a path in the address',
      SPACES_ENDPOINT: 'https://fra1.digitaloceanspaces.com/my-app-backups',
      said: 'is no address',
    },
    { name: 'no address', SPACES_ENDPOINT: 'ftp://x', said: 'is no address' },
  ])('names the mistake: $name', ({ SPACES_ENDPOINT, said }) => {
    expect(() => readEnvironment({ ...complete, SPACES_ENDPOINT })).toThrow(said)
  })

  test('shows no secret in a complaint', () => {
    try {
      readEnvironment({
        ...complete,
        SNAPPROOF_SECRET: 'too-short-secret',
        SPACES_BUCKET: 'Not A Bucket',
      })
    } catch (thrown) {
      expect(String(thrown)).not.toContain('too-short-secret')
      expect(String(thrown)).not.toContain('example-secret')
    }
    expect.assertions(2)
  })
})

describe('lib/databases.ts', () => {
  test('what lib/databases.ts says is what holds', () => {
    expect(knownDatabases()).toEqual(databases)
  })

  test('every mistake in it is told at once, with the mend', () => {
    const said = { tokens: { expectEvery: '24 hours' }, shop: { kep: 'all' } }
    expect(() => knownDatabases(said)).toThrow(
      expect.objectContaining({
        code: 'settings',
        why: 'lib/databases.ts: tokens.expectEvery is \'24 hours\', and should be a span such as 45m, 26h or 7d; shop has no field "kep"; you may mean "keep".',
        mend: 'Correct lib/databases.ts, then deploy again: npm run deploy',
      }),
    )
  })
})
