/**
 * Each built function, loaded the way the platform loads it: exactly the files that are sent, in a
 * folder of their own without a package.json, required as CommonJS, called with a raw web event.
 *
 * Runs on this Node; `npm run test:runtimes` fetches 22 and 24, as in the cloud, and names their folder.
 */
import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'

import { startStore } from '../lib/local/store/server'
import { mintToken } from '../lib/rules/trust/tokens'

import { isThorough, slow, some } from './cases'
import { fieldsFor } from './fixtures/bucket/requests'
import { sound, withZeroedPage } from './fixtures/databases'

const runtimesFolder = process.env['SNAPPROOF_RUNTIMES'] ?? ''
const runtimes = [
  { name: `Node ${process.versions.node}`, binary: process.execPath },
  ...(existsSync(runtimesFolder) ? readdirSync(runtimesFolder) : [])
    .filter((name) => /^node\d+$/.test(name))
    .map((name) => ({ name, binary: path.resolve(runtimesFolder, name, 'bin/node') })),
]

const functions = readdirSync('packages/snapshots')
const temp = mkdtempSync(path.join(tmpdir(), 'snapproof-bundle-'))
const secret = '0123456789abcdef0123456789abcdef'
let store: Awaited<ReturnType<typeof startStore>>

/** As upstream's proxy does it: chdir, require, call, await. */
const proxy = `
const [folder, event, left] = process.argv.slice(1)
process.chdir(folder)
const { main } = require(folder)
const context = { getRemainingTimeInMillis: () => Number(left ?? 25000) }
Promise.resolve(main(JSON.parse(event), context)).then((result) => {
  process.stdout.write(JSON.stringify(result))
  process.exit(0)
})`

const includeOf = (name: string): string[] =>
  readFileSync(`packages/snapshots/${name}/.include`, 'utf8').trim().split('\n')

beforeAll(async () => {
  store = await startStore({
    folder: path.join(temp, 'store'),
    buckets: ['bucket'],
    accessKey: 'key',
    secretKey: 'secret',
  })
  for (const name of functions) {
    for (const file of includeOf(name)) {
      cpSync(`packages/snapshots/${name}/${file}`, path.join(temp, name, file))
    }
  }
})

afterAll(async () => {
  await store.close()
  rmSync(temp, { recursive: true, force: true })
})

type Answer = { statusCode: number; body: string; headers: Record<string, string> }

type Done = { code: number | null; stdout: string; stderr: string }

/** Not spawnSync: the store lives in this process and must be able to answer meanwhile. */
const run = (
  binary: string,
  args: readonly string[],
  env: Record<string, string>,
  script = proxy,
): Promise<Done> =>
  new Promise((resolve) => {
    const child = spawn(binary, ['-e', script, ...args], { env })
    const done: Done = { code: null, stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (done.stdout += chunk))
    child.stderr.on('data', (chunk) => (done.stderr += chunk))
    child.on('close', (code) => resolve({ ...done, code }))
  })

const call = async (
  binary: string,
  name: string,
  event: unknown,
  { endpoint = store.endpoint, leftMs = 25_000 } = {},
): Promise<Answer> => {
  const environment = {
    SPACES_ENDPOINT: endpoint,
    SPACES_REGION: 'local',
    SPACES_BUCKET: 'bucket',
    SPACES_API_KEY: 'key',
    SPACES_API_SECRET: 'secret',
    SNAPPROOF_SECRET: secret,
    SNAPPROOF_SECRET_PREVIOUS: 'off',
    SNAPPROOF_REVOKED_KEYS: 'off',
    SNAPPROOF_NAMESPACE_KEY: 'off',
    SNAPPROOF_MEMORY_MB: '256',
  }
  const args = [path.join(temp, name), JSON.stringify(event), String(leftMs)]
  const done = await run(binary, args, environment)
  if (done.code !== 0)
    throw new Error(`${name} ended with ${done.code}: ${done.stderr.slice(-2000)}`)
  return JSON.parse(done.stdout)
}

const raw = (scope: 'push' | 'restore' | 'read', form: Record<string, string>) => {
  const database = scope === 'read' ? 'all' : 'tokens'
  const token = mintToken(secret, { scope, database, keyId: '00000001' })
  return {
    http: {
      body: Buffer.from(new URLSearchParams(form).toString()).toString('base64'),
      isBase64Encoded: true,
      method: 'POST',
      path: '',
      queryString: '',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
    },
  }
}

const formOf = (bytes: Buffer): Record<string, string> =>
  Object.fromEntries(Object.entries(fieldsFor(bytes)).map(([key, value]) => [key, String(value)]))

