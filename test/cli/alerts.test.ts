import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { probeAlerts } from '../../lib/cli/doctor/alerts'
import { Environment } from '../../lib/edge/config'
import { changeAlertState } from '../../lib/journey/bucket/alert-state'
import { writeWatchState } from '../../lib/journey/bucket/watch-state'
import { messageTo, withDelivery } from '../../lib/rules/alerts/outbox'
import { startCommand } from '../fakes/command'
import type { Ended } from '../fakes/command'
import { testTools } from '../fakes/tools'
import { alertOf } from '../fixtures/told/alerts'
import { watchOf } from '../fixtures/told/troubles'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-alerts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Somebody who takes webhooks: `/takes/…` with 204, `/refuses/…` with 404. */
const arrived: { path: string; body: string }[] = []
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += String(chunk)))
  request.on('end', () => {
    arrived.push({ path: request.url ?? '', body })
    const isTaken = request.url?.startsWith('/takes') === true
    response.writeHead(isTaken ? 204 : 404).end(isTaken ? undefined : 'no such hook')
  })
})
let host = ''
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => void server.close())
beforeEach(() => void arrived.splice(0))

/** A port at which nobody listens any more. */
const deserted = async (): Promise<string> => {
  const other = createServer()
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
  const address = other.address()
  await new Promise((closed) => other.close(closed))
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const command = startCommand()
afterAll(() => command.end())

/** With a home that nobody else uses. */
const alertTest = async (alerts: string, args: readonly string[] = []): Promise<Ended> => {
  const { code, stdout, stderr } = await command.run(['alert-test', ...args], {
    PATH: process.env['PATH'] ?? '',
    SNAPPROOF_HOME: path.join(folder, 'home'),
    SPACES_API_KEY: 'off',
    SPACES_API_SECRET: 'off',
    ALERTS: alerts,
  })
  return { code, stdout: plain(stdout), stderr: plain(stderr) }
}

/** The port differs from run to run, and so does the width of what holds it. */
const plain = (text: string): string => text.replaceAll(host, 'HOST').replaceAll(/ {2,}/g, '  ')

const hook = (where: string) => `webhook+http://${host}/${where}/secret-path`

describe('snapproof alert-test', () => {
  test('sends a test that says it is one, and exits 0 when it was taken', async () => {
    expect(await alertTest(hook('takes'))).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "NO  CHANNEL  OUTCOME  ANSWER
      1  webhook (HOST)  took it  took 1 alert
      ",
      }
    `)
    expect(arrived.map((one) => one.path)).toEqual(['/takes/secret-path'])
    const { data } = JSON.parse(arrived[0]?.body ?? '')
    expect(data.summary).toBe('Test: snapproof: a test, nothing is wrong')
    expect(data.alerts).toMatchObject([{ kind: 'test', status: 'test', severity: 'info' }])
  })

  test('exits 1 when one did not take it, and tries the others all the same', async () => {
    const ended = await alertTest(`${hook('refuses')},${hook('takes')}`)
    expect(ended).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "",
        "stdout": "NO  CHANNEL  OUTCOME  ANSWER
      1  webhook (HOST)  refused  answered 404: "no such hook"; nothing takes messages there: make a new address and set it in ALERTS
      2  webhook (HOST), no. 2  took it  took 1 alert
      ",
      }
    `)
    expect(arrived).toHaveLength(2)
  })

  test('exits 1 when nobody is there, or an address cannot be read, and shows no address', async () => {
    const ended = await alertTest(
      `webhook+http://${await deserted()}/secret-path https//secret-path ${hook('takes')}`,
    )
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^ALERTS: address 2 cannot be read/)
    expect(ended.stdout).toContain('refused the connection')
    expect(`${ended.stdout}${ended.stderr}`).not.toContain('secret-path')
    expect(arrived).toHaveLength(1)
  })

  test('tries the one that is named by its number', async () => {
    const both = `${hook('refuses')},${hook('takes')}`
    expect(await alertTest(both, ['--channel', '2'])).toMatchObject({ code: 0 })
    expect(arrived.map((one) => one.path)).toEqual(['/takes/secret-path'])
    for (const number of ['0', '3', 'x']) {
      const ended = await alertTest(both, [`--channel=${number}`])
      expect(ended).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr).toContain(`There is no channel ${number}; ALERTS names 2.`)
    }
    expect(arrived).toHaveLength(1)
  })

  test('says that nobody is told where alerts are off, and exits 1', async () => {
    for (const off of ['off', ''])
      expect(await alertTest(off)).toMatchObject({ code: 1, stderr: '' })
    expect((await alertTest('off')).stdout).toMatchInlineSnapshot(`
      "ALERTS names no channel, so nobody is told anything. lib/docs/alerts.md shows how each looks.
      "
    `)
  })
})

