import { describe, expect, test } from 'vitest'

import { listShelves } from '../../../lib/journey/bucket/shelves'
import { atPlace, atSecond } from '../../../lib/journey/second/at-second'
import { testTools } from '../../fakes/tools'
import { carryAll, emptyFirst, withSecond } from '../../fixtures/bucket/second-place'
import { keepDays } from '../../fixtures/told/kept'

describe('the second place, by who reads the first', () => {
  test('is read like the first', async () => {
    const tools = withSecond(testTools())
    const ids = await keepDays(tools, 3)
    carryAll(tools)
    emptyFirst(tools)
    const shelves = await listShelves(atPlace('second', tools), 'tokens')
    expect(shelves.map(({ name }) => name.id)).toEqual(ids)
    expect(await listShelves(atPlace('first', tools), 'tokens')).toEqual([])
  })

  test('is nowhere where none is set', () => {
    expect(atSecond(testTools())).toBeUndefined()
    expect(() => atPlace('second', testTools())).toThrow(/No second place is set/)
  })

  test('takes nothing, whatever is asked', async () => {
    const { store } = atPlace('second', withSecond(testTools()))
    const key = 'backups/tokens/x'
    const bytes = Buffer.from('x')
    const terms = { key, sizeBytes: 1, sha256: '', md5: '', expiresInSeconds: 1 }
    for (const asked of [
      () => store.put(key, bytes),
      () => store.create(key, bytes),
      () => store.replace(key, bytes, 'etag'),
      () => store.remove(key),
      () => store.uploadAddress(terms),
    ])
      await expect(asked()).rejects.toMatchObject({ code: 'internal' })
    expect(await store.list('backups/')).toEqual([])
  })
})
