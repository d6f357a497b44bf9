/** From a fresh checkout to functions that answer: what is asked, what is kept, and where it goes on after an end. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { s3Client } from '../../../lib/adapters/spaces/client'
import { Stopped } from '../../../lib/cli/setup/asking'
import type { Asker } from '../../../lib/cli/setup/asking'
import { converse } from '../../../lib/cli/setup/setup'
import { slow } from '../../cases'
import { deletingRule, startOpenBucket } from '../../fakes/open-bucket'

import { key, makeCheckout } from './checkout'
import type { Checkout } from './checkout'

let checkout: Checkout
let printed: string

beforeEach(async () => {
  checkout = await makeCheckout()
  vi.stubEnv('PATH', checkout.searchPath)
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await checkout.close()
})

/** Answers in this order, each to a question that says this; a question more is Ctrl-C. */
const personWho = (...answers: [question: RegExp, answer: string][]) => {
  const asked: string[] = []
  const next = (question: string): string => {
    asked.push(question)
    const [expected, answer] = answers.shift() ?? []
    if (expected === undefined || answer === undefined) throw new Stopped(question)
    expect(question).toMatch(expected)
    return answer
  }
  const asker: Asker = {
    line: async (question, usual) => next(question) || (usual ?? ''),
    secret: async (question) => next(`secret: ${question}`),
    isYes: async (question) => next(question) === 'y',
  }
  return { asker, asked, left: answers }
}

const setUp = (asker: Asker | undefined, given: Record<string, string> = {}) =>
  converse(checkout.root, { asker, given })

const spaceOptions = () => ({
  endpoint: checkout.store.endpoint,
  region: 'fra1',
  bucket: 'copies',
  accessKey: key.SPACES_API_KEY,
  secretKey: key.SPACES_API_SECRET,
  prefix: 'backups/',
})

const where = (): [RegExp, string][] => [
  [/^Region of the Space/, checkout.store.endpoint],
  [/^Region of that store/, 'fra1'],
]
const theKey: [RegExp, string][] = [
  [/^Access key/, key.SPACES_API_KEY],
  [/^secret: Its secret/, key.SPACES_API_SECRET],
]

