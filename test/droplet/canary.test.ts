// Is a row of ours written into the live database only where it is asked for, and never in the way of a backup?
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { slow } from '../cases'
import {
  makeDatabase,
  makeDroplet,
  ownScripts,
  sql,
  startServices,
} from '../fakes/droplet-services'
import type { Droplet, Services } from '../fakes/droplet-services'

let services: Services
let droplet: Droplet

beforeEach(async () => {
  services = await startServices()
  droplet = makeDroplet('push.sh')
  Object.assign(droplet.env, {
    SNAPPROOF_URL: services.url,
    SNAPPROOF_TOKEN: 'push-secret',
    SNAPPROOF_WAIT: '20',
    SNAPPROOF_CANARY: 'on',
  })
  makeDatabase(droplet.database)
})

afterEach(async () => {
  await services.close()
  droplet.remove()
})

const quiet = { code: 0, out: '', err: '' }
const newest = () => [...services.stored.values()].at(-1)?.claim ?? {}
const rows = () => sql(droplet.database, 'SELECT nonce FROM snapproof_canary')

test('the copy holds the row, each change brings another one, and without any the row stays', async () => {
  expect(await droplet.run()).toEqual(quiet)
  const { canary: first = '' } = newest()
  expect(first).toMatch(/^[0-9a-f]{32}$/)
  expect(rows()).toBe(first)
  const [{ bytes } = { bytes: '' }] = [...services.stored.values()]
  expect(bytes.includes(first)).toBe(true)
  expect((await droplet.run(['-v'])).out).toContain('unchanged')
  expect(rows()).toBe(first)
  sql(droplet.database, "INSERT INTO tokens VALUES ('new', 1)")
  expect(await droplet.run()).toEqual(quiet)
  expect(rows()).not.toBe(first)
  expect(rows()).toBe(newest()['canary'])
  expect(services.stored.size).toBe(2)
})

test('a database that others write to in WAL mode gets it too', slow, async () => {
  sql(droplet.database, 'PRAGMA journal_mode=wal')
  expect(await droplet.run()).toEqual(quiet)
  expect(rows()).toBe(newest()['canary'])
})

test('where it cannot be written the copy goes without, and a line says so', async () => {
  sql(droplet.database, 'CREATE TABLE snapproof_canary (theirs)')
  const { code, err } = await droplet.run()
  expect(code).toBe(0)
  expect(err).toMatch(/^push\.sh: No canary was written: .*\n$/)
  expect(newest()).not.toHaveProperty('canary')
  expect(services.stored.size).toBe(1)
})

test(
  'where there is room for one copy alone it goes without, as it was copied first',
  slow,
  async () => {
    const taker = join(ownScripts(droplet), 'take-sqlite.sh')
    const once = '[ -e once ] && full; : >once; '
    writeFileSync(
      taker,
      readFileSync(taker, 'utf8').replace('  from=$(address)', `  ${once}from=$(address)`),
    )
    const { code, err } = await droplet.run()
    expect(code).toBe(0)
    expect(err).toMatch(
      /^push\.sh: It goes without the canary: There is no room for a copy in .*\n$/,
    )
    expect(newest()).not.toHaveProperty('canary')
    expect(newest()).toHaveProperty('sqlite_version')
    expect(services.stored.size).toBe(1)
  },
)

test('nothing is written where nobody asked', async () => {
  delete droplet.env['SNAPPROOF_CANARY']
  expect(await droplet.run()).toEqual(quiet)
  expect(sql(droplet.database, '.tables')).toBe('tokens')
  expect(readdirSync(join(droplet.home, '.snapproof-tokens'))).toEqual(['lock'])
})
