import { describe, expect, test } from 'vitest'

import { sealBytes } from '../../../lib/journey/bucket/sealed'
import { readWatchState, writeWatchState } from '../../../lib/journey/bucket/watch-state'
import { catalogType } from '../../../lib/rules/copy/catalog'
import { watchStateType } from '../../../lib/rules/watching/watch-state'
import type { WatchState } from '../../../lib/rules/watching/watch-state'
import { testTools } from '../../fakes/tools'
import { otherSecret } from '../../fixtures/told/entries'

const key = 'backups/_state/watch.json'
const state: WatchState = {
  ranAt: '2026-03-01T01:00:00.000Z',
  clockSkewMs: 20,
  databases: {},
  strangers: ['backups/notes.txt'],
  faults: [],
}

describe('the state of the watch', () => {
  test('is none before the first run', async () => {
    expect(await readWatchState(testTools())).toBeUndefined()
  })

  test('is read as it was last written, under its own key alone', async () => {
    const tools = testTools()
    await writeWatchState(tools, { ...state, faults: ['a fault'] })
    await writeWatchState(tools, state)
    expect(await readWatchState(tools)).toEqual(state)
    expect([...tools.store.objects.keys()]).toEqual([key])
  })

  const elsewhere = { ...testTools().settings, secrets: { current: otherSecret } }
  const { settings } = testTools()
  const bytes = (some: unknown) => Buffer.from(JSON.stringify(some))

  test.each([
    { name: 'without a seal', content: bytes(state) },
    {
      name: 'of another installation',
      content: sealBytes(elsewhere, watchStateType, bytes(state)),
    },
    { name: 'sealed as something else', content: sealBytes(settings, catalogType, bytes(state)) },
    { name: 'of another form', content: sealBytes(settings, watchStateType, bytes({ a: 1 })) },
    { name: 'of no form', content: sealBytes(settings, watchStateType, Buffer.from('{')) },
    { name: 'of no bytes', content: Buffer.alloc(0) },
  ])('is disregarded $name', async ({ content }) => {
    const tools = testTools()
    await tools.store.put(key, content)
    expect(await readWatchState(tools)).toBeUndefined()
  })
})
