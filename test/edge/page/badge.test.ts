import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { badgeOf as badgeFor } from '../../../lib/edge/page/badge'
import { servePage } from '../../../lib/edge/serve-page'
import { drillFailed, fallen, heldOpen, unmetNewest } from '../../browser/bad-days'
import { allWell, empty, oneFailing, oneLate, silent, waiting } from '../../browser/stock'
import { testTools } from '../../fakes/tools'
import { watched } from '../../fixtures/bucket/watching'
import { keepCopy } from '../../fixtures/told/kept'
import { ask, cookie, eventOf, look } from '../asking'

/** The schema as it is documented: https://shields.io/badges/endpoint-badge */
const Endpoint = z.strictObject({
  schemaVersion: z.literal(1),
  label: z.string(),
  message: z.string().min(1),
  color: z.enum(['green', 'yellow', 'orange', 'red', 'lightgrey']),
  isError: z.boolean(),
})

const badgeOf = async (tools: Parameters<typeof ask>[0]) =>
  Endpoint.parse(JSON.parse((await ask(tools, { path: '/badge' })).body))

describe('the badge', () => {
  test.each([
    { scene: allWell, message: 'verified 12 h ago', color: 'green' },
    { scene: oneLate, message: '1 database late', color: 'orange' },
    { scene: oneFailing, message: '1 database in trouble', color: 'red' },
    { scene: fallen, message: '1 database in trouble', color: 'red' },
    { scene: drillFailed, message: '1 database in trouble', color: 'red' },
    { scene: unmetNewest, message: '1 database in trouble', color: 'orange' },
    { scene: heldOpen, message: 'verified 12 h ago', color: 'green' },
    { scene: empty, message: 'nothing proven yet', color: 'lightgrey' },
    { scene: silent, message: 'down, not watched for 5 h', color: 'orange' },
    { scene: async () => ({ tools: testTools() }), message: 'not watched', color: 'orange' },
  ])('says "$message", in $color', async ({ scene, message, color }) => {
    const found = await badgeOf((await scene()).tools)
    expect(found).toMatchObject({ label: 'backups', message, color, isError: color === 'red' })
  })

  test('is red where it was summed up by an older build, which did not say what is in danger', () => {
    const glance = { ranAt: '2026-11-28T12:00:00.000Z', late: 0, isComplete: true, isProven: false }
    const now = new Date(glance.ranAt)
    expect(badgeFor({ ...glance, inTrouble: 1 }, now).color).toBe('red')
    expect(badgeFor({ ...glance, inTrouble: 1, inDanger: 0 }, now).color).toBe('orange')
  })

  test('is red when the headline of the page is, and only then', async () => {
    for (const scene of [allWell, oneLate, oneFailing, fallen, drillFailed, unmetNewest, silent]) {
      const { tools } = await scene()
      const { body } = await ask(tools, { headers: cookie })
      expect((await badgeOf(tools)).isError).toBe(body.includes('class="hero bad"'))
    }
  })

  test('is not green while the newest copy waits for its verdict', async () => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 1 })
    await watched(tools)
    await keepCopy(tools, { daysAgo: 0, outcome: 'pending' })
    await watched({ ...tools, starter: async () => undefined })
    expect(await badgeOf(tools)).toMatchObject({ message: 'being verified', color: 'yellow' })
  })

  test('tells of no database by its name', async () => {
    for (const scene of [allWell, oneLate, oneFailing, waiting, fallen, unmetNewest]) {
      const { tools } = await scene()
      for (const path of ['/badge', '/badge.svg']) {
        const { body, headers } = await ask(tools, { path })
        expect(JSON.stringify({ body, headers })).not.toMatch(
          /tokens|sessions|shop|orders|my-backups/,
        )
      }
    }
  })

  test('reads what the watch summed up alone, and once a minute, however often it is asked for', async () => {
    const { tools } = await allWell()
    const read: string[] = []
    const { store } = tools
    const noted: typeof store = {
      ...store,
      read: (key) => {
        read.push(`read ${key}`)
        return store.read(key)
      },
      pages: () => {
        throw new Error('the badge lists nothing')
      },
    }
    const main = servePage(() => ({ ...tools, store: noted }))
    for (let call = 0; call < 5; call += 1) await main(eventOf({ path: '/badge.svg' }))
    expect(read).toEqual(['read backups/_state/summary.json'])
    tools.clock.passSeconds(60)
    await main(eventOf({ path: '/badge' }))
    expect(read).toHaveLength(2)
  })

  test('is the same where no summary tells it, as an older build leaves it', async () => {
    for (const scene of [oneFailing, drillFailed]) {
      const { tools } = await scene()
      tools.store.objects.delete('backups/_state/summary.json')
      expect(await badgeOf(tools)).toMatchObject({ message: '1 database in trouble', color: 'red' })
    }
  })

  test('a kept copy that did not come back is said as the page says it, there and alone', async () => {
    const { tools } = await drillFailed()
    for (const path of ['', '/databases/tokens']) {
      const { body } = await look(tools, path)
      expect(body).toMatch(/<h1>tokens: a kept copy could not be restored<\/h1>/)
      expect(body).toContain('class="hero bad"')
    }
  })

  test('is a picture with the same words', async () => {
    const { tools } = await allWell()
    const { body, headers } = await ask(tools, { path: '/badge.svg' })
    expect(headers['content-type']).toBe('image/svg+xml; charset=utf-8')
    expect(body).toMatch(/^<svg xmlns=/)
    expect(body).toContain('<title>backups: verified 12 h ago</title>')
    expect(body).not.toMatch(/<script|href|style=/)
  })
})
