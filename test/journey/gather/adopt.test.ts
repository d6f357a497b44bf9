import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { changeEntry, readEntry } from '../../../lib/journey/bucket/ledger'
import { readWatchState } from '../../../lib/journey/bucket/watch-state'
import { restore } from '../../../lib/journey/restore'
import { ticket } from '../../../lib/journey/ticket'
import { watch } from '../../../lib/journey/watch'
import { withPin } from '../../../lib/rules/copy/care'
import { parseKey } from '../../../lib/rules/copy/snapshot'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { requestFor } from '../../fixtures/bucket/requests'
import { counted, tally } from '../../fixtures/bucket/store-calls'
import { archived, sound, withZeroedPage } from '../../fixtures/databases'
import { smallDump } from '../../fixtures/dumps'

/** A day before the clock of the tests stands still. */
const file = 'backups/tokens_2026-02-28.db'

const nameAt = (key: string) => {
  const name = parseKey('backups/', key)?.name
  if (!name) throw new Error(`${key} is not of an older script`)
  return name
}

const watched = (tools: TestTools) => {
  const deadlineAt = new Date(tools.clock.now().getTime() + 900_000)
  return watch.run({}, { ...tools, deadlineAt })
}

const entryAt = async (tools: TestTools, key: string) =>
  (await readEntry(tools, nameAt(key)))?.entry

const entryKeys = ({ store }: TestTools) =>
  [...store.objects.keys()].filter((key) => key.endsWith('.entry.json'))

/** The older script leaves a file, at its own hour. */
const left = async (tools: TestTools, at: string, key: string, bytes: Buffer) => {
  const now = tools.clock.now().toISOString()
  tools.clock.moveTo(at)
  await tools.store.put(key, bytes)
  tools.clock.moveTo(now)
}

const dump = 'backups/shop_2026-02-28.sql.gz'

describe('a dump that an older script left', () => {
  const withShop = (kind: 'sqlite' | 'postgres') => {
    const tools = testTools()
    const databases = { ...tools.settings.databases, shop: { kind } }
    return { ...tools, settings: { ...tools.settings, databases } }
  }

  test('is read, and handed out with the warning that nobody restored it', async () => {
    const tools = withShop('postgres')
    await left(tools, '2026-02-28T03:00:00Z', dump, gzipSync(smallDump))
    const { id } = nameAt(dump)
    expect(await watched(tools)).toMatchObject({ waiting: 1, verified: [id], faults: [] })
    const entry = await entryAt(tools, dump)
    expect(entry).toMatchObject({
      claim: { kind: 'postgres', encoding: 'gzip' },
      verdict: { outcome: 'warned', rows: { users: 3, orders: 2 } },
    })
    const lines = new Map(restore.lines(await restore.run({ database: 'shop' }, tools)))
    expect(lines.get('get')).toBe(`memory:get:${dump}`)
    expect(lines.get('verdict')).toBe('warned')
  })

  test('is taken in by the second in its name, which lib/databases.ts says the kind of', async () => {
    const stamped = 'backups/shop_20260228_020000.gz'
    const tools = withShop('postgres')
    await left(tools, '2026-02-28T03:00:00Z', stamped, gzipSync(smallDump))
    const { id } = nameAt(stamped)
    expect(await watched(tools)).toMatchObject({ waiting: 1, verified: [id], faults: [] })
    expect(await entryAt(tools, stamped)).toMatchObject({
      claim: { kind: 'postgres', encoding: 'gzip', takenAt: '2026-02-28T02:00:00.000Z' },
      arrivedAt: '2026-02-28T03:00:00.000Z',
      verdict: { outcome: 'warned', rows: { users: 3, orders: 2 } },
    })
    const lines = new Map(restore.lines(await restore.run({ database: 'shop' }, tools)))
    expect(lines.get('get')).toBe(`memory:get:${stamped}`)
  })

  test('counts for the day in its name, though it was moved here later', async () => {
    const stamped = 'backups/shop_20260226_020000.gz'
    const tools = withShop('postgres')
    await left(tools, '2026-02-28T03:00:00Z', stamped, gzipSync(smallDump))
    await watched(tools)
    expect(await entryAt(tools, stamped)).toMatchObject({ arrivedAt: '2026-02-26T23:59:59.000Z' })
  })

  test('of no kind that anybody says stays what it was, nobody’s', async () => {
    const tools = testTools()
    await left(tools, '2026-02-28T03:00:00Z', 'backups/tokens_20260228_020000.gz', gzipSync('x'))
    await watched(tools)
    expect(entryKeys(tools)).toEqual([])
  })

  test('is nobody’s where lib/databases.ts says another kind', async () => {
    const tools = withShop('sqlite')
    await left(tools, '2026-02-28T03:00:00Z', dump, gzipSync(smallDump))
    await watched(tools)
    expect(entryKeys(tools)).toEqual([])
  })
})