describe('setup', () => {
  test('asks for six things, and leaves functions that answer and the next command', async () => {
    checkout.installDoctl()
    const person = personWho(...where(), [/^Name of the Space/, 'copies'], ...theKey, [
      /^secret: Who is told/,
      '',
    ])
    expect(await setUp(person.asker)).toBe(0)
    expect(person.left).toEqual([])
    expect(printed).toContain("doctl        connected to 'fn-0' on API host")
    expect(printed).toContain('Nothing is wrong.')
    expect(printed).toMatch(/npx snapproof enroll tokens=\S+ sessions=\S+ --ssh root@DROPLET\n$/)
    const env = checkout.env()
    expect(env).toMatchObject({ ...key, SPACES_BUCKET: 'copies', SNAPPROOF_URL: checkout.url })
    expect(env['SNAPPROOF_SECRET']).toMatch(/^[0-9a-f]{64}$/)
    for (const value of [key.SPACES_API_SECRET, env['SNAPPROOF_SECRET'] ?? ''])
      expect(printed).not.toContain(value)
    const file = path.join(checkout.root, '.env')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain('# An access key limited to that bucket')

    const again = personWho()
    expect(await setUp(again.asker)).toBe(0)
    expect(again.asked).toEqual([])
    expect(checkout.deploys()).toBe(1)
    expect(checkout.env()).toEqual(env)
  })

  test('goes on where it was stopped, and asks nothing that works for a second time', async () => {
    const nobody = personWho()
    await expect(setUp(nobody.asker)).rejects.toThrow('Enter, when that is done')
    expect(printed).toContain('doctl serverless connect')
    checkout.installDoctl()
    const first = personWho(...where(), [/^Name/, 'copies'])
    await expect(setUp(first.asker)).rejects.toThrow('Access key')
    expect(existsSync(path.join(checkout.root, '.env'))).toBe(false)
    const second = personWho(...where(), [/^Name/, 'copies'], ...theKey)
    await expect(setUp(second.asker)).rejects.toThrow('Who is told')
    const { SNAPPROOF_SECRET } = checkout.env()
    const third = personWho([/^secret: Who is told/, ''])
    expect(await setUp(third.asker)).toBe(0)
    expect(third.left).toEqual([])
    expect(checkout.env()).toMatchObject({ SNAPPROOF_SECRET })
  })

  test('asks for nothing that an option says', async () => {
    checkout.installDoctl()
    const { endpoint } = checkout.store
    const elsewhere = personWho([/^Region of that store/, ''], [/^Name/, 'copies'], ...theKey)
    await expect(setUp(elsewhere.asker, { SPACES_ENDPOINT: endpoint })).rejects.toThrow('Who is')
    expect(checkout.env()).toMatchObject({ SPACES_ENDPOINT: endpoint, SPACES_REGION: 'us-east-1' })
  })

  test('asks anew for what does not work, and for nothing else', slow, async () => {
    checkout.installDoctl()
    const person = personWho(
      [/^Region of the Space/, 'https://cdn.cdn.example'],
      ...where(),
      [/^Name/, 'Copies!'],
      [/^Name/, 'copies'],
      [/^Access key/, 'wrong'],
      [/^secret: Its secret/, 'wrong'],
      ...theKey,
      [/^secret: Who is told/, 'carrier-pigeon'],
      [/^secret: Who is told/, 'https://hooks.example/only-ours#severity=error'],
    )
    expect(await setUp(person.asker)).toBe(0)
    expect(person.left).toEqual([])
    expect(checkout.env()['ALERTS']).toBe('https://hooks.example/only-ours#severity=error')
    expect(printed).not.toContain('only-ours')
  })

  test('makes the Space when it may, and takes another name when it may not', async () => {
    checkout.installDoctl()
    const person = personWho(
      ...where(),
      [/^Name/, 'nowhere'],
      ...theKey,
      [/^There is no Space nowhere/, 'n'],
      [/^Name/, 'fresh'],
      [/^There is no Space fresh/, 'y'],
    )
    await expect(setUp(person.asker)).rejects.toThrow('Who is told')
    expect(checkout.env()['SPACES_BUCKET']).toBe('fresh')
  })

  test(
    'sets right what it may, one thing after the other, and nothing that it may not',
    slow,
    async () => {
      checkout.installDoctl()
      const open = await startOpenBucket(checkout.store.endpoint)
      open.bucket.rules = [deletingRule('backups/'), deletingRule('logs/')]
      const given = { ...key, SPACES_ENDPOINT: open.endpoint, SPACES_REGION: 'fra1' }
      const whole = { ...given, SPACES_BUCKET: 'copies' }
      const unwilling = personWho([/^A lifecycle rule deletes what stands under "backups\/"/, 'n'])
      await expect(setUp(unwilling.asker, whole)).rejects.toThrow('The Space: no expiry')
      expect(open.bucket).toMatchObject({ acl: 'public-read', rules: { length: 2 } })
      const willing = personWho(
        [/^A lifecycle rule/, 'y'],
        [/^Anyone can list or read copies/, 'y'],
      )
      await expect(setUp(willing.asker, whole)).rejects.toThrow('Who is told')
      expect(open.bucket).toMatchObject({ acl: 'private', rules: { length: 1 } })
      open.close()
    },
  )

  test(
    'of a Space that is in use it asks for that secret, and makes none by itself',
    slow,
    async () => {
      checkout.installDoctl()
      const given = { ...key, SPACES_ENDPOINT: checkout.store.endpoint, SPACES_REGION: 'fra1' }
      const whole = { ...given, SPACES_BUCKET: 'copies' }
      expect(await setUp(undefined, whole)).toBe(0)
      const { SNAPPROOF_SECRET = '' } = checkout.env()
      const client = s3Client(spaceOptions())
      await client.send(
        new PutObjectCommand({ Bucket: 'copies', Key: 'backups/_state/watch.json', Body: '{}' }),
      )
      writeFileSync(path.join(checkout.root, '.env'), '')
      await expect(setUp(undefined, whole)).rejects.toThrow('would count as untrusted')
      const person = personWho(
        [/^secret: That secret/, 'short'],
        [/^secret: That secret/, ''],
        [/^Make a new one/, 'n'],
        [/^secret: That secret/, SNAPPROOF_SECRET],
      )
      await expect(setUp(person.asker, whole)).rejects.toThrow('Who is told')
      expect(checkout.env()['SNAPPROOF_SECRET']).toBe(SNAPPROOF_SECRET)
    },
  )

  test('with --yes names everything that is missing at once', async () => {
    checkout.installDoctl()
    await expect(setUp(undefined, { SPACES_BUCKET: 'copies' })).rejects.toThrow(
      'SPACES_API_KEY, SPACES_API_SECRET are not set',
    )
  })

  test('with --yes takes all from the environment, and keeps it', slow, async () => {
    checkout.installDoctl()
    vi.stubEnv('ALERTS', 'https://hooks.example/x')
    for (const [name, value] of Object.entries(key)) vi.stubEnv(name, value)
    const given = {
      SPACES_ENDPOINT: checkout.store.endpoint,
      SPACES_REGION: 'fra1',
      SPACES_BUCKET: 'copies',
    }
    expect(await setUp(undefined, given)).toBe(0)
    expect(checkout.env()).toMatchObject({ ...key, ...given, ALERTS: 'https://hooks.example/x' })
  })

  test('says what did not get to the cloud, and sends it again the next time', slow, async () => {
    checkout.installDoctl(['Nothing deployed'])
    const given = {
      ...key,
      SPACES_ENDPOINT: checkout.store.endpoint,
      SPACES_REGION: 'fra1',
      SPACES_BUCKET: 'copies',
    }
    await expect(setUp(undefined, given)).rejects.toThrow('Not everything could be deployed')
    expect(checkout.env()['SNAPPROOF_URL']).toBe('off')
    checkout.installDoctl()
    expect(await setUp(undefined)).toBe(0)
    writeFileSync(
      path.join(checkout.root, '.env'),
      readFileSync(path.join(checkout.root, '.env'), 'utf8').replace(
        'ALERTS_REMIND=24h',
        'ALERTS_REMIND=12h',
      ),
    )
    expect(await setUp(undefined)).toBe(0)
    expect(checkout.deploys()).toBe(3)
  })
})

