/**
 * One installation for one disaster: the real steps over HTTP on the embedded store, the real scripts,
 * the real command; only who is told is listened to, and how late it is can be said.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { mail } from '../../lib/adapters/notify/mail'
import { serve } from '../../lib/edge/serve'
import type { Main } from '../../lib/edge/serve'
import { servePage } from '../../lib/edge/serve-page'
import { makeTellingTools } from '../../lib/edge/tools'
import { drill } from '../../lib/journey/drill'
import { prune } from '../../lib/journey/prune'
import { restore } from '../../lib/journey/restore'
import { ticket } from '../../lib/journey/ticket'
import { verdict } from '../../lib/journey/verdict'
import { watch } from '../../lib/journey/watch'
import { startStore } from '../../lib/local/store/server'
import type { TellingTools } from '../../lib/ports'
import type { Alert } from '../../lib/rules/alerts/alert'
import type { DatabaseSettings } from '../../lib/rules/settings/databases'
import { mintToken } from '../../lib/rules/trust/tokens'
import type { Scope } from '../../lib/rules/trust/tokens'
import { fakeChannel, fakeNotifier } from '../fakes/channels'

const root = path.resolve('.')
const secret = 'a secret for the tests, long enough to be one'
const database = 'shop'

export type Ended = { code: number; text: string }

/** What a person has before them: the mail, the first line of the page, and the commands in it. */
export type Told = { alerts: Alert[]; subject: string; mail: string; page: string }

export type Cloud = {
  folder: string
  /** The live database. */
  file: string
  tools: TellingTools
  sql(statement: string, file?: string): string
  /** Everything that stands in a database, in one text. */
  rows(file?: string): string
  push(...options: string[]): Promise<Ended>
  /** Types a command as it was printed. Only `/etc/snapproof` stands elsewhere here. */
  type(command: string): Promise<Ended>
  /** Deploys other expectations. */
  expect(settings: DatabaseSettings): void
  passHours(hours: number): void
  /** What the watch tells now, and what the page says then. */
  watch(): Promise<Told>
  close(): Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString('base64')
}

const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')]),
  )

const listen = async (mains: Readonly<Record<string, Main>>) => {
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://here')
      const [, name = '', ...rest] = url.pathname.split('/')
      const http = {
        body: await bodyOf(request),
        headers: headersOf(request),
        isBase64Encoded: true,
        method: request.method ?? 'GET',
        path: rest.length === 0 ? '' : `/${rest.join('/')}`,
        queryString: url.search.slice(1),
      }
      const answer = await mains[name]?.({ http })
      response.writeHead(answer?.statusCode ?? 404, answer?.headers).end(answer?.body)
    })().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { server, url: `http://127.0.0.1:${port}` }
}

const run = (command: string, env: Record<string, string>, cwd: string): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (chunk) => (text += chunk))
    child.stderr.on('data', (chunk) => (text += chunk))
    child.on('close', (code) => resolve({ code: code ?? 99, text }))
  })

const sqlite = (file: string, statement: string): string =>
  spawnSync('sqlite3', ['-batch', file, statement], { encoding: 'utf8' }).stdout

const mailbox = {
  host: 'mail.example.com',
  port: 465,
  tls: 'first',
  user: 'ops',
  password: '',
  from: 'backups@example.com',
  to: ['ops@example.com'],
} as const

export const startCloud = async (databases: Record<string, DatabaseSettings>): Promise<Cloud> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-badweek-'))
  const [bin, etc] = [path.join(folder, 'bin'), path.join(folder, 'etc')]
  for (const one of [bin, etc]) mkdirSync(one)
  cpSync(path.join(root, 'lib/droplet'), bin, { recursive: true })
  for (const name of readdirSync(bin)) chmodSync(path.join(bin, name), 0o755)
  const keys = { accessKey: 'access', secretKey: 'secret' }
  const store = await startStore({
    folder: path.join(folder, 'store'),
    buckets: ['bucket'],
    ...keys,
  })
  const variables = {
    SPACES_ENDPOINT: store.endpoint,
    SPACES_REGION: 'local',
    SPACES_BUCKET: 'bucket',
    SPACES_API_KEY: 'access',
    SPACES_API_SECRET: 'secret',
    SNAPPROOF_SECRET: secret,
  }
  const channel = fakeChannel('mail')
  const lasting = makeTellingTools(variables, path.join(root, '.build'))
  let passedMs = 0
  const { settings } = lasting
  const tools: TellingTools = {
    ...lasting,
    // What arrived keeps its time; only how late it is now is said.
    store: {
      ...lasting.store,
      now: async () => new Date((await lasting.store.now()).getTime() + passedMs),
    },
    clock: { now: () => new Date(Date.now() + passedMs) },
    notifier: fakeNotifier([channel]),
    settings: { ...settings, databases },
    deadlineAt: new Date(Date.now() + 3_600_000),
  }
  const make = () => ({ ...tools, deadlineAt: new Date(tools.clock.now().getTime() + 600_000) })
  const { server, url } = await listen({
    ticket: serve(ticket, make),
    verdict: serve(verdict, make),
    restore: serve(restore, make),
    status: servePage(make),
  })
  const token = (scope: Scope, of = database) =>
    mintToken(secret, { scope, database: of, keyId: '00000001' })
  const file = path.join(folder, `${database}.db`)
  const settingsFile = path.join(etc, `${database}.env`)
  const lines = [
    `SNAPPROOF_URL=${url}`,
    `SNAPPROOF_DATABASE=${database}`,
    `SNAPPROOF_FILE=${file}`,
    `SNAPPROOF_TOKEN=${token('push')}`,
    `SNAPPROOF_RESTORE_TOKEN=${token('restore')}`,
  ]
  writeFileSync(settingsFile, `${lines.join('\n')}\n`, { mode: 0o600 })
  const env = {
    ...variables,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: process.env['HOME'] ?? '/root',
  }
  const sql: Cloud['sql'] = (statement, of = file) => sqlite(of, statement)
  const headline = async (): Promise<string> => {
    const response = await fetch(`${url}/status`, {
      headers: { authorization: `Bearer ${token('read', 'all')}` },
    })
    return (
      /<h1[^>]*>(.*?)<\/h1>/s
        .exec(await response.text())?.[1]
        ?.replaceAll(/<[^>]*>/g, '')
        .trim() ?? ''
    )
  }
  return {
    folder,
    file,
    tools,
    sql,
    rows: (of = file) =>
      sql(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`, of)
        .split('\n')
        .filter((name) => name !== '')
        .map((name) => `${name}\n${sql(`SELECT * FROM "${name}" ORDER BY 1`, of)}`)
        .join('\n'),
    push: (...options) => run(['push.sh', ...options, settingsFile].join(' '), env, folder),
    type: (command) => {
      const isHost = /^(push|restore)\.sh /.test(command)
      return run(command.replaceAll('/etc/snapproof/', `${etc}/`), env, isHost ? folder : root)
    },
    expect: (next) => void (databases[database] = next),
    passHours: (hours) => void (passedMs += hours * 3_600_000),
    watch: async () => {
      channel.messages.length = 0
      await watch.run({}, make())
      const alerts = channel.messages.flatMap((message) => message.alerts)
      const [message] = channel.messages
      const [letter] = message ? mail.render({ ...mailbox, to: [...mailbox.to] }, message) : []
      const page = await headline()
      return { alerts, subject: letter?.subject ?? '', mail: letter?.text ?? '', page }
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const timers = { prune, drill }
