import { describe, expect, test } from 'vitest'

import { verdict } from '../../lib/journey/verdict'
import { watch } from '../../lib/journey/watch'
import { testTools, withStarter } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { sound, withZeroedPage } from '../fixtures/databases'
import { pushed } from '../fixtures/requests'

const withMinutes = (tools: TestTools, minutes: number): TestTools => ({
  ...tools,
  deadlineAt: new Date(tools.clock.now().getTime() + minutes * 60_000),
})

describe('watch', () => {
  test('gives every waiting snapshot its verdict, oldest first', async () => {
    const tools = testTools()
    const first = await pushed(tools, sound(10))
    tools.clock.passSeconds(60)
    const second = await pushed(tools, withZeroedPage())
    const answer = await watch.run({}, withMinutes(tools, 10))
    expect(answer).toMatchObject({ waiting: 2, verified: [first, second], left: [] })
    expect((await verdict.run({ ticket: first }, tools)).verdict).toBe('passed')
    expect((await verdict.run({ ticket: second }, tools)).verdict).toBe('failed')
    expect(await watch.run({}, withMinutes(tools, 10))).toMatchObject({ waiting: 0 })
  })

  test('starts one call each where there is a way to', async () => {
    const tools = withStarter(testTools())
    const id = await pushed(tools, sound())
    expect(await watch.run({}, tools)).toMatchObject({ started: [id], verified: [] })
    expect(tools.started).toEqual([{ name: 'verify', event: { ticket: id } }])
    tools.clock.passSeconds(600)
    expect(await watch.run({}, tools)).toMatchObject({ waiting: 0 })
    tools.clock.passSeconds(361)
    expect(await watch.run({}, tools)).toMatchObject({ started: [id] })
  })

  test('begins nothing that it could not end', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    expect(await watch.run({}, withMinutes(tools, 0.9))).toMatchObject({ left: [id], verified: [] })
  })

  test('tries what could not be checked again after an hour, three times in all', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    const tries = async () => {
      tools.store.failNext('stream')
      return (await watch.run({}, withMinutes(tools, 10))).verified.length
    }
    expect(await tries()).toBe(1)
    expect(await tries()).toBe(0)
    tools.clock.passSeconds(3600)
    expect(await tries()).toBe(1)
    tools.clock.passSeconds(3600)
    tools.store.failNext('stream', 0)
    await watch.run({}, withMinutes(tools, 10))
    expect((await verdict.run({ ticket: id }, tools)).verdict).toBe('passed')
  })

  test('writes the checksum line that a killed run did not come to', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    await verdict.run({ ticket: id }, tools)
    const key = `backups/tokens/2026/03/${id}.db.sha256`
    tools.store.objects.delete(key)
    await watch.run({}, withMinutes(tools, 10))
    expect(tools.store.objects.has(key)).toBe(true)
  })

  test('goes on with the others when one cannot be done', async () => {
    const tools = testTools()
    await pushed(tools, sound(10))
    const second = await pushed(tools, sound(20))
    tools.store.failNext('head')
    const answer = await watch.run({}, withMinutes(tools, 10))
    expect(answer.verified).toEqual([second])
    expect(answer.faults).toHaveLength(1)
  })

  test('costs one listing and no reads when everything is proven', async () => {
    const tools = testTools()
    for (const rows of [10, 20, 30]) {
      await verdict.run({ ticket: await pushed(tools, sound(rows)) }, tools)
    }
    const calls: string[] = []
    const { store } = tools
    const counted = {
      ...tools,
      store: {
        ...store,
        list: (prefix: string) => calls.push('list') && store.list(prefix),
        read: (key: string) => calls.push('read') && store.read(key),
        head: (key: string) => calls.push('head') && store.head(key),
      },
    }
    await watch.run({}, { ...counted, store: { ...counted.store } } as never)
    expect(calls).toEqual(['list'])
  })
})
