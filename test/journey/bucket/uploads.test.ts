/** What the app hears of its pages, by the newest inventory that is whole. */
import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { createEntry } from '../../../lib/journey/bucket/ledger'
import { readUploads } from '../../../lib/journey/bucket/uploads'
import { verifySnapshot } from '../../../lib/journey/verify'
import { newEntry } from '../../../lib/rules/copy/entry'
import { keysOf, nameSnapshot } from '../../../lib/rules/copy/snapshot'
import type { ObjectLine } from '../../../lib/rules/kinds/objects/inventory'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { inventoryText, objectLine } from '../../fixtures/inventories'

const bot: DatabaseSettings = {
  kind: 'objects',
  collections: { pages: { objects: 'users/{user}/{page}/page_data.json' } },
}

const page = (id: string, invalid?: string): ObjectLine =>
  objectLine(`users/u1/${id}/page_data.json`, {
    of: 'pages',
    ...(invalid !== undefined && { found: { invalid } }),
  })

/** Stores these bytes as a copy that came now, and has them judged. */
const store = async (tools: TestTools, text: string, database = 'bot'): Promise<string> => {
  const bytes = Buffer.from(text)
  const at = tools.clock.now()
  const name = nameSnapshot({ database, at, mark: tools.randomHex(6) })
  const about = { kind: 'objects', encoding: 'identity' as const }
  const { snapshot } = keysOf('backups/', name, about)
  const claim = {
    ...about,
    database,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    takenAt: at.toISOString(),
    ticketAt: at.toISOString(),
    host: 'snapproof watch',
    facts: {},
  }
  await createEntry(tools, name, newEntry(name.id, snapshot, claim))
  await tools.store.create(snapshot, bytes)
  await verifySnapshot(name, { ...tools, deadlineAt: new Date(at.getTime() + 25_000) })
  return name.id
}

const take = (tools: TestTools, lines: readonly ObjectLine[], database = 'bot'): Promise<string> =>
  store(
    tools,
    inventoryText(lines, { head: { database, takenAt: tools.clock.now().toISOString() } }),
    database,
  )

const toolsFor = (databases: Record<string, DatabaseSettings> = { bot, tokens: {} }) =>
  testTools({ databases })

const all = { database: undefined, page: undefined }

describe('the app hears of its pages', () => {
  test('nothing before the first inventory', async () => {
    expect(await readUploads(toolsFor(), all)).toEqual({ upload_status: [], inventories: [] })
  })

  test('which are well, and of the others why, in its own shape', async () => {
    const tools = toolsFor()
    const ticket = await take(tools, [page('41', 'no JSON'), page('42')])
    expect(await readUploads(tools, all)).toEqual({
      upload_status: [
        {
          page_id: '41',
          result: { status: 'failed', message: 'pages: not as expected (no JSON)' },
        },
        { page_id: '42', result: { status: 'success' } },
      ],
      inventories: [
        { database: 'bot', ticket, taken_at: tools.clock.now().toISOString(), left_out: 0 },
      ],
    })
    expect((await readUploads(tools, { ...all, page: '42' })).upload_status).toEqual([
      { page_id: '42', result: { status: 'success' } },
    ])
    expect(await readUploads(tools, { ...all, database: 'tokens' })).toMatchObject({
      inventories: [],
    })
  })

  test('by the newest one that is whole, and by none that is damaged', async () => {
    const tools = toolsFor()
    await take(tools, [page('42', 'no JSON')])
    tools.clock.passSeconds(3_600)
    const ticket = await take(tools, [page('42')])
    tools.clock.passSeconds(3_600)
    await store(tools, inventoryText([page('42', 'no JSON')]).slice(0, -5))
    expect(await readUploads(tools, all)).toMatchObject({
      upload_status: [{ page_id: '42', result: { status: 'success' } }],
      inventories: [{ ticket }],
    })
    for (let times = 0; times < 9; times += 1) {
      tools.clock.passSeconds(60)
      await store(tools, 'nothing')
    }
    expect(await readUploads(tools, all)).toEqual({ upload_status: [], inventories: [] })
  })

  test('and is not told that all is well by one that should long have been followed', async () => {
    const tools = toolsFor()
    await take(tools, [page('41', 'no JSON'), page('42')])
    tools.clock.passSeconds(26 * 3_600)
    expect((await readUploads(tools, all)).upload_status[1]?.result.status).toBe('success')
    tools.clock.passSeconds(1)
    expect((await readUploads(tools, all)).upload_status).toMatchObject([
      { page_id: '41', result: { status: 'failed' } },
      {
        page_id: '42',
        result: { status: 'unknown', message: 'not looked at since 2026-03-01 01:00 UTC' },
      },
    ])
    const retired = toolsFor({ bot: { ...bot, expectEvery: 'off' } })
    await take(retired, [page('42')])
    retired.clock.passSeconds(90 * 86_400)
    expect((await readUploads(retired, all)).upload_status[0]?.result.status).toBe('success')
  })

  test('in an answer that has a largest size, and says how many are left out', async () => {
    const names = ['a', 'b', 'c']
    const tools = toolsFor(Object.fromEntries(names.map((name) => [name, bot])))
    for (const name of names) {
      const lines = Array.from({ length: 4_000 }, (_, at) => page(`1000000${10_000 + at}`))
      await take(tools, lines, name)
    }
    const answer = await readUploads(tools, all)
    expect(JSON.stringify(answer).length).toBeLessThan(800_000)
    const leftOut = answer.inventories.map(({ left_out }) => left_out)
    expect(leftOut.reduce((sum, one) => sum + one, answer.upload_status.length)).toBe(12_000)
  })
})
