import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import type { Engine } from '../../lib/adapters/reading/engine'
import { rehearsal as rehearsalOf } from '../../lib/adapters/rehearsal'
import { enginesOf } from '../../lib/edge/tools'
import type { ReadAgain, Rehearsed } from '../../lib/ports'
import { judgeAs } from '../../lib/rules/kinds/kinds'
import { expectationsOf } from '../../lib/rules/settings/databases'
import { isWhole } from '../../lib/rules/verdict/verdict'
import { memoryStore } from '../fakes/memory-store'
import { handClock } from '../fakes/tools'
import { gzipRequestFor, requestFor } from '../fixtures/bucket/requests'
import { sound } from '../fixtures/databases'
import { claimOf } from '../fixtures/told/entries'

/** A store of one object, which answers as a test has it answer. */
let answer: RequestListener = (_, response) => void response.end()
const server = createServer((request, response) => answer(request, response))
let origin = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address && typeof address === 'object') origin = `http://127.0.0.1:${address.port}`
})
afterEach(() => server.closeAllConnections())
afterAll(() => void server.close())

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const secretPart = 'signature-0123456789'

const bytes = sound(50)
const { sha256, size_bytes: sizeBytes } = requestFor(bytes)
const claim = claimOf({ sha256, sizeBytes })

const restored = async (
  asked: { claim?: typeof claim; get?: string; seconds?: number } = {},
): Promise<Rehearsed> => {
  const clock = handClock('2026-03-01T01:00:00Z')
  const rehearsal = rehearsalOf({
    engines: enginesOf({
      assets: path.resolve('.build'),
      memoryBytes: 256 * 1024 ** 2,
      tempFolder: folder,
      clock,
    }),
    memoryBytes: 256 * 1024 ** 2,
    tempFolder: folder,
    clock,
    randomHex: (digits) => 'a'.repeat(digits),
  })
  const { seconds = 60 } = asked
  const done = await rehearsal.restore({
    get: asked.get ?? `${origin}/copy?${secretPart}`,
    claim: asked.claim ?? claim,
    expected: expectationsOf({}, 'tokens').asked,
    deadlineAt: new Date(clock.now().getTime() + seconds * 1000),
  })
  expect(JSON.stringify(done)).not.toContain(secretPart)
  expect(JSON.stringify(done)).not.toContain(origin)
  expect(readdirSync(folder)).toEqual([])
  return done
}

const isProven = ({ examination }: Rehearsed) =>
  examination !== undefined && isWhole(judgeAs('sqlite', examination.findings))

describe('a copy is restored as it is stored', () => {
  test.each([
    { name: 'a word that its object was given', encoding: 'gzip' },
    { name: 'another', encoding: 'br' },
    { name: 'a word that nobody knows', encoding: 'aws-chunked' },
  ])('whatever its Content-Encoding says: $name', async ({ encoding }) => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes)
    }
    expect(await restored()).toSatisfy(isProven)
  })

  test('packed, where it was packed on the host and its object says so too', async () => {
    const packed = gzipRequestFor(bytes)
    answer = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed.bytes)
    }
    const {
      sha256: packedSha256,
      size_bytes: packedBytes,
      raw_size_bytes,
      raw_sha256,
    } = packed.request
    const done = await restored({
      claim: {
        ...claim,
        sha256: packedSha256,
        sizeBytes: packedBytes,
        encoding: 'gzip',
        rawSizeBytes: raw_size_bytes,
        rawSha256: raw_sha256,
      },
    })
    expect(done).toSatisfy(isProven)
    expect(done.steps.map(({ step }) => step)).toEqual(['fetch', 'hash', 'unpack', 'open'])
  })

  test('unpacks an archive whatever stands behind its end, as gzip does', async () => {
    const followed = Buffer.concat([gzipSync(bytes), Buffer.from('-- the end --')])
    answer = (_, response) => void response.end(followed)
    const packed = {
      ...claim,
      sha256: requestFor(followed).sha256,
      sizeBytes: followed.length,
      encoding: 'gzip' as const,
      rawSizeBytes: undefined,
      rawSha256: undefined,
    }
    expect(await restored({ claim: packed })).toSatisfy(isProven)
  })

  test('asks for nothing but those bytes', async () => {
    let asked: { method?: string | undefined; encoding?: string | undefined } = {}
    answer = ({ method, headers }, response) => {
      asked = { method, encoding: headers['accept-encoding'] }
      response.end(bytes)
    }
    expect(await restored()).toSatisfy(isProven)
    expect(asked).toEqual({ method: 'GET', encoding: 'identity' })
  })
})

