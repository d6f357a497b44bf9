import { describe, expect, test } from 'vitest'

import { databases } from '../../lib/databases'
import { Environment, objectsPlaceOf, readEnvironment, secondPlaceOf } from '../../lib/edge/config'
import { knownDatabases } from '../../lib/edge/databases'
import { settingsOf } from '../../lib/edge/tools'
import { Fault } from '../../lib/faults'

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

  test('says of each name what it is for', () => {
    const said = Object.entries(Environment.shape).map(
      ([name, { description }]) => `${name}: ${description}`,
    )
    expect(said).toMatchInlineSnapshot(`
      [
        "SPACES_ENDPOINT: the region’s endpoint, such as https://fra1.digitaloceanspaces.com",
        "SPACES_REGION: the region, such as fra1",
        "SPACES_BUCKET: the bucket (Space) that holds the backups",
        "SPACES_API_KEY: the access key, limited to this bucket",
        "SPACES_API_SECRET: the secret that belongs to the access key",
        "OBJECTS_ENDPOINT: where the app keeps its own objects, if not at SPACES_ENDPOINT",
        "OBJECTS_REGION: the region of that endpoint, if not SPACES_REGION",
        "OBJECTS_BUCKET: the bucket (Space) with the app’s own objects, if not SPACES_BUCKET",
        "OBJECTS_API_KEY: an access key that may list and read that bucket, and nothing else",
        "OBJECTS_API_SECRET: the secret that belongs to that key",
        "SECOND_ENDPOINT: the second place: the endpoint of another region or provider",
        "SECOND_REGION: the region of that endpoint",
        "SECOND_BUCKET: the bucket there, to which sound copies are carried",
        "SECOND_API_KEY: an access key that may list and read there, and nothing else",
        "SECOND_API_SECRET: the secret that belongs to that key",
        "SECOND_WRITE_API_KEY: another key, which may write there; only watch is given it",
        "SECOND_WRITE_API_SECRET: the secret that belongs to that other key",
        "SECOND_PRUNE_API_KEY: a third key, which may delete there; only prune is given it",
        "SECOND_PRUNE_API_SECRET: the secret that belongs to that third key",
        "SNAPPROOF_SECRET: the installation’s own secret; tokens and signatures come from it",
        "SNAPPROOF_SECRET_PREVIOUS: the secret before this one, while a rotation lasts",
        "SNAPPROOF_REVOKED_KEYS: key ids of stolen tokens, separated by commas",
        "SNAPPROOF_NAMESPACE_KEY: a namespace key; with it large snapshots are verified at once",
        "ALERTS: who is told: addresses, separated by commas",
        "ALERTS_REMIND: how often a trouble that lasts is told again, such as 24h",
        "HEARTBEAT_URL: addresses that are called after every copy that passed",
        "KEEP_RECORDS: how long journal and reports are kept, such as 400d; "all" for ever",
        "PAGE_ON_SHARED_HOST: "on" shows the page, and its form for the token, at the functions’ own host name too",
        "SNAPPROOF_URL: where the functions answer; used on your own machine, by enroll and doctor",
        "TOKEN_DB_PATH: where tokens.db lives on the Droplet; used by enroll",
        "SESSION_DB_PATH: where sessions.db lives on the Droplet; used by enroll",
      ]
    `)
  })

  test('complains in words that say what would be right', () => {
    const second = {
      SECOND_ENDPOINT: 'https://s3.elsewhere.example',
      SECOND_REGION: 'elsewhere',
      SECOND_BUCKET: 'my-copies',
      SECOND_API_KEY: 'ELSEWHERE',
      SECOND_API_SECRET: 'elsewhere-secret',
    }
    const cdn = 'https://fra1.cdn.digitaloceanspaces.com'
    const within = 'https://my-app-backups.fra1.digitaloceanspaces.com'
    const why = (change: Record<string, string>): string => {
      try {
        readEnvironment({ ...complete, ...change })
      } catch (thrown) {
        return thrown instanceof Fault ? `${thrown.why} ${thrown.mend}` : String(thrown)
      }
      return 'none'
    }
    const complaints = [
      { SPACES_ENDPOINT: cdn, OBJECTS_ENDPOINT: cdn, SECOND_ENDPOINT: cdn },
      { SPACES_BUCKET: 'My Bucket', ALERTS_REMIND: 'daily', KEEP_RECORDS: '3d' },
      { SPACES_ENDPOINT: within, OBJECTS_ENDPOINT: within, OBJECTS_API_KEY: 'alone' },
      { ...second, SECOND_WRITE_API_KEY: 'alone' },
      { ...second, SECOND_PRUNE_API_KEY: 'ELSEWHERE', SECOND_PRUNE_API_SECRET: 'x' },
      {
        ...second,
        SECOND_ENDPOINT: 'https://FRA1.digitaloceanspaces.com',
        SECOND_BUCKET: 'my-app-backups',
        SECOND_API_KEY: 'DO00EXAMPLE',
      },
      { ...second, SECOND_ENDPOINT: 'https://my-copies.s3.x' },
      { SECOND_REGION: 'elsewhere', SECOND_BUCKET: 'my-copies' },
      { SECOND_PRUNE_API_SECRET: 'alone' },
    ].map(why)
    expect(complaints).toMatchInlineSnapshot(`
      [
        "SPACES_ENDPOINT is a CDN address; uploads need the origin, without ".cdn" (the region’s endpoint, such as https://fra1.digitaloceanspaces.com); OBJECTS_ENDPOINT is a CDN address, which may tell what is gone; give the origin, without ".cdn" (where the app keeps its own objects, if not at SPACES_ENDPOINT); SECOND_ENDPOINT is a CDN address; copies are carried to the origin, without ".cdn" (the second place: the endpoint of another region or provider). Correct .env (".env.example" shows every name) and deploy again.",
        "SPACES_BUCKET is no bucket name (3 to 63 lower-case letters, digits, "-" or ".") (the bucket (Space) that holds the backups); ALERTS_REMIND is not a span such as 45m, 26h or 7d (how often a trouble that lasts is told again, such as 24h); KEEP_RECORDS is neither "all" nor a span such as 45m, 26h or 7d, of 35d at least (how long journal and reports are kept, such as 400d; "all" for ever). Correct .env (".env.example" shows every name) and deploy again.",
        "SPACES_ENDPOINT names the bucket too; give the region’s endpoint alone; OBJECTS_ENDPOINT names the bucket too; give the region’s endpoint alone; OBJECTS_API_KEY and OBJECTS_API_SECRET are one key: set both, or write off for both. Correct .env (".env.example" shows every name) and deploy again.",
        "SECOND_WRITE_API_KEY and SECOND_WRITE_API_SECRET are one key: set both, or write off for both. Correct .env (".env.example" shows every name) and deploy again.",
        "SECOND_PRUNE_API_KEY is SECOND_API_KEY, which other functions are given; make another one for this alone. Correct .env (".env.example" shows every name) and deploy again.",
        "SECOND_BUCKET is the bucket of the backups itself; a second place is another bucket, better elsewhere; SECOND_API_KEY is the key of the backups; make another one, so that no key reaches both places. Correct .env (".env.example" shows every name) and deploy again.",
        "SECOND_ENDPOINT names the bucket too; give the region’s endpoint alone. Correct .env (".env.example" shows every name) and deploy again.",
        "the second place is set by halves: set SECOND_ENDPOINT, SECOND_API_KEY, SECOND_API_SECRET too, or write off for all. Correct .env (".env.example" shows every name) and deploy again.",
        "the second place is set by halves: set SECOND_ENDPOINT, SECOND_REGION, SECOND_BUCKET, SECOND_API_KEY, SECOND_API_SECRET too, or write off for all. Correct .env (".env.example" shows every name) and deploy again.",
      ]
    `)
  })

  test('takes a bucket of 3 to 63 signs, and a path of "/" alone', () => {
    const isTaken = (change: Record<string, string>): boolean => {
      try {
        return readEnvironment({ ...complete, ...change }).SPACES_REGION === 'fra1'
      } catch {
        return false
      }
    }
    const buckets = ['ab', 'abc', 'a'.repeat(63), 'a'.repeat(64), '-abc', 'a.b-c', 'aBc']
    expect(buckets.filter((SPACES_BUCKET) => isTaken({ SPACES_BUCKET }))).toEqual([
      'abc',
      'a'.repeat(63),
      'a.b-c',
    ])
    const endpoints = ['https://x.example/', 'http://x.example', 'https://x.example/a', 'ftp://x']
    expect(endpoints.filter((SPACES_ENDPOINT) => isTaken({ SPACES_ENDPOINT }))).toEqual([
      'https://x.example/',
      'http://x.example',
    ])
    expect(isTaken({ SNAPPROOF_SECRET: 'x'.repeat(32) })).toBe(true)
    expect(isTaken({ SNAPPROOF_SECRET: 'x'.repeat(31) })).toBe(false)
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
