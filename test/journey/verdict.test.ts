import { describe, expect, test } from 'vitest'

import { ticket } from '../../lib/journey/ticket'
import { verdict } from '../../lib/journey/verdict'
import { verify } from '../../lib/journey/verify'
import type { Examiner } from '../../lib/ports'
import { sqliteOf, testTools, withStarter } from '../fakes/tools'
import { quick } from '../fixtures/bucket/buckets'
import { gzipRequestFor, pushed, requestFor } from '../fixtures/bucket/requests'
import * as databases from '../fixtures/databases'

describe('verdict', () => {
  test('tells a sound snapshot, what was checked, and writes the checksum line beside it', async () => {
    const tools = testTools()
    const id = await pushed(tools, databases.sound())
    const answer = await verdict.run({ ticket: id }, tools)
    expect(verdict.lines(answer).map(([key, value]) => `${key} ${value}`)).toMatchInlineSnapshot(`
      [
        "verdict passed",
        "ticket tokens_2026-03-01T010000Z_000001",
        "finding passed arrival 60.0 KiB, as announced.",
        "finding passed bytes SHA-256 766dd5acba53… is the one taken at the source.",
        "finding passed header 15 pages of 4096 bytes, UTF-8.",
        "finding passed structure integrity_check says ok for every page, row and index.",
        "finding passed references Every foreign key finds its row.",
        "finding passed schema 1 table, with all that was expected.",
        "finding passed rows 300 rows in 1 table.",
        "finding passed engine Note: the host's SQLite 3.40.1 has the WAL-reset bug (fixed in 3.51.3); this copy shows no sign of it.",
      ]
    `)
    const sums = tools.store.objects.get(`backups/tokens/2026/03/${id}.db.sha256`)
    const { sha256 } = requestFor(databases.sound())
    expect(sums?.bytes.toString()).toBe(`${sha256}  ${id}.db\n`)
  })

  test('opens a copy once, and answers whoever asks again with what was said then', async () => {
    const tools = quick(testTools())
    const opened: string[] = []
    const sqlite: Examiner = async (order) => {
      opened.push(order.key)
      return sqliteOf(tools)(order)
    }
    const seen = { ...tools, examiners: { sqlite } }
    const id = await pushed(seen, Buffer.from('some bytes'))
    const first = await verdict.run({ ticket: id }, seen)
    tools.clock.passSeconds(60)
    expect(await verdict.run({ ticket: id }, seen)).toEqual(first)
    expect(opened).toEqual([`backups/tokens/2026/03/${id}.db`])
  })

  test.each([
    { name: 'a lost page', bytes: databases.withZeroedPage, check: 'structure' },
    {
      name: 'an index that lacks entries',
      bytes: databases.withIncompleteIndex,
      check: 'structure',
    },
    { name: 'a missing tail', bytes: databases.truncated, check: 'header' },
    { name: 'bytes after its end', bytes: databases.withTrailingBytes, check: 'header' },
    { name: 'a saved error page', bytes: databases.errorPage, check: 'header' },
    {
      name: 'an archive that claims to be none',
      bytes: () => databases.archived(databases.sound()),
      check: 'header',
    },
  ])('fails $name, with a mend', async ({ bytes, check }) => {
    const tools = testTools()
    const id = await pushed(tools, bytes())
    const answer = await verdict.run({ ticket: id }, tools)
    expect(answer.verdict).toBe('failed')
    expect(answer.findings.find(({ outcome }) => outcome === 'failed')?.check).toBe(check)
    expect(answer.mends.length).toBeGreaterThan(0)
    expect(tools.store.objects.has(`backups/tokens/2026/03/${id}.db.sha256`)).toBe(false)
  })

  describe.each([
    {
      name: 'an expected table that is gone',
      bytes: () => databases.madeBy('CREATE TABLE other (a)'),
      check: 'schema',
    },
    { name: 'rows that refer to nothing', bytes: databases.withOrphans, check: 'references' },
  ])('of $name', ({ bytes, check }) => {
    const asked = async (script?: string) => {
      const tools = testTools()
      const id = await pushed(tools, bytes())
      const answer = await verdict.run({ ticket: id, script }, tools)
      const sums = tools.store.objects.has(`backups/tokens/2026/03/${id}.db.sha256`)
      return { id, answer, sums, lines: verdict.lines(answer) }
    }
    const findingsIn = (lines: ReturnType<typeof verdict.lines>) =>
      lines.filter(([key]) => key === 'finding').map(([, text]) => String(text).split(' '))

    test('says that it is not met, and how to let it count as it is', async () => {
      const { id, answer, sums, lines } = await asked('2')
      expect(answer.verdict).toBe('unmet')
      expect(lines[0]).toEqual(['verdict', 'unmet'])
      expect(findingsIn(lines).find(([word]) => word === 'unmet')?.[1]).toBe(check)
      expect(new Map(lines).get('mend')).toContain(
        `To let this copy count as it is, on your own machine: npm run --silent snapproof -- accept ${id}`,
      )
      expect(sums).toBe(false)
    })

    test('calls it nothing worse to a push.sh that knows no such word', async () => {
      const { id, answer, lines } = await asked()
      expect(answer.verdict).toBe('unmet')
      expect(lines[0]).toEqual(['verdict', 'unverifiable'])
      expect(findingsIn(lines).map(([word]) => word)).not.toContain('unmet')
      expect(findingsIn(lines).map(([word]) => word)).not.toContain('failed')
      expect(findingsIn(lines).find(([word]) => word === 'unverifiable')?.[1]).toBe(check)
      expect(new Map(lines).get('mend')).toContain(`accept ${id}`)
      const said = lines.map(([, text]) => text).join('\n')
      expect(said).not.toMatch(/damaged|malformed/)
    })

    test('says the same once it was judged', async () => {
      const tools = testTools()
      const id = await pushed(tools, bytes())
      const first = await verdict.run({ ticket: id, script: '2' }, tools)
      expect(await verdict.run({ ticket: id, script: '2' }, tools)).toEqual(first)
    })
  })

  test('fails bytes that are not those of the claim, though SQLite calls them sound', async () => {
    const tools = testTools()
    const id = await pushed(tools, databases.sound())
    await tools.store.put(`backups/tokens/2026/03/${id}.db`, databases.withFlippedByte())
    const answer = await verdict.run({ ticket: id }, tools)
    expect(answer.verdict).toBe('failed')
    expect(answer.findings.at(-1)).toMatchObject({ check: 'bytes', outcome: 'failed' })
  })

  test('fails a stored size that is not the announced one without opening the file', async () => {
    const tools = testTools()
    const id = await pushed(tools, databases.sound())
    await tools.store.put(`backups/tokens/2026/03/${id}.db`, databases.truncated())
    const answer = await verdict.run({ ticket: id }, tools)
    expect(answer.findings).toMatchObject([{ check: 'arrival', outcome: 'failed' }])
  })

  test('opens an archive and compares both hashes', async () => {
    const tools = testTools()
    const { bytes, request } = gzipRequestFor(databases.sound())
    const id = await pushed(tools, bytes, request)
    const answer = await verdict.run({ ticket: id }, tools)
    expect(answer.verdict).toBe('passed')
  })

  test.each([
    { name: 'a raw hash that is another', changes: { raw_sha256: '0'.repeat(64) } },
    { name: 'a raw size that is larger', changes: { raw_size_bytes: 50_000 } },
    {
      name: 'a raw size that is smaller, as a bomb would claim',
      changes: { raw_size_bytes: 4096 },
    },
  ])('fails an archive with $name', async ({ changes }) => {
    const tools = testTools()
    const { bytes, request } = gzipRequestFor(databases.sound())
    const id = await pushed(tools, bytes, { ...request, ...changes })
    const answer = await verdict.run({ ticket: id }, tools)
    expect(answer).toMatchObject({ verdict: 'failed' })
    expect(answer.findings.at(-1)?.check).toBe('bytes')
  })

  test('fails an archive whose end is missing', async () => {
    const tools = testTools()
    const { bytes, request } = gzipRequestFor(databases.sound())
    const cut = bytes.subarray(0, bytes.length - 4)
    const { raw_size_bytes: rawBytes, raw_sha256: rawSha256 } = request
    const changes = { encoding: 'gzip', raw_size_bytes: rawBytes, raw_sha256: rawSha256 } as const
    const id = await pushed(tools, cut, changes)
    expect(await verdict.run({ ticket: id }, tools)).toMatchObject({ verdict: 'failed' })
  })

  test('calls a file that is too large for this function unverifiable, and says the mend', async () => {
    const tools = testTools({ memoryMb: 110 })
    const id = await pushed(tools, databases.sound())
    const answer = await verdict.run({ ticket: id }, tools)
    expect(answer.verdict).toBe('unverifiable')
    expect(answer.mends.join()).toContain('limits.memory')
  })

  test('calls a store that goes away in mid-check unverifiable, never bad', async () => {
    const tools = testTools()
    const id = await pushed(tools, databases.sound())
    tools.store.failNext('stream')
    expect(await verdict.run({ ticket: id }, tools)).toMatchObject({ verdict: 'unverifiable' })
  })

  test('calls a file that makes SQLite ask for gigabytes unverifiable, and stays small', async () => {
    const tools = testTools()
    const id = await pushed(tools, databases.greedy(), { database: 'other' })
    expect(await verdict.run({ ticket: id }, tools)).toMatchObject({ verdict: 'unverifiable' })
  })

  test('answers from the entry when there is a verdict already', async () => {
    const tools = testTools()
    const id = await pushed(tools, databases.sound())
    const first = await verdict.run({ ticket: id }, tools)
    tools.store.failNext('stream')
    expect(await verdict.run({ ticket: id }, tools)).toEqual(first)
  })

  test('does not answer from the entry for another file that stands under the name since', async () => {
    const tools = testTools()
    const id = await pushed(tools, databases.sound())
    expect(await verdict.run({ ticket: id }, tools)).toMatchObject({ verdict: 'passed' })
    await tools.store.put(`backups/tokens/2026/03/${id}.db`, databases.withZeroedPage())
    const soon = { ...tools, deadlineAt: tools.clock.now() }
    expect(await verdict.run({ ticket: id }, soon)).toMatchObject({ verdict: 'pending' })
    expect(await verdict.run({ ticket: id }, tools)).toMatchObject({ verdict: 'failed' })
  })

  test('says that an announced upload has not arrived', async () => {
    const tools = testTools()
    const answer = await ticket.run(requestFor(databases.sound()), tools)
    const id = 'ticket' in answer ? answer.ticket : ''
    await expect(verdict.run({ ticket: id }, tools)).rejects.toMatchObject({ code: 'not-arrived' })
  })

  test('knows no ticket that was never given, nor one that is none', async () => {
    const tools = testTools()
    const unknown = verdict.run({ ticket: 'tokens_2026-03-01T010000Z_abcdef' }, tools)
    await expect(unknown).rejects.toMatchObject({ code: 'not-found' })
    await expect(verdict.run({ ticket: '../x' }, tools)).rejects.toMatchObject({
      code: 'bad-request',
    })
  })

  test('starts verify and answers pending when too little time is left to check inside the call', async () => {
    const tools = withStarter(testTools())
    const id = await pushed(tools, databases.sound())
    tools.clock.passSeconds(6)
    expect(await verdict.run({ ticket: id }, tools)).toMatchObject({ verdict: 'pending' })
    expect(tools.started).toEqual([{ name: 'verify', event: { ticket: id } }])
  })

  test('asked again while a run is at it, it starts no second one; after 16 minutes it does', async () => {
    const tools = withStarter(testTools())
    const id = await pushed(tools, databases.sound())
    const askedAfter = async (seconds: number) => {
      tools.clock.passSeconds(seconds)
      return (await verdict.run({ ticket: id }, tools)).verdict
    }
    expect(await askedAfter(6)).toBe('pending')
    expect(await askedAfter(2)).toBe('pending')
    expect(await askedAfter(16 * 60 - 3)).toBe('pending')
    expect(tools.started).toHaveLength(1)
    expect(await askedAfter(1)).toBe('pending')
    expect(tools.started).toHaveLength(2)
  })

  test('two checks of one snapshot at once come to one verdict, and both are remembered', async () => {
    const tools = testTools()
    const id = await pushed(tools, databases.sound())
    const both = await Promise.all([
      verify.run({ ticket: id }, tools),
      verify.run({ ticket: id }, tools),
    ])
    expect(both.map((answer) => answer.verdict)).toEqual(['passed', 'passed'])
    expect(await verdict.run({ ticket: id }, tools)).toMatchObject({ verdict: 'passed' })
  })

  test('trusts no entry that was put under another name', async () => {
    const tools = testTools()
    const good = await pushed(tools, databases.sound())
    await verdict.run({ ticket: good }, tools)
    const bad = await pushed(tools, databases.withZeroedPage())
    const entry = tools.store.objects.get(`backups/tokens/2026/03/${good}.entry.json`)
    await tools.store.put(
      `backups/tokens/2026/03/${bad}.entry.json`,
      entry?.bytes ?? Buffer.alloc(0),
    )
    await expect(verdict.run({ ticket: bad }, tools)).rejects.toMatchObject({
      code: 'untrusted-entry',
    })
  })
})
