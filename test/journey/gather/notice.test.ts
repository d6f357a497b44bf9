/** That the watch is silent can be said by nobody but the host: how it gets from here to cron's mail. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { writeWatchState } from '../../../lib/journey/bucket/watch-state'
import { ticket } from '../../../lib/journey/ticket'
import { slow } from '../../cases'
import { makeDatabase, makeDroplet, startServices } from '../../fakes/droplet-services'
import type { Droplet, Services } from '../../fakes/droplet-services'
import { handClock, testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { pushed, requestFor } from '../../fixtures/bucket/requests'
import { watchOf } from '../../fixtures/told/troubles'

const silentSeconds = 3 * 3600

const noticeOf = async (tools: TestTools) => {
  const answer = await ticket.run(requestFor(Buffer.from('one')), tools)
  expect('ticket' in answer).toBe(true)
  return answer.notice
}

describe('the answer to a push', () => {
  test('says nothing of a watch that never ran, as long as there was nothing to watch', async () => {
    const tools = testTools()
    expect(await noticeOf(tools)).toBeUndefined()
    await pushed(tools, Buffer.from('the first'))
    tools.clock.passSeconds(silentSeconds - 1)
    expect(await noticeOf(tools)).toBeUndefined()
  })

  test('says that the watch has never run, hours after the first copy', async () => {
    const tools = testTools()
    await pushed(tools, Buffer.from('the first'))
    tools.clock.passSeconds(silentSeconds)
    expect(await noticeOf(tools)).toMatch(
      /^The watch has never run, and the first copy came 2026-03-01 01:00 UTC: nobody would be told/,
    )
  })

  test.each([
    { timer: 'prune', days: 3, cost: 'old copies are not deleted' },
    { timer: 'drill', days: 16, cost: 'no kept copy is restored for practice' },
  ])('says that $timer has not run for $days days, while the watch does', async (row) => {
    const tools = testTools()
    for (const name of ['prune', 'drill']) {
      await tools.store.put(`backups/_state/${name}.json`, Buffer.from('a run'))
    }
    const heard = async (seconds: number) => {
      tools.clock.passSeconds(seconds)
      await writeWatchState(tools, watchOf())
      for (const name of ['prune', 'drill'].filter((one) => one !== row.timer)) {
        await tools.store.put(`backups/_state/${name}.json`, Buffer.from('a run'))
      }
      return noticeOf(tools)
    }
    expect(await heard(row.days * 86_400 - 1)).toBeUndefined()
    expect(await heard(1)).toContain(
      `"${row.timer}" has not run since 2026-03-01 01:00 UTC: ${row.cost}.`,
    )
  })

  test.each([
    { seconds: 0, isSaid: false },
    { seconds: 600, isSaid: false },
    { seconds: silentSeconds - 1, isSaid: false },
    { seconds: silentSeconds, isSaid: true },
    { seconds: silentSeconds + 1, isSaid: true },
  ])('says that the watch ran $seconds seconds ago: $isSaid', async ({ seconds, isSaid }) => {
    const tools = testTools()
    await writeWatchState(tools, watchOf())
    tools.clock.passSeconds(seconds)
    expect((await noticeOf(tools)) !== undefined).toBe(isSaid)
  })

  test('goes by the store’s clock: one of ours that is ahead raises no false alarm', async () => {
    const tools = testTools()
    await writeWatchState(tools, watchOf())
    const ahead = handClock('2027-03-01T01:00:00Z')
    expect(await noticeOf({ ...tools, clock: ahead })).toBeUndefined()
  })

  test('says it as a line of its own, after all that the script reads', async () => {
    const tools = testTools()
    await writeWatchState(tools, watchOf())
    tools.clock.passSeconds(silentSeconds)
    const lines = ticket.lines(await ticket.run(requestFor(Buffer.from('one')), tools))
    expect(lines.at(-1)).toMatchInlineSnapshot(`
      [
        "notice",
        "The watch has not run since 2026-03-01 01:00 UTC: nobody would be told of a late or damaged copy. mend: this says why, on your own machine: npm run --silent snapproof -- doctor",
      ]
    `)
  })

  test('is given all the same where nobody can ask for the watch', async () => {
    const tools = testTools()
    await writeWatchState(tools, watchOf())
    tools.clock.passSeconds(silentSeconds)
    tools.store.failNext('head')
    expect(await noticeOf(tools)).toBeUndefined()
  })
})

describe('push.sh', () => {
  const notice = 'The watch has not run since 2026-03-01 01:00 UTC: nobody would be told.'
  let services: Services
  let droplet: Droplet
  let front: Server

  beforeEach(async () => {
    services = await startServices()
    droplet = makeDroplet('push.sh')
    // The functions, with one line more.
    front = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      const pass = async () => {
        const { authorization = '' } = request.headers
        const asked = { method: 'POST', headers: { authorization }, body: Buffer.concat(parts) }
        const answer = await fetch(`${services.url}${request.url}`, asked)
        const more = request.url === '/ticket' ? `notice ${notice}\n` : ''
        response.writeHead(answer.status, { 'content-type': 'text/plain' })
        response.end(`${await answer.text()}${more}`)
      }
      request.on('end', () => void pass())
    })
    await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening))
    const address = front.address()
    Object.assign(droplet.env, {
      SNAPPROOF_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
      SNAPPROOF_TOKEN: 'push-secret',
      SNAPPROOF_WAIT: '20',
    })
    makeDatabase(droplet.database)
  })

  afterEach(async () => {
    front.closeAllConnections()
    front.close()
    await services.close()
    droplet.remove()
  })

  test(
    'prints it where cron mails it, sends the copy all the same, and exits 0',
    slow,
    async () => {
      const said = { code: 0, out: '', err: `push.sh: ${notice}\n` }
      expect(await droplet.run()).toEqual(said)
      expect(services.stored.size).toBe(1)
      // An unchanged database is told it as well.
      expect(await droplet.run()).toEqual(said)
      expect(services.stored.size).toBe(1)
    },
  )
})