describe('an address that does not hand the copy out', () => {
  test.each([429, 500, 502, 503, 504])(
    'says nothing of it while the store is away: %i',
    async (status) => {
      answer = (_, response) => void response.writeHead(status).end(bytes)
      const said = await restored()
      expect(said.failed).toBeUndefined()
      expect(said.undone).toBe('It could not be fetched or written now.')
    },
  )

  test.each([301, 302, 307, 403, 404, 206])('speaks against it: %i', async (status) => {
    const asked: string[] = []
    answer = ({ url = '' }, response) => {
      asked.push(url)
      response.writeHead(status, { location: `${origin}/elsewhere` }).end(bytes)
    }
    expect((await restored()).failed).toBe(`The address that was handed out answers ${status}.`)
    // It is followed nowhere: who answers for the store may not send us to another place.
    expect(asked).toHaveLength(1)
  })

  test('speaks against it where it hands out less than is stored', async () => {
    answer = (_, response) => void response.end(bytes.subarray(0, 5000))
    expect((await restored()).failed).toBe(`5000 bytes came; ${bytes.length} are stored.`)
  })

  test.each([
    {
      name: 'breaks off in the middle',
      how: ((_, response) => {
        response.writeHead(200, { 'content-length': bytes.length })
        response.write(bytes.subarray(0, 5000), () => response.destroy())
      }) satisfies RequestListener,
    },
    { name: 'hangs up', how: ((request) => request.socket.destroy()) satisfies RequestListener },
    { name: 'never answers', how: (() => undefined) satisfies RequestListener },
    {
      name: 'never ends',
      how: ((_, response) => {
        response.writeHead(200, { 'content-length': bytes.length })
        response.write(bytes.subarray(0, 5000))
      }) satisfies RequestListener,
    },
  ])('says nothing of it where it $name', async ({ how }) => {
    answer = how
    const done = await restored({ seconds: 1 })
    expect(done).toMatchObject({ undone: 'It could not be fetched or written now.' })
    expect(done.failed).toBeUndefined()
  })

  test.each(['http://127.0.0.1:1/copy', 'memory:get:backups/x', 'no address at all'])(
    'says nothing of it where it leads nowhere: %s',
    async (get) => {
      const done = await restored({ get: `${get}?${secretPart}`, seconds: 1 })
      expect(done).toMatchObject({ undone: 'It could not be fetched or written now.' })
    },
  )
})

test('a copy of a kind that only a newer build knows says nothing against itself', async () => {
  answer = (_, response) => void response.end(bytes)
  const done = await restored({ claim: { ...claim, kind: 'pages' } })
  expect(done).toMatchObject({
    undone: 'This build knows no engine for its kind; a newer one does.',
  })
  expect(done.failed).toBeUndefined()
  expect(done.examination).toBeUndefined()
})