/** A real terminal: sends each answer when its question is there, and tells what was seen and what is left of it. */
const terminal = `
import json, os, pty, select, sys, termios
given = json.loads(sys.argv[1])
child, end = pty.fork()
if child == 0:
    os.execvp(given["args"][0], given["args"])
seen = b""
def until(words):
    global seen
    while words.encode() not in seen[until.at:]:
        if not select.select([end], [], [], 60)[0]: sys.exit("never said " + words)
        seen += os.read(end, 4096)
    until.at = len(seen)
until.at = 0
for question, answer in given["answers"]:
    until(question)
    os.write(end, answer.encode())
echo = None
while True:
    try:
        part = os.read(end, 4096)
    except OSError:
        break
    if not part: break
    seen += part
    echo = bool(termios.tcgetattr(end)[3] & termios.ECHO)
_, status = os.waitpid(child, 0)
print(json.dumps({"seen": seen.decode(), "code": os.waitstatus_to_exitcode(status), "echo": echo}))
`

const atTerminal = (answers: readonly [string, string][]) =>
  new Promise<string>((resolve, reject) => {
    const script = `require(${JSON.stringify(path.resolve('.build/snapproof.cjs'))}).main(['setup'], ${JSON.stringify(checkout.root)}).then((code) => { process.exitCode = code })`
    const args = [process.execPath, '-e', script]
    const child = spawn('python3', ['-c', terminal, JSON.stringify({ args, answers })], {
      env: { PATH: checkout.searchPath, TERM: 'xterm' },
    })
    let said = ''
    child.stdout.on('data', (part: Buffer) => (said += part.toString()))
    child.stderr.on('data', (part: Buffer) => (said += part.toString()))
    child.on('error', reject)
    child.on('close', () => resolve(said))
  })

test('at a terminal it shows no secret, and Ctrl-C leaves the echo as it was', async () => {
  checkout.installDoctl()
  const said = await atTerminal([
    ['Region of the Space', `${checkout.store.endpoint}\r`],
    ['Region of that store', '\r'],
    ['Name of the Space', 'copies\r'],
    ['Access key', `${key.SPACES_API_KEY}\r`],
    ['Its secret (not shown)', 'typed-in-vain\u0003'],
  ])
  const { seen, code, echo } = JSON.parse(said)
  expect({ code, echo }).toEqual({ code: 130, echo: true })
  expect(seen).toContain(checkout.store.endpoint)
  // Each letter once where it is shown, and none of them where it is not.
  const lines = seen.split(/[\r\n]+/)
  expect(lines).toContain(
    `Access key, limited to that Space, with read, write and delete: ${key.SPACES_API_KEY}`,
  )
  expect(lines).toContain('Its secret (not shown): ')
  expect(seen).toMatch(/Stopped\. .+ npx snapproof setup\r\n$/)
})
