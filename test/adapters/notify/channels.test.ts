import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { readPulses, senders } from '../../../lib/adapters/notify/channels'
import { digestTo, pulseTo } from '../../../lib/adapters/notify/notify'
import { readEnvironment } from '../../../lib/edge/config'
import { notifierOf } from '../../../lib/edge/tools'

import { addressIn, channelTypes, known } from './known'

const alertsPage = readFileSync('lib/docs/alerts.md', 'utf8')
const world = { clock: { now: () => new Date(0) } }

test('each channel has its entry among those that are tried, and the reverse', () => {
  expect(channelTypes.toSorted()).toEqual(Object.keys(senders).toSorted())
})

describe.each(channelTypes)('%s', (type) => {
  test('is known by its address, without a word and with one', () => {
    const { address, at } = known[type]
    expect(addressIn(address).type).toBe(type)
    if (at) expect(addressIn(at('http://127.0.0.1:8080')).type).toBe(type)
  })

  test('stands in the table of lib/docs/alerts.md', () => {
    const rows = alertsPage.split('\n').filter((line) => line.startsWith('| '))
    expect(rows.filter((row) => row.includes(known[type].shown))).toHaveLength(1)
  })

  test('never shows its address by its name', () => {
    const { name } = addressIn(known[type].address)
    expect(name).not.toMatch(/XXXX|abc|RRRR|ABC-def|hunter22|tk_secret|whsec|8b7d/)
  })
})

describe('who is told besides', () => {
  test('the week’s digest goes by mail alone, and a success to a ping alone', () => {
    const withDigest = channelTypes.filter((type) =>
      digestTo(addressIn(known[type].address), world),
    )
    const withPulse = channelTypes.filter((type) => pulseTo(addressIn(known[type].address), world))
    expect([withDigest, withPulse]).toEqual([['mail'], ['ping']])
  })

  test('a heartbeat is a ping, whoever is at the other end', () => {
    const { addresses } = readPulses('https://hooks.slack.com/services/T/B/x')
    expect(addresses).toMatchObject([{ type: 'ping', name: 'ping (hooks.slack.com)' }])
  })
})

/** What was told is remembered by these: another id would be told everything anew. */
const remembered = {
  slack: '58c40e0854d36021',
  discord: 'cb25690174e27a54',
  teams: '2473bcba64482349',
  'ping (hc-ping.com)': '286a89362d319566',
  'ntfy (ntfy.sh)': '7cff98f21590e335',
  'webhook (example.com)': 'c69961a7d63dc765',
  pagerduty: '936745e52e2a04b5',
  telegram: '82e3ced95ed0dfc0',
  'mail to ops@example.com and 1 more': '0e96b661864e51f1',
}

test('good news is for those who asked for it, of the databases that they asked for', () => {
  const { channels } = notifierOf(
    environmentWith({
      ALERTS: `${known.slack.address}#on=success ${known.ntfy.address} ${known.discord.address}#on=success&databases=tokens`,
    }),
  )
  const heard = channels.map(({ hears }) => ['tokens', 'sessions'].map((one) => hears?.(one)))
  expect(heard).toEqual([
    [true, true],
    [undefined, undefined],
    [true, false],
  ])
})

const environmentWith = (changes: Record<string, string>) =>
  readEnvironment({
    SPACES_ENDPOINT: 'https://fra1.example.com',
    SPACES_REGION: 'fra1',
    SPACES_BUCKET: 'acme-backups',
    SPACES_API_KEY: 'key',
    SPACES_API_SECRET: 'secret',
    SNAPPROOF_SECRET: 'a secret for the tests, long enough to be one',
    ...changes,
  })

test('one address has one id, in every build', () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
  const alerts = [
    ...(['slack', 'discord', 'teams', 'ping', 'ntfy'] as const).map((type) => known[type].address),
    `https://ann:pw@example.com/hook#${secret}&databases=tokens;sessions`,
    ...(['pagerduty', 'telegram'] as const).map((type) => known[type].address),
    `${known.mail.address},a@b.cc#severity=error`,
  ]
  const { channels, pulses, complaints } = notifierOf(
    environmentWith({
      ALERTS: alerts.join(' '),
      HEARTBEAT_URL: `${known.ping.address}#databases=tokens`,
    }),
  )
  expect(complaints).toEqual([])
  expect(Object.fromEntries(channels.map(({ name, id }) => [name, id]))).toEqual(remembered)
  expect(pulses.map(({ id }) => id)).toEqual(['286a89362d319566', '9e8d82d2db134b39'])
})
