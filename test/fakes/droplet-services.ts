/**
 * What a Droplet talks to, small enough to read: the functions ticket, verdict and restore, and a
 * store that takes a PUT only with the bytes and the headers that were signed.
 *
 * `plan` holds, per call, how the next ones err; an empty plan means that all goes well.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Call = 'ticket' | 'verdict' | 'restore' | 'put' | 'get'
export type Misbehaviour =
  | 'hang'
  | 'reset'
  | 'html'
  | number
  | { slow: number; status: number }
  | { fault: string; passing: 'yes' | 'no' }

export type Copy = {
  ticket: string
  bytes: Buffer
  lines: Record<string, string>
  /** Its set, and how many belong to it. */
  set?: string
}

export type Services = {
  url: string
  plan: Record<Call, Misbehaviour[]>
  /** Every call that arrived, in order, with its form. */
  calls: { call: Call; form: Record<string, string> }[]
  /** What the store holds, by ticket, with the claim it came with; in order of arrival. */
  stored: Map<string, { bytes: Buffer; claim: Record<string, string> }>
  /** The answer to `verdict`, line by line. */
  verdict: string[]
  /** What `restore` hands out, newest first. */
  copies: Copy[]
  /** The same of the second place, where there is one. */
  second: Copy[]
  /** What it says besides of the copy that it would be: `ask …` and `instead …`, or nothing. */
  choice: string[]
  /** Resolves as soon as the call has arrived that many times. */
  arrived: (call: Call, times?: number) => Promise<void>
  close: () => Promise<void>
}

const tokens: Record<string, string> = {
  ticket: 'push-secret',
  verdict: 'push-secret',
  restore: 'restore-secret',
}

export const sha256 = (bytes: Buffer | string): string =>
  createHash('sha256').update(bytes).digest('hex')

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const lines = (response: ServerResponse, status: number, text: string[]): void => {
  response
    .writeHead(status, { 'content-type': 'text/plain' })
    .end(text.map((line) => `${line}\n`).join(''))
}

const isCall = (word: string): word is Call =>
  ['ticket', 'verdict', 'restore', 'put', 'get'].includes(word)