describe('step by step', () => {
  const gib = 1024 ** 3

  /** An engine that opens anything in two seconds, and what it was given. */
  const world = ({ spoolBytes = gib }: { spoolBytes?: number } = {}) => {
    const clock = handClock('2026-03-01T01:00:00Z')
    const opened: unknown[] = []
    const again: { held: string; order: ReadAgain }[] = []
    const engine: Engine = {
      examiner: (open) => async (order) => {
        const source = await open(order)
        const parts: Uint8Array[] = []
        for await (const chunk of source?.chunks ?? []) parts.push(chunk)
        const mode = statSync(order.key).mode % 0o1000
        const { claim: told } = order
        const held = Buffer.concat(parts).toString()
        opened.push({
          held,
          sizeBytes: source?.sizeBytes,
          isFile: source?.file === order.key,
          mode,
          told,
        })
        clock.passSeconds(2)
        return { findings: [], method: 'fake', tookMs: 2000 }
      },
      readAgain: async (chunks, order) => {
        const parts: Uint8Array[] = []
        for await (const chunk of chunks) parts.push(chunk)
        again.push({ held: Buffer.concat(parts).toString(), order })
        clock.passSeconds(1)
        return { agreeing: 1, others: 0, named: [] }
      },
    }
    const rehearsal = rehearsalOf({
      engines: { sqlite: engine },
      memoryBytes: 4 * gib,
      tempFolder: folder,
      spoolBytes,
      clock,
      randomHex: (digits) => 'a'.repeat(digits),
    })
    const orderFor = (stored: Buffer, more: Partial<typeof claim> = {}) => ({
      get: `${origin}/copy`,
      claim: {
        ...claimOf({ sha256: requestFor(stored).sha256, sizeBytes: stored.length }),
        ...more,
      },
      expected: 'what is expected',
      deadlineAt: new Date(clock.now().getTime() + 60_000),
    })
    return { clock, opened, again, rehearsal, orderFor }
  }

  const plain = Buffer.from('a copy')
  const packed = gzipSync(plain)
  const serve = (stored: Buffer) => {
    answer = (_, response) => void response.end(stored)
  }

  test('it is fetched, held against its hash, and opened, in a file of our own alone', async () => {
    const { rehearsal, orderFor, opened } = world()
    serve(plain)
    const order = orderFor(plain)
    expect(await rehearsal.restore(order)).toEqual({
      steps: [
        { step: 'fetch', tookMs: 0 },
        { step: 'hash', tookMs: 0 },
        { step: 'open', tookMs: 2000 },
      ],
      examination: { findings: [], method: 'fake', tookMs: 2000 },
    })
    expect(opened).toEqual([
      { held: 'a copy', sizeBytes: 6, isFile: true, mode: 0o600, told: order.claim },
    ])
  })

  test('what was packed is opened as what is in it, by what is known of that', async () => {
    const known = {
      encoding: 'gzip',
      rawSizeBytes: 6,
      rawSha256: requestFor(plain).sha256,
    } as const
    const unknown = { ...known, rawSizeBytes: undefined, rawSha256: undefined }
    for (const more of [known, unknown]) {
      const { rehearsal, orderFor, opened } = world()
      serve(packed)
      const { steps } = await rehearsal.restore(orderFor(packed, more))
      expect(steps.map(({ step }) => step)).toEqual(['fetch', 'hash', 'unpack', 'open'])
      const told = { encoding: 'identity', sizeBytes: 6, sha256: more.rawSha256 }
      expect(opened).toMatchObject([{ held: 'a copy', mode: 0o600, told }])
    }
  })

  test('other bytes speak against it, unless nobody knows which they were', async () => {
    const { rehearsal, orderFor } = world()
    serve(plain)
    const other = orderFor(plain, { sha256: 'f'.repeat(64) })
    expect(await rehearsal.restore(other)).toEqual({
      steps: [
        { step: 'fetch', tookMs: 0 },
        { step: 'hash', tookMs: 0 },
      ],
      failed: 'The SHA-256 of the fetched file is not the copy’s.',
    })
    const adopted = await rehearsal.restore(orderFor(plain, { sha256: undefined }))
    expect(adopted.failed).toBeUndefined()
  })

  test('an archive that is cut speaks against it', async () => {
    const { rehearsal, orderFor } = world()
    const half = packed.subarray(0, -9)
    serve(half)
    expect(await rehearsal.restore(orderFor(half, { encoding: 'gzip' }))).toMatchObject({
      failed: 'The archive cannot be unpacked.',
    })
  })

  test('it is not begun where there is no room for it, packed and unpacked', async () => {
    serve(packed)
    const neededBytes = packed.length + plain.length
    const order = (spoolBytes: number) => {
      const { rehearsal, orderFor } = world({ spoolBytes })
      return rehearsal.restore(orderFor(packed, { encoding: 'gzip', rawSizeBytes: plain.length }))
    }
    expect((await order(neededBytes)).undone).toBeUndefined()
    expect(await order(neededBytes - 1)).toEqual({
      steps: [],
      undone: 'There is no room for it here.',
    })
  })

  test('what it tells of is read again, until ten seconds are left of the time', async () => {
    const { rehearsal, orderFor, again, clock } = world()
    serve(plain)
    const app = memoryStore(clock).appObjects
    const order = { ...orderFor(plain), again: { app, seed: 'one' } }
    expect(await rehearsal.restore(order)).toMatchObject({
      steps: [{}, {}, { step: 'open' }, { step: 'read again', tookMs: 1000 }],
      again: { agreeing: 1, others: 0, named: [] },
    })
    const [{ held, order: asked } = { held: '', order: undefined }] = again
    expect(held).toBe('a copy')
    expect(asked).toMatchObject({ seed: 'one', expected: 'what is expected' })
    expect(asked?.app).toBe(app)
    clock.moveTo(new Date(order.deadlineAt.getTime() - 10_000).toISOString())
    expect(asked?.isOver()).toBe(false)
    clock.moveTo(new Date(order.deadlineAt.getTime() - 9_999).toISOString())
    expect(asked?.isOver()).toBe(true)
  })

  test('however much time there is, no timer is set to more than there can be', async () => {
    const { rehearsal, orderFor, clock } = world()
    serve(plain)
    const deadlineAt = new Date(clock.now().getTime() + 60 * 24 * 3_600_000)
    expect((await rehearsal.restore({ ...orderFor(plain), deadlineAt })).undone).toBeUndefined()
  })

  test('what a drill left that was killed is swept an hour later, and nothing else is', async () => {
    const { rehearsal, orderFor, clock } = world()
    const hourAgo = clock.now().getTime() - 3_600_000
    const made = [
      ['snapproof-drill-old', hourAgo - 1000],
      ['snapproof-drill-new', hourAgo],
      ['another-old', hourAgo - 1000],
    ] as const
    for (const [name, at] of made) {
      mkdirSync(path.join(folder, name))
      utimesSync(path.join(folder, name), new Date(at), new Date(at))
    }
    serve(plain)
    await rehearsal.restore(orderFor(plain))
    expect(readdirSync(folder).toSorted()).toEqual(['another-old', 'snapproof-drill-new'])
    for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true })
  })

  test('bytes that were made here are opened as they are, and stay nowhere', async () => {
    const { rehearsal, orderFor, opened } = world()
    const { get: _, ...order } = orderFor(plain)
    expect(await rehearsal.open(plain, order)).toMatchObject({ method: 'fake' })
    expect(await rehearsal.open(Buffer.alloc(0), order)).toMatchObject({ method: 'fake' })
    expect(opened).toMatchObject([
      { held: 'a copy', sizeBytes: 6, mode: 0o600 },
      { held: '', sizeBytes: 0 },
    ])
    expect(readdirSync(folder)).toEqual([])
  })
})
