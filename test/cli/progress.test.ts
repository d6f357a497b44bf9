/** Is one told that it is still at work, at a terminal alone; and is nothing left by a command that is ended? */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { startProgress, tellingStore, withProgress } from '../../lib/cli/progress'
import { some } from '../cases'
import { startCommand } from '../fakes/command'
import { memoryStore } from '../fakes/memory-store'

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const terminal = (isTTY: boolean) => {
    const written: string[] = []
    return { written, isTTY, write: (text: string) => written.push(text) }
  }

  test('is one line, told anew each second, of which nothing stays', () => {
    const to = terminal(true)
    const progress = startProgress('drill', to)
    vi.advanceTimersByTime(900)
    expect(to.written).toEqual([])
    progress.doing('tokens, 3 requests to the store')
    vi.advanceTimersByTime(1_100)
    expect(to.written.at(-1)).toBe('\r\u001B[Kdrill  2 s  tokens, 3 requests to the store')
    progress.doing('x'.repeat(200))
    vi.advanceTimersByTime(1_000)
    expect(to.written.at(-1)?.length).toBeLessThan(80)
    progress.end()
    expect(to.written.at(-1)).toBe('\r\u001B[K')
    const before = to.written.length
    vi.advanceTimersByTime(10_000)
    expect(to.written).toHaveLength(before)
  })

  test('leaves room for what is printed meanwhile, once', () => {
    const to = terminal(true)
    const progress = startProgress('drill', to)
    progress.clear()
    vi.advanceTimersByTime(1_000)
    progress.clear()
    progress.clear()
    expect(to.written.filter((text) => text === '\r\u001B[K')).toHaveLength(1)
    progress.end()
  })

  test('is told to nobody who reads errors from a file or a pipe', () => {
    const to = terminal(false)
    const progress = startProgress('drill', to)
    progress.doing('tokens')
    vi.advanceTimersByTime(5_000)
    progress.end()
    expect(to.written).toEqual([])
  })

  test('knows of the store which database it is at, and answers as the store does', async () => {
    const to = terminal(true)
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => to.write(String(text)) > 0)
    const isTTY = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY')
    Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true })
    const store = tellingStore(memoryStore({ now: () => new Date(0) }), 'backups/')
    await withProgress('drill', async () => {
      expect(await store.head('backups/_state/watch.json')).toBeUndefined()
      expect(await store.head('backups/shop/2026/11/x.db')).toBeUndefined()
      vi.advanceTimersByTime(1_000)
    })
    if (isTTY) Object.defineProperty(process.stderr, 'isTTY', isTTY)
    else Reflect.deleteProperty(process.stderr, 'isTTY')
    vi.restoreAllMocks()
    expect(to.written[0]).toBe('\r\u001B[Kdrill  1 s  shop, 2 requests to the store')
  })
})

const store = (port: number) => ({
  PATH: process.env['PATH'] ?? '',
  SPACES_ENDPOINT: `http://127.0.0.1:${port}`,
  SPACES_REGION: 'x',
  SPACES_BUCKET: 'copies',
  SPACES_API_KEY: 'a',
  SPACES_API_SECRET: 'b',
  SNAPPROOF_SECRET: '0123456789abcdef0123456789abcdef',
})

describe('a command', () => {
  test.each(some(['SIGINT', 'SIGTERM'] as const, 1))(
    'that is ended by %s leaves no temporary file',
    async (signal) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-traces-'))
      const hanging = createServer(() => child.kill(signal))
      await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
      const address = hanging.address()
      const port = typeof address === 'object' && address ? address.port : 0
      const script = `require(${JSON.stringify(path.resolve('.build/snapproof.cjs'))}).main(['list'], ${JSON.stringify(folder)})`
      const child = spawn(process.execPath, ['-e', script], {
        env: { ...store(port), TMPDIR: folder },
      })
      const code = await new Promise((resolve) => child.on('close', resolve))
      hanging.closeAllConnections()
      hanging.close()
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143)
      expect(readdirSync(folder)).toEqual([])
      rmSync(folder, { recursive: true })
    },
  )

  test('whose store is away names what a person can look at', async () => {
    const command = startCommand()
    const { code, stderr } = await command.run(['list'], store(1))
    command.end()
    expect(code).toBe(2)
    expect(stderr).toContain('mend: Check SPACES_ENDPOINT in .env and the network from here')
    expect(stderr).not.toContain('tried again by itself')
  })
})
