import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { build } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'

import { casesOf, slow, some } from '../cases'

import { prepare } from './cases/apply'
import { spelledOut } from './cases/bases'
import { caseOf } from './cases/generate'
import { minimise } from './cases/minimise'
import { randomDatabase } from './cases/random-database'
import { readRecipe, written } from './cases/recipe'
import type { Recipe } from './cases/recipe'
import { fuzzDumps, outlineIn } from './dumps/fuzz'
import { fuzz } from './fuzz'
import type { Finding } from './fuzz'
import { labIn } from './judges/examine'
import { brokenLaws } from './judges/laws'
import { keepFinding, main, summary } from './main'
import { tryCase } from './trial'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-fuzz-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The laboratory with another worker in it: one file of lib/ changed, and lib/ itself untouched. */
const labWith = async (name: string, file: string, from: string, to: string) => {
  const workerPath = path.join(folder, `${name}.cjs`)
  const text = readFileSync(file, 'utf8')
  expect(text).toContain(from)
  await build({
    entryPoints: ['lib/adapters/sqlite/engine/worker.ts'],
    outfile: workerPath,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    plugins: [
      {
        name: 'mutant',
        setup: ({ onLoad }) =>
          onLoad({ filter: new RegExp(`${path.basename(file)}$`) }, ({ path: loaded }) =>
            path.resolve(file) === loaded
              ? { contents: text.replace(from, to), loader: 'ts' }
              : undefined,
          ),
      },
    ],
  })
  const own = mkdtempSync(path.join(folder, `${name}-`))
  return { ...labIn(own, path.resolve('.build')), workerPath, limitMs: 120_000 }
}

const kept = (name: string) => readRecipe(readFileSync(`test/corpus/${name}.json`, 'utf8'))

describe('the fuzzing can fail', () => {
  test('an examiner that skips the structure is caught within forty cases', slow, async () => {
    const lab = await labWith(
      'blind',
      'lib/adapters/sqlite/checks/structure.ts',
      'const answer = asked(session, plan)',
      `return { finding: judgeStructure({ rows: [['ok']] }), way: 'none' }; const answer = asked(session, plan)`,
    )
    const found: Finding[] = []
    const tally = await fuzz({
      lab,
      seed: '1',
      goesOn: ({ tried, violations }) => tried < 40 && violations === 0,
      onFinding: (one) => void found.push(one),
      shrink: (recipe) => Promise.resolve(recipe),
      // This process has run all the other tests.
      mostMb: Infinity,
    })
    expect(tally.violations).toBe(1)
    expect(found[0]?.broken[0]).toMatch(/^(sound|whole), though sqlite3 says/)
    expect(summary(tally)).toMatch(
      /^\d+ files and a quick look at \d+ more, \d+ passed, .* 1 violations$/,
    )
    const file = keepFinding(
      path.join(folder, 'kept'),
      found[0] ?? { seed: '', recipe: caseOf(''), broken: [] },
    )
    const { why, ...again } = readRecipe(readFileSync(file, 'utf8'))
    expect(why).toBe(found[0]?.broken[0])
    expect(prepare(again).bytes.equals(prepare(caseOf(found[0]?.seed ?? '')).bytes)).toBe(true)
  })

  const mends = [
    {
      name: 'json-path-in-a-check',
      file: 'lib/rules/kinds/sqlite/checks.ts',
      from: 'const error = withoutValues(said)',
      to: 'const error = said',
      says: /a text tells what stands in a row/,
    },
    {
      name: 'empty-index-without-a-root',
      file: 'lib/adapters/sqlite/checks/roots.ts',
      from: 'if (!isRoot)',
      to: 'if (false)',
      says: /^sound, though sqlite3 says .*malformed/,
    },
  ]
  test.each(some(mends, 1))(
    '$name is seen again where its mend is taken away',
    async ({ name, file, from, to, says }) => {
      const lab = await labWith(name, file, from, to)
      const broken = brokenLaws(await tryCase(lab, kept(name), ['in place']), lab)
      expect(broken[0] ?? 'nothing').toMatch(says)
    },
  )
})

test('rows that refer to nothing are unmet, and whoever calls them damaged is caught', async () => {
  const sql = [
    'CREATE TABLE "parents" (id INTEGER PRIMARY KEY)',
    'CREATE TABLE "children" (parent INTEGER REFERENCES parents (id))',
    'INSERT INTO "children" VALUES (7)',
  ]
  const orphans: Recipe = { base: { sql }, changes: [], claim: 'fits', asks: false }
  const usual = labIn(mkdtempSync(path.join(folder, 'usual-')), path.resolve('.build'))
  const trial = await tryCase(usual, orphans, ['in place'])
  expect([trial.seen[0]?.verdict, trial.native.said]).toEqual(['unmet', 'orphans'])
  expect(brokenLaws(trial, usual)).toEqual([])
  const lab = await labWith(
    'harsh',
    'lib/rules/kinds/sqlite/checks.ts',
    "outcome: isStrict ? 'unmet' : 'warned'",
    "outcome: 'failed'",
  )
  const broken = brokenLaws(await tryCase(lab, orphans, ['in place']), lab)
  expect(broken.join('\n')).toMatch(/^failed for an expectation.*\na sound file is called damaged/)
})

