/** What do the page and a script on a host say of an inventory? That it brings nothing back, and what it is for. */
import { describe, expect, test } from 'vitest'

import { restore } from '../../lib/journey/restore'
import { watch } from '../../lib/journey/watch'
import { look } from '../edge/asking'
import { wordsOf } from '../edge/page/read-by-a-person'
import { fakeChannel, fakeNotifier } from '../fakes/channels'
import { testTools } from '../fakes/tools'

import { appOf, chatKey } from './app'
import { inMemory } from './worlds'

const chat = { user: '9f1c', page: '42', sender: '77' }

/** One day all is well, the next one a conversation has lost what was in it. */
const aBadDay = async () => {
  const world = await inMemory()
  const app = appOf(world.bucket)
  app.connectPage(chat.user, chat.page)
  app.connectShop(chat.user, 'anna')
  const taken: string[] = []
  const take = async () => taken.push(...(await watch.run({}, world.tools())).taken)
  await app.poll()
  await app.webhook({ ...chat, text: 'is it still there?' })
  await app.webhook({ ...chat, text: 'yes, in blue' })
  await take()
  world.passHours(24)
  await app.poll()
  await app.truncate(chatKey(chat))
  await take()
  const [good = '', unmet = ''] = taken
  return { world, tools: world.tools(), good, unmet }
}

describe('the page', () => {
  test('says of a first inventory that the watch takes it, and sends nobody to enroll one', async () => {
    const { tools } = await aBadDay()
    const { bot } = tools.settings.databases
    const fresh = (databases: typeof tools.settings.databases) =>
      look(testTools({ databases }), '').then(({ body }) => wordsOf(body))
    const alone = await fresh(bot ? { bot } : {})
    expect(alone).toContain('The watch takes the first inventory by itself')
    expect(alone).not.toContain('enroll')
    const both = await fresh(tools.settings.databases)
    expect(both).toContain('enroll tokens --ssh root@HOST')
  })

  test('speaks of an inventory that lib/databases.ts does not name any more as of one', async () => {
    const { world } = await aBadDay()
    world.passHours(30)
    const tools = world.tools()
    const { bot: _, ...databases } = tools.settings.databases
    const settings = { ...tools.settings, databases }
    const heard = fakeChannel('ops')
    await watch.run({}, { ...tools, settings, notifier: fakeNotifier([heard]) })
    const page = wordsOf((await look({ ...tools, settings }, '/databases/bot')).body)
    for (const words of [JSON.stringify(heard.heard), page]) {
      expect(words).toContain('the inventory is late')
      expect(words).toContain('If lib/databases.ts does not name it any more, nobody takes it')
      expect(words).not.toMatch(/push\.sh|droplet/i)
    }
  })

  test('sends nobody to a host, says what an inventory is for, and lets one count', async () => {
    const { tools, unmet } = await aBadDay()
    for (const path of ['', '/databases/bot']) {
      const words = wordsOf((await look(tools, path)).body)
      expect(words).toContain('the app’s objects are not as expected')
      expect(words).not.toMatch(/\.sh\b|droplet|restore the|restore this/i)
    }
    const words = wordsOf((await look(tools, '/databases/bot')).body)
    expect(words).toContain('An inventory brings nothing back')
    expect(words).toContain('tells the app’s objects as they were')
    expect(words.split(`snapproof -- accept ${unmet}`)).toHaveLength(3)
  })
})

describe('restore.sh', () => {
  test.each([{ look: 'yes' }, { sure: 'yes' }, { salvage: 'yes' }] as const)(
    'is told in a sentence that nothing is brought back: %o',
    async (how) => {
      const { tools, good } = await aBadDay()
      const asked = restore.run({ database: 'bot', at: good, script: '2', ...how }, tools)
      await expect(asked).rejects.toMatchObject({
        code: 'bad-request',
        why: expect.stringContaining('An inventory brings nothing back'),
        mend: expect.stringContaining('snapproof -- list bot'),
      })
    },
  )

  test('lists them and says what came and went, as of every copy', async () => {
    const { tools, good, unmet } = await aBadDay()
    const listed = await restore.run({ database: 'bot', list: 'yes', script: '2' }, tools)
    expect('copies' in listed && listed.copies.map(({ ticket }) => ticket)).toEqual([unmet, good])
    const asked = { database: 'bot', at: good, diff: unmet, script: '2' }
    expect(await restore.run(asked, tools)).toEqual({
      difference: expect.arrayContaining([expect.stringContaining('conversations entries')]),
    })
  })
})
