import { gzipSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { sealBytes } from '../../../lib/journey/bucket/sealed'
import { readSummary, writeSummary } from '../../../lib/journey/bucket/summary'
import { summaryType } from '../../../lib/rules/watching/head'
import { allWell } from '../../browser/stock'
import { slow } from '../../cases'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'

const key = 'backups/_state/summary.json'

const sealed = ({ settings }: TestTools, value: object) =>
  sealBytes(settings, summaryType, Buffer.from(JSON.stringify({ format: 1, ...value })))

const stood = async () => {
  const { tools } = await allWell()
  const summary = await readSummary(tools)
  if (!summary) throw new Error('the watch has written none')
  return { tools, summary }
}

test('is read back as it was written: the names of all, and the lines that are asked for', async () => {
  const { tools, summary } = await stood()
  expect(summary.names).toEqual(['sessions', 'tokens'])
  const [tokens, ...others] = summary.at([1])
  expect(others).toEqual([])
  expect(tokens?.line).toMatchObject({ database: 'tokens', health: 'sound', count: 24 })
  expect(summary.at([7])).toEqual([])
  await writeSummary(summary.head, summary.at([1, 0]), tools)
  const again = await readSummary(tools)
  expect(again?.names).toEqual(['tokens', 'sessions'])
  expect(again?.head).toEqual(summary.head)
  expect(again?.at([0])).toEqual([tokens])
})

test('of an empty installation holds its head alone', async () => {
  const { tools, summary } = await stood()
  await writeSummary(summary.head, [], tools)
  expect((await readSummary(tools))?.names).toEqual([])
})

test('is not believed where it is not ours, and made anew where it is of another build', async () => {
  expect(await readSummary(testTools())).toBeUndefined()
  const { tools } = await stood()
  const packed = gzipSync('{"format":1}').toString('base64')
  for (const value of [
    { shape: 1, packed: 'nothing' },
    { shape: 1, packed },
    { shape: 2, packed },
    { format: 9 },
  ]) {
    await tools.store.put(key, sealed(tools, value))
    expect(await readSummary(tools)).toBeUndefined()
  }
  const bytes = (await stood()).tools.store.objects.get(key)?.bytes ?? Buffer.alloc(0)
  await tools.store.put(key, Buffer.from(String(bytes).replace('"sig":"', '"sig":"AAAA')))
  expect(await readSummary(tools)).toBeUndefined()
})

test('a bomb is not unpacked', slow, async () => {
  const { tools } = await stood()
  const packed = gzipSync(Buffer.alloc(49 * 1024 ** 2)).toString('base64')
  await tools.store.put(key, sealed(tools, { shape: 1, packed }))
  expect(await readSummary(tools)).toBeUndefined()
})