describe('a case', () => {
  const seeds = Array.from({ length: casesOf(120) }, (_, at) => `9-${at}`)

  test('is the same from the same seed, and from what was written down', () => {
    for (const seed of seeds) {
      const recipe = caseOf(seed)
      const again = readRecipe(written(recipe))
      expect({ ...again, why: undefined }).toEqual({ ...recipe, why: undefined })
      expect(prepare(again).bytes.equals(prepare(caseOf(seed)).bytes), seed).toBe(true)
    }
    expect(new Set(seeds.map((seed) => JSON.stringify(caseOf(seed)))).size).toBeGreaterThan(
      seeds.length / 2,
    )
  })

  test('spelled out as statements gives the same bytes as from the seed of its base', () => {
    const base = { random: '7' }
    const recipe = { base, changes: [], claim: 'none', asks: false } as const
    const spelled = { ...recipe, base: spelledOut(base), changes: [] }
    expect(readRecipe(written(spelled)).base).toEqual(randomDatabase('7'))
    expect(prepare(spelled).bytes.equals(prepare({ ...recipe, changes: [] }).bytes)).toBe(true)
  })

  test('is made small: what can be spared is left away, of changes and of statements', async () => {
    const recipe = readRecipe(
      written({ base: { random: '7' }, changes: [], claim: 'fits', asks: true }),
    )
    const flips = [1, 2, 3, 4].map((at) => ({ do: 'flip', at, bit: 0 }) as const)
    const least = await minimise({ ...recipe, changes: flips }, async ({ base, changes }) => {
      if (changes.every((one) => one.do !== 'flip' || one.at !== 3)) return false
      return !('sql' in base) || base.sql.some((sql) => sql.startsWith('CREATE TABLE "t0'))
    })
    expect(least).toMatchObject({ changes: [{ do: 'flip', at: 3 }], claim: 'none', asks: false })
    expect('sql' in least.base && least.base.sql.length).toBe(1)
  })
})

describe('dumps of PostgreSQL', () => {
  const tried = async (more: Partial<Parameters<typeof fuzzDumps>[0]>) => {
    const found: string[] = []
    const most = casesOf(300)
    const tally = await fuzzDumps({
      seed: 'kept',
      goesOn: ({ tried: count }) => count < most && found.length === 0,
      onFinding: ({ broken }) => void found.push(...broken),
      ...more,
    })
    return { found, tally }
  }

  test('are parted alike in whatever pieces they come, judged in time, and told without a row', async () => {
    const { found, tally } = await tried({})
    expect(found).toEqual([])
    expect(tally.verdicts.failed).toBeGreaterThan(0)
    expect(tally.verdicts.warned).toBeGreaterThan(0)
  })

  test('of which some are restored for real', slow, async () => {
    const assets = path.resolve('.build')
    const { found, tally } = await tried({ assets, restoreEvery: 1, goesOn: (so) => so.tried < 4 })
    expect(found).toEqual([])
    expect(tally.restored).toBe(4)
  })

  test('are not all right for a scanner that loses a byte where they come in pieces', async () => {
    const outlined: typeof outlineIn = (bytes, sizes) =>
      outlineIn(sizes.length === 1 && sizes[0] === bytes.length ? bytes : bytes.subarray(1), sizes)
    const { found } = await tried({ outlined })
    expect(found[0]).toMatch(/^in pieces of .* it is another$/)
  })
})

test('the command says how it is used, and when it is used wrongly', async () => {
  const said: string[] = []
  const [log, error] = [console.log, console.error]
  console.log = console.error = (text: string) => void said.push(text)
  try {
    const place = { built: path.resolve('.build'), givenFrom: '.' }
    expect(await main(['--help'], place)).toBe(0)
    for (const wrong of [[], ['--minutes', 'x'], ['--minutes', '-1'], ['--hours', '1'], ['x']]) {
      expect(await main(wrong, place), wrong.join(' ')).toBe(2)
    }
    expect(await main(['--case', 'test/corpus/rows-as-schema.json'], place)).toBe(0)
  } finally {
    console.log = log
    console.error = error
  }
  expect(said[0]).toContain('usage: npm run fuzz -- --minutes N')
  expect(said.at(-1)).toMatch(/^1 file of \d+ bytes, 0 violations$/)
})
