/** The whole path: the real scripts, the built functions over HTTP, a real store. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startSample } from '../lib/local/sqlite/sample'

import { isThorough, slow, some } from './cases'
import { startTestMachine } from './fakes/machine'
import type { TestMachine } from './fakes/machine'
import { fieldsFor, requestFor } from './fixtures/bucket/requests'
import { sound, withZeroedPage } from './fixtures/databases'

let machine: TestMachine
beforeAll(async () => {
  machine = await startTestMachine()
})
afterAll(() => machine.close())

const sql = (file: string, statement: string): string =>
  spawnSync('sqlite3', ['-batch', file, statement], { encoding: 'utf8' }).stdout.trim()

const inFolder = (name: string): string => path.join(machine.folder, name)

const hashOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex')

const copies = async (database: string): Promise<string[]> => {
  const form = { database, list: 'yes' }
  const { text } = await machine.call('restore', machine.token('restore', database), form)
  return text.trim() === '' ? [] : text.trim().split('\n')
}

const makeDatabase = (name: string, rows = 500): string => {
  const file = inFolder(name)
  writeFileSync(file, sound(rows))
  return file
}

describe('from a live database to a proven copy, and back', () => {
  test('push.sh is quiet about a sound database; restore.sh brings back the same rows', async () => {
    const file = makeDatabase('plain.db')
    const before = sql(file, 'SELECT count(*), max(key) FROM tokens')
    expect(await machine.push(file)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const to = inFolder('restored.db')
    const restored = await machine.restore({ database: 'tokens', to })
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    expect(sql(to, 'SELECT count(*), max(key) FROM tokens')).toBe(before)
    expect(statSync(to).mode & 0o777).toBe(0o600)
  })

  test('an unchanged database is told as unchanged and uploads nothing', async () => {
    const file = makeDatabase('unchanged.db', 501)
    await machine.push(file, { name: 'unchanged' })
    const again = await machine.push(file, { name: 'unchanged', args: ['-v'] })
    expect(again.code).toBe(0)
    expect(again.stdout).toContain('unchanged')
    expect(await copies('unchanged')).toHaveLength(1)
  })

  test.each(some(['WAL', 'DELETE'], 1))(
    'a database under constant writes gives a sound snapshot: journal %s',
    slow,
    async (mode) => {
      const name = `busy-${mode.toLowerCase()}`
      const rounds = isThorough ? 3 : 1
      const sample = await startSample({ file: inFolder(`${name}.db`), engine: 'sqlite3' })
      sql(sample.file, `PRAGMA busy_timeout=120000; PRAGMA journal_mode=${mode}`)
      for (let round = 0; round < rounds; round += 1) {
        const pushed = await machine.push(sample.file, { name, args: ['-v'] })
        expect(pushed, pushed.stderr).toMatchObject({ code: 0 })
        expect(pushed.stdout).toContain('verdict passed')
      }
      await sample.stop()
      expect(await copies(name)).toHaveLength(rounds)
    },
  )

  test('a damaged database is told with what is damaged, exit 1, and is never restored', async () => {
    const file = inFolder('damaged.db')
    writeFileSync(file, withZeroedPage())
    const pushed = await machine.push(file, { name: 'damaged' })
    expect(pushed.code).toBe(1)
    expect(pushed.stderr).toMatch(/damaged/)
    expect(pushed.stderr).toMatch(/mend: /)
    const restored = await machine.restore({ database: 'damaged', to: inFolder('never.db') })
    expect(restored.code).toBe(2)
    expect(restored.stderr).toMatch(/no sound copy/)
  })

  test('a compressed snapshot takes the same way', slow, async () => {
    const file = makeDatabase('small.db', 700)
    expect(await machine.push(file, { name: 'small', args: ['--gzip'] })).toMatchObject({ code: 0 })
    const to = inFolder('small-restored.db')
    expect(await machine.restore({ database: 'small', to })).toMatchObject({ code: 0 })
    expect(sql(to, 'SELECT count(*) FROM tokens')).toBe('700')
  })

  test('databases that belong together are pushed as a set', async () => {
    const members = ['one', 'two'].map((name) => ({ name, file: makeDatabase(`${name}.db`, 44) }))
    const pushed = await machine.pushSet(members)
    expect(pushed, pushed.stderr).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const { text } = await machine.call('status', machine.token('read', 'all'), {})
    expect(JSON.parse(text).sets).toMatchObject([
      { databases: ['one', 'two'], state: 'restorable' },
    ])
  })

  test('the checksum line beside a snapshot is read by sha256sum', slow, async () => {
    await machine.push(makeDatabase('sums.db', 77), { name: 'sums' })
    const bytes = readdirSync(path.join(machine.storeFolder, 'bucket/bytes'))
    const stored = (suffix: RegExp) => {
      const name = bytes.find((one) => /sums%2F/.test(one) && suffix.test(one)) ?? ''
      return path.join(machine.storeFolder, 'bucket/bytes', name)
    }
    const line = readFileSync(stored(/\.db\.sha256~/), 'utf8')
    const [, name = ''] = line.trim().split('  ')
    copyFileSync(stored(/\.db~/), inFolder(name))
    const checked = spawnSync('sha256sum', ['-c'], {
      cwd: machine.folder,
      input: line,
      encoding: 'utf8',
    })
    expect(checked.stdout).toBe(`${name}: OK\n`)
  })
})

describe('what a push token for tokens cannot do', () => {
  const form = (database: string) =>
    Object.fromEntries(
      Object.entries(fieldsFor(sound(42), { database })).map(([key, value]) => [
        key,
        String(value),
      ]),
    )

  test.each([
    { name: 'push sessions', fn: 'ticket', body: () => form('sessions') },
    {
      name: 'ask for a verdict on sessions',
      fn: 'verdict',
      body: () => ({ ticket: 'sessions_2026-03-01T010000Z_abcdef' }),
    },
    { name: 'restore tokens', fn: 'restore', body: () => ({ database: 'tokens' }) },
    { name: 'list tokens', fn: 'restore', body: () => ({ database: 'tokens', list: 'yes' }) },
    { name: 'read the status', fn: 'status', body: () => ({}) },
    {
      name: 'start verify',
      fn: 'verify',
      body: () => ({ ticket: 'tokens_2026-03-01T010000Z_abcdef' }),
    },
    { name: 'start watch', fn: 'watch', body: () => ({}) },
  ])('$name', async ({ fn, body }) => {
    const answer = await machine.call(fn, machine.token('push', 'tokens'), body())
    expect([401, 403, 404]).toContain(answer.status)
    expect(answer.text).not.toMatch(/^(put|get|copy|verdict) /m)
  })

  test('its upload address does nothing but take those bytes once', async () => {
    const bytes = sound(43)
    const answer = await machine.call('ticket', machine.token('push', 'tokens'), {
      ...form('tokens'),
      size_bytes: String(bytes.length),
      sha256: requestFor(bytes).sha256,
      md5: requestFor(bytes).md5,
    })
    const lines = answer.text.split('\n').map((line) => line.split(/ (.*)/s))
    const put = lines.find(([key]) => key === 'put')?.[1] ?? ''
    const headers = Object.fromEntries(
      lines.filter(([key]) => key === 'header').map(([, value = '']) => value.split(': ')),
    )
    const send = async (init: RequestInit) => (await fetch(put, init)).status
    const right = { method: 'PUT', headers, body: new Uint8Array(bytes) }
    const { 'if-none-match': _, ...without } = headers
    const other = Buffer.from(bytes)
    other.writeUInt8(1, other.length - 1)
    expect(await send({ method: 'GET' })).toBe(403)
    expect(await send({ method: 'DELETE' })).toBe(403)
    expect(await send({ ...right, body: new Uint8Array(other) })).toBe(400)
    expect(await send({ ...right, body: new Uint8Array(Buffer.concat([bytes, bytes])) })).toBe(403)
    expect(await send({ ...right, headers: without })).toBe(403)
    const copying = { ...headers, 'x-amz-copy-source': '/bucket/backups/tokens/' }
    expect(await send({ ...right, headers: copying })).toBeGreaterThanOrEqual(400)
    expect(await send(right)).toBe(200)
    expect(await send(right)).toBe(412)
  })
})

describe('when something breaks on the way', () => {
  test(
    'functions killed while they work leave nothing wrong: the next ask completes',
    slow,
    async () => {
      const file = makeDatabase('killed.db', 3000)
      const killing = setInterval(() => {
        for (const name of ['ticket', 'verdict', 'verify']) machine.platform.kill(name)
      }, 120)
      setTimeout(() => clearInterval(killing), 1500)
      const pushed = await machine.push(file, { name: 'killed' })
      expect(pushed, pushed.stderr).toMatchObject({ code: 0 })
      expect(await copies('killed')).toHaveLength(1)
    },
  )

  test(
    'a store that refuses gets its own sentence; the copy waits and goes out next time',
    slow,
    async () => {
      const file = makeDatabase('away.db', 123)
      machine.spoil(({ method, key }) =>
        method === 'PUT' && key.endsWith('.db')
          ? { kind: 'status', status: 501, code: 'NotImplemented' }
          : undefined,
      )
      const first = await machine.push(file, { name: 'away', isHurried: true })
      machine.spoil(undefined)
      expect(first.code).toBe(2)
      expect(first.stderr).toMatch(/The store answered 501/)
      expect(first.stderr).toMatch(/next run/)
      expect(await machine.push(file, { name: 'away' })).toMatchObject({ code: 0, stderr: '' })
      expect(await copies('away')).toHaveLength(1)
    },
  )

  test(
    'push.sh killed at any moment leaves nothing wrong: the next run completes',
    slow,
    async () => {
      const file = makeDatabase('shot.db', 4000)
      const before = hashOf(file)
      const ends: (number | null)[] = []
      for (const killAfterMs of [10, 25, 45, 70, 100, 140, 180, 220, 260]) {
        sql(file, `UPDATE tokens SET value = randomblob(100) WHERE rowid = ${killAfterMs}`)
        ends.push((await machine.push(file, { name: 'shot', killAfterMs })).code)
      }
      expect(ends.filter((code) => code === null).length).toBeGreaterThanOrEqual(3)
      const last = await machine.push(file, { name: 'shot' })
      expect(last, last.stderr).toMatchObject({ code: 0 })
      const to = inFolder('shot-restored.db')
      expect(await machine.restore({ database: 'shot', to })).toMatchObject({ code: 0 })
      expect(sql(to, 'SELECT count(*) FROM tokens')).toBe('4000')
      const content = (one: string) => sql(one, 'SELECT key, hex(value) FROM tokens ORDER BY key')
      expect(content(to) === content(file)).toBe(true)
      expect(hashOf(file)).not.toBe(before)
      for (const line of await copies('shot')) expect(line).toMatch(/ (passed|pending) /)
    },
  )
})