describe.each(functions)('the function %s as it is sent', (name) => {
  test('consists of two files or more, none of them a link, below the platform’s limit', () => {
    const files = includeOf(name).map((file) => `packages/snapshots/${name}/${file}`)
    expect(files.length).toBeGreaterThanOrEqual(2)
    expect(files.some((file) => file.endsWith('package.json'))).toBe(false)
    for (const file of files) expect(statSync(file).isFile()).toBe(true)
    const size = files.reduce((sum, file) => sum + statSync(file).size, 0)
    expect(size).toBeLessThan(4 * 1024 ** 2)
  })
})

/** esbuild's word on what went into each bundle, left there by lib/build.sh. */
const Contents = z.object({
  outputs: z.record(z.string(), z.object({ inputs: z.record(z.string(), z.unknown()) })),
})

/**
 * Seen, and a tenth more. Every start of a container reads all of it, so whoever raises one of these
 * knows what for.
 */
const mostKib: Record<string, number> = {
  drill: 1010,
  prune: 610,
  restore: 600,
  status: 725,
  ticket: 580,
  verdict: 595,
  verify: 595,
  watch: 1080,
}

describe('what a function carries', () => {
  const { outputs } = Contents.parse(
    JSON.parse(readFileSync('.build/functions.contents.json', 'utf8')),
  )
  const filesIn = (name: string): string[] =>
    Object.entries(outputs)
      .filter(([file]) => file.endsWith(`/${name}/index.js`))
      .flatMap(([, { inputs }]) => Object.keys(inputs))

  test.each(functions)('%s: a client for mail only where mail is sent', (name) => {
    const files = filesIn(name)
    expect(files).toContain('lib/adapters/spaces/store.ts')
    const isTelling = ['watch', 'drill'].includes(name)
    expect(files.some((file) => file.includes('node_modules/nodemailer/'))).toBe(isTelling)
    expect(files.includes('lib/adapters/notify/notify.ts')).toBe(isTelling)
  })

  test.each(functions)('%s: what opens snapshots only where they are opened', (name) => {
    const files = filesIn(name)
    const isOpening = ['verify', 'drill'].some((step) => files.includes(`lib/journey/${step}.ts`))
    const sent = includeOf(name).filter((file) => file.startsWith('sql'))
    const opens = ['sqlite-worker.cjs', 'sql-wasm.js', 'sql-wasm.wasm', 'sqlite3.wasm']
    expect(sent).toEqual(isOpening ? opens : [])
  })

  // One "import { z } from 'zod'" brings them all: esbuild looks into "import * as z" alone.
  test.each(functions)('%s: no languages of zod but our own', (name) => {
    const languages = filesIn(name).filter((file) => file.includes('/zod/v4/locales/'))
    expect(languages).toEqual(['node_modules/zod/v4/locales/en.js'])
  })

  // It is read by every container that opens copies, beside the function itself.
  test('the thread that opens them: nothing that reads settings or speaks to a store', () => {
    const thread = readFileSync('packages/snapshots/verify/sqlite-worker.cjs', 'utf8')
    expect(thread).not.toMatch(/zod|smithy/i)
    expect(thread.length / 1024).toBeLessThan(80)
  })

  test.each(functions)('%s: nothing that searches the machine for credentials', (name) => {
    const searching = /@aws-sdk\/(credential-provider|nested-clients|token-providers)/
    expect(filesIn(name).filter((file) => searching.test(file))).toEqual([])
  })

  test.each(functions)('%s: no more than it did', (name) => {
    const kib = statSync(`packages/snapshots/${name}/index.js`).size / 1024
    expect(kib).toBeLessThan(mostKib[name] ?? 0)
  })
})

