// What is kept of an app's objects is carried to the second place: all of it, once, and never other bytes.
import { describe, expect, test } from 'vitest'

import { readSecondState } from '../../../lib/journey/carrying/second-state'
import type { CarryingStore } from '../../../lib/ports'
import { secondStandingOf } from '../../../lib/rules/second/second-state'
import { bot, botWorld } from '../../fixtures/bucket/contents'
import { rounded } from '../../fixtures/bucket/second-place'

const lineOf = async ({ tools }: ReturnType<typeof botWorld>) =>
  (await readSecondState(tools))?.databases['bot']?.contents

/** Three objects, of which two change on the second day. */
const begun = async (days = 1) => {
  const world = botWorld()
  world.put('page', 'first')
  world.put('chats/a', [{ id: 1 }])
  world.put('chats/b', [{ id: 9 }])
  await world.look()
  if (days > 1) {
    world.put('page', 'second')
    world.put('chats/a', [{ id: 1 }, { id: 2 }])
    await world.look(1)
  }
  return world
}

const bytesAt = ({ tools }: ReturnType<typeof botWorld>, key: string) => [
  tools.store.objects.get(key)?.bytes.toString('hex'),
  tools.second.objects.get(key)?.bytes.toString('hex'),
]

describe('the contents of objects', () => {
  test('stand in the second place too, byte for byte, by the run that carries their inventory', async () => {
    const world = await begun(2)
    const answer = await world.round()
    expect(answer).toMatchObject({ contents: ['bot 5'], uncarried: [] })
    expect(world.here()).toHaveLength(5)
    expect(world.there()).toEqual(world.here())
    for (const key of world.here()) {
      const [here, there] = bytesAt(world, key)
      expect(there, key).toBe(here)
    }
    expect(await lineOf(world)).toMatchObject({ isEnded: true, behind: 0 })
  })

  test('are not listed by a run in which nothing came, nor those of long ago by one in which one did', async () => {
    const world = await begun()
    await world.round()
    await world.round()
    const { tools } = world
    const asked: (string | undefined)[] = []
    const pages: CarryingStore['pages'] = (prefix, after) => {
      if (prefix.includes('/_contents/')) asked.push(after)
      return tools.second.pages(prefix, after)
    }
    const watched = { ...world, tools: { ...tools, secondWrite: { ...tools.second, pages } } }
    await rounded(watched.tools)
    expect(asked).toEqual([])
    tools.clock.passSeconds(3 * 86_400)
    world.put('page', 'third')
    expect((await rounded(watched.tools)).contents).toEqual(['bot 1'])
    // From the day before the last look on.
    expect(asked).toEqual(['backups/_contents/bot/2026-02-28.gz'])
    expect(world.there()).toEqual(world.here())
  })

  test('that somebody took away there are brought again within a week', async () => {
    const world = await begun()
    await world.round()
    await world.round(3)
    const [gone = ''] = world.there()
    world.tools.second.objects.delete(gone)
    expect((await world.round(3)).contents).toBeUndefined()
    expect((await world.round(1)).contents).toEqual(['bot 1'])
    expect(world.there()).toContain(gone)
  })

  test('wait for a place that is away, are counted and told, and come in the order of their days', async () => {
    const world = await begun(2)
    const { tools } = world
    const made: string[] = []
    const create: CarryingStore['create'] = async (key, bytes) => {
      if (key.includes('/_contents/') && made.length >= 2) throw new Error('ended')
      if (key.includes('/_contents/')) made.push(key)
      return tools.second.create(key, bytes)
    }
    const broken = { ...tools, secondWrite: { ...tools.second, create } }
    const answer = await rounded(broken)
    expect(answer.contents).toEqual(['bot 2'])
    expect(made).toEqual(world.here().slice(0, 2))
    const line = await lineOf(world)
    expect(line).toMatchObject({ isEnded: false, behind: 3 })
    expect(line?.after).toBe(made[1]?.slice('backups/_contents/bot/'.length, -'.gz'.length))
    const state = await readSecondState(tools)
    const known = { bot: { fingerprint: 'f' } }
    expect(state && secondStandingOf(state, known)).toMatchObject({
      behind: 0,
      contents: 3,
      databases: 1,
      since: line?.since,
    })
    // The next run goes on behind the last one that stands there.
    expect((await rounded(tools)).contents).toEqual(['bot 3'])
    expect(world.there()).toEqual(world.here())
    expect(await lineOf(world)).toMatchObject({ isEnded: true, behind: 0 })
  })

  test('of which a run ends before it comes to them are told to wait', async () => {
    const world = await begun()
    const { tools } = world
    // The last copy takes all of the time that is left.
    const replaceable = {
      ...tools.second,
      createFrom: (async (...asked) => {
        tools.clock.passSeconds(9 * 60)
        return tools.second.createFrom(...asked)
      }) satisfies CarryingStore['createFrom'],
    }
    expect((await rounded({ ...tools, secondWrite: replaceable })).contents).toBeUndefined()
    expect(await lineOf(world)).toMatchObject({ isEnded: false, behind: 1 })
    expect(world.there()).toEqual([])
    expect((await rounded(tools)).contents).toEqual(['bot 3'])
  })

  test('that are not what was kept are not carried, and named', async () => {
    const world = await begun()
    const [one = ''] = world.here()
    await world.tools.store.put(one, Buffer.from('other bytes'))
    const answer = await world.round()
    expect(answer).toMatchObject({
      contents: ['bot 2'],
      uncarried: [`${one} is not what was kept: its SHA-256 is another one.`],
    })
    expect(world.there()).toEqual(world.here().slice(1))
  })

  test('overwrite nothing that stands there: it is named, and waits, and keeps no other waiting', async () => {
    const world = await begun()
    const [one = ''] = world.here()
    await world.tools.second.put(one, Buffer.from('other bytes'))
    const answer = await world.round()
    expect(answer).toMatchObject({
      contents: ['bot 2'],
      uncarried: [`What stands at ${one} in the second place is not the content of that name.`],
    })
    expect(world.tools.second.objects.get(one)?.bytes.toString()).toBe('other bytes')
    expect(await lineOf(world)).toMatchObject({ isEnded: false, behind: 1 })
    world.tools.second.objects.delete(one)
    expect((await world.round()).contents).toEqual(['bot 1'])
  })

  test('are read back where the place tells no MD5 of them, and are believed by their hash', async () => {
    const world = await begun()
    const { tools } = world
    const head: CarryingStore['head'] = async (key) => {
      const found = await tools.second.head(key)
      const isContent = key.includes('/_contents/')
      return found && isContent ? { ...found, etag: 'opaque-1' } : found
    }
    const read: CarryingStore['read'] = async (key) => {
      const found = await tools.second.read(key)
      const isFirst = key === world.here()[0]
      return found && isFirst ? { ...found, bytes: found.bytes.subarray(1) } : found
    }
    const odd = { ...tools, secondWrite: { ...tools.second, head, read } }
    const answer = await rounded(odd)
    expect(answer.contents).toEqual(['bot 2'])
    expect(answer.uncarried).toHaveLength(1)
  })

  test('are not asked for where none are kept', async () => {
    const { keep, ...said } = bot
    const collections = 'collections' in said ? said.collections : {}
    const world = botWorld({ kind: 'objects', collections, ...(keep && { keep }) })
    world.put('page', 'first')
    await world.look()
    expect((await world.round()).contents).toBeUndefined()
    expect(await lineOf(world)).toBeUndefined()
  })
})
