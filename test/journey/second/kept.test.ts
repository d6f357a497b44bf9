/** What is kept of an app's objects, once the first place is away, has lost it, or was emptied; and when it goes. */
import { describe, expect, test } from 'vitest'

import { Fault } from '../../../lib/faults'
import { askFirst, readKeptOfEither } from '../../../lib/journey/second/kept'
import { carryOut, planRebuild } from '../../../lib/journey/second/rebuild'
import { readKept } from '../../../lib/journey/taking/keep'
import { bot, botWorld } from '../../fixtures/bucket/contents'
import { emptyFirst, firstAway } from '../../fixtures/bucket/second-place'

const made = async () => {
  const world = botWorld()
  world.put('page', 'first')
  world.put('chats/a', [{ id: 1 }])
  await world.look()
  await world.round()
  const [key = ''] = world.here()
  const kept = key.slice('backups/_contents/bot/'.length, -'.gz'.length)
  return { ...world, key, kept }
}

describe('a content', () => {
  test.each([
    {
      name: 'the first place is away',
      does: ({ tools }: Awaited<ReturnType<typeof made>>) => void firstAway(tools),
      why: 'the first place is away (The store is away)',
    },
    {
      name: 'the first place has lost it',
      does: ({ tools, key }: Awaited<ReturnType<typeof made>>) =>
        void tools.store.objects.delete(key),
      why: 'the first place does not have it any more',
    },
    {
      name: 'other bytes stand in the first place',
      does: async ({ tools, key }: Awaited<ReturnType<typeof made>>) =>
        tools.store.put(key, Buffer.from('other bytes')),
      why: 'in the first place it is not what was kept',
    },
  ])('comes from the second place where $name', async ({ does, why }) => {
    const world = await made()
    await does(world)
    const { answer, why: said } = await readKeptOfEither(world.tools, 'bot', world.kept)
    expect(said).toBe(why)
    expect(answer.is).toBe('whole')
  })

  test('is what the first place says of it where the second does not help', async () => {
    const world = await made()
    world.tools.store.objects.delete(world.key)
    world.tools.second.objects.delete(world.key)
    const asked = () => readKeptOfEither(world.tools, 'bot', world.kept)
    expect(await asked()).toEqual({ answer: { is: 'gone' } })
    world.tools.second.failNext('read')
    expect(await asked()).toEqual({ answer: { is: 'gone' } })
    const alone = { ...world.tools, second: undefined }
    expect(await readKeptOfEither(alone, 'bot', world.kept)).toEqual({ answer: { is: 'gone' } })
  })

  test('is asked of the second place for no other trouble of the first', async () => {
    const { tools } = await made()
    const fault = new Fault({ code: 'bad-request', why: 'No.', mend: 'Ask well.' })
    let asked = 0
    const ask = async (): Promise<never> => {
      asked += 1
      throw fault
    }
    await expect(askFirst(ask, tools)).rejects.toBe(fault)
    expect(asked).toBe(1)
    const missing = new Fault({ code: 'not-found', why: 'None.', mend: 'See the list.' })
    const askMissing = async (): Promise<never> => {
      asked += 1
      throw missing
    }
    await expect(askFirst(askMissing, tools)).rejects.toBe(missing)
    expect(asked).toBe(3)
  })
})

describe('the first place, made anew', () => {
  test('has the contents too, each held against its hash; what is not one is named and not brought', async () => {
    const { tools, here, there, kept } = await made()
    const before = here()
    emptyFirst(tools)
    const [bad = '', good = ''] = there()
    await tools.second.put(bad, Buffer.from('other bytes'))
    const plans = await planRebuild(tools, undefined)
    expect(plans).toMatchObject([{ database: 'bot', contents: { count: 2 } }])
    const done = await carryOut(plans, tools, () => {})
    expect(done).toMatchObject({ brought: 1, contents: 1 })
    expect(done.failed).toEqual([{ id: bad, why: 'in the second place it is not what was kept' }])
    expect(here()).toEqual([good])
    expect(before).toEqual([bad, good])
    expect(bad).toContain(kept)
    expect((await readKept(tools, 'bot', good.slice('backups/_contents/bot/'.length, -3))).is).toBe(
      'whole',
    )
  })

  test('keeps what stands there, and a second time there is nothing to do', async () => {
    const { tools, key, there } = await made()
    emptyFirst(tools)
    await tools.store.put(key, Buffer.from('somebody else’s'))
    const done = await carryOut(await planRebuild(tools, 'bot'), tools, () => {})
    expect(done.contents).toBe(there().length - 1)
    expect(done.failed.map(({ id }) => id)).toEqual([key])
    expect(tools.store.objects.get(key)?.bytes.toString()).toBe('somebody else’s')
    tools.store.objects.delete(key)
    await carryOut(await planRebuild(tools, 'bot'), tools, () => {})
    const [plan] = await planRebuild(tools, 'bot')
    expect(plan).not.toHaveProperty('contents')
  })
})

