/** A change of secret as a person makes it: with the command, and with what the doctor says. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { probeSecret } from '../../../lib/cli/doctor/secret'
import { localSecrets, toolsOf, withVariables } from '../../../lib/cli/home'
import { createEntry } from '../../../lib/journey/bucket/ledger'
import { resign } from '../../../lib/journey/resign'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { slow } from '../../cases'
import { secret as before, testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf, soundEntry } from '../../fixtures/bucket/buckets'
import { counted, tally } from '../../fixtures/bucket/store-calls'
import { otherSecret as present } from '../../fixtures/told/entries'
import { keepCopy, keepDays } from '../../fixtures/told/kept'
import { jsonShapes } from '../json-shapes'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-resign-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Call = { args: readonly string[]; previous?: string; url?: string }
type Ended = { code: number; stdout: string; stderr: string }

/** Every call in one process, as the command line makes it: starting one takes half a second. */
const snapproof = (calls: readonly Call[]): Ended[] => {
  const script = `
    const { main } = require('./.build/snapproof.cjs')
    const write = process.stdout.write.bind(process.stdout)
    const run = async ({ args, previous = 'off', url = 'off' }) => {
      Object.assign(process.env, { SNAPPROOF_SECRET_PREVIOUS: previous, SNAPPROOF_URL: url })
      const ended = { stdout: '', stderr: '' }
      for (const to of ['stdout', 'stderr']) process[to].write = (text) => void (ended[to] += text)
      const code = await main(args, process.cwd())
      return { ...ended, code }
    }
    ;(async () => {
      const all = []
      for (const call of JSON.parse(process.argv[1])) all.push(await run(call))
      write(JSON.stringify(all))
    })()`
  const env = {
    PATH: process.env['PATH'] ?? '',
    SNAPPROOF_HOME: path.join(folder, 'home'),
    // Whatever a filled-in .env says: no test touches a store of the person who runs it.
    SPACES_API_KEY: 'off',
    SPACES_API_SECRET: 'off',
    ALERTS: 'off',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
  const ended = spawnSync(process.execPath, ['-e', script, JSON.stringify(calls)], { env })
  return JSON.parse(ended.stdout.toString())
}

/** A home whose store holds one entry, signed under the secret that it had; answers with that. */
const homeAfterChange = async (): Promise<string> => {
  const home = { root: '.', folder: path.join(folder, 'home'), isEmbedded: true, variables: {} }
  const secrets = localSecrets(home)
  await withVariables(home, async (variables) => {
    const tools = toolsOf(variables, '.')
    const entry = soundEntry('tokens', new Date('2026-03-01T01:00:00.000Z'))
    await createEntry(tools, nameOf(entry.id), entry)
  })
  const changed = { ...secrets, secret: present.repeat(2) }
  writeFileSync(path.join(home.folder, 'secrets.json'), JSON.stringify(changed))
  return secrets.secret
}

/** Functions that know no token of ours. */
const strangers = createServer((_, response) => void response.writeHead(401).end('{}'))
let strangersUrl = ''
beforeAll(async () => {
  strangers.listen(0, '127.0.0.1')
  await once(strangers, 'listening')
  const address = strangers.address()
  strangersUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => void strangers.close())

describe('snapproof resign', () => {
  test('carries a change of secret through, from the first look to the day the old one goes', async () => {
    const previous = await homeAfterChange()
    const [tooEarly, looked, done, again, after] = snapproof([
      { args: ['resign', '--apply'] },
      { args: ['resign', 'tokens'], previous },
      { args: ['resign', '--apply'], previous },
      { args: ['resign', 'tokens', '--apply'], previous },
      { args: ['resign', '--json'] },
    ])
    expect(tooEarly).toMatchObject({ code: 1, stderr: '' })
    expect(tooEarly?.stdout).toMatch(/^not ours: backups\/tokens\/\S+\.entry\.json$/m)
    expect(tooEarly?.stdout).toMatch(/^mend: If the secret was changed, put the old one back/m)
    expect(tooEarly?.stdout).toContain('SNAPPROOF_SECRET_PREVIOUS is off: ')

    expect(looked).toMatchObject({ code: 1, stderr: '' })
    expect(looked?.stdout).toBe(`DATABASE  WHAT     PRESENT  PREVIOUS  NEITHER
tokens    entries  0        1         0

1 file is signed by the previous secret alone.
Nothing was written; to sign them under the present one: npx snapproof resign --apply
`)
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done?.stdout).toBe(`DATABASE  WHAT     PRESENT  PREVIOUS  NEITHER
tokens    entries  1        0         0

1 file signed anew.
Nothing is signed by the previous secret alone any more: give the Droplets new tokens, then set SNAPPROOF_SECRET_PREVIOUS=off and deploy.
`)
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again?.stdout).toContain('0 files signed anew.\nNothing of tokens is signed by the')

    expect(after).toMatchObject({ code: 0, stderr: '' })
    expect(jsonShapes.resign.parse(JSON.parse(after?.stdout ?? ''))).toMatchObject({
      isPreviousSet: false,
      notOurs: [],
      sums: { present: 1, written: 0, previous: 0, neither: 0 },
    })
  })

  test('signs nothing while the functions do not know the new secret', slow, async () => {
    // A process of its own, beside which this one answers.
    const child = spawn(process.execPath, ['lib/cli/launch.mjs', 'resign', '--apply'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        SNAPPROOF_HOME: path.join(folder, 'undeployed'),
        SPACES_API_KEY: 'off',
        SPACES_API_SECRET: 'off',
        SNAPPROOF_SECRET_PREVIOUS: before,
        SNAPPROOF_URL: `${strangersUrl}/`,
      },
    })
    let said = ''
    child.stderr.on('data', (chunk) => (said += chunk))
    const [code] = await once(child, 'close')
    expect(said).toMatch(/do not know this SNAPPROOF_SECRET; nothing was.*\nmend: Deploy with/)
    expect(code).toBe(2)
  })

  test('refuses what it does not understand with a sentence and a mend', () => {
    const calls = [['tokens', 'sessions'], ['../tokens'], ['--force']]
    for (const ended of snapproof(calls.map((args) => ({ args: ['resign', ...args] })))) {
      expect(ended).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr).toMatch(/^snapproof: .+\nmend: .+\n$/)
    }
  })
})

