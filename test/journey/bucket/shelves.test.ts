import { describe, expect, test } from 'vitest'

import { listDatabase, listShelves } from '../../../lib/journey/bucket/shelves'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { pushed } from '../../fixtures/bucket/requests'
import { sound } from '../../fixtures/databases'

const id = 'tokens_2025-07-04T010000Z_3f9a1c'
const base = `backups/tokens/2025/07/${id}`

describe('what is listed of a database', () => {
  const putAll = async (tools: TestTools, keys: readonly string[]) => {
    for (const key of keys) await tools.store.put(key, Buffer.from('x'))
  }

  test('passes over keys that are not ours to the letter', async () => {
    const tools = testTools()
    const pushedId = await pushed(tools, sound())
    await putAll(tools, [
      'backups/tokens/notes.txt',
      'backups/tokens/2026/03/tokens_2026-03-01T010000Z_000001.db.part',
      'backups/tokens/2026/04/tokens_2026-03-01T010000Z_00000f.db',
      'backups/tokens/2026/03/sessions_2026-03-01T010000Z_00000f.db',
      'backups/_state/tokens/heartbeat.json',
    ])
    const shelves = await listShelves(tools, 'tokens')
    expect(shelves.map(({ name }) => name.id)).toEqual([pushedId])
  })

  test('is everything of it, files of older scripts too, and nothing of another', async () => {
    const tools = testTools()
    const own = [
      `${base}.db`,
      'backups/tokens/notes.txt',
      'backups/tokens_2025-07-03.db',
      'backups/tokens_2025-07-04.db.gz',
    ]
    await putAll(tools, [
      ...own,
      'backups/tokens2/2025/07/x.db',
      'backups/tokens_archive_2025-07-04.db',
      'backups/tokens_archive/2025/07/x.db',
      'backups/tokens_2025-02-30.db',
      'backups/tokens.db',
    ])
    const listed = await listDatabase(tools, 'tokens')
    expect(listed.map(({ key }) => key).toSorted()).toEqual(own.toSorted())
  })
})