/** `accepts` says which tokens are good, instead of those that stand above. */
export const startServices = async ({
  accepts = (token, call) => token === tokens[call],
}: { accepts?: (token: string, call: Call) => boolean } = {}): Promise<Services> => {
  const claims = new Map<string, Record<string, string>>()
  const signature = 'X-Amz-Signature=signed%2Fsecret'

  const misbehave = (
    how: Misbehaviour,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    if (how === 'hang') return
    if (how === 'reset') request.socket.resetAndDestroy()
    else if (how === 'html') response.writeHead(502).end('<html>Bad Gateway</html>')
    else if (typeof how === 'number')
      response.writeHead(how).end('<Error><Code>SlowDown</Code></Error>')
    else if ('slow' in how) setTimeout(() => response.writeHead(how.status).end(), how.slow).unref()
    else
      lines(response, 503, [
        `fault ${how.fault}`,
        'why It is not to be.',
        'mend Do this.',
        `passing ${how.passing}`,
      ])
  }

  const giveTicket = (form: Record<string, string>, response: ServerResponse): void => {
    const known = [...claims].find(
      ([id, claim]) => claim['sha256'] === form['sha256'] && !judged.has(id),
    )
    if ([...judged].some((id) => claims.get(id)?.['sha256'] === form['sha256'])) {
      return lines(response, 200, [`unchanged ${[...judged].at(-1) ?? ''}`])
    }
    const id =
      known?.[0] ??
      `${form['database'] ?? ''}_2025-07-04T010000Z_${String(claims.size).padStart(6, '0')}`
    claims.set(id, form)
    lines(response, 200, [
      `ticket ${id}`,
      `put ${origin}/put/${id}?${signature}`,
      ...Object.entries(signedHeaders(form)).map(([name, value]) => `header ${name}: ${value}`),
      'expires_seconds 900',
    ])
  }

  const signedHeaders = (claim: Record<string, string>): Record<string, string> => ({
    'content-md5': Buffer.from(claim['md5'] ?? '', 'hex').toString('base64'),
    'if-none-match': '*',
    'x-amz-acl': 'private',
    'x-amz-content-sha256': claim['sha256'] ?? '',
  })

  const judged = new Set<string>()

  const put = (
    id: string,
    bytes: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    const claim = claims.get(id) ?? {}
    const known = new Set([
      'host',
      'user-agent',
      'accept',
      'content-length',
      'expect',
      'connection',
    ])
    const sent = Object.entries(request.headers).filter(([name]) => !known.has(name))
    const wanted = { ...signedHeaders(claim) }
    const isSigned =
      request.url?.endsWith(signature) &&
      JSON.stringify(sent.toSorted()) === JSON.stringify(Object.entries(wanted).toSorted())
    if (!isSigned) response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>')
    else if (services.stored.has(id)) response.writeHead(412).end()
    else if (sha256(bytes) !== claim['sha256'] || String(bytes.length) !== claim['size_bytes']) {
      response.writeHead(400).end('<Error><Code>BadDigest</Code></Error>')
    } else {
      services.stored.set(id, { bytes, claim })
      response.writeHead(200).end()
    }
  }

  const judge = (form: Record<string, string>, response: ServerResponse): void => {
    const ticket = form['ticket'] ?? ''
    if (!services.stored.has(ticket)) {
      return lines(response, 409, [
        'fault not-arrived',
        'why Not here.',
        'mend Push again.',
        'passing yes',
      ])
    }
    if (/ (passed|warned)$/.test(services.verdict[0] ?? '')) judged.add(ticket)
    lines(response, 200, services.verdict)
  }

  const restore = (form: Record<string, string>, response: ServerResponse): void => {
    const isSecond = form['place'] === 'second'
    const held = isSecond ? services.second : services.copies
    const fits = held.filter(({ ticket }) => !form['at'] || ticket.includes(form['at']))
    if (form['list'] === 'yes') {
      return lines(
        response,
        200,
        fits.map(
          ({ ticket, bytes }) =>
            `copy ${ticket} passed 2025-07-04T01:00:00Z ${bytes.length} 2025-07-04T01:00:09Z 12 orders +3`,
        ),
      )
    }
    if (form['list'] === 'sets') {
      const own = fits.filter(({ ticket }) => ticket.startsWith(`${form['database'] ?? ''}_`))
      return lines(
        response,
        200,
        own.flatMap(({ ticket, set }) => (set === undefined ? [] : [`set ${set} ${ticket}`])),
      )
    }
    if (form['diff'] !== undefined) {
      const ends = `from ${form['at'] ?? ''} to ${form['diff']}`
      return lines(response, 200, [`say tokens: 3 rows came ${ends}`])
    }
    const copy = fits[0]
    if (!copy) {
      return lines(response, 404, [
        'fault nothing-sound',
        'why There is no sound copy of tokens.',
        'mend Run restore.sh --list.',
        'passing no',
      ])
    }
    if (form['look'] === 'yes') {
      return lines(response, 200, [
        `ticket ${copy.ticket}`,
        ...services.choice,
        `say copy        ${copy.ticket}`,
      ])
    }
    lines(response, 200, [
      `ticket ${copy.ticket}`,
      'verdict passed',
      `get ${origin}/get/${copy.ticket}${isSecond ? '/second' : ''}?${signature}`,
      ...(isSecond ? ['from the second place: as you asked'] : []),
      ...Object.entries(copy.lines).map(([key, value]) => `${key} ${value}`),
      'taken_at 2025-07-04T01:00:00Z',
      'verified_at 2025-07-04T01:00:09Z',
    ])
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, call = '', id = '', place = ''] = (request.url ?? '').split('?')[0]?.split('/') ?? []
    const bytes = await bodyOf(request)
    if (!isCall(call)) return lines(response, 404, ['nothing here'])
    const form = Object.fromEntries(new URLSearchParams(id ? '' : bytes.toString()))
    services.calls.push({ call, form })
    const how = services.plan[call].shift()
    if (how !== undefined) return misbehave(how, request, response)
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (call in tokens && !accepts(token, call)) {
      return lines(response, 401, [
        'fault unauthorised',
        'why The token is not one for tokens.',
        'mend Mint a new one.',
        'passing no',
      ])
    }
    if (call === 'ticket') giveTicket(form, response)
    if (call === 'put') put(id, bytes, request, response)
    if (call === 'verdict') judge(form, response)
    if (call === 'restore') restore(form, response)
    const held = place === 'second' ? services.second : services.copies
    if (call === 'get') response.writeHead(200).end(held.find(({ ticket }) => ticket === id)?.bytes)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const services: Services = {
    url: origin,
    plan: { ticket: [], verdict: [], restore: [], put: [], get: [] },
    calls: [],
    stored: new Map(),
    verdict: ['verdict passed', 'finding passed structure integrity_check says ok'],
    copies: [],
    second: [],
    choice: [],
    arrived: async (call, times = 1) => {
      while (services.calls.filter((seen) => seen.call === call).length < times) await pause(5)
    },
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
  return services
}

export const pause = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms))