describe('the doctor’s look at the secrets', () => {
  const under = (tools: TestTools, current: string, previous?: string): TestTools => ({
    ...tools,
    settings: {
      ...tools.settings,
      secrets: { current, ...(previous === undefined ? {} : { previous }) },
    },
  })

  test('says how many files the old one still holds, and when it can go', async () => {
    const tools = testTools()
    await keepDays(tools, 3)
    const both = under(tools, present, before)
    expect(await probeSecret(both)).toEqual([
      {
        what: 'secret',
        state: 'note',
        detail: '3 files signed by SNAPPROOF_SECRET_PREVIOUS alone: it must stay until none is',
        mend: 'npx snapproof resign --apply',
      },
    ])
    await resign(both, { apply: true })
    expect(await probeSecret(both)).toMatchObject([
      { state: 'note', detail: expect.stringContaining('it can be dropped') },
    ])
    expect(await probeSecret(under(tools, present))).toEqual([])
    await keepCopy(under(tools, 'of somebody else'.repeat(3)), { daysAgo: 9 })
    expect(await probeSecret(both)).toMatchObject([
      { state: 'wrong', detail: expect.stringMatching(/^1 file signed by neither /) },
      { state: 'note' },
    ])
  })

  test('finds the old one missed, wherever its copies stand among newer ones', async () => {
    // A kept copy of each of forty days; the old secret signed those from one day to another.
    for (const { from, to } of [
      { from: 10, to: 40 },
      { from: 0, to: 40 },
      { from: 0, to: 10 },
      { from: 12, to: 24 },
    ]) {
      const tools = testTools()
      const next = under(tools, present)
      for (let daysAgo = 0; daysAgo < 40; daysAgo += 1)
        await keepCopy(daysAgo >= from && daysAgo < to ? tools : next, { daysAgo })
      await keepCopy(next, { daysAgo: 1, database: 'sessions' })
      expect(await probeSecret(next), `${from} to ${to}`).toMatchObject([
        {
          what: 'secret',
          state: 'wrong',
          detail: expect.stringMatching(/^1 database with entries that .*, such as tokens_2026-/),
          mend: expect.stringContaining('SNAPPROOF_SECRET_PREVIOUS'),
        },
      ])
    }
  })

  test('is cheap where no old one is set: five entries of a database, however many it has', async () => {
    const tools = testTools()
    const ids = await keepDays(tools, 40)
    const { tools: watched, calls } = counted(tools)
    expect(await probeSecret(watched)).toEqual([])
    expect(tally(calls).read).toBe(5)
    // The ends are always among them.
    for (const id of [ids[0] ?? '', ids[39] ?? '']) {
      const key = entryKey('backups/', nameOf(id))
      const kept = tools.store.objects.get(key)?.bytes ?? Buffer.alloc(0)
      await tools.store.put(key, Buffer.from('{}'))
      expect(await probeSecret(tools), id).toMatchObject([{ state: 'wrong' }])
      await tools.store.put(key, kept)
    }
    expect(await probeSecret(tools)).toEqual([])
  })

  test('does not take a store that is away for a secret that is missing', async () => {
    const tools = testTools()
    await keepDays(tools, 1)
    tools.store.failNext('read')
    await expect(probeSecret(tools)).rejects.toMatchObject({ code: 'store-unreachable' })
  })
})