/** On the first day one page, from the second on another; then inventories until the first one is on its way out there. */
const begin = async () => {
  const world = botWorld({ ...bot, keepSecond: { daily: 9, weekly: 0, monthly: 0 } })
  world.put('page', 'first')
  await world.round()
  const [first = ''] = world.here()
  world.put('page', 'second')
  for (const days of [1, 1, 1]) await world.round(days)
  const nights = []
  for (const days of [35, 1]) {
    expect((await world.round(days)).uncarried).toEqual([])
    nights.push(await world.night())
  }
  // As soon as it is gone in the first place, it is on its way out in the second.
  expect(world.here()).not.toContain(first)
  expect(nights[0]?.second).not.toHaveProperty('contents')
  expect(nights[1]).toMatchObject({
    contents: { removed: 1 },
    second: { contents: { leaving: 1 } },
  })
  return { world, first }
}

test('a content that the first place lets go of is not on its way out in the second for a month', async () => {
  const world = botWorld()
  world.put('page', 'first')
  await world.round()
  const [first = ''] = world.here()
  world.put('page', 'second')
  for (const days of [1, 1, 1]) await world.round(days)
  const nights = []
  for (const days of [27, 1]) {
    await world.round(days)
    nights.push(await world.night())
  }
  // The first place: after 7 days. The second: not after 31 either.
  expect(world.here()).not.toContain(first)
  expect(nights[1]).toMatchObject({ contents: { removed: 1 } })
  expect(nights[1]?.second).toHaveProperty('plan')
  expect(nights[1]?.second).not.toHaveProperty('contents')
  expect(world.there()).toContain(first)
})

let base: ReturnType<typeof begin> | undefined

/** A day later: it is due. */
const due = async () => {
  const { world: from, first } = await (base ??= begin())
  const world = botWorld({ ...bot, keepSecond: { daily: 9, weekly: 0, monthly: 0 } })
  const { tools } = world
  tools.clock.moveTo(from.tools.clock.now().toISOString())
  for (const place of ['store', 'second'] as const)
    for (const [key, { bytes, object }] of from.tools[place].objects)
      tools[place].objects.set(key, { bytes, object })
  tools.clock.passSeconds(86_400)
  return { ...world, first }
}

describe('in the second place', () => {
  test('a content goes a month after the first lets it go, a night after that was first so, by a plan', async () => {
    const { first, here, there, night, tools } = await due()
    expect(there()).toContain(first)
    expect((await night())?.second).toMatchObject({ contents: { removed: 1, leaving: 0 } })
    // What is referred to stays in both.
    expect(there()).toEqual(here())
    expect(there()).toHaveLength(1)
    const plans = [...tools.second.objects.keys()].filter((key) => key.includes('_journal/bot/'))
    expect(plans.length).toBeGreaterThan(1)
  })

  test.each<{ name: string; does: (made: Awaited<ReturnType<typeof due>>) => unknown }>([
    {
      name: 'it stands in the first place again',
      does: ({ tools, first }) =>
        tools.store.put(first, tools.second.objects.get(first)?.bytes ?? Buffer.from('')),
    },
    {
      name: 'an inventory of that time is not what was stored there',
      does: ({ tools }) => {
        const newest = [...tools.second.objects.keys()].findLast((key) => key.endsWith('.jsonl.gz'))
        tools.store.objects.delete(newest ?? '')
        return tools.second.put(newest ?? '', Buffer.from('other bytes'))
      },
    },
    {
      name: 'the first place lacks copies that it never lets go of',
      does: ({ tools }) => {
        for (const key of tools.store.objects.keys())
          if (key.startsWith('backups/bot/')) tools.store.objects.delete(key)
      },
    },
    {
      name: 'the key that deletes there is not set',
      does: ({ tools }) => void Object.assign(tools, { secondPrune: undefined }),
    },
    {
      name: 'the listing of the first place is lost',
      does: ({ tools }) => tools.store.failNext('pages', 9),
    },
  ])('none goes while $name', async ({ does }) => {
    const world = await due()
    await does(world)
    await world.night().catch(() => undefined)
    expect(world.there()).toContain(world.first)
  })
})
