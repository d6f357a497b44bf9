import { describe, expect, test } from 'vitest'

import { changeEntry, parseTicket, readEntry } from '../../lib/journey/bucket/ledger'
import { verify } from '../../lib/journey/verify'
import { parseId } from '../../lib/rules/copy/snapshot'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { pushed } from '../fixtures/bucket/requests'
import { sound } from '../fixtures/databases'

const entryOf = async (tools: ReturnType<typeof testTools>, id: string) => {
  const name = parseId(id)
  return name && (await readEntry(tools, name))?.entry
}

describe('verify', () => {
  test('writes down what it saw, when, how, and when the store first had it', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    tools.clock.passSeconds(5)
    await verify.run({ ticket: id }, tools)
    expect(await entryOf(tools, id)).toMatchObject({
      arrivedAt: '2026-03-01T01:00:00.000Z',
      verdict: {
        outcome: 'passed',
        at: '2026-03-01T01:00:05.000Z',
        method: expect.stringContaining('integrity_check'),
        rows: { tokens: 300 },
        schemaFingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      history: [{ word: 'pending' }, { word: 'passed' }],
    })
  })

  test('keeps a definite verdict when a later check could not be made, and remembers that', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    await verify.run({ ticket: id }, tools)
    tools.store.failNext('stream')
    await verify.run({ ticket: id }, tools)
    expect(await entryOf(tools, id)).toMatchObject({
      verdict: { outcome: 'passed' },
      history: [{ word: 'pending' }, { word: 'passed' }, { word: 'unverifiable' }],
    })
  })

  test.each(['head', 'read', 'stream', 'put', 'replace'] as const)(
    'killed or failed at %s, it never leaves a wrong word, and a second run completes',
    async (method) => {
      const tools = testTools()
      const id = await pushed(tools, sound())
      tools.store.failNext(method)
      await verify.run({ ticket: id }, tools).catch(() => undefined)
      const word = (await entryOf(tools, id))?.verdict?.outcome
      expect([undefined, 'passed', 'unverifiable']).toContain(word)
      await verify.run({ ticket: id }, tools)
      expect((await entryOf(tools, id))?.verdict?.outcome).toBe('passed')
    },
  )

  test('says of no object what it saw in another that stood under the key a moment later', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    const key = `backups/tokens/2026/03/${id}.db`
    const mine = tools.store.objects.get(key)?.bytes ?? Buffer.alloc(0)
    await tools.store.put(key, Buffer.alloc(mine.length, 'other'))
    const other = (await tools.store.head(key))?.etag
    const { head } = tools.store
    // Whoever may write to the bucket puts the true file there between the two requests.
    const swapping: TestTools = {
      ...tools,
      store: {
        ...tools.store,
        head: async (asked) => {
          const found = await head(asked)
          if (asked === key) await tools.store.put(key, mine)
          return found
        },
      },
    }
    await verify.run({ ticket: id }, swapping)
    const after = await entryOf(tools, id)
    expect(after).toMatchObject({ etag: other, verdict: { outcome: 'unverifiable' } })
    expect(JSON.stringify(after?.verdict?.findings)).toContain('replaced')
    await verify.run({ ticket: id }, tools)
    expect(await entryOf(tools, id)).toMatchObject({
      etag: (await tools.store.head(key))?.etag,
      verdict: { outcome: 'passed' },
    })
  })

  test('opens nothing of a kind that only a newer build knows, and says which build to deploy', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    await changeEntry(tools, parseTicket(id), (entry) => ({
      ...entry,
      claim: { ...entry.claim, kind: 'pages' },
    }))
    await verify.run({ ticket: id }, tools)
    const { verdict } = (await entryOf(tools, id)) ?? {}
    expect(verdict).toMatchObject({ outcome: 'unverifiable', method: 'not opened' })
    expect(verdict?.findings).toMatchObject([
      {
        detail: 'This build of Snapproof cannot open what is of this kind.',
        mend: 'Deploy the newest build: npm run deploy.',
      },
    ])
  })
})