describe.each(runtimes)('the bundles on $name', ({ binary }) => {
  const inOwnProcess = (event: unknown, name: string): Promise<Answer> => call(binary, name, event)

  test('carry a snapshot from its ticket to its restore', slow, async () => {
    const bytes = sound(200 + runtimes.findIndex((one) => one.binary === binary))
    const ticket = JSON.parse((await inOwnProcess(raw('push', formOf(bytes)), 'ticket')).body)
    const sent = await fetch(ticket.put, {
      method: 'PUT',
      headers: ticket.headers,
      body: new Uint8Array(bytes),
    })
    expect(sent.status).toBe(200)
    const verdict = await inOwnProcess(raw('push', { ticket: ticket.ticket }), 'verdict')
    expect(JSON.parse(verdict.body)).toMatchObject({ verdict: 'passed' })
    const restore = await inOwnProcess(raw('restore', { database: 'tokens' }), 'restore')
    expect(JSON.parse(restore.body)).toMatchObject({ copy: { ticket: ticket.ticket } })
    const status = await inOwnProcess(raw('read', {}), 'status')
    expect(JSON.parse(status.body).databases).toContainEqual(
      expect.objectContaining({ newestSound: expect.objectContaining({ id: ticket.ticket }) }),
    )
  })

  test('verify and watch answer the platform’s own calls', slow, async () => {
    const bytes = withZeroedPage()
    const ticket = JSON.parse((await inOwnProcess(raw('push', formOf(bytes)), 'ticket')).body)
    await fetch(ticket.put, { method: 'PUT', headers: ticket.headers, body: new Uint8Array(bytes) })
    const verified = await inOwnProcess({ ticket: ticket.ticket }, 'verify')
    expect(JSON.parse(verified.body)).toMatchObject({ verdict: 'failed' })
    expect(JSON.parse((await inOwnProcess({}, 'watch')).body)).toMatchObject({ waiting: 0 })
  })

  test('start a thread before all else where they open snapshots, and it keeps no process', async () => {
    const counting = `const threads = require('node:worker_threads')
      const { prototype } = require('node:module')
      const load = prototype.require
      const order = []
      prototype.require = function (name) {
        if (name === 'node:https') order.push('what reaches the store')
        return load.call(this, name)
      }
      threads.Worker = class extends threads.Worker {
        constructor(...all) { super(...all); order.push('a thread') }
      }
      require(process.argv[1])
      process.stdout.write(String([...new Set(order)]) + ' ' + order.filter((what) => what === 'a thread').length)`
    for (const name of isThorough ? functions : ['ticket', 'verify']) {
      const done = await run(binary, [path.join(temp, name)], {}, counting)
      const isOpening = includeOf(name).includes('sqlite-worker.cjs')
      const stdout = isOpening ? 'a thread,what reaches the store 1' : 'what reaches the store 0'
      expect(done, name).toMatchObject({ code: 0, stdout, stderr: '' })
    }
  })

  test('say in words what a request lacks', async () => {
    const { body } = await inOwnProcess(raw('push', { database: 'tokens' }), 'ticket')
    expect(JSON.parse(body).why).toContain('sha256: Invalid input: expected string')
  })

  test('answer, and do not die, when nothing is set', async () => {
    for (const name of some(functions, 1)) {
      const done = await run(binary, [path.join(temp, name), '{"http":{"method":"POST"}}'], {})
      expect(JSON.parse(done.stdout).statusCode, name).toBeGreaterThanOrEqual(400)
    }
  })

  test('say in their own time that the store hangs, before the platform ends them', async () => {
    const hanging = createServer(() => undefined)
    await new Promise<void>((ready) => void hanging.listen(0, '127.0.0.1', ready))
    const { port } = hanging.address() as AddressInfo
    const late = { endpoint: `http://127.0.0.1:${port}`, leftMs: 1_500 }
    const ticket = 'tokens_2026-03-01T010000Z_000001'
    const calls = [
      ['ticket', raw('push', formOf(sound()))],
      ['verdict', raw('push', { ticket })],
      ['restore', raw('restore', { database: 'tokens' })],
      ['verify', { ticket }],
      ['watch', {}],
      ['prune', {}],
    ] as const
    for (const [name, event] of some(calls, 1)) {
      const answer = await call(binary, name, event, late)
      expect({ name, ...answer }).toMatchObject({ statusCode: 503 })
      expect(answer.body).toContain('did not answer as it should')
    }
    hanging.closeAllConnections()
    hanging.close()
  })

  test('tell what is wrong when SQLite’s wasm is missing, instead of dying', slow, async () => {
    const bytes = sound(400 + runtimes.findIndex((one) => one.binary === binary))
    const ticket = JSON.parse((await inOwnProcess(raw('push', formOf(bytes)), 'ticket')).body)
    await fetch(ticket.put, { method: 'PUT', headers: ticket.headers, body: new Uint8Array(bytes) })
    const wasm = path.join(temp, 'verify', 'sql-wasm.wasm')
    const kept = readFileSync(wasm)
    rmSync(wasm)
    const verified = await inOwnProcess({ ticket: ticket.ticket }, 'verify')
    writeFileSync(wasm, kept)
    expect(JSON.parse(verified.body)).toMatchObject({ verdict: 'unverifiable' })
  })
})