describe('the doctor', () => {
  const environment = (changes: Record<string, string> = {}) =>
    Environment.parse({
      SPACES_ENDPOINT: 'https://fra1.digitaloceanspaces.com',
      SPACES_REGION: 'fra1',
      SPACES_BUCKET: 'my-backups',
      SPACES_API_KEY: 'key',
      SPACES_API_SECRET: 'secret',
      SNAPPROOF_SECRET: 'x'.repeat(32),
      ...changes,
    })
  const slack = 'https://hooks.slack.com/services/T0/B0/secret-path'

  test('notes that alerts are off, and that no timer has run yet', async () => {
    expect(await probeAlerts(environment({ ALERTS: 'off' }), testTools())).toMatchInlineSnapshot(`
      [
        {
          "detail": "ALERTS is off: nobody is told of anything",
          "mend": "Set ALERTS in .env to an address of yours, deploy, and run "npx snapproof alert-test".",
          "state": "note",
          "what": "alerts",
        },
        {
          "detail": "has not run yet; it does every ten minutes",
          "state": "note",
          "what": "watch",
        },
        {
          "detail": "has not run yet; it does every night",
          "state": "note",
          "what": "prune",
        },
        {
          "detail": "has not run yet; it does every week",
          "state": "note",
          "what": "drill",
        },
      ]
    `)
  })

  test('names the channels, and which timer ran and which never did', async () => {
    const tools = testTools()
    await writeWatchState(tools, watchOf({ ranAt: tools.clock.now().toISOString() }))
    tools.clock.passSeconds(600)
    const seen = await probeAlerts(environment({ ALERTS: `${slack} ntfy://ntfy.sh/x` }), tools)
    expect(seen.map(({ state, what, detail }) => `${state} ${what} ${detail}`)).toEqual([
      'ok alerts go to slack, ntfy (ntfy.sh); "alert-test" tries them',
      'ok watch ran 10 min ago',
      'wrong prune has never run, and the first copy came 273 days ago',
      'wrong drill has never run, and the first copy came 273 days ago',
    ])
  })

  test.each([
    { seconds: 3 * 3600 - 1, state: 'ok' },
    { seconds: 3 * 3600 + 1, state: 'wrong' },
  ])('calls a watch that ran $seconds seconds ago $state', async ({ seconds, state }) => {
    const tools = testTools()
    await writeWatchState(tools, watchOf({ ranAt: tools.clock.now().toISOString() }))
    tools.clock.passSeconds(seconds)
    const seen = await probeAlerts(environment({ ALERTS: slack }), tools)
    expect(seen.find(({ what }) => what === 'watch')).toMatchObject({ state })
  })

  test('finds an address wrong that cannot be read, and shows nothing of it', async () => {
    const wrong = environment({ ALERTS: slack, HEARTBEAT_URL: 'hc-ping.com/secret-path' })
    const seen = await probeAlerts(wrong, testTools())
    expect(seen[0]).toMatchObject({ what: 'alerts', state: 'wrong' })
    expect(seen[0]?.detail).toMatch(/^HEARTBEAT_URL: address 1 cannot be read/)
    expect(JSON.stringify(seen)).not.toContain('secret-path')
  })

  test('finds it wrong that a message could not be delivered; one that was never tried is not', async () => {
    const tools = testTools()
    const now = tools.clock.now()
    const message = messageTo({ id: 'a', name: 'slack' }, [alertOf()], now)
    await changeAlertState(tools, (state) => ({ ...state, outbox: [message] }))
    const whats = async () =>
      (await probeAlerts(environment({ ALERTS: slack }), tools)).map(({ what }) => what)
    expect(await whats()).toEqual(['alerts', 'watch', 'prune', 'drill'])
    const later = { outcome: 'later', said: 'did not answer within 10 s' } as const
    await changeAlertState(tools, (state) => ({
      ...state,
      outbox: withDelivery(state.outbox, message.id, later, now),
    }))
    expect(await whats()).toEqual(['alerts', 'outbox', 'watch', 'prune', 'drill'])
    const seen = await probeAlerts(environment({ ALERTS: slack }), tools)
    expect(seen[1]).toMatchInlineSnapshot(`
      {
        "detail": "1 message not delivered; slack: did not answer within 10 s",
        "mend": "They are tried again by themselves; "npx snapproof alert-test" shows which channel is deaf.",
        "state": "wrong",
        "what": "outbox",
      }
    `)
  })
})
