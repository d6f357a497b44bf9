/** What one object was then, as somebody asks for it who has lost it. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { databaseOf, fetchInto } from '../../../lib/cli/verbs/fetch'
import { watch } from '../../../lib/journey/watch'
import { parseMoment } from '../../../lib/rules/copy/moment'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import { testTools } from '../../fakes/tools'
import { firstAway, rounded, withSecond } from '../../fixtures/bucket/second-place'
import { withMinutes } from '../../fixtures/bucket/watching'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-fetch-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bot: DatabaseSettings = {
  kind: 'objects',
  collections: {
    chats: { objects: 'users/{user}/chats/{chat}.json', grows: 'id' },
    pages: { objects: 'users/{user}/page.json' },
  },
  keepContents: '30d',
}

const chat = 'users/1/chats/a.json'
const page = 'users/1/page.json'
let files = 0

/** On the first day two messages and a page; on the second one message more, on the third the app truncates it. */
const world = async (said: DatabaseSettings = bot) => {
  const tools = withSecond(testTools({ databases: { bot: said } }))
  const put = (key: string, value: unknown) =>
    tools.store.app.put(key, Buffer.from(JSON.stringify(value)))
  const look = async () => {
    expect((await watch.run({}, withMinutes(tools, 10))).faults).toEqual([])
    tools.clock.passSeconds(86_400)
  }
  const fetched = async (key: string, at?: string) => {
    const to = path.join(folder, `file-${(files += 1)}`)
    const moment = at === undefined ? undefined : parseMoment(at)
    const { code, lines } = await fetchInto({ database: 'bot', key, moment }, to, tools)
    return { code, lines, to, text: code === 0 ? readFileSync(to, 'utf8') : undefined }
  }
  put(chat, [{ id: 1 }, { id: 2 }])
  put(page, 'first')
  await look()
  put(chat, [{ id: 1 }, { id: 2 }, { id: 3 }])
  await look()
  put(chat, [{ id: 1 }])
  tools.store.app.remove(page)
  await look()
  return { tools, put, look, fetched }
}

const theirs = ({ store }: Awaited<ReturnType<typeof world>>['tools']) =>
  [...store.objects.keys()].filter((key) => !key.startsWith('backups/'))

describe('an object', () => {
  test('is brought back as it was then, and as it last was good, into a file for who asked alone', async () => {
    const { tools, fetched } = await world()
    const before = theirs(tools)
    const then = await fetched(chat, '2026-03-01')
    expect(then).toMatchObject({ code: 0, text: '[{"id":1},{"id":2}]' })
    expect(then.lines.join('\n')).toMatch(/bot_2026-03-01T\w+ tells of it/)
    expect(statSync(then.to).mode & 0o777).toBe(0o600)
    expect(await fetched(chat, '2026-03-02')).toMatchObject({
      text: '[{"id":1},{"id":2},{"id":3}]',
    })
    expect(await fetched(chat)).toMatchObject({ text: '[{"id":1},{"id":2},{"id":3}]' })
    // Of one that no inventory names any more, the newest that does.
    expect(await fetched(page)).toMatchObject({ text: '"first"' })
    expect(theirs(tools)).toEqual(before)
  })

  test('that was not good then is not there, and what is, is said with its command', async () => {
    const { fetched } = await world()
    await expect(fetched(chat, '2026-03-03')).rejects.toMatchObject({
      why: expect.stringContaining('Its list had shrunk by then, and only what is good is kept.'),
      mend: expect.stringMatching(
        /^What it was at 2026-03-02 \d\d:\d\d UTC, when it last was good: npm run --silent snapproof -- fetch users\/1\/chats\/a\.json$/,
      ),
    })
  })

  test('of which no inventory tells is said to be none, with the oldest that there is', async () => {
    const { fetched } = await world()
    await expect(fetched(chat, '2026-02-01')).rejects.toMatchObject({
      why: 'No inventory by then tells of this object; the oldest that is kept is of 2026-03-01 01:00 UTC.',
    })
    await expect(fetched('users/1/other.json')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('is not kept where that was not asked, or was let go of since', async () => {
    const { keepContents: _, ...unkept } = bot
    const { fetched } = await world(unkept)
    await expect(fetched(chat, '2026-03-01')).rejects.toMatchObject({
      why: expect.stringContaining('keepContents in lib/databases.ts says whether contents are'),
    })
    const made = await world()
    for (const key of made.tools.store.objects.keys())
      if (key.includes('/_contents/')) made.tools.store.objects.delete(key)
    await expect(made.fetched(chat, '2026-03-01')).rejects.toMatchObject({
      why: expect.stringContaining('It was kept on 2026-03-01, and is not there any more'),
    })
  })

  test('comes from the second place where the first is away, or has no such inventory, and that is said', async () => {
    const { tools, fetched } = await world()
    expect((await rounded(tools)).contents).toEqual(['bot 3'])
    const text = '[{"id":1},{"id":2}]'
    firstAway(tools)
    const away = await fetched(chat, '2026-03-01')
    expect(away).toMatchObject({ code: 0, text })
    expect(away.lines[0]).toBe(
      'from        the second place: the first place is away (The store is away)',
    )
    for (const method of ['list', 'pages', 'files', 'now', 'head', 'read', 'stream'] as const)
      tools.store.failNext(method, 0)
    tools.store.objects.clear()
    const lost = await fetched(chat, '2026-03-01')
    expect(lost).toMatchObject({ code: 0, text })
    expect(lost.lines[0]).toMatch(
      /^from {8}the second place: the first place has none \(No inventory/,
    )
  })

  test('is not written where what is kept is something else, nor over a file', async () => {
    const { tools, fetched } = await world()
    for (const [key, { bytes }] of tools.store.objects)
      if (key.includes('/_contents/')) await tools.store.put(key, bytes.subarray(0, -4))
    expect(await fetched(chat)).toMatchObject({ code: 1, text: undefined })
    const { tools: others, fetched: again } = await world()
    const { to } = await again(chat)
    const asked = { database: 'bot', key: chat, moment: undefined }
    await expect(fetchInto(asked, to, others)).rejects.toMatchObject({
      why: expect.stringContaining('is there already'),
    })
    const nowhere = path.join(folder, 'nowhere', 'file')
    await expect(fetchInto(asked, nowhere, others)).rejects.toMatchObject({
      why: expect.stringContaining('cannot be written (ENOENT)'),
    })
  })
})

test('which database tells of it is found by the patterns, or asked for', () => {
  const of = (key: string, databases: Record<string, DatabaseSettings>) =>
    databaseOf(key, testTools({ databases }))
  expect(of(chat, { tokens: {}, bot })).toBe('bot')
  expect(() => of('users/1/other.json', { bot })).toThrow(/No collection/)
  expect(() => of(chat, { bot, other: bot })).toThrow(/bot and of other/)
})
