import { describe, expect, test } from 'vitest'

import { databases } from '../../lib/databases'
import { objectsPlaceOf, readEnvironment, secondPlaceOf } from '../../lib/edge/config'
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

describe('where the app keeps its own objects', () => {
  const place = (change: Record<string, string>) =>
    objectsPlaceOf(readEnvironment({ ...complete, ...change }))
  const beside = {
    endpoint: 'https://fra1.digitaloceanspaces.com',
    region: 'fra1',
    bucket: 'my-app-backups',
    accessKey: 'DO00EXAMPLE',
    secretKey: 'example-secret',
  }

  test('is beside the backups, by the same key, where nothing else is said', () => {
    expect(place({})).toEqual(beside)
    expect(place({ OBJECTS_BUCKET: 'off', OBJECTS_API_KEY: 'off' })).toEqual(beside)
  })

  test('may be another bucket, another key, another region, each by itself', () => {
    expect(place({ OBJECTS_BUCKET: 'my-app' })).toEqual({ ...beside, bucket: 'my-app' })
    const key = { OBJECTS_API_KEY: 'DO00READS', OBJECTS_API_SECRET: 'reads' }
    expect(place(key)).toEqual({ ...beside, accessKey: 'DO00READS', secretKey: 'reads' })
    const away = { OBJECTS_ENDPOINT: 'https://ams3.digitaloceanspaces.com', OBJECTS_REGION: 'ams3' }
    expect(place(away)).toEqual({
      ...beside,
      endpoint: 'https://ams3.digitaloceanspaces.com',
      region: 'ams3',
    })
  })

  test.each([
    [{ OBJECTS_ENDPOINT: 'ams3' }, 'OBJECTS_ENDPOINT is no address such as'],
    [{ OBJECTS_ENDPOINT: 'https://ams3.cdn.x' }, 'OBJECTS_ENDPOINT is a CDN address'],
    [
      { OBJECTS_ENDPOINT: 'https://my-app.ams3.x', OBJECTS_BUCKET: 'my-app' },
      'OBJECTS_ENDPOINT names the bucket too',
    ],
    [{ OBJECTS_BUCKET: 'My App' }, 'OBJECTS_BUCKET is no bucket name'],
    [{ OBJECTS_API_KEY: 'DO00READS' }, 'OBJECTS_API_KEY and OBJECTS_API_SECRET are one key'],
    [{ OBJECTS_API_SECRET: 'reads' }, 'OBJECTS_API_KEY and OBJECTS_API_SECRET are one key'],
  ])('names the mistake in %j', (change, said) => {
    expect(() => place(change)).toThrow(said)
  })
})

describe('the second place', () => {
  const elsewhere = {
    SECOND_ENDPOINT: 'https://s3.elsewhere.example',
    SECOND_REGION: 'elsewhere',
    SECOND_BUCKET: 'my-copies',
    SECOND_API_KEY: 'ELSEWHERE',
    SECOND_API_SECRET: 'elsewhere-secret',
  }
  const writing = { SECOND_WRITE_API_KEY: 'WRITES', SECOND_WRITE_API_SECRET: 'writes-secret' }
  const pruning = { SECOND_PRUNE_API_KEY: 'DELETES', SECOND_PRUNE_API_SECRET: 'deletes-secret' }
  const read = (change: Record<string, string>) => readEnvironment({ ...complete, ...change })

  test('is none unless it is set', () => {
    expect(secondPlaceOf(read({}))).toBeUndefined()
    expect(secondPlaceOf(read({ SECOND_BUCKET: 'off' }), 'SECOND_PRUNE')).toBeUndefined()
  })

  test('is read by its own key, written by another, and a third one lets go', () => {
    const place = {
      endpoint: 'https://s3.elsewhere.example',
      region: 'elsewhere',
      bucket: 'my-copies',
      accessKey: 'ELSEWHERE',
      secretKey: 'elsewhere-secret',
    }
    expect(secondPlaceOf(read(elsewhere))).toEqual(place)
    expect(secondPlaceOf(read(elsewhere), 'SECOND_WRITE')).toBeUndefined()
    expect(secondPlaceOf(read(elsewhere), 'SECOND_PRUNE')).toBeUndefined()
    const all = read({ ...elsewhere, ...writing, ...pruning })
    const writes = { ...place, accessKey: 'WRITES', secretKey: 'writes-secret' }
    const deletes = { ...place, accessKey: 'DELETES', secretKey: 'deletes-secret' }
    expect(secondPlaceOf(all)).toEqual(place)
    expect(secondPlaceOf(all, 'SECOND_WRITE')).toEqual(writes)
    expect(secondPlaceOf(all, 'SECOND_PRUNE')).toEqual(deletes)
  })

  test.each([
    [{ SECOND_API_KEY: 'off', SECOND_REGION: 'off' }, 'set SECOND_REGION, SECOND_API_KEY too'],
    [{ SECOND_PRUNE_API_SECRET: 'alone' }, 'SECOND_PRUNE_API_SECRET are one key'],
    [{ SECOND_PRUNE_API_KEY: 'alone' }, 'SECOND_PRUNE_API_SECRET are one key'],
    [
      { SECOND_ENDPOINT: 'https://FRA1.digitaloceanspaces.com/', SECOND_BUCKET: 'my-app-backups' },
      'SECOND_BUCKET is the bucket of the backups itself',
    ],
    [
      { SECOND_ENDPOINT: 'https://fra1.digitaloceanspaces.com', SECOND_API_KEY: 'DO00EXAMPLE' },
      'SECOND_API_KEY is the key of the backups',
    ],
    [{ ...pruning, SECOND_PRUNE_API_KEY: 'ELSEWHERE' }, 'SECOND_PRUNE_API_KEY is SECOND_API_KEY'],
    [{ ...writing, SECOND_WRITE_API_KEY: 'ELSEWHERE' }, 'SECOND_WRITE_API_KEY is SECOND_API_KEY'],
    [
      { ...writing, ...pruning, SECOND_PRUNE_API_KEY: 'WRITES' },
      'SECOND_PRUNE_API_KEY is SECOND_WRITE_API_KEY',
    ],
    [{ SECOND_WRITE_API_KEY: 'alone' }, 'SECOND_WRITE_API_SECRET are one key'],
    [
      {
        ...writing,
        SECOND_ENDPOINT: 'https://fra1.digitaloceanspaces.com',
        SECOND_WRITE_API_KEY: 'DO00EXAMPLE',
      },
      'SECOND_WRITE_API_KEY is the key of the backups',
    ],
    [{ SECOND_ENDPOINT: 'https://my-copies.s3.x' }, 'SECOND_ENDPOINT names the bucket too'],
    [{ SECOND_ENDPOINT: 'elsewhere' }, 'SECOND_ENDPOINT is no address such as'],
    [{ SECOND_ENDPOINT: 'https://a.cdn.x' }, 'SECOND_ENDPOINT is a CDN address'],
    [{ SECOND_BUCKET: 'My Copies' }, 'SECOND_BUCKET is no bucket name'],
  ])('names the mistake in %j', (change, said) => {
    expect(() => read({ ...elsewhere, ...change })).toThrow(said)
  })

  test('is not set by the key that deletes alone', () => {
    expect(() => read(pruning)).toThrow('the second place is set by halves: set SECOND_ENDPOINT')
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
