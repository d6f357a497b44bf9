/** What one run leaves to the next of a copy that is being taken. */
import { expect, test } from 'vitest'

import { endBegun, readBegun, writeBegun } from '../../../lib/journey/taking/begun'
import { testTools } from '../../fakes/tools'

const begun = {
  takenAt: '2026-03-01T01:00:00.000Z',
  after: 'users/7',
  lines: 12,
  from: 'bot_2026-02-28T010000Z_000001',
  expectations: 'e',
}
const bytes = Buffer.from('what was written')

const written = async () => {
  const tools = testTools()
  await writeBegun(tools, 'bot', { ...begun, bytes })
  return tools
}

test('is read as it was left', async () => {
  const tools = await written()
  expect(await readBegun(tools, 'bot')).toMatchObject({ ...begun, bytes })
  expect(await readBegun(tools, 'other')).toBeUndefined()
})

test('is nothing once it has come to its end', async () => {
  const tools = await written()
  const found = await readBegun(tools, 'bot')
  if (found) await endBegun(tools, 'bot', found)
  expect(await readBegun(tools, 'bot')).toBeUndefined()
})

test.each(['backups/_state/bot/taking.part', 'backups/_state/bot/taking.json'])(
  'is nothing where somebody else has been at %s',
  async (key) => {
    const tools = await written()
    await tools.store.put(key, Buffer.from('{}'))
    expect(await readBegun(tools, 'bot')).toBeUndefined()
    tools.store.objects.delete(key)
    expect(await readBegun(tools, 'bot')).toBeUndefined()
  },
)
