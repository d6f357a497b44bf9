import { describe, expect, test } from 'vitest'

import { changeEntry, readEntry } from '../../lib/journey/bucket/ledger'
import { ticket } from '../../lib/journey/ticket'
import { verdict } from '../../lib/journey/verdict'
import { watch } from '../../lib/journey/watch'
import { withAcceptance } from '../../lib/rules/copy/care'
import { isThorough } from '../cases'
import { handClock, testTools } from '../fakes/tools'
import { nameOf, quick } from '../fixtures/bucket/buckets'
import { pushed, requestFor } from '../fixtures/bucket/requests'
import { sound, withOrphans, withZeroedPage } from '../fixtures/databases'

describe('ticket', () => {
  test('writes a signed claim and gives an address for exactly those bytes', async () => {
    const tools = testTools()
    const bytes = sound()
    const answer = await ticket.run(requestFor(bytes), tools)
    expect(ticket.lines(answer).map(([key]) => key)).toEqual([
      'ticket',
      'put',
      'header',
      'expires_seconds',
    ])
    expect([...tools.store.objects.keys()]).toEqual([
      'backups/_state/tokens/given.json',
      'backups/tokens/2026/03/tokens_2026-03-01T010000Z_000001.entry.json',
    ])
  })

  test('says unchanged for the bytes of the newest sound copy, and notes that the host lives', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    await verdict.run({ ticket: id }, tools)
    tools.clock.passSeconds(3600)
    const answer = await ticket.run(requestFor(sound()), tools)
    expect(ticket.lines(answer)).toEqual([['unchanged', id]])
    const note = await tools.store.read('backups/_state/tokens/heartbeat.json')
    expect(JSON.parse(Buffer.from(note?.bytes ?? '').toString())).toEqual({
      at: '2026-03-01T02:00:00.000Z',
      ticket: id,
      takenAt: '2026-03-01T00:59:58Z',
      host: 'droplet-1',
    })
  })

  test('names copies that come within one second in their order, so that the newest is the last', async () => {
    const tools = testTools()
    const ids: string[] = []
    for (const rows of [10, 11, 12]) ids.push(await pushed(tools, sound(rows)))
    expect(ids.map((id) => id.slice(0, 25))).toEqual([
      'tokens_2026-03-01T010000Z',
      'tokens_2026-03-01T010001Z',
      'tokens_2026-03-01T010002Z',
    ])
  })

  test.each(['2024-12-31T23:00:00Z', '2027-12-31T23:00:00Z'])(
    'names and dates a copy by the store’s clock, though its own says %s',
    async (wrong) => {
      const tools = testTools()
      const id = await pushed({ ...tools, clock: handClock(wrong) }, sound())
      expect(id).toMatch(/^tokens_2026-03-01T010000Z/)
      const name = nameOf(id)
      const read = await readEntry(tools, name)
      expect(read?.entry.claim.ticketAt).toBe('2026-03-01T01:00:00.000Z')
    },
  )

  test('does not follow a name from far in the future', async () => {
    const tools = testTools()
    tools.clock.moveTo('2027-03-01T01:00:00Z')
    await pushed(tools, sound(10))
    tools.clock.moveTo('2026-03-01T01:00:00Z')
    expect(await pushed(tools, sound(11))).toMatch(/^tokens_2026-03-01T010000Z/)
  })

  test('takes other bytes as a new snapshot', async () => {
    const tools = testTools()
    const first = await pushed(tools, sound())
    await verdict.run({ ticket: first }, tools)
    expect(await pushed(tools, sound(301))).not.toBe(first)
  })

  test('never says unchanged for bytes that came back after others: the newest copy is what counts', async () => {
    const tools = quick(testTools())
    const [one, other] = [Buffer.from('A'), Buffer.from('B')]
    const first = await pushed(tools, one)
    await verdict.run({ ticket: first }, tools)
    const second = await pushed(tools, other)
    await verdict.run({ ticket: second }, tools)
    const third = await pushed(tools, one)
    expect(new Set([first, second, third]).size).toBe(3)
  })

  test('stores a member of a set even when it is unchanged, and takes that upload up again', async () => {
    const tools = testTools()
    const before = await pushed(tools, sound())
    await verdict.run({ ticket: before }, tools)
    const request = requestFor(sound(), { set: '20260301T010000Z-7', set_size: 2 })
    const first = await ticket.run(request, tools)
    expect(first).not.toMatchObject({ unchanged: before })
    const again = await ticket.run(request, tools)
    expect(again).toMatchObject({ ticket: 'ticket' in first ? first.ticket : '' })
  })

  test('never says unchanged when the copy itself is gone from the store', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    await verdict.run({ ticket: id }, tools)
    tools.store.objects.delete(`backups/tokens/2026/03/${id}.db`)
    expect(await pushed(tools, sound())).not.toBe(id)
  })

  test('never says unchanged for a copy that was found damaged', async () => {
    const tools = testTools()
    const first = await pushed(tools, withZeroedPage())
    await verdict.run({ ticket: first }, tools)
    expect(await pushed(tools, withZeroedPage())).not.toBe(first)
  })

  test('takes up an upload that was killed half-way under the same ticket', async () => {
    const tools = testTools()
    const bytes = sound()
    const first = await ticket.run(requestFor(bytes), tools)
    tools.clock.passSeconds(60)
    const second = await ticket.run(requestFor(bytes), tools)
    expect(second).toMatchObject({ ticket: 'ticket' in first ? first.ticket : '' })
  })

  test('opens a new ticket for the same bytes once the hour is over', async () => {
    const tools = testTools()
    const first = await ticket.run(requestFor(sound()), tools)
    tools.clock.passSeconds(3600)
    const second = await ticket.run(requestFor(sound()), tools)
    expect(second).not.toMatchObject({ ticket: 'ticket' in first ? first.ticket : '' })
  })

  test.each([
    { name: 'one below the limit', before: 19, refused: false },
    { name: 'at the limit', before: 20, refused: true },
  ])('counts what was announced within the hour: $name', async ({ before, refused }) => {
    const tools = testTools()
    for (let count = 0; count < before; count += 1) {
      await ticket.run(requestFor(sound(count + 10)), tools)
    }
    const next = ticket.run(requestFor(sound(5)), tools)
    if (refused) await expect(next).rejects.toMatchObject({ code: 'too-many', isPassing: true })
    else await expect(next).resolves.toMatchObject({ ticket: expect.any(String) })
  })

  test.each([1, 20])(
    'gives no more than the limit to a crowd that asks at once: %i',
    async (limit) => {
      const tools = testTools({ databases: { tokens: { ticketsPerHour: limit } } })
      const crowd = (from: number, size: number) =>
        Promise.allSettled(
          Array.from({ length: size }, (_, at) =>
            ticket.run(requestFor(Buffer.from(`copy ${from + at}`)), tools),
          ),
        )
      const given = []
      const refused = []
      for (let round = 0; round < (isThorough ? 5 : 3); round += 1) {
        for (const answer of await crowd(round * 100, 24)) {
          if (answer.status === 'fulfilled') given.push(answer.value)
          else refused.push(answer.reason)
        }
      }
      expect(given).toHaveLength(limit)
      const entries = [...tools.store.objects.keys()].filter((key) => key.endsWith('.entry.json'))
      expect(entries).toHaveLength(limit)
      for (const fault of refused) expect(['too-many', 'contended']).toContain(fault.code)
      tools.clock.passSeconds(3600)
      await expect(ticket.run(requestFor(sound()), tools)).resolves.toHaveProperty('ticket')
    },
  )

  test('forgets what was announced more than an hour ago', async () => {
    const tools = testTools({ databases: { tokens: { ticketsPerHour: 1 } } })
    await ticket.run(requestFor(sound(10)), tools)
    tools.clock.passSeconds(3599)
    await expect(ticket.run(requestFor(sound(11)), tools)).rejects.toMatchObject({
      code: 'too-many',
    })
    tools.clock.passSeconds(1)
    await expect(ticket.run(requestFor(sound(11)), tools)).resolves.toBeDefined()
  })

  test.each([
    { name: 'at the limit', maxBytes: 8192, size: 8192, refused: false },
    { name: 'one byte above it', maxBytes: 8192, size: 8193, refused: true },
  ])('refuses what is too large before it is sent: $name', async ({ maxBytes, size, refused }) => {
    const tools = testTools({ databases: { tokens: { maxBytes } } })
    const asked = ticket.run(requestFor(Buffer.alloc(size, 1)), tools)
    if (refused) await expect(asked).rejects.toMatchObject({ code: 'too-large', isPassing: false })
    else await expect(asked).resolves.toBeDefined()
  })

  test('measures an archive by what it unpacks to as well', async () => {
    const tools = testTools({ databases: { tokens: { maxBytes: 8192 } } })
    const request = requestFor(Buffer.alloc(100, 1), {
      encoding: 'gzip',
      raw_size_bytes: 8193,
      raw_sha256: '0'.repeat(64),
    })
    await expect(ticket.run(request, tools)).rejects.toMatchObject({ code: 'too-large' })
  })

  test('refuses an empty snapshot', async () => {
    const asked = ticket.run(requestFor(Buffer.alloc(0)), testTools())
    await expect(asked).rejects.toMatchObject({ code: 'bad-request' })
  })

  test('lets a forged entry neither answer for a new push nor stop it', async () => {
    const tools = testTools()
    const id = await pushed(tools, withOrphans())
    const key = `backups/tokens/2026/03/${id}.entry.json`
    const forged = JSON.parse(Buffer.from((await tools.store.read(key))?.bytes ?? '').toString())
    forged.payload = Buffer.from('{}').toString('base64')
    await tools.store.put(key, Buffer.from(JSON.stringify(forged)))
    await expect(ticket.run(requestFor(sound()), tools)).resolves.toMatchObject({
      ticket: expect.any(String),
    })
  })

  test('says unchanged for the bytes of a file that an older script left, once it is proven', async () => {
    const tools = quick(testTools())
    await tools.store.put('backups/tokens_2026-02-28.db', sound())
    const { verified } = await watch.run({}, tools)
    tools.clock.passSeconds(60)
    const request = requestFor(sound(), { host: 'another' })
    expect(await ticket.run(request, tools)).toMatchObject({ unchanged: verified[0] })
  })

  test('says unchanged for the bytes of a copy that a person overruled', async () => {
    const tools = quick(testTools())
    const bytes = Buffer.from('damaged, and known to be')
    const id = await pushed(tools, bytes)
    await verdict.run({ ticket: id }, tools)
    const ada = { at: tools.clock.now().toISOString(), by: 'ada' }
    await changeEntry(tools, nameOf(id), (entry) => withAcceptance(entry, ada, 'known'))
    expect(await ticket.run(requestFor(bytes), tools)).toMatchObject({ unchanged: id })
  })

  // Known: the entry is sound and a file stands there, but it is not the one that was judged.
  test('never says unchanged when the copy was overwritten in the store', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    await verdict.run({ ticket: id }, tools)
    await tools.store.put(`backups/tokens/2026/03/${id}.db`, Buffer.from('something else'))
    expect(await ticket.run(requestFor(sound()), tools)).toHaveProperty('put')
  })
})
