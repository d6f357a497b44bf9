/**
 * What each step refuses, to the letter: what happened, and what to do about it. Whoever reads it at night has
 * nothing else.
 */
import { describe, expect, test } from 'vitest'

import { asFault, Fault } from '../../../lib/faults'
import { tellNewerState } from '../../../lib/journey/alert'
import { changeEntry, parseTicket, readEntry } from '../../../lib/journey/bucket/ledger'
import { compareCopies } from '../../../lib/journey/gather/copies'
import { restore, RestoreRequest } from '../../../lib/journey/restore'
import { atPlace, atSecond } from '../../../lib/journey/second/at-second'
import { ticket, TicketRequest } from '../../../lib/journey/ticket'
import { verifySnapshot } from '../../../lib/journey/verify'
import { minuteMs } from '../../../lib/rules/plain/time-units'
import { withStart } from '../../../lib/rules/watching/waiting'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import { testTools } from '../../fakes/tools'
import { nameOf, quick } from '../../fixtures/bucket/buckets'
import { fieldsFor, gzipRequestFor, pushed, requestFor } from '../../fixtures/bucket/requests'
import { sound } from '../../fixtures/databases'
import { faultOf } from '../../fixtures/faults'

const gone = 'tokens_2026-03-01T010000Z_abcdef'
const list = (database: string) => `restore.sh --list /etc/snapproof/${database}.env`

describe('a ticket is refused', () => {
  const small = Buffer.from('x')
  const refused = (tools: ReturnType<typeof testTools>, request: TicketRequest) =>
    faultOf(() => ticket.run(request, tools))

  test('to a file without a byte', async () => {
    expect(await refused(testTools(), requestFor(Buffer.alloc(0)))).toEqual({
      code: 'bad-request',
      why: 'The snapshot of tokens is empty (0 bytes).',
      mend: 'Check the path and the free space on the host, then push again.',
    })
  })

  test.each([
    { what: 'as it is sent', size: 1001, raw: undefined },
    { what: 'unpacked', size: 10, raw: 1001 },
  ])('to one that is larger than its limit, $what', async ({ size, raw }) => {
    const tools = testTools({ databases: { tokens: { maxBytes: 1000 } } })
    const request = requestFor(small, { size_bytes: size, raw_size_bytes: raw })
    expect(await refused(tools, request)).toEqual({
      code: 'too-large',
      why: 'tokens has 1001 bytes; the limit for it is 1000.',
      mend: 'Raise maxBytes of tokens in lib/databases.ts (one upload ends at 5 GiB) and deploy again.',
    })
    const just = requestFor(small, {
      size_bytes: size - (raw ? 0 : 1),
      raw_size_bytes: raw && 1000,
    })
    expect(await ticket.run(just, tools)).toHaveProperty('put')
  })

  test('to a copy of another kind than lib/databases.ts says', async () => {
    expect(await refused(testTools(), requestFor(small, { kind: 'postgres' }))).toEqual({
      code: 'bad-request',
      why: 'tokens is of kind sqlite in lib/databases.ts; this copy is of kind postgres.',
      mend: 'Set SNAPPROOF_KIND=sqlite in the settings on the host; or change kind in lib/databases.ts and deploy again.',
    })
  })

  test('where the hour has none left', async () => {
    const tools = testTools({ databases: { tokens: { ticketsPerHour: 2 } } })
    for (const text of ['a', 'b']) await ticket.run(requestFor(Buffer.from(text)), tools)
    expect(await refused(tools, requestFor(Buffer.from('c')))).toEqual({
      code: 'too-many',
      why: '2 snapshots of this database were announced within the last hour; the limit is 2.',
      mend: 'Look for a cron line that runs too often. A higher ticketsPerHour goes into lib/databases.ts.',
    })
  })

  test('where too many ask at one moment', async () => {
    const tools = testTools()
    const store = { ...tools.store, create: async () => 'exists' as const }
    expect(await refused({ ...tools, store }, requestFor(small))).toEqual({
      code: 'contended',
      why: 'Too many asked for a ticket for tokens at the same moment.',
      mend: 'It is asked for again by itself. If it stays, look who else holds the push token of this database.',
    })
  })

  test.each([
    ['sha256', 'x', 'expected 64 hexadecimal digits'],
    ['md5', 'x', 'expected 32 hexadecimal digits'],
    ['size_bytes', '1e3', 'expected a whole number'],
    ['size_bytes', '01', 'expected a whole number'],
    ['host', 'a\nb', 'expected printable characters'],
    ['encoding', 'gzip', 'gzip needs raw_size_bytes and raw_sha256 as well'],
  ])('to who says of %s what it is not: %j', (field, value, says) => {
    const parsed = TicketRequest.safeParse({ ...fieldsFor(small), [field]: value })
    expect(parsed.error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      [field, says],
    ])
    const { raw_sha256: _, ...half } = gzipRequestFor(small).request
    expect(TicketRequest.safeParse({ ...fieldsFor(small), ...half }).success).toBe(false)
  })

  test('to nobody for what is at its limit, or has blanks before its digits', () => {
    const { request } = gzipRequestFor(small)
    const said = { ...fieldsFor(small, request), size_bytes: ' 7 ', host: 'h'.repeat(100) }
    const parsed = TicketRequest.parse({ ...said, set: 'a', set_size: '100' })
    expect(parsed).toMatchObject({ size_bytes: 7, set_size: 100 })
    for (const change of [
      { host: 'h'.repeat(101) },
      { set_size: '101' },
      { set_size: '0' },
      { set: 'a'.repeat(65) },
      { set: 'a b' },
      { size_bytes: '-1' },
      { size_bytes: '1'.repeat(17) },
    ])
      expect(TicketRequest.safeParse({ ...said, ...change }).success).toBe(false)
  })
})