describe('a file that an older script left', () => {
  test('is opened like any other, and restored when it is sound', async () => {
    const tools = testTools()
    await left(tools, '2026-02-28T03:00:00Z', file, sound())
    const { id } = nameAt(file)
    expect(await watched(tools)).toMatchObject({ waiting: 1, verified: [id], faults: [] })

    const answer = await restore.run({ database: 'tokens' }, tools)
    const lines = new Map(restore.lines(answer))
    expect(lines.get('ticket')).toBe(id)
    expect(lines.get('get')).toBe(`memory:get:${file}`)
    expect(lines.get('sha256')).toBe(requestFor(sound()).sha256)
    expect(lines.get('verdict')).toBe('passed')
    expect(lines.get('taken_at')).toBe('2026-02-28T03:00:00.000Z')

    const sums = await tools.store.read(`${file}.sha256`)
    expect(Buffer.from(sums?.bytes ?? '').toString()).toBe(
      `${requestFor(sound()).sha256}  tokens_2026-02-28.db\n`,
    )
    expect((await tools.store.read(file))?.bytes).toEqual(sound())
    const { verdict } = (await entryAt(tools, file)) ?? {}
    expect(verdict?.findings.find(({ check }) => check === 'bytes')?.detail).toContain(
      'no hash was taken at the source',
    )
    expect(verdict?.findings.map(({ check }) => check)).not.toContain('clock')
  })

  test('keeps the checksum line that the script wrote, in the script’s own hand', async () => {
    const tools = quick(testTools())
    const bytes = Buffer.from('of an older script')
    const line = `${requestFor(bytes).sha256} *tokens_2026-02-28.db\r\n`
    await left(tools, '2026-02-28T03:00:00Z', file, bytes)
    await left(tools, '2026-02-28T03:00:00Z', `${file}.sha256`, Buffer.from(line))
    expect(await watched(tools)).toMatchObject({ verified: [nameAt(file).id], faults: [] })
    expect(tools.store.objects.get(`${file}.sha256`)?.bytes.toString()).toBe(line)
  })

  test('is opened when it is an archive, and listed when it is damaged', async () => {
    const tools = testTools()
    const archive = 'backups/tokens_2026-02-27.db.gz'
    await left(tools, '2026-02-27T03:00:00Z', archive, archived(sound()))
    await left(tools, '2026-02-28T03:00:00Z', file, withZeroedPage())
    await watched(tools)
    const answer = await restore.run({ database: 'tokens', list: 'yes' }, tools)
    expect(answer).toMatchObject({
      copies: [
        { ticket: nameAt(file).id, verdict: 'failed' },
        { ticket: nameAt(archive).id, verdict: 'passed' },
      ],
    })
  })

  test('is announced by nobody: its entry says so, and what is known of it', async () => {
    const tools = quick(testTools())
    await left(tools, '2026-02-28T03:00:00Z', file, Buffer.from('one'))
    await watched(tools)
    const etag = (await tools.store.head(file))?.etag
    const entry = await entryAt(tools, file)
    expect(entry?.claim).toEqual({
      database: 'tokens',
      sizeBytes: 3,
      sha256: requestFor(Buffer.from('one')).sha256,
      adopted: { etag },
      takenAt: '2026-02-28T03:00:00.000Z',
      encoding: 'identity',
      facts: {},
      host: 'an older script',
      ticketAt: '2026-03-01T01:00:00.000Z',
    })
    expect(entry?.history[0]).toEqual({
      at: '2026-03-01T01:00:00.000Z',
      word: 'pending',
      note: 'adopted from an older script',
    })
  })

  test.each([
    {
      at: '2026-02-27T23:59:59Z',
      came: '2026-02-27T23:59:59.000Z',
      taken: 'then',
      why: 'a second before its day',
    },
    {
      at: '2026-02-28T00:00:00Z',
      came: '2026-02-28T00:00:00.000Z',
      taken: 'then',
      why: 'its first second',
    },
    {
      at: '2026-02-28T23:59:59Z',
      came: '2026-02-28T23:59:59.000Z',
      taken: 'then',
      why: 'its last second',
    },
    {
      at: '2026-03-01T00:00:00Z',
      came: '2026-02-28T23:59:59.000Z',
      taken: 'day',
      why: 'a second after its day',
    },
    {
      at: '2026-03-01T00:59:59Z',
      came: '2026-02-28T23:59:59.000Z',
      taken: 'day',
      why: 'moved here much later',
    },
  ])('is of the day in its name: $why', async ({ at, came, taken }) => {
    const tools = quick(testTools())
    await left(tools, at, file, Buffer.from('one'))
    await watched(tools)
    const entry = await entryAt(tools, file)
    const takenAt = taken === 'then' ? new Date(at).toISOString() : '2026-02-28T00:00:00.000Z'
    expect(entry).toMatchObject({ arrivedAt: came, claim: { takenAt } })
  })

  test('is adopted once, however often one looks', async () => {
    const tools = quick(testTools())
    await left(tools, '2026-02-28T03:00:00Z', file, Buffer.from('one'))
    await watched(tools)
    const before = await entryAt(tools, file)
    for (let run = 0; run < 3; run += 1) {
      tools.clock.passSeconds(600)
      expect(await watched(tools)).toMatchObject({ waiting: 0 })
    }
    expect(await entryAt(tools, file)).toEqual(before)
    const { tools: seen, calls } = counted(tools)
    await watched(seen)
    expect(tally(calls)).not.toHaveProperty('create')
  })

  test('is adopted only for a database that the settings name, and told otherwise', async () => {
    const tools = quick(testTools())
    const strange = ['backups/photos_2026-02-28.db', 'backups/tokens_archive_2026-02-28.db']
    for (const key of strange) await left(tools, '2026-02-28T03:00:00Z', key, Buffer.from('x'))
    const before = new Map(tools.store.objects)
    await watched(tools)
    expect(entryKeys(tools)).toEqual([])
    for (const key of strange) expect(tools.store.objects.get(key)).toBe(before.get(key))
    const { databases, strangers } = (await readWatchState(tools)) ?? {}
    expect(Object.keys(databases ?? {})).toEqual(['tokens'])
    expect(strangers).toEqual(strange)
  })

  test('is adopted beside the copies that are pushed, and counted with them', async () => {
    const tools = quick(testTools())
    await left(tools, '2026-02-28T03:00:00Z', file, Buffer.from('one'))
    await watched(tools)
    // The same bytes are unchanged, whoever brought them.
    const { id } = nameAt(file)
    expect(await ticket.run(requestFor(Buffer.from('one')), tools)).toMatchObject({ unchanged: id })
    expect(await ticket.run(requestFor(Buffer.from('two')), tools)).toHaveProperty('put')
  })

  test('does not hide another of that day', async () => {
    const tools = quick(testTools())
    await left(tools, '2026-02-28T03:00:00Z', file, Buffer.from('one'))
    await left(tools, '2026-02-28T04:00:00Z', `${file}.gz`, Buffer.from('two'))
    expect((await watched(tools)).verified).toHaveLength(2)
    const state = (await readWatchState(tools))?.databases['tokens']
    expect(state).toMatchObject({ copies: 2, strangers: [] })
  })
})

