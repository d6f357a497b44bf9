/**
 * Odd and hostile files, each through the real examiner and its worker, and held against the laws
 * of the fuzzing. What that found is in test/corpus, a few lines each.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { some } from '../../cases'
import { families } from '../../fuzz/cases/families'
import { readRecipe } from '../../fuzz/cases/recipe'
import type { Recipe } from '../../fuzz/cases/recipe'
import { labIn, readings } from '../../fuzz/judges/examine'
import { brokenLaws } from '../../fuzz/judges/laws'
import { tryCase } from '../../fuzz/trial'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-corpus-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
// That a busy machine takes long says nothing of a file.
const lab = { ...labIn(folder, path.resolve('.build')), limitMs: 120_000 }

describe.each(Object.entries(families))('a file %s', (_family, cases) => {
  test.each(some(cases, 1))('$name', async ({ recipe, due, name }) => {
    // One way of reading each, in turn; an archive is always unpacked to the temp folder.
    const isArchive = recipe.changes.some((change) => change.do === 'gzip')
    const reading = readings[name.length % (isArchive ? 2 : 3)] ?? 'spooled'
    const trial = await tryCase(lab, recipe, [reading])
    const [seen] = trial.seen
    expect(brokenLaws(trial, lab)).toEqual([])
    expect(seen?.verdict, JSON.stringify(seen?.findings)).toMatch(due)
  })
})

test('a question that never ends is ended at the limit', async () => {
  const hurried = { ...lab, limitMs: 1_000 }
  const endless: Recipe = {
    base: { named: 'a view of endless rows' },
    changes: [],
    claim: 'fits',
    asks: true,
  }
  const trial = await tryCase(hurried, endless, ['in place'])
  expect(brokenLaws(trial, lab)).toEqual([])
  expect(trial.seen[0]).toMatchObject({ verdict: 'unverifiable' })
  const after = await tryCase(lab, { ...endless, asks: false }, ['in place'])
  expect(after.seen[0]).toMatchObject({ verdict: 'passed' })
})

const kept = readdirSync('test/corpus').filter((name) => name.endsWith('.json'))

describe('what the fuzzing once found', () => {
  test.each(some(kept, 1))('holds now in every way of reading: %s', async (name) => {
    const recipe = readRecipe(readFileSync(path.join('test/corpus', name), 'utf8'))
    expect(recipe.why ?? '').toMatch(/\w{3}/)
    expect(brokenLaws(await tryCase(lab, recipe), lab)).toEqual([])
  })
})
