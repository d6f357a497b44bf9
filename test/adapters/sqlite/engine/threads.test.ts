/** Which thread gets the next snapshot? Asked with threads that do as the order's words tell them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { planMemory } from '../../../../lib/adapters/sqlite/engine/memory-plan'
import type { Ending } from '../../../../lib/adapters/sqlite/engine/thread'
import { startAhead, startChecker } from '../../../../lib/adapters/sqlite/engine/threads'
import type { Checker } from '../../../../lib/adapters/sqlite/engine/threads'
import { expectationsOf } from '../../../../lib/rules/settings/databases'
import { askedOf } from '../../../fakes/tools'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-threads-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const workerPath = path.join(folder, 'worker.cjs')
writeFileSync(
  workerPath,
  `const { parentPort, threadId, workerData } = require('node:worker_threads')
  require('node:fs').appendFileSync(workerData.wasmPath, threadId + '\\n')
  const tell = (news) => parentPort.postMessage(news)
  if (!workerData.kept) tell({ kind: 'kept', kept: { compiled: new Map(), tested: threadId } })
  parentPort.on('message', ({ source: { words } }) => {
    tell({ kind: 'method', method: threadId + ' after ' + (workerData.kept?.tested ?? 'none') })
    if (words === 'loops') for (;;);
    if (words === 'throws') throw new Error('a fault of its own')
    if (words === 'fills') throw Object.assign(new Error('full'), { code: 'ERR_WORKER_OUT_OF_MEMORY' })
    if (words === 'exits') process.exit(0)
    tell({ kind: 'done', isFit: words !== 'odd' })
    if (words === 'dies afterwards') process.exit(0)
  })`,
)

/** A machine that is busy makes no test red. */
const patiently = { timeout: 120_000 }

let started = 0

/** Threads of one sort: no other test finds them at rest. Each writes its name into the file of its sort. */
const sort = () => ({
  ...planMemory(256 * 1024 ** 2),
  workerPath,
  wasmPath: path.join(folder, `sort ${(started += 1)}`),
})

const namesIn = ({ wasmPath }: ReturnType<typeof sort>): string[] =>
  existsSync(wasmPath) ? readFileSync(wasmPath, 'utf8').trim().split('\n') : []

/** Which thread it was, and whose findings it was given. */
const asked = (checker: Checker, words: string): Promise<{ said: string; ending: Ending }> =>
  new Promise((resolve) => {
    let said = ''
    const source = { kind: 'file', fd: 0, sizeBytes: 0, words } as const
    const expected = askedOf({ expected: expectationsOf({}, '').asked })
    const order = { source, expected, takenAt: '', hostSays: '' }
    const running = checker.run(order, (news) => {
      if (news.kind !== 'method') return
      said = news.method
      if (words === 'loops') resolve({ said, ending: 'done' })
    })
    void running.then((ending) => resolve({ said, ending }))
  })

const examined = async (start: ReturnType<typeof sort>, words = 'well'): Promise<string> => {
  const checker = startChecker(start)
  const { said } = await asked(checker, words)
  await checker.end()
  return said
}

const threadOf = (said: string): string => said.split(' ')[0] ?? ''

describe('a thread that came to its end without anything odd', () => {
  test('is given the next snapshot', async () => {
    const start = sort()
    const first = await examined(start)
    expect(await examined(start)).toBe(first)
    expect(await examined(start)).toBe(first)
  })

  test('is given none of another sort, of other limits', async () => {
    const start = sort()
    const first = await examined(start)
    expect(await examined({ ...start, memoryCapBytes: 1 })).not.toBe(first)
  })

  test('and was never asked is as good', async () => {
    const start = sort()
    const one = startChecker(start)
    await one.end()
    const next = startChecker(start)
    const { said } = await asked(next, 'well')
    await next.end()
    // The first of its sort: nobody had found anything out before.
    expect(said).toContain('after none')
  })
})

describe('a new one takes the place of a thread', () => {
  test.each(['odd', 'throws', 'loops'])('that was %s', async (words) => {
    const start = sort()
    const first = await examined(start, words)
    const second = await examined(start)
    expect(threadOf(second)).not.toBe(threadOf(first))
    expect(await examined(start)).toBe(second)
  })

  test('that died at rest', async () => {
    const start = sort()
    const first = await examined(start, 'dies afterwards')
    await expect.poll(() => examined(start).then(threadOf), patiently).not.toBe(threadOf(first))
  })

  test('and knows what the first one found out', async () => {
    const start = sort()
    const first = await examined(start, 'odd')
    expect(first).toContain('after none')
    expect(await examined(start)).toContain(`after ${threadOf(first)}`)
  })

  test('and whoever waits for the one before hears why there is no answer', async () => {
    const checker = startChecker(sort())
    expect((await asked(checker, 'throws')).ending).toMatchObject({
      detail: 'The check stopped half-way for a reason of its own.',
    })
    await checker.end()
  })
})

describe('several snapshots at once', () => {
  test('have a thread each, and two of these are kept', async () => {
    const start = sort()
    const some = [startChecker(start), startChecker(start), startChecker(start)]
    const said = await Promise.all(some.map((one) => asked(one, 'well')))
    const first = said.map((one) => threadOf(one.said))
    expect(new Set(first).size).toBe(3)
    for (const one of some) await one.end()
    const others = [startChecker(start), startChecker(start), startChecker(start)]
    const again = await Promise.all(others.map((one) => asked(one, 'well')))
    const known = again.filter(({ said: which }) => first.includes(threadOf(which)))
    expect(known).toHaveLength(2)
    for (const one of others) await one.end()
  })

  test('that end twice are put to rest once', async () => {
    const start = sort()
    const one = startChecker(start)
    await asked(one, 'well')
    await one.end()
    await one.end()
    const [two, three] = [startChecker(start), startChecker(start)]
    const which = await Promise.all([asked(two, 'well'), asked(three, 'well')])
    expect(threadOf(which[0].said)).not.toBe(threadOf(which[1].said))
    await Promise.all([two.end(), three.end()])
  })
})

describe('a process that will be asked', () => {
  test('has a thread before it is, and another one once that had to be ended', async () => {
    const start = sort()
    startAhead(start)
    startAhead(start)
    await expect.poll(() => namesIn(start), patiently).toHaveLength(1)
    const [first] = namesIn(start)
    expect(threadOf(await examined(start, 'odd'))).toBe(first)
    await expect.poll(() => namesIn(start), patiently).toHaveLength(2)
    const [, second] = namesIn(start)
    expect(threadOf(await examined(start))).toBe(second)
    expect(namesIn(start)).toHaveLength(2)
  })
})

describe('a thread that comes to no end of its own', () => {
  const mend =
    'It is tried again by itself. If it stays, fetch it with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it.'

  test.each([
    {
      words: 'throws',
      ending: { detail: 'The check stopped half-way for a reason of its own.', mend },
    },
    {
      words: 'fills',
      ending: { detail: 'The check ran out of memory before it had an answer.', mend },
    },
    {
      words: 'exits',
      ending: {
        detail: 'The check ended without an answer.',
        mend: 'It is tried again by itself.',
      },
    },
  ])('is told as what became of it: it $words', async ({ words, ending }) => {
    const checker = startChecker(sort())
    expect((await asked(checker, words)).ending).toEqual(ending)
    // And so is whoever asks it once more.
    expect((await asked(checker, 'well')).ending).toEqual(ending)
    await checker.end()
  })
})
