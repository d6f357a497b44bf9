/** Objects that nobody has written to since are read again, and must be what they were. */
import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { readAgain } from '../../../lib/adapters/objects/again'
import { lineOf } from '../../../lib/rules/kinds/objects/inventory'
import { memoryStore } from '../../fakes/memory-store'
import { handClock } from '../../fakes/tools'

const expected = { collections: { pages: { objects: 'users/{user}/page.json', by: '' } } }

const world = (count: number) => {
  const store = memoryStore(handClock('2026-03-01T01:00:00.000Z'))
  const keys = Array.from({ length: count }, (_, at) => `users/customer-${1000 + at}/page.json`)
  for (const key of keys) store.app.put(key, Buffer.from(`"${key}"`))
  const lines = keys.map((key) => {
    const found = store.objects.get(key)
    if (!found) throw new Error('it was put there')
    const content = createHash('sha256').update(found.bytes).digest('hex')
    const { sizeBytes, etag, modifiedAt } = found.object
    return { key, of: 'pages', sizeBytes, etag, at: modifiedAt.toISOString(), found: { content } }
  })
  const text = [...lines, { lines: lines.length }].map(lineOf).join('')
  async function* chunks() {
    yield Buffer.from(text)
  }
  const read = (seed = 'one', more: object = {}) => {
    const order = { app: store.appObjects, seed, expected: { ...expected, ...more } }
    return readAgain(chunks(), { ...order, isOver: () => false })
  }
  /** The store hands out another content, and says that it is the same object. */
  const rot = (key = '') => {
    const found = store.objects.get(key)
    if (found) found.bytes = Buffer.from('rotten')
  }
  return { store, keys, read, rot, chunks }
}

describe('what an inventory tells of', () => {
  test('is read again, twenty at most, others by another seed, and agrees', async () => {
    expect(await world(5).read()).toEqual({ agreeing: 5, others: 0, named: [] })
    const { read, keys, rot } = world(200)
    expect(await read()).toEqual({ agreeing: 20, others: 0, named: [] })
    for (const key of keys.slice(0, 100)) rot(key)
    const [one, other] = [await read('one'), await read('other')]
    expect(one.agreeing + one.others).toBe(20)
    expect(other.named).not.toEqual(one.named)
  })

  test('is drawn by the seed: of all of them those whose numbers are the smallest', async () => {
    const { read, keys, rot } = world(200)
    for (const key of keys) rot(key)
    const numberOf = (key: string) =>
      createHash('sha256').update(`one ${key}`).digest('hex').slice(0, 8)
    const drawn = keys.toSorted((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1))
    expect(await read('one')).toEqual({ agreeing: 0, others: 20, named: drawn.slice(0, 3) })
  })

  test('is told where it holds something else though nobody wrote to it', async () => {
    const { read, rot, keys } = world(3)
    rot(keys[1])
    expect(await read()).toEqual({ agreeing: 2, others: 1, named: [keys[1]] })
    const { named } = await read('one', { areKeysShort: true })
    expect(named).toHaveLength(1)
    expect(named[0]).not.toContain('1001')
  })

  test('says nothing where it was written to, is gone, or cannot be read now', async () => {
    const { store, read, keys, chunks } = world(4)
    store.app.put(keys[0] ?? '', Buffer.from('"other"'))
    store.app.remove(keys[1] ?? '')
    store.failNext('stream')
    expect(await read()).toMatchObject({ others: 0 })
    const mistaken = { ...store.appObjects, stream: () => Promise.reject(new TypeError('ours')) }
    const order = { seed: 'one', expected, isOver: () => false }
    await expect(readAgain(chunks(), { ...order, app: mistaken })).rejects.toThrow('ours')
    const over = { app: store.appObjects, seed: 'one', expected, isOver: () => true }
    expect(await readAgain(chunks(), over)).toEqual({ agreeing: 0, others: 0, named: [] })
  })
})