describe('an adopted file that was replaced', () => {
  const replaced = async (content: string) => {
    const tools = quick(testTools())
    await left(tools, '2026-02-28T03:00:00Z', file, Buffer.from('one'))
    await watched(tools)
    tools.clock.passSeconds(600)
    await left(tools, '2026-02-28T05:00:00Z', file, Buffer.from(content))
    return tools
  }

  test('is adopted anew and judged by itself: nobody ever announced its bytes', async () => {
    const tools = await replaced('twofold')
    expect(await watched(tools)).toMatchObject({ verified: [nameAt(file).id] })
    const entry = await entryAt(tools, file)
    expect(entry).toMatchObject({
      arrivedAt: '2026-02-28T05:00:00.000Z',
      claim: { sizeBytes: 7, sha256: requestFor(Buffer.from('twofold')).sha256 },
      verdict: { outcome: 'passed' },
    })
    expect(entry?.history.map(({ word, note }) => `${word}: ${note}`)).toEqual([
      'pending: adopted from an older script',
      'passed: read by the test',
      'pending: the file was replaced',
      'passed: read by the test',
    ])
    expect(await watched(tools)).toMatchObject({ waiting: 0 })
  })

  test('is not sound while it was not judged', async () => {
    const tools = await replaced('damaged')
    const deadlineAt = new Date(tools.clock.now().getTime() + 1000)
    await watch.run({}, { ...tools, deadlineAt })
    const asked = restore.run({ database: 'tokens' }, tools)
    await expect(asked).rejects.toMatchObject({ code: 'nothing-sound' })
    await watched(tools)
    expect(await entryAt(tools, file)).toMatchObject({ verdict: { outcome: 'failed' } })
  })

  test('keeps its checksum line in step', async () => {
    const tools = await replaced('twofold')
    await watched(tools)
    const sums = await tools.store.read(`${file}.sha256`)
    expect(Buffer.from(sums?.bytes ?? '').toString()).toContain(
      requestFor(Buffer.from('twofold')).sha256,
    )
  })
})