export type Ended = { code: number | null; out: string; err: string }

/** A machine of its own: a folder with a database, and a PATH that holds what the scripts name. */
export type Droplet = {
  home: string
  database: string
  /** Where the scripts stand, and the shell that runs them. */
  scripts: string
  shell: [string, ...string[]]
  env: Record<string, string>
  run: (args?: string[], more?: Record<string, string>) => Promise<Ended>
  start: (
    args?: string[],
    more?: Record<string, string>,
  ) => { child: ChildProcess; ended: Promise<Ended> }
  /** Everything the watched tools were called with, a line each. */
  argumentsSeen: () => string
  toolsSeen: () => string[]
  without: (...tools: string[]) => void
  watch: (...tools: string[]) => void
  remove: () => void
}

const tools = (
  'curl flock sqlite3 openssl sha256sum timeout md5sum gzip readlink stat cmp od sed grep awk head tail cut tr wc ' +
  'dirname date df ls cp ln mv rm rmdir mkdir mkfifo tee touch sort expr cat sleep uname sync chmod chown find id stty seq mktemp fuser env xargs dash sh'
).split(' ')

const pathOf = (tool: string): string =>
  tool === 'python3'
    ? spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
        encoding: 'utf8',
      }).stdout.trim()
    : (['/usr/bin', '/bin', '/usr/sbin'].map((folder) => join(folder, tool)).find(existsSync) ?? '')
const python = pathOf('python3')
const places = tools.map((tool) => [tool, pathOf(tool)] as const)

