/** What must hold of every kind, whatever it is a kind of. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import type { Kind } from '../../../lib/rules/kinds/kind'
import {
  byKind,
  everyCheck,
  expectationChecks,
  judgeAs,
  kindBeginning,
  kindNamed,
  kinds,
} from '../../../lib/rules/kinds/kinds'
import { findingOf } from '../../fixtures/told/entries'

const all = Object.entries<Kind>(kinds)

describe.each(all)('the kind %s', (name, kind) => {
  test('is called so', () => {
    expect(kind.name).toBe(name)
    expect(name).toMatch(/^[a-z0-9-]+$/)
    expect(kindNamed(name)).toBe(kind)
  })

  test('asks what every kind asks, and each check once', () => {
    expect(kind.checks.slice(0, 2)).toEqual(['arrival', 'bytes'])
    expect(kind.checks.at(-1)).toBe('clock')
    expect(new Set(kind.checks).size).toBe(kind.checks.length)
    for (const check of kind.checks) expect(everyCheck).toContain(check)
  })

  test('calls nothing sound without arrival, bytes, and one look inside', () => {
    expect(kind.essential.slice(0, 2)).toEqual(['arrival', 'bytes'])
    expect(kind.essential.length).toBeGreaterThan(2)
    for (const check of kind.essential) expect(kind.checks).toContain(check)
  })

  test('expects only by checks of its own, none of which speaks against bytes', () => {
    for (const check of kind.expectations) {
      expect(kind.checks).toContain(check)
      expect(['arrival', 'bytes', 'header', 'structure']).not.toContain(check)
      expect(expectationChecks).toContain(check)
    }
  })

  test('names no setting that is of every kind', () => {
    const common = [
      'kind',
      'path',
      'maxBytes',
      'maxStoredBytes',
      'expectEvery',
      'grace',
      'keep',
      'collapse',
    ]
    for (const setting of Object.keys(kind.settings)) expect(common).not.toContain(setting)
  })

  test('expects nothing by itself of what nothing is said of', () => {
    const nothing = z.object(kind.settings).parse({})
    expect(kind.isAsked(nothing)).toBe(false)
    expect(kind.expected(undefined)).toEqual(kind.expected(nothing))
  })

  test('knows the beginning of its own sound sample, if it knows any', () => {
    const sound = kind.samples.find(({ raises }) => raises === undefined)
    const head = sound?.make(new Date()) ?? Buffer.alloc(0)
    expect(kindBeginning(head)).toBe(kind.begins ? name : undefined)
  })

  test('has samples: one that raises nothing, and one that is damaged', () => {
    expect(kind.samples.filter(({ raises }) => raises === undefined)).toHaveLength(1)
    expect(kind.samples.map(({ raises }) => raises)).toContain('verify.failed')
  })
})

describe('a shape for each kind', () => {
  const other: Kind = { ...kinds.sqlite, name: 'lines', facts: { written_by: z.string() } }
  const shape = byKind(({ facts }) => facts, [kinds.sqlite, other])
  const sqlite = { sqlite_version: '3', journal_mode: 'wal' }

  test.each([
    { name: 'the usual one, unnamed', said: sqlite, is: true },
    { name: 'the usual one, named', said: { kind: 'sqlite', ...sqlite }, is: true },
    { name: 'another', said: { kind: 'lines', written_by: 'a' }, is: true },
    { name: 'another, unnamed', said: { written_by: 'a' }, is: false },
    { name: 'another with what the usual one says', said: { kind: 'lines', ...sqlite }, is: false },
    { name: 'one that is not known', said: { kind: 'pages', written_by: 'a' }, is: false },
  ])('takes $name: $is', ({ said, is }) => {
    expect(shape.safeParse(said).success).toBe(is)
  })

  test('says which kinds there are, where another is named', () => {
    const { error } = shape.safeParse({ kind: 'pages' })
    expect(error?.issues).toMatchObject([{ path: ['kind'], message: 'expected sqlite or lines' }])
  })

  test('says what is wrong of the kind that is meant', () => {
    const { error } = shape.safeParse({ kind: 'lines' })
    expect(error?.issues.map(({ path }) => path)).toEqual([['written_by']])
  })
})

describe('a kind that is not known here', () => {
  test.each(['postgres-16', 'constructor', ''])('is none: %j', (name) => {
    expect(kindNamed(name)).toBeUndefined()
  })

  test('makes nothing sound, whatever was found', () => {
    const { essential } = kinds.sqlite
    const findings = essential.map((check) => findingOf(check, 'passed'))
    expect(judgeAs('sqlite', findings)).toBe('passed')
    expect(judgeAs(undefined, findings)).toBe('passed')
    expect(judgeAs('another', findings)).toBe('unverifiable')
  })
})