describe('adopting', () => {
  test('by two runs at once adopts once', async () => {
    const tools = quick(testTools())
    await left(tools, '2026-02-28T03:00:00Z', file, Buffer.from('one'))
    const answers = await Promise.all([watched(tools), watched(tools)])
    expect(answers.flatMap(({ faults }) => faults)).toEqual([])
    expect(entryKeys(tools)).toHaveLength(1)
    expect(await entryAt(tools, file)).toMatchObject({ verdict: { outcome: 'passed' } })
  })

  test('leaves an entry alone that somebody forged, and tells of it', async () => {
    const tools = quick(testTools())
    await left(tools, '2026-02-28T03:00:00Z', file, Buffer.from('one'))
    const { id } = nameAt(file)
    const forged = `backups/tokens/2026/02/${id}.entry.json`
    await tools.store.put(forged, Buffer.from('{}'))
    expect(await watched(tools)).toMatchObject({ waiting: 0, faults: [] })
    expect(Buffer.from((await tools.store.read(forged))?.bytes ?? '').toString()).toBe('{}')
    expect((await readWatchState(tools))?.databases['tokens']?.strangers).toEqual([
      file,
      `${id}.entry.json`,
    ])
  })

  test('of many costs an entry each, and a listing twice: of what was noted of them, and of what there is then', async () => {
    const tools = quick(testTools())
    for (let day = 1; day <= 28; day += 1) {
      const date = `2026-02-${String(day).padStart(2, '0')}`
      await left(tools, `${date}T03:00:00Z`, `backups/tokens_${date}.db`, Buffer.from(date))
    }
    const { tools: seen, calls } = counted(tools)
    const deadlineAt = new Date(tools.clock.now().getTime() + 1000)
    expect(await watch.run({}, { ...seen, deadlineAt })).toMatchObject({ waiting: 28 })
    expect(tally(calls)).toMatchObject({ list: 1, files: 3 })
    expect(entryKeys(tools)).toHaveLength(28)
  })

  // Known: the watch takes a database for quiet though the settings name it only now.
  test('begins once the settings name the database, though nothing else changed', async () => {
    const tools = quick(testTools({ databases: {} }))
    await left(tools, '2026-02-28T03:00:00Z', file, Buffer.from('one'))
    await watched(tools)
    tools.clock.passSeconds(600)
    const named = { ...tools, settings: { ...tools.settings, databases: { tokens: {} } } }
    expect((await watched(named)).verified).toEqual([nameAt(file).id])
  })

  // Known: an adopted file that is replaced loses its pin.
  test('anew keeps what a person said of the copy', async () => {
    const tools = quick(testTools())
    await left(tools, '2026-02-28T03:00:00Z', file, Buffer.from('one'))
    await watched(tools)
    const ada = { at: tools.clock.now().toISOString(), by: 'ada' }
    await changeEntry(tools, nameAt(file), (entry) => withPin(entry, ada, ''))
    await left(tools, '2026-02-28T05:00:00Z', file, Buffer.from('two'))
    await watched(tools)
    expect(await entryAt(tools, file)).toMatchObject({ pin: { by: 'ada' } })
  })
})
