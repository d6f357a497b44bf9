/** Is what --json prints told field by field, and what may be missing as that? */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { jsonParts, jsonShapes } from '../cli/json-shapes'

import { pageOf } from './pages'

const partNames = new Map<unknown, string>(
  Object.entries(jsonParts).map(([name, part]) => [part, name]),
)

/** What a row of the page must say of a shape: its fields, those within them, and the parts that it has. */
const wordsOf = (shape: unknown): string[] => {
  const part = partNames.get(shape)
  if (part !== undefined) return [`*${part}*`]
  if (shape instanceof z.ZodOptional) return wordsOf(shape.unwrap())
  if (shape instanceof z.ZodArray) return wordsOf(shape.element)
  return shape instanceof z.ZodObject ? fieldsOf(shape) : []
}

const fieldsOf = ({ shape }: z.ZodObject): string[] =>
  Object.entries(shape).flatMap(([name, field]) => [
    `\`${name}${field instanceof z.ZodOptional ? '?' : ''}\``,
    ...wordsOf(field),
  ])

const page = pageOf('lib/docs/programs.md')

const missingIn = (heading: string, words: readonly string[]): string[] => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${heading} |`)) ?? ''
  return words.filter((word) => !row.includes(word))
}

/** How each is typed, where that is not its name. */
const typed: Readonly<Record<string, string>> = {
  verify: 'verify FILE',
  stored: 'verify --stored',
  prune: 'prune --apply',
}

describe('what --json prints', () => {
  test.each(Object.entries(jsonShapes))('of %s is told field by field', (name, shape) => {
    expect(missingIn(`\`${typed[name] ?? name} --json\``, wordsOf(shape))).toEqual([])
  })

  test.each(Object.entries(jsonParts))('has %s, which is told once', (name, part) => {
    expect(missingIn(`*${name}*`, fieldsOf(part))).toEqual([])
  })

  test('a field that the page does not name is noticed, and one that may be missing', () => {
    const more = { ...jsonShapes.evidence.shape, isNew: z.boolean(), files: z.int().optional() }
    expect(missingIn('`evidence --json`', wordsOf(z.strictObject(more)))).toEqual([
      '`files?`',
      '`isNew`',
    ])
  })
})
