import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, afterEach, describe, expect, test } from 'vitest'

import { probeBuild } from '../../../lib/cli/doctor/build'

const one = '1'.repeat(64)
const other = '2'.repeat(64)

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-doctor-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A tree in which this was built last. */
const treeOf = (sha256: string): string => {
  const root = path.join(folder, sha256)
  mkdirSync(path.join(root, 'packages/snapshots/status'), { recursive: true })
  const file = path.join(root, 'packages/snapshots/status/build-info.json')
  writeFileSync(file, JSON.stringify({ version: '0.1.0', sha256 }))
  return root
}

let close = (): unknown => undefined
afterEach(() => close())

/** Functions that accept one token, and answer so. */
const answering = async (body: string): Promise<string> => {
  const server = createServer(({ headers, url }, response) => {
    const isKnown = headers.authorization === 'Bearer mine' && url === '/status/json'
    response.writeHead(isKnown ? 200 : 401).end(isKnown ? body : '{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  close = () => server.close()
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const status = (sha256: string) => JSON.stringify({ build: { version: '0.1.0', sha256 } })

describe('the doctor’s look at the build', () => {
  test.each([
    { name: 'what was built here', root: treeOf(one), state: 'ok', says: 'as it was built here' },
    { name: 'another build', root: treeOf(other), state: 'note', says: 'and not 222222222222' },
    { name: 'any build, when none was made here', root: folder, state: 'ok', says: 'none was' },
  ])('knows $name', async ({ root, state, says }) => {
    const seen = await probeBuild(await answering(status(one)), { token: 'mine', root })
    expect(seen.state).toBe(state)
    expect(seen.detail).toContain('111111111111 answers')
    expect(seen.detail).toContain(says)
  })

  test('finds that another secret was deployed than the one in .env', async () => {
    const base = await answering(status(one))
    const seen = await probeBuild(base, { token: 'another', root: folder })
    expect(seen).toMatchObject({
      state: 'wrong',
      mend: expect.stringContaining('SNAPPROOF_SECRET'),
    })
  })

  test.each(['', '<html>', '{}', '{"build":{}}'])(
    'draws nothing from the answer %j',
    async (body) => {
      const seen = await probeBuild(await answering(body), { token: 'mine', root: folder })
      expect(seen.state).toBe('unknown')
    },
  )

  test('draws nothing from silence', async () => {
    const seen = await probeBuild('http://127.0.0.1:9', { token: 'mine', root: folder })
    expect(seen.state).toBe('unknown')
  })
})
