// A short form of `npm run load`; and that it can fail.
// @module-tag slow
import { expect, test } from 'vitest'

import { load } from './load'
import { delayedBy, runOfWatchMs } from './thief'

test('16 databases push at once: each gets the verdict that its entry holds, and nothing is lost', async () => {
  const { found, pushed, lines } = await load({ databases: 16, shells: 2, withinMs: 500 })
  expect(found).toEqual([])
  expect(pushed.map(({ code }) => code)).toEqual(pushed.map(() => 0))
  expect(pushed.filter(({ isShell }) => isShell)).toHaveLength(2)
  expect(lines[1]).toMatch(/^16 verdicts in /)
})

test('what was lost, put there by somebody else, or told otherwise than it stands is found', async () => {
  const { found } = await load({
    databases: 3,
    shells: 0,
    withinMs: 0,
    spoil: async ([first, second], cloud) => {
      const { store, settings } = cloud.tools()
      if (first) first.verdict = 'failed'
      const [copy] = await store.list(`${settings.prefix}${second?.source.name}/`)
      if (copy) await store.remove(copy.key)
      await store.put(`${settings.prefix}stranger`, Buffer.from('stranger'))
    },
  })
  expect(found).toEqual([
    'load-00001 was told failed, and its entry says passed',
    expect.stringMatching(/^load-00002_.* is passed but is not there$/),
    expect.stringMatching(/^load-00002 was announced as .*, and never arrived$/),
    'backups/stranger lies in the bucket, and nobody put it there',
  ])
})

test(
  'a thief’s endless files are judged beside the others, and delay none of them by a run',
  { timeout: 900_000 },
  async () => {
    const { found, pushed, lines } = await load({
      databases: 4,
      shells: 0,
      withinMs: 500,
      endlessFiles: 4,
    })
    expect(found).toEqual([])
    expect(lines.at(-1)).toContain('the watch ran once')
    const [one] = pushed
    if (!one) throw new Error('nobody pushed')
    const without = [{ ...one, tookMs: 1_000 }]
    const beside = (tookMs: number) => delayedBy(without, [{ ...one, tookMs }])
    expect(beside(1_000 + runOfWatchMs)).toEqual({
      found: [],
      line: 'the slowest push took 1 s without the thief and 601 s beside him; none was delayed by more than 600 s',
    })
    expect(beside(2_000 + runOfWatchMs).found).toEqual([
      'load-00001 came 601 s later beside the thief',
    ])
  },
)