describe('a copy is not opened', () => {
  test('that nobody announced, or that has not come', async () => {
    const tools = testTools()
    expect(await faultOf(() => verifySnapshot(nameOf(gone), tools))).toEqual({
      code: 'not-found',
      why: `No snapshot was announced as ${gone}.`,
      mend: `Push again; ${list('tokens')} shows the copies that exist.`,
    })
    const answer = await ticket.run(requestFor(Buffer.from('x')), tools)
    const id = 'ticket' in answer ? answer.ticket : ''
    expect(await faultOf(() => verifySnapshot(nameOf(id), tools))).toEqual({
      code: 'not-arrived',
      why: `${id} was announced, but its upload has not arrived.`,
      mend: 'If no upload is going on, push again.',
    })
  })

  test('of a kind that only a newer build opens, and nothing is said against it', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    const entry = await verifySnapshot(nameOf(id), { ...tools, examiners: {} })
    expect(entry.verdict).toMatchObject({
      method: 'not opened',
      findings: [
        {
          check: 'structure',
          outcome: 'unverifiable',
          detail: 'This build of Snapproof cannot open what is of this kind.',
          mend: 'Deploy the newest build: npm run deploy.',
        },
      ],
    })
  })
})

describe('an entry', () => {
  test('is named by a ticket, and by nothing else', async () => {
    expect(await faultOf(() => parseTicket('tokens'))).toEqual({
      code: 'bad-request',
      why: 'That is not a ticket id.',
      mend: 'A ticket id looks like tokens_2025-07-04T010000Z_3f9a1c; restore.sh --list shows those that exist.',
    })
  })

  test('that somebody else wrote is none', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('x'))
    const other = {
      ...tools,
      settings: { ...tools.settings, secrets: { current: 'z'.repeat(40) } },
    }
    expect(await faultOf(() => readEntry(other, nameOf(id)))).toEqual({
      code: 'untrusted-entry',
      why: `The entry of ${id} does not carry this installation's signature.`,
      mend: 'Look at who else may write to the bucket. After a change of secret, set SNAPPROOF_SECRET_PREVIOUS.',
    })
  })

  test('that keeps changing is tried five times, one that has gone once', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('x'))
    let tries = 0
    const replace = async () => ((tries += 1), 'changed' as const)
    const busy = { ...tools, store: { ...tools.store, replace } }
    const change = (of: string) =>
      faultOf(() => changeEntry(busy, nameOf(of), (entry) => withStart(entry, new Date(0))))
    const contended = (of: string) => ({
      code: 'contended',
      why: `The entry of ${of} kept changing, or went away, while a verdict was written to it.`,
      mend: 'Ask again in a minute; the next run writes it.',
    })
    expect(await change(id)).toEqual(contended(id))
    expect(await change(gone)).toEqual(contended(gone))
    expect(tries).toBe(5)
  })
})

