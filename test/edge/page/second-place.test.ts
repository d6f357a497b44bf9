/** Does the page say of the second place what waits for it, and what hinders it? */
import { expect, test } from 'vitest'

import type { CarryingStore } from '../../../lib/ports'
import { away } from '../../fakes/memory-store'
import { testTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { rounded, withSecond } from '../../fixtures/bucket/second-place'
import { keepCopy } from '../../fixtures/told/kept'
import { look } from '../asking'

const make = async () => {
  const tools = withSecond(quick(testTools({ databases: { tokens: {} } })))
  await keepCopy(tools, { daysAgo: 0 })
  await rounded(tools)
  tools.clock.passSeconds(3600)
  return tools
}

/** As it reads, under the name of the figure. */
const figureOn = async (tools: Parameters<typeof look>[0]): Promise<string | undefined> => {
  const { body } = await look(tools)
  const [, figure] = /<dt>Second place<\/dt>(.*?)<\/div>/s.exec(body) ?? []
  return figure
    ?.replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

const placeIs = 'my-copies at s3.elsewhere.example'
const noKey = 'SECOND_WRITE_API_KEY is not set, so that nothing can be carried to the second place.'

test.each([
  { name: 'is away', broken: { list: () => Promise.reject(away()) }, why: /: tokens: .+\.$/ },
  { name: 'has no key that may write there', broken: undefined, why: new RegExp(`: ${noKey}$`) },
])('where it $name: how many wait, why, and since when', async ({ broken, why }) => {
  const tools = await make()
  const secondWrite: CarryingStore | undefined = broken && { ...tools.second, ...broken }
  const hindered = { ...tools, secondWrite }
  for (const _ of [1, 2]) {
    await keepCopy(tools, { daysAgo: 0 })
    await rounded(hindered)
    tools.clock.passSeconds(3600)
  }
  const told = await figureOn(tools)
  expect(told).toContain(
    `2 copies to be carried ${placeIs}, since 2026-03-01 02:00 UTC. Not all could be carried, since 2026-03-01 02:00 UTC: `,
  )
  expect(told).toMatch(why)
  await rounded(tools)
  expect(await figureOn(tools)).toBe(`has every proven copy ${placeIs}`)
})

test('a key that was missing is told no more once nothing waits', async () => {
  const tools = await make()
  await rounded({ ...tools, secondWrite: undefined })
  expect(await figureOn(tools)).toBe(`has every proven copy ${placeIs}`)
})
