/** What is remembered of one object, as the app leaves it and as it should not. */
import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import type { Found, ObjectLine } from '../../../../lib/rules/kinds/objects/inventory'
import {
  begunAnew,
  foundIn,
  foundUnchanged,
  foundUnread,
  goneLine,
} from '../../../../lib/rules/kinds/objects/reading'
import { readingsOf } from '../../../../lib/rules/kinds/objects/settings'
import type { ObjectsSettings } from '../../../../lib/rules/kinds/objects/settings'

const at = '2026-03-01T01:00:00.000Z'

const Message = z.looseObject({
  timestamp: z.number(),
  message: z.looseObject({ mid: z.string() }),
})

const chats = { objects: 'a/{b}.json', schema: z.array(Message), grows: 'message.mid' }

const read = (
  content: unknown,
  {
    before,
    of = chats,
    more = {},
  }: { before?: Found | undefined; of?: object; more?: ObjectsSettings } = {},
): Found => {
  const [reading] = readingsOf({ collections: { chats: { ...chats, ...of } }, ...more })
  if (!reading) throw new Error('there is one')
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return foundIn(Buffer.from(text), { reading, before, at })
}

const message = (mid: string, text = 'hello') => ({ timestamp: 1, message: { mid, text } })

const sha256Of = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex')

const one = [message('1')]
const two = [...one, message('2')]

describe('a list that only grows', () => {
  test('is new, then continued', () => {
    const first = read(one)
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/)
    expect(first).toEqual({ growth: 'new', list: { count: 1, sha256 }, content: sha256Of(one) })
    const second = read(two, { before: first })
    expect(second).toEqual({
      growth: 'continued',
      list: { count: 2, sha256 },
      content: sha256Of(two),
    })
    expect(foundUnchanged(second)).toEqual({ ...second, growth: 'unchanged' })
    expect(foundUnchanged(foundUnchanged(second))).toEqual({ ...second, growth: 'unchanged' })
  })

  test.each([
    { name: 'has lost an entry', now: one, is: 'shrunk' },
    {
      name: 'has another text in an entry',
      now: [message('1', 'x'), message('2')],
      is: 'rewritten',
    },
    { name: 'has its entries in another order', now: two.toReversed(), is: 'rewritten' },
  ])('is told when it $name, until it is whole again', ({ now, is }) => {
    const before = read(two)
    const lost = read(now, { before })
    expect(lost).toMatchObject({ growth: is, held: before.list, since: at })
    expect(foundUnchanged(lost)).toEqual(lost)
    const later = read([...now, message('9')], {
      before: { ...lost, since: '2026-02-01T00:00:00Z' },
    })
    expect(later).toMatchObject({ held: before.list, since: '2026-02-01T00:00:00Z' })
    const whole = read([...two, message('3')], { before: lost })
    expect(whole).toMatchObject({ growth: 'continued', list: { count: 3 } })
    expect(whole.held ?? whole.since).toBeUndefined()
  })

  test('begins anew where somebody said that it is right as it is', () => {
    const lost = read(one, { before: read(two) })
    const anew = read([...one, message('3')], { before: begunAnew(lost) })
    expect(anew).toMatchObject({ growth: 'continued', list: { count: 2 } })
    expect(begunAnew(undefined)).toBeUndefined()
  })

  test('is missed when it is gone, until it is back', () => {
    const line = (found: Found | undefined): ObjectLine => ({
      key: 'a/1.json',
      of: 'chats',
      sizeBytes: 9,
      etag: 'e',
      at,
      ...(found && { found }),
    })
    const before = read(two)
    const gone = goneLine(line(before), at)
    expect(gone).toEqual({
      ...line(before),
      sizeBytes: 0,
      etag: '',
      found: { growth: 'gone', held: before.list, since: at },
    })
    expect(gone && goneLine(gone, '2026-04-01T00:00:00Z')).toEqual(gone)
    expect(read(two, { before: gone?.found })).toMatchObject({ growth: 'unchanged' })
    expect(read(one, { before: gone?.found })).toMatchObject({ growth: 'shrunk' })
    const lost = read(one, { before })
    const since = '2026-02-01T00:00:00Z'
    expect(goneLine(line({ ...lost, since }), at)?.found).toMatchObject({
      held: before.list,
      since,
    })
    const kept = `2026-03-01/${'ab'.repeat(32)}`
    expect(goneLine(line({ ...before, kept }), at)?.found?.good).toEqual({ kept, at })
    expect(goneLine(line({}), at)).toBeUndefined()
    expect(goneLine(line(undefined), at)).toBeUndefined()
    expect(begunAnew(gone?.found)).toBeUndefined()
  })

  test('stays remembered while it cannot be read', () => {
    const before = read(two)
    const half = read('[{"timestamp":1', { before })
    expect(half).toMatchObject({ invalid: 'no JSON', held: before.list })
    expect(read({ data: [] }, { before })).toEqual({
      invalid: 'expected array',
      held: before.list,
      content: sha256Of({ data: [] }),
    })
    expect(foundUnread(before)).toEqual({ invalid: 'larger than is read', held: before.list })
    expect(foundUnread(undefined)).toEqual({ invalid: 'larger than is read' })
    expect(read(one, { before: half })).toMatchObject({ growth: 'shrunk' })
    expect(read(two, { before: half })).toMatchObject({ growth: 'unchanged' })
    const since = '2026-02-01T00:00:00Z'
    expect(read('', { before: { ...read(one, { before }), since } })).toMatchObject({ since })
  })

  test('needs a name for each of its entries', () => {
    const found = read([{ timestamp: 1 }], { of: { schema: undefined } })
    expect(found).toMatchObject({ invalid: 'an entry has no name', list: { count: 1 } })
    expect(read({}, { of: { schema: undefined } }).invalid).toBe('expected a list')
  })
})

