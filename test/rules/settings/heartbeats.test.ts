import { describe, expect, test } from 'vitest'

import { aimAt } from '../../../lib/rules/settings/addresses'
import { readHeartbeats } from '../../../lib/rules/settings/heartbeats'

/** As lib/adapters/notify/ping.ts has it. */
const form = { ...aimAt('ping', ({ web }) => web), isNamedByHost: true as const }

const uuid = '8b7d2a4e-0000-4000-8000-000000000000'

describe('the setting HEARTBEAT_URL', () => {
  test.each([
    { setting: '', names: [] },
    { setting: 'off', names: [] },
    { setting: ' , \n', names: [] },
    { setting: `https://hc-ping.com/${uuid}`, names: ['ping (hc-ping.com)'] },
    { setting: `ping+https://hc-ping.com/${uuid}`, names: ['ping (hc-ping.com)'] },
    { setting: `PING+https://hc-ping.com/${uuid}`, names: ['ping (hc-ping.com)'] },
    { setting: 'https://up.example.com/api/push/x', names: ['ping (up.example.com)'] },
    {
      setting: `https://hc-ping.com/a,https://hc-ping.com/b off`,
      names: ['ping (hc-ping.com)', 'ping (hc-ping.com), no. 2'],
    },
  ])('"$setting" names $names', ({ setting, names }) => {
    const read = readHeartbeats(setting, form)
    expect(read.addresses.map(({ name }) => name)).toEqual(names)
    expect(read.addresses.every(({ type }) => type === 'ping')).toBe(true)
    expect(read.complaints).toEqual([])
  })

  test('may name the databases that an address stands for', () => {
    const { addresses } = readHeartbeats(
      `https://hc-ping.com/${uuid}#databases=tokens;sessions`,
      form,
    )
    expect(addresses[0]).toMatchObject({
      databases: ['tokens', 'sessions'],
      target: { url: `https://hc-ping.com/${uuid}` },
    })
  })

  test.each([
    { setting: 'hc-ping.com/secret-1', why: 'no address' },
    { setting: 'https://hc-ping.com/a slack+https://example.com/secret-1', why: 'no ping' },
    { setting: 'http://hc-ping.com/secret-1', why: 'plain http' },
    { setting: 'smtps://u:secret-1@example.com/?to=a@example.com', why: 'mail' },
    { setting: 'https://hc-ping.com/secret-1#every=day', why: 'an unknown option' },
  ])('complains in its own name, and shows nothing of the address ($why)', ({ setting }) => {
    const { complaints } = readHeartbeats(setting, form)
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toMatch(/^HEARTBEAT_URL: address [12] /)
    expect(complaints[0]).not.toMatch(/secret-1|ALERTS/)
  })
})
