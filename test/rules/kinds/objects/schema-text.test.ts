/** What a schema asks, as a text: the same for the same questions, and another for any other. */
import { expect, test } from 'vitest'
import * as z from 'zod'

import { namesIn, schemaText } from '../../../../lib/rules/kinds/objects/schema-text'

const message = () =>
  z.array(z.looseObject({ at: z.number(), message: z.object({ mid: z.string() }) }))

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree)
  },
})

const different: readonly unknown[] = [
  undefined,
  z.string(),
  z.string().min(1),
  z.string().min(2),
  z.string().regex(/a/),
  z.string().regex(/b/),
  z.string().optional(),
  z.literal('a'),
  z.literal(1n),
  z.enum(['a', 'b']),
  message(),
  z.strictObject({ at: z.number() }),
  z.looseObject({ at: z.number() }),
  tree,
]

test('is the same for what asks the same', () => {
  expect(schemaText(message())).toBe(schemaText(message()))
})

test('is the same in every build: another, and all objects are read again', () => {
  const asked = { a: [1, 'x', null, true], b: () => 1, c: 1n, d: /x/g, e: undefined, 'f"': {} }
  expect(schemaText({ ...asked, again: asked })).toBe(
    String.raw`{"a":[1,"x",null,true],"b":function,"c":1,"d":/x/g,"e":undefined,"f\"":{},"again":{"a":[1,"x",null,true],"b":function,"c":1,"d":/x/g,"e":undefined,"f\"":#1}}`,
  )
})

test('is another for whatever asks something else', () => {
  expect(new Set(different.map(schemaText)).size).toBe(different.length)
})

test('says of a function only that there is one: its text differs from bundle to bundle', () => {
  const [one, other] = [z.string().refine((a) => a > 'b'), z.string().refine((c) => c !== '')]
  expect(schemaText(one)).toBe(schemaText(other))
  expect(schemaText(one)).not.toBe(schemaText(z.string()))
})

test('ends for a schema that holds itself', () => {
  expect(schemaText(tree)).toContain('#0')
})

test('knows the names that the schema says, and no others', () => {
  expect([...namesIn(message())].toSorted()).toEqual(['at', 'message', 'mid'])
  expect([...namesIn(tree)].toSorted()).toEqual(['children', 'name'])
  expect([...namesIn(z.record(z.string(), z.tuple([z.null()])))]).toEqual([])
  expect([...namesIn(undefined)]).toEqual([])
  expect([...namesIn({ _zod: { def: 1 } })]).toEqual([])
})
