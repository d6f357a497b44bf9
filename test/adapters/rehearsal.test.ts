import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { rehearsal as rehearsalOf } from '../../lib/adapters/rehearsal'
import { enginesOf } from '../../lib/edge/tools'
import type { Rehearsed } from '../../lib/ports'
import { judgeAs } from '../../lib/rules/kinds/kinds'
import { expectationsOf } from '../../lib/rules/settings/databases'
import { isWhole } from '../../lib/rules/verdict/verdict'
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
