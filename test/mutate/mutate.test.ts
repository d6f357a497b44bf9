/** The run of mutants draws what its seed says, breaks what it names, and asks the tests near it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { describe, expect, test } from 'vitest'
import { parseAst } from 'vitest/node'

import { excuseOf, isTheMutants, shuffled } from './mutate'
import { nearTests } from './near'
import { pointsOf } from './points'
import type { Mutant } from './points'
import { scratchOf } from './scratch'
import { shellPointsOf } from './shell-points'
import { readReport } from './trial'
import { takeTurns } from './turns'

const brokenBy = (text: string, { start, end, text: other }: Mutant): string =>
  text.slice(0, start) + other + text.slice(end)

const brokenLines = (text: string): string[] =>
  pointsOf('lib/a.ts', text, parseAst).map((mutant) => brokenBy(text, mutant))

const brokenScripts = (text: string): string[] =>
  shellPointsOf('lib/droplet/a.sh', text).map((mutant) => brokenBy(text, mutant))

describe('a line of TypeScript', () => {
  test.each([
    ['a < b', ['a <= b', 'a > b']],
    ['a === b', ['a !== b']],
    ['a && b', ['a || b']],
    ['a ?? b', ['a', '(b)']],
    ['!a', ['a']],
    ['a ? 1 : 2', ['!(a) ? 1 : 2', 'a ? 2 : 2', 'a ? 1 : 3']],
    ['true', ['false']],
    ["'word'", ["''"]],
    ['[1]', ['[]', '[2]']],
    ['a.filter(b)', ['a']],
    ['a.some(b)', ['a.every(b)']],
    ['a.toString(16)', ['a.toString(17)']],
    ['64 * mebibyte', ['64 / mebibyte', '640 * mebibyte']],
    ['8 * 1024 ** 2', ['8 / 1024 ** 2', '80 * 1024 ** 2', '8 * 1024 ** 3']],
  ])('%s may be wrong in each of its places', (said, broken) => {
    const lines = brokenLines(`const it = ${said}`)
    expect(lines).toEqual(broken.map((one) => `const it = ${one}`))
  })

  test.each([
    ['call(a)', [';']],
    ['if (a) b()', ['if (!(a)) b()', 'if (a) ;']],
    [
      'try { a() } catch { b() }',
      ['{ a() }', 'try { ; } catch { b() }', 'try { a() } catch { ; }'],
    ],
    ['const f = () => { return a.b }', ['const f = () => { return undefined }']],
  ])('%s may be left out, or turned about', (said, broken) => {
    expect(brokenLines(said)).toEqual(broken)
  })

  test.each([
    "import { a } from './a'",
    "type A = 'a' | 'b'",
    "const a: 'a' = b",
    "b({ 'a-b': c })",
  ])('%s holds no place but what is computed', (said) => {
    expect(brokenLines(said).filter((one) => one !== ';')).toEqual([])
  })
})

describe('a line of a script', () => {
  test.each([
    ['if [ -n "$a" ]; then', [':', 'if ! [ -n "$a" ]; then', 'if [ -z "$a" ]; then']],
    ['[ "$a" -gt 3 ] || exit 2', [':', '[ "$a" -gt 3 ] && exit 2', '[ "$a" -ge 3 ] || exit 2']],
    ['while ! a; do', [':', 'while a; do']],
  ])('%s may be wrong', (said, broken) => {
    expect(brokenScripts(said)).toEqual(expect.arrayContaining(broken))
  })

  test('is a comment or a text for people, and no place', () => {
    expect(brokenScripts('# if this\n\ncat <<EOF\nif a && b\nEOF')).toEqual([
      '# if this\n\n:\nif a && b\nEOF',
    ])
  })
})

test('a seed draws the same ones in the same order, and another seed others', () => {
  const all = pointsOf('lib/a.ts', 'const a = [1, 2, 3, 4, 5, 6, 7, 8]', parseAst)
  expect(shuffled(all, 7)).toEqual(shuffled(all, 7))
  expect(shuffled(all, 7)).not.toEqual(shuffled(all, 8))
  expect(shuffled(all, 7)).toHaveLength(all.length)
})

test('an excuse holds for one change of one line, and for none that reads otherwise', () => {
  const text = 'const a = b < c'
  const [mutant] = pointsOf('lib/a.ts', text, parseAst)
  const excuse = { file: 'lib/a.ts', line: text, was: '<', text: '<=', why: 'never equal' }
  const isExcused = (original: string) => mutant && excuseOf(mutant, original, [excuse])
  expect(isExcused(text)).toEqual(excuse)
  expect(isExcused('const a = b < d')).toBeUndefined()
})

test.each([
  { is: 'failed', tookMs: 1, passesMs: 600, isIts: true },
  { is: 'timed out', tookMs: 600, passesMs: 199, isIts: true },
  { is: 'timed out', tookMs: 600, passesMs: 200, isIts: false },
] as const)('$is after $tookMs, and without it passed after $passesMs', (one) => {
  const without = { is: 'passed', tookMs: one.passesMs } as const
  expect(isTheMutants(one, without)).toBe(one.isIts)
  expect(isTheMutants(one, { ...without, is: 'timed out' })).toBe(false)
})

test.each([
  { said: ['AssertionError: expected 1 to be 2'], isByTheClock: false },
  {
    said: ['Error: Test timed out in 180000ms.\nIf this is', 'Error: Hook timed out in 9ms.'],
    isByTheClock: true,
  },
  {
    said: ['Error: Test timed out in 180000ms.', 'AssertionError: expected 1'],
    isByTheClock: false,
  },
  { said: [], isByTheClock: false },
])('a report in which $said.length were wrong', ({ said, isByTheClock }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-report-'))
  const file = path.join(folder, 'report.json')
  const assertionResults = said.map((one) => ({ failureMessages: [one] }))
  const testResults = [{ name: path.join(folder, 'a.test.ts'), status: 'failed', assertionResults }]
  writeFileSync(file, JSON.stringify({ testResults }))
  expect(readReport(folder, file)).toEqual({ failed: ['a.test.ts'], passed: [], isByTheClock })
  rmSync(folder, { recursive: true })
})

test('the tests near a file are its namesakes and importers, then those of its room, then who comes to it', () => {
  const graph = new Map<string, readonly string[]>([
    ['lib/rules/fall/fall.ts', []],
    ['lib/rules/digest/week.ts', ['lib/rules/fall/fall.ts']],
    ['test/rules/fall/fall-laws.test.ts', []],
    ['test/rules/fall/levels.test.ts', []],
    ['test/rules/digest/week.test.ts', ['lib/rules/digest/week.ts']],
    ['test/journey/compare.test.ts', ['lib/rules/fall/fall.ts']],
    ['lib/edge/page/weeks.ts', ['lib/rules/digest/week.ts']],
    ['lib/edge/serve.ts', ['lib/edge/page/weeks.ts']],
    ['test/edge/serve.test.ts', ['lib/edge/serve.ts']],
    ['test/edge/other.test.ts', []],
    ['test/ceph/path.test.ts', ['lib/edge/serve.ts']],
    ['test/simulation/world.test.ts', ['lib/rules/fall/fall.ts']],
  ])
  expect(nearTests('lib/rules/fall/fall.ts', graph)).toEqual({
    nearest: ['test/rules/fall/fall-laws.test.ts', 'test/journey/compare.test.ts'],
    further: ['test/rules/fall/levels.test.ts', 'test/rules/digest/week.test.ts'],
    built: [],
    around: ['test/rules/fall/fall-laws.test.ts', 'test/journey/compare.test.ts'],
    rest: ['test/simulation/world.test.ts', 'test/edge/serve.test.ts'],
  })
})

test('who sees a file in a program that was built before is asked again with one that was built since', () => {
  const graph = new Map([
    ['lib/adapters/sqlite/checks/rows.ts', []],
    ['lib/adapters/sqlite/engine/worker.ts', ['lib/adapters/sqlite/checks/rows.ts']],
    ['lib/adapters/sqlite/engine/threads.ts', ['lib/adapters/sqlite/engine/worker.ts']],
    [
      'test/adapters/sqlite/checks/rows.test.ts',
      ['lib/adapters/sqlite/checks/rows.ts', 'lib/adapters/sqlite/engine/threads.ts'],
    ],
    ['test/adapters/sqlite/checks/rows-laws.test.ts', ['lib/adapters/sqlite/checks/rows.ts']],
  ])
  const { nearest, built } = nearTests('lib/adapters/sqlite/checks/rows.ts', graph)
  expect(nearest).toHaveLength(2)
  expect(built).toEqual(['test/adapters/sqlite/checks/rows.test.ts'])
})

describe('several at a time', () => {
  const turnsOf = async (words: readonly string[], sample: number, isOver = () => false) => {
    const takenBy = new Map<string, number[]>()
    let atOnce = 0
    let most = 0
    const answers = await takeTurns({
      items: words,
      workers: ['one', 'other'],
      sample,
      counts: (word) => word !== 'no mutant',
      isOver,
      async take(worker, word, at) {
        takenBy.set(worker, [...(takenBy.get(worker) ?? []), at])
        atOnce += 1
        most = Math.max(most, atOnce)
        await new Promise(setImmediate)
        atOnce -= 1
        return word
      },
    })
    return { answers, most, places: [...takenBy.values()].flat().toSorted((a, b) => a - b) }
  }

  test('each place is tried once, by two workers at a time', async () => {
    const { answers, most, places } = await turnsOf(Array<string>(5).fill('killed'), 100)
    expect(answers).toHaveLength(5)
    expect(places).toEqual([0, 1, 2, 3, 4])
    expect(most).toBe(2)
  })

  test('for what does not count another place is tried, and none beyond the sample', async () => {
    const words = ['killed', 'no mutant', 'killed', 'no mutant', 'killed', 'killed', 'killed']
    const { answers, places } = await turnsOf(words, 3)
    expect(answers.filter((word) => word === 'killed')).toHaveLength(3)
    expect(places).toEqual([0, 1, 2, 3, 4])
  })

  test('none is begun after its time', async () => {
    let asked = 0
    const { places } = await turnsOf(Array<string>(5).fill('killed'), 5, () => {
      asked += 1
      return asked > 3
    })
    expect(places).toEqual([0, 1, 2])
  })
})

test('every user of the machine comes to the copy of the tree, as the tests start scripts as another', () => {
  const tree = mkdtempSync(path.join(tmpdir(), 'snapproof-tree-'))
  execFileSync('git', ['init', '-q'], { cwd: tree })
  writeFileSync(path.join(tree, 'a.sh'), 'true')
  const scratch = scratchOf(tree)
  try {
    expect(readdirSync(scratch.root).toSorted()).toEqual(['a.sh', 'node_modules'])
    expect(statSync(scratch.root).mode & 0o777).toBe(0o755)
  } finally {
    scratch.remove()
    rmSync(tree, { recursive: true })
  }
})
