import { describe, expect, test } from 'vitest'

import { changeEntry, listShelves, readEntry } from '../../lib/journey/ledger'
import type { Entry } from '../../lib/rules/entry'
import { parseId } from '../../lib/rules/snapshot'
import { testTools } from '../fakes/tools'
import { sound } from '../fixtures/databases'
import { pushed } from '../fixtures/requests'

const nameOf = (id: string) => {
  const name = parseId(id)
  if (!name) throw new Error(`${id} is no ticket`)
  return name
}

const noted = (entry: Entry, note: string): Entry => ({
  ...entry,
  history: [...entry.history, { at: '2026-03-01T01:00:00.000Z', word: 'pending', note }],
})

describe('the ledger', () => {
  test('loses no change when many are made at once', async () => {
    const tools = testTools()
    const name = nameOf(await pushed(tools, sound()))
    const notes = ['a', 'b', 'c', 'd']
    await Promise.all(notes.map((note) => changeEntry(tools, name, (entry) => noted(entry, note))))
    const read = await readEntry(tools, name)
    const written = read?.entry.history.map(({ note }) => note).slice(1)
    expect(written?.toSorted()).toEqual(notes)
  })

  test('says that an entry keeps changing, instead of trying for ever', async () => {
    const tools = testTools()
    const name = nameOf(await pushed(tools, sound()))
    const busy = { ...tools, store: { ...tools.store, replace: async () => 'changed' as const } }
    const changed = changeEntry(busy, name, (entry) => noted(entry, 'x'))
    await expect(changed).rejects.toMatchObject({ code: 'contended', isPassing: true })
  })

  test.each([
    { name: 'no JSON', bytes: 'hello' },
    { name: 'no envelope', bytes: '{"id":"tokens_2026-03-01T010000Z_000001"}' },
    {
      name: 'no signature',
      bytes: '{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]}',
    },
  ])('trusts no entry that is $name', async ({ bytes }) => {
    const tools = testTools()
    const name = nameOf(await pushed(tools, sound()))
    await tools.store.put(`backups/tokens/2026/03/${name.id}.entry.json`, Buffer.from(bytes))
    await expect(readEntry(tools, name)).rejects.toMatchObject({ code: 'untrusted-entry' })
  })

  test('passes over keys that are not ours to the letter', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    for (const key of [
      'backups/tokens/notes.txt',
      'backups/tokens/2026/03/tokens_2026-03-01T010000Z_000001.db.part',
      'backups/tokens/2026/04/tokens_2026-03-01T010000Z_00000f.db',
      'backups/tokens/2026/03/sessions_2026-03-01T010000Z_00000f.db',
      'backups/_state/tokens/heartbeat.json',
    ]) {
      await tools.store.put(key, Buffer.from('x'))
    }
    expect((await listShelves(tools)).map(({ name }) => name.id)).toEqual([id])
  })
})
