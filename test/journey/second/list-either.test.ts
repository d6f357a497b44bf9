import { describe, expect, test } from 'vitest'

import { listEither } from '../../../lib/journey/second/list-either'
import { testTools } from '../../fakes/tools'
import { carryAll, firstAway, withSecond } from '../../fixtures/bucket/second-place'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'
import { keepDays } from '../../fixtures/told/kept'

const placesOf = async (tools: TwoPlaces) =>
  (await listEither({ database: 'tokens' }, tools)).map(({ ticket, place, change }) => ({
    ticket,
    place,
    change,
  }))

describe('the list of two places', () => {
  test('tells what the second alone still has, in its place', async () => {
    const tools = withSecond(testTools({ databases: {} }))
    const ids = await keepDays(tools, 4)
    carryAll(tools)
    const [, gone = '', , oldest = ''] = ids
    for (const key of tools.store.objects.keys())
      if (key.includes(gone) || key.includes(oldest)) tools.store.objects.delete(key)
    const told = await placesOf(tools)
    expect(told.map(({ ticket }) => ticket)).toEqual(ids)
    expect(told.map(({ place }) => place)).toEqual([undefined, 'second', undefined, 'second'])
    expect(told[3]?.change).toBe('in the second place')
  })

  test('is that of the second where the first is away, and says so in every line', async () => {
    const tools = withSecond(testTools({ databases: {} }))
    const ids = await keepDays(tools, 2)
    carryAll(tools)
    firstAway(tools)
    const told = await placesOf(tools)
    expect(told.map(({ ticket }) => ticket)).toEqual(ids)
    expect(told.every(({ change }) => change.endsWith('in the second place'))).toBe(true)
  })

  test('is that of the first where the second is away, and none where both are', async () => {
    const tools = withSecond(testTools({ databases: {} }))
    const ids = await keepDays(tools, 2)
    tools.second.failNext('list', 100)
    expect((await placesOf(tools)).map(({ ticket }) => ticket)).toEqual(ids)
    firstAway(tools)
    await expect(placesOf(tools)).rejects.toMatchObject({ code: 'store-unreachable' })
  })
})
