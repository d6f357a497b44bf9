/** Droplets are updated late or never: the scripts of each release, against the functions of today. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { slow } from '../cases'
import { startTestMachine } from '../fakes/machine'
import type { TestMachine } from '../fakes/machine'
import { sound, withZeroedPage } from '../fixtures/databases'

let machine: TestMachine
beforeAll(async () => {
  machine = await startTestMachine()
})
afterAll(() => machine.close())

const sql = (file: string, statement: string): string =>
  spawnSync('sqlite3', ['-batch', file, statement], { encoding: 'utf8' }).stdout.trim()

const database = (name: string, bytes = sound(300)): string => {
  const file = path.join(machine.folder, `${name}.db`)
  writeFileSync(file, bytes)
  return file
}

describe.each(['1'])('the scripts of release %s', (release) => {
  const scripts = path.join('test/released', release)

  test('push a sound database and are quiet, and bring the same rows back', async () => {
    const name = `sound-${release}`
    const file = database(name)
    const rows = sql(file, 'SELECT count(*), max(key) FROM tokens')
    expect(await machine.push(file, { name, scripts })).toEqual({ code: 0, stdout: '', stderr: '' })
    const again = await machine.push(file, { name, scripts, args: ['-v'] })
    expect(again.stdout).toContain('unchanged')
    const to = path.join(machine.folder, `${name}-back.db`)
    expect(await machine.restore({ database: name, to, scripts })).toMatchObject({ code: 0 })
    expect(sql(to, 'SELECT count(*), max(key) FROM tokens')).toBe(rows)
  })

  test('push compressed, and list what there is', slow, async () => {
    const name = `packed-${release}`
    const pushed = await machine.push(database(name), { name, scripts, args: ['--gzip'] })
    expect(pushed).toMatchObject({ code: 0 })
    const to = path.join(machine.folder, `${name}-back.db`)
    const listed = await machine.restore({ database: name, to, scripts, args: ['--list'] })
    expect(listed.stdout).toMatch(/^ticket[^\n]*\npacked-1_\S+ +passed/)
    expect(await machine.restore({ database: name, to, scripts })).toMatchObject({ code: 0 })
  })

  test('tell a damaged database with exit 1', async () => {
    const name = `bad-${release}`
    const pushed = await machine.push(database(name, withZeroedPage()), { name, scripts })
    expect(pushed.code).toBe(1)
    expect(pushed.stderr).toContain('The database is damaged')
  })

  test(
    'tell one that is whole, and not what is expected, and call it nothing worse',
    slow,
    async () => {
      const file = database(`migrated-${release}`)
      expect(await machine.push(file, { scripts })).toMatchObject({ code: 0 })
      sql(file, 'ALTER TABLE tokens RENAME COLUMN key TO token_key')
      const pushed = await machine.push(file, { scripts })
      expect(pushed.code).toBe(3)
      expect(pushed.stderr).not.toContain('damaged')
      expect(pushed.stderr).toContain('column tokens.key')
      expect(pushed.stderr).toContain('snapproof -- accept tokens_')
      // The state from before the migration is not brought back unasked: both are named.
      const to = path.join(machine.folder, 'migrated-back.db')
      const restored = await machine.restore({ database: 'tokens', to, scripts })
      expect(restored.code).toBe(2)
      const [, newer = ''] = /--at (tokens_\S+) for the newer one/.exec(restored.stderr) ?? []
      const args = ['--at', newer]
      expect(await machine.restore({ database: 'tokens', to, scripts, args })).toMatchObject({
        code: 0,
      })
      expect(sql(to, 'SELECT count(token_key) FROM tokens')).toBe('300')
    },
  )
})