export const makeDroplet = (script: 'push.sh' | 'restore.sh', folder = 'droplet'): Droplet => {
  const root = mkdtempSync(join(tmpdir(), 'snapproof-'))
  chmodSync(root, 0o755)
  const home = join(root, folder)
  const [real, bin, notes] = ['real', 'bin', 'notes'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ]
  for (const made of [home, real, bin, notes]) mkdirSync(made)
  for (const [tool, standing] of places)
    for (const place of [real, bin]) symlinkSync(standing, join(place, tool))
  for (const place of [real, bin]) symlinkSync(python, join(place, 'python3'))
  const database = join(home, 'tokens.db')
  const droplet: Droplet = {
    home,
    database,
    scripts: fileURLToPath(new URL('../../lib/droplet', import.meta.url)),
    shell: ['/usr/bin/dash'],
    env: {
      PATH: bin,
      FAKE_REAL: real,
      FAKE_NOTES: notes,
      HOME: root,
      SNAPPROOF_DATABASE: 'tokens',
      SNAPPROOF_FILE: database,
    },
    run: (args, more) => droplet.start(args, more).ended,
    start: (args = [], more = {}) => {
      const [shell, ...options] = droplet.shell
      const child = spawn(shell, [...options, join(droplet.scripts, script), ...args], {
        cwd: home,
        detached: true,
        env: { ...droplet.env, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const ended: Ended = { code: null, out: '', err: '' }
      child.stdout.on('data', (text) => (ended.out += String(text)))
      child.stderr.on('data', (text) => (ended.err += String(text)))
      return {
        child,
        ended: new Promise((over) => child.on('close', (code) => over({ ...ended, code }))),
      }
    },
    argumentsSeen: () => readFileSync(join(notes, 'arguments'), 'utf8'),
    toolsSeen: () => readFileSync(join(notes, 'names'), 'utf8').trim().split('\n'),
    without: (...gone) => {
      for (const tool of gone)
        for (const place of [real, bin]) rmSync(join(place, tool), { force: true })
    },
    watch: (...watched) => {
      for (const tool of watched) {
        rmSync(join(bin, tool), { force: true })
        symlinkSync(fileURLToPath(new URL('bin/watched', import.meta.url)), join(bin, tool))
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
  droplet.watch('curl', 'sleep')
  return droplet
}

/** Gives a machine scripts of its own, which every user of it may read, and a test may change. */
export const ownScripts = (droplet: Droplet): string => {
  const scripts = join(droplet.home, '..', 'scripts')
  cpSync(droplet.scripts, scripts, { recursive: true })
  chmodSync(scripts, 0o755)
  droplet.scripts = scripts
  return scripts
}

/** Runs SQL on a database with the real sqlite3, and gives what it prints. */
export const sql = (file: string, statements: string): string =>
  spawnSync('sqlite3', [file, statements], { encoding: 'utf8' }).stdout.trim()

const python3 = (code: string, ...args: string[]) =>
  spawn(python, ['-c', code, ...args], { stdio: 'ignore' })

/** Makes a database of `rows` rows, closed cleanly. */
export const makeDatabase = (file: string, { mode = 'delete', rows = 200 } = {}): void => {
  sql(
    file,
    `PRAGMA journal_mode=${mode}; CREATE TABLE tokens(key TEXT PRIMARY KEY, value TEXT);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
     INSERT INTO tokens SELECT 'USER_' || i, hex(randomblob(100)) FROM n;`,
  )
}

/** Leaves a database as an app does that is killed: after commits to the WAL, or in a transaction. */
export const killApp = async (
  file: string,
  how: 'after commits' | 'in a transaction',
): Promise<void> => {
  const child = python3(
    `import os, sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute('pragma cache_size=2')
c.execute('pragma wal_autocheckpoint=0')
if sys.argv[2] == 'in a transaction': c.execute('begin')
c.execute("update tokens set value = 'killed' || value")
os.kill(os.getpid(), 9)`,
    file,
    how,
  )
  await new Promise((over) => child.on('close', over))
}

/** An app that commits all the time; two rows at once, so that an odd count is a torn copy. */
export const startApp = async (file: string): Promise<{ stop: () => Promise<void> }> => {
  const child = python3(
    `import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=120)
i = 0
while True:
    i += 1
    c.execute('begin immediate')
    c.execute('insert into tokens values (?, 1)', ('A%d' % i,))
    c.execute('insert into tokens values (?, 1)', ('B%d' % i,))
    c.execute('commit')
    time.sleep(0.002)`,
    file,
  )
  while (
    !(
      Number(
        sql(file, 'PRAGMA busy_timeout=120000; SELECT count(*) FROM tokens WHERE value = 1;')
          .split('\n')
          .at(-1),
      ) > 0
    )
  ) {
    await pause(20)
  }
  return {
    stop: () =>
      new Promise((over) => {
        child.on('close', () => over())
        child.kill('SIGKILL')
      }),
  }
}

/** Ends a script and all that it has started, as kill -9 does. */
export const kill9 = (child: ChildProcess): void => {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
}