describe('nothing is handed out', () => {
  const refused = (said: Record<string, unknown>, tools = testTools()) =>
    faultOf(() => restore.run(RestoreRequest.parse({ database: 'tokens', ...said }), tools))

  test.each([
    { field: 'list', words: ['yes', 'no', 'sets'] },
    { field: 'look', words: ['yes', 'no'] },
    { field: 'salvage', words: ['yes', 'no'] },
    { field: 'sure', words: ['yes', 'no'] },
    { field: 'place', words: ['first', 'second'] },
  ])('for another word than one of $words in $field', ({ field, words }) => {
    const takes = (said: unknown) =>
      RestoreRequest.safeParse({ database: 'tokens', [field]: said }).success
    expect(words.filter(takes)).toEqual(words)
    expect(['', 'maybe', 'YES', true].filter(takes)).toEqual([])
  })

  test('of a copy that is not there', async () => {
    expect(await refused({ at: gone })).toEqual({
      code: 'not-found',
      why: 'tokens has no copy of that name.',
      mend: `${list('tokens')} shows every copy that there is.`,
    })
  })

  test('for salvage without its ticket', async () => {
    expect(await refused({ salvage: 'yes' })).toEqual({
      code: 'bad-request',
      why: 'A copy that is not sound is handed out by its ticket alone.',
      mend: 'Name it: restore.sh --salvage --at TICKET',
    })
  })

  test('that somebody else wrote the entry of', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('x'))
    const other = {
      ...tools,
      settings: { ...tools.settings, secrets: { current: 'z'.repeat(40) } },
    }
    const { code, why, mend } = await refused({ at: id }, other)
    expect([code, mend]).toEqual([
      'untrusted-entry',
      `Take another one: ${list('tokens')} shows them.`,
    ])
    expect(why).toMatch(new RegExp(`^${id} is not handed out\\. .+`))
  })

  test('of two copies one of which is not there, or another database’s', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('x'))
    for (const [database, other] of [
      ['tokens', gone],
      ['sessions', id],
    ] as const)
      expect(await faultOf(() => compareCopies({ database, tickets: [id, other] }, tools))).toEqual(
        {
          code: 'not-found',
          why: `${database} has no copy ${database === 'tokens' ? gone : id}.`,
          mend: `${list(database)} shows every copy that there is.`,
        },
      )
  })
})

describe('a state that only a newer build can read', () => {
  test.each([
    { name: 'that build watched within half an hour', agoMs: 29 * minuteMs, isTold: false },
    { name: 'nobody has for half an hour', agoMs: 30 * minuteMs, isTold: true },
    { name: 'nobody ever has', agoMs: undefined, isTold: true },
  ])('is told where $name: $isTold', async ({ agoMs, isTold }) => {
    const tools = testTools()
    const channel = fakeChannel('mail')
    // The first minutes of a sixth hour, in which it is told at all.
    const now = Date.parse('2026-03-01T06:05:00.000Z')
    if (agoMs !== undefined) {
      tools.clock.moveTo(new Date(now - agoMs).toISOString())
      await tools.store.put('backups/_state/watch.json', Buffer.from('{}'))
    }
    tools.clock.moveTo(new Date(now).toISOString())
    await tellNewerState('Why.', { ...tools, notifier: fakeNotifier([channel]) })
    expect(channel.heard.map(({ kind }) => kind)).toEqual(isTold ? ['format.newer'] : [])
  })
})

describe('the second place', () => {
  test('cannot be asked where there is none', async () => {
    expect(await faultOf(() => atPlace('second', testTools()))).toEqual({
      code: 'bad-request',
      why: 'No second place is set, so nothing stands there.',
      mend: 'Set SECOND_ENDPOINT and what belongs to it (lib/docs/second-place.md), or ask the first place.',
    })
  })

  test('is written by nobody who only reads there', async () => {
    const tools = testTools()
    const { store } = atSecond({ ...tools, second: tools.store }) ?? tools
    const address = { key: 'x', sizeBytes: 1, sha256: '', md5: '', expiresInSeconds: 1 }
    const source = {
      chunks: (async function* () {})(),
      sizeBytes: 0,
      sha256: '',
      until: AbortSignal.abort(),
    }
    for (const write of [
      () => store.put('backups/x', Buffer.from('x')),
      () => store.create('backups/x', Buffer.from('x')),
      () => store.createFrom('backups/x', source),
      () => store.replace('backups/x', Buffer.from('x'), 'etag'),
      () => store.remove('backups/x'),
      () => store.uploadAddress(address),
    ])
      expect(await faultOf(write)).toEqual({
        code: 'internal',
        why: 'Something was about to be written in the second place by who only reads there; nothing was done.',
        mend: 'This is a mistake in Snapproof: please report it.',
      })
    expect(tools.store.objects.size).toBe(0)
  })
})

test('what was thrown by mistake is told without what it says itself, and a Fault as it is', () => {
  const thrown = new Error('/etc/secret')
  const said = (reference?: string) => {
    const { code, why, mend, cause } = asFault(thrown, reference)
    return { code, why, mend, isKept: cause === thrown }
  }
  const internal = (reference: string) => ({
    code: 'internal',
    why: `Something failed in Snapproof itself (reference ${reference}). Nothing was deleted.`,
    mend: 'Try again; if it stays, look the reference up in the function log.',
    isKept: true,
  })
  expect([said(), said('3f9a1c')]).toEqual([internal('-'), internal('3f9a1c')])
  const fault = new Fault({ code: 'too-many', why: 'Why.', mend: 'Mend.' })
  expect(asFault(fault)).toBe(fault)
})
