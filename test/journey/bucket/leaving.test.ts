/** Is what is on its way out read as it was written, and by nobody else's signature? */
import { expect, test } from 'vitest'

import { readLeaving, writeLeaving } from '../../../lib/journey/bucket/leaving'
import { testTools } from '../../fakes/tools'
import { ofNewerBuild } from '../../fixtures/newer'

const at = '2026-03-01T03:00:00.000Z'
const leaving = { at, copies: [{ id: 'a', entryEtag: '"1"', leavesAt: at }] }
const key = 'backups/_state/tokens/leaving.json'

test('is read as it was written, for that database alone', async () => {
  const tools = testTools()
  expect(await readLeaving(tools, 'tokens')).toBeUndefined()
  await writeLeaving(tools, 'tokens', leaving)
  expect(await readLeaving(tools, 'tokens')).toMatchObject(leaving)
  expect(await readLeaving(tools, 'sessions')).toBeUndefined()
})

test('unsigned counts as nothing: then a plan begins anew', async () => {
  const tools = testTools()
  await tools.store.put(key, Buffer.from(JSON.stringify(leaving)))
  expect(await readLeaving(tools, 'tokens')).toBeUndefined()
})

test('of a newer build is a fault, and so nothing is deleted', async () => {
  const tools = testTools()
  await writeLeaving(tools, 'tokens', leaving)
  await ofNewerBuild(tools, key)
  await expect(readLeaving(tools, 'tokens')).rejects.toMatchObject({ code: 'newer-format' })
})