describe('what is not as the schema has it', () => {
  test.each([
    { name: 'a field is missing', content: [{ timestamp: 1 }], is: '[].message: expected object' },
    {
      name: 'a field is another',
      content: [{ ...message('1'), timestamp: 'secret' }],
      is: '[].timestamp: expected number',
    },
    {
      name: 'a field inside a field',
      content: [message('1'), { timestamp: 1, message: { mid: 2 } }],
      is: '[].message.mid: expected string',
    },
    { name: 'it is another thing', content: { secret: 1 }, is: 'expected array' },
  ])('is told by its place and what should stand there: $name', ({ content, is }) => {
    expect(read(content).invalid).toBe(is)
  })

  test('tells nothing of the content: neither a value, nor a name that is one', () => {
    const of = { schema: z.record(z.string(), z.literal('a')), grows: undefined }
    const { invalid } = read({ 'Mary Smith': 'b' }, { of })
    expect(invalid).toBe('*: not as the schema has it')
  })

  test('is nothing where any JSON will do: its hash alone is remembered', () => {
    const content = createHash('sha256').update('7').digest('hex')
    expect(read('7', { of: { schema: undefined, grows: undefined } })).toEqual({ content })
    expect(foundUnchanged({})).toEqual({})
    expect(foundUnchanged(undefined)).toBeUndefined()
  })

  test('is told of a schema that throws', () => {
    const schema = z.unknown().refine(() => {
      throw new Error('a secret')
    })
    expect(read('7', { of: { schema, grows: undefined } }).invalid).toBe(
      'the schema could not be asked',
    )
  })
})

test('what looks like a token is told by its name, where it is asked for', () => {
  const token = `shpat_${'0123456789abcdef'.repeat(2)}`
  const content = [message('1', token)]
  expect(read(content).leaks).toBeUndefined()
  const more = { secretsNever: true } as const
  expect(read(content, { more }).leaks).toEqual(['a Shopify token'])
  expect(read(token, { more })).toMatchObject({ invalid: 'no JSON', leaks: ['a Shopify token'] })
  expect(read(one, { more }).leaks).toBeUndefined()
})
