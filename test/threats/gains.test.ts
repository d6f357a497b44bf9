/** What thefts do gain, so that the page on trust says no less than is true. */
import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { changeEntry, readEntry } from '../../lib/journey/bucket/ledger'
import { restore } from '../../lib/journey/restore'
import { ticket } from '../../lib/journey/ticket'
import { verifySnapshot } from '../../lib/journey/verify'
import type { Message } from '../../lib/rules/alerts/alert'
import { withPin } from '../../lib/rules/copy/care'
import { wordOf } from '../../lib/rules/copy/entry'
import { entryKey, heartbeatKey } from '../../lib/rules/copy/snapshot'
import { mintToken, readToken, scopes } from '../../lib/rules/trust/tokens'
import { ask, bearer } from '../edge/asking'
import { secret, testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { nameOf, quick } from '../fixtures/bucket/buckets'
import { pushed, requestFor } from '../fixtures/bucket/requests'
import { recorded } from '../fixtures/bucket/two-databases'
import { watched } from '../fixtures/bucket/watching'
import { madeBy } from '../fixtures/databases'

const prove = async (tools: TestTools, content: string): Promise<string> => {
  const id = await pushed(tools, Buffer.from(content))
  await verifySnapshot(nameOf(id), tools)
  tools.clock.passSeconds(3600)
  return id
}

const restored = async (tools: TestTools, at?: string) => {
  const answer = await restore.run(
    { database: 'tokens', ...(at === undefined ? {} : { at }) },
    tools,
  )
  if (!('get' in answer)) throw new Error('copies were listed instead')
  return answer.copy.ticket
}

/** A row that has lost its parent, so that there is something to find and to tell. */
const letters = (): Buffer =>
  madeBy(`CREATE TABLE users (id INTEGER PRIMARY KEY);
    CREATE TABLE letters (id INTEGER PRIMARY KEY, user_id REFERENCES users(id), text TEXT UNIQUE);
    INSERT INTO letters VALUES (1, 7, 'PRIVATE-ROW-CONTENT');`)

describe('a stolen push token', () => {
  test('adds copies of the thief’s own making, sound ones too: then the newest is his, and --at gives the one before', async () => {
    const tools = quick(testTools())
    const ours = await prove(tools, 'ours')
    const before = new Map(tools.store.objects)
    const his = await prove(tools, 'made by the thief')
    expect(await restored(tools)).toBe(his)
    expect(await restored(tools, ours)).toBe(ours)
    for (const [key, { bytes }] of before)
      if (key.includes(ours) && !key.endsWith('.entry.json'))
        expect(tools.store.objects.get(key)?.bytes).toEqual(bytes)
  })

  test('says that nothing has changed, where the thief knows the newest copy: a late one is then not told', async () => {
    const tools = quick(testTools())
    await prove(tools, 'ours')
    const heartbeat = heartbeatKey('backups/', 'tokens')
    expect(tools.store.objects.has(heartbeat)).toBe(false)
    expect(await ticket.run(requestFor(Buffer.from('ours')), tools)).toHaveProperty('unchanged')
    expect(tools.store.objects.has(heartbeat)).toBe(true)
  })
})

describe('a stolen restore token', () => {
  test('reads every sound copy of its database, and writes nothing but that the copy is held for a day', async () => {
    const tools = quick(testTools())
    const ids = [await prove(tools, 'one'), await prove(tools, 'two')]
    const { tools: seen, asked } = recorded(tools)
    for (const id of ids) {
      expect(await restored({ ...tools, store: { ...tools.store, ...seen.store } }, id)).toBe(id)
      const held = (await readEntry(tools, nameOf(id)))?.entry.heldUntil ?? ''
      const aheadMs = Date.parse(held) - tools.clock.now().getTime()
      expect(aheadMs).toBeGreaterThan(0)
      expect(aheadMs).toBeLessThanOrEqual(86_400_000)
    }
    const reading = ['list', 'pages', 'files', 'now', 'head', 'read', 'downloadAddress']
    const written = asked.filter(({ method }) => !reading.includes(method))
    expect(written).toEqual(
      ids.map((id) => ({ method: 'replace', key: entryKey('backups/', nameOf(id)) })),
    )
  })
})

describe('a stolen read token', () => {
  test('shows names, sizes, times and findings, and no row, no hash of a copy and no address', async () => {
    const tools = testTools({ databases: { tokens: {} } })
    const bytes = letters()
    await verifySnapshot(nameOf(await pushed(tools, bytes)), tools)
    const paths = ['', '/databases/tokens', '/json', '/metrics', '/verification', '/badge']
    const shown = await Promise.all(paths.map((path) => ask(tools, { path, headers: bearer })))
    const text = shown.map(({ body }) => body).join('\n')
    expect(text).toContain('letters')
    expect(text).not.toMatch(/PRIVATE-ROW|memory:|X-Amz-/)
    expect(text).not.toContain(requestFor(bytes).sha256)
  })
})

describe('the mailbox that gets the alerts', () => {
  test('reads names and findings, and no row, no token and no signed address', async () => {
    const told: Message[] = []
    const send = async (message: Message) => {
      told.push(message)
      return { outcome: 'delivered' as const, said: '' }
    }
    const channel = { id: 'a', name: 'mail', takes: () => true, rehearse: () => 1, send }
    const usual = testTools({ databases: { tokens: {} } })
    const tools = { ...usual, notifier: { ...usual.notifier, channels: [channel] } }
    await verifySnapshot(nameOf(await pushed(tools, letters())), tools)
    await watched(tools)
    const text = JSON.stringify(told)
    expect(text).toContain('letters')
    expect(text).not.toMatch(
      /PRIVATE-ROW|memory:|X-Amz-|(push|read|restore)\.[\w-]+\.[0-9a-f]{8}\./,
    )
    expect(text).not.toContain(secret)
  })
})

describe('a writer into the bucket', () => {
  test('takes back what was said of a copy since, with an older entry of it: a pin, or a verdict, which is then asked for anew', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('damaged'))
    const name = nameOf(id)
    const key = entryKey('backups/', name)
    const claim = (await tools.store.read(key))?.bytes ?? Buffer.alloc(0)
    await verifySnapshot(name, tools)
    await changeEntry(tools, name, (entry) =>
      withPin(entry, { at: '2026-03-01T01:00:00.000Z', by: 'ada' }, ''),
    )
    await tools.store.put(key, claim)
    const found = (await readEntry(tools, name))?.entry
    expect(found?.pin).toBeUndefined()
    expect(found && wordOf(found)).toBe('pending')
    expect(wordOf(await verifySnapshot(name, tools))).toBe('failed')
  })
})

describe('a stolen secret', () => {
  test('mints every token, and a new secret ends them all', () => {
    for (const scope of scopes) {
      const minted = mintToken(secret, { scope, database: 'tokens', keyId: '66666666' })
      expect(readToken(minted, { current: secret }, new Set())).toMatchObject({ scope })
      expect(readToken(minted, { current: 'a'.repeat(40) }, new Set())).toBeUndefined()
    }
  })
})

describe('the repository', () => {
  test('ignores what was filled in, and what it holds instead is empty', () => {
    const ignored = readFileSync('.gitignore', 'utf8').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.snapproof/']))
    const example = readFileSync('.env.example', 'utf8')
    for (const name of [
      'SPACES_API_SECRET',
      'SNAPPROOF_SECRET',
      'SNAPPROOF_NAMESPACE_KEY',
      'ALERTS',
    ])
      expect(example).toMatch(new RegExp(`^${name}="?off"?$`, 'm'))
    const project = readFileSync('project.yml', 'utf8')
    for (const [, value] of project.matchAll(/^ {6}[A-Z_]+: (.*)$/gm))
      expect(value).toMatch(/^"\$\{/)
  })
})
