import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { readAlerts } from '../../../lib/adapters/notify/channels'
import { takes } from '../../../lib/adapters/notify/notify'
import { aimAt, readAddresses } from '../../../lib/rules/settings/addresses'
import { alertOf, resolvedAlert, storeAlert, testAlert } from '../../fixtures/told/alerts'

const key = 'R0UTINGKEY0123456789ABCDEFGHIJ99'
const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`

const only = (setting: string) => {
  const { addresses, complaints } = readAlerts(setting)
  expect(complaints).toEqual([])
  expect(addresses).toHaveLength(1)
  const [channel] = addresses
  if (!channel) throw new Error('no channel')
  return channel
}

describe('ALERTS', () => {
  test.each(['', ' ', 'off', ' off ', ',', 'off,'])('is nobody: "%s"', (setting) => {
    expect(readAlerts(setting)).toEqual({ addresses: [], complaints: [], notes: [] })
  })

  const web = (url: string, authorization?: string) => ({ url, authorization })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  const ann = { host: 'mail.example.com', user: 'ann', password: 'pw', from: 'x@y.zz' }

  test.each([
    ['https://hooks.slack.com/services/T/B/x', 'slack', 'slack'],
    ['https://discord.com/api/webhooks/1/x', 'discord', 'discord'],
    ['https://canary.discord.com/api/v10/webhooks/1/x?thread_id=3', 'discord', 'discord'],
    ['https://discordapp.com/api/webhooks/1/x', 'discord', 'discord'],
    ['https://acme.webhook.office.com/webhookb2/x', 'teams', 'teams'],
    ['https://prod-1.westeurope.logic.azure.com/workflows/x?sig=y', 'teams', 'teams'],
    ['https://d1.2.environment.api.powerplatform.com/powerautomate/x?sig=y', 'teams', 'teams'],
    ['https://hc-ping.com/8b7d2a4e-0000-4000-8000-000000000000', 'ping', 'ping (hc-ping.com)'],
  ])('knows the vendor of %s', (url, type, name) => {
    expect(only(url)).toMatchObject({ type, name, target: web(url) })
  })

  test.each([
    ['slack+http://127.0.0.1:8065/hooks/x', 'slack', 'slack (127.0.0.1:8065)'],
    ['DISCORD+https://chat.example.com/hook', 'discord', 'discord (chat.example.com)'],
    ['teams+https://chat.example.com/hook', 'teams', 'teams (chat.example.com)'],
    ['ping+https://hc.example.com/ping/x', 'ping', 'ping (hc.example.com)'],
    ['webhook+http://[::1]:3000/', 'webhook', 'webhook ([::1]:3000)'],
    ['webhook+https://hooks.slack.com/triggers/x', 'webhook', 'webhook (hooks.slack.com)'],
  ])('is told the type by what stands before a plus: %s', (address, type, name) => {
    const url = address.slice(address.indexOf('+') + 1)
    expect(only(address)).toMatchObject({ type, name, target: web(url) })
  })

  test.each([
    {
      address: 'https://alerts.example.com/in?x=1',
      name: 'webhook (alerts.example.com)',
      target: { ...web('https://alerts.example.com/in?x=1'), secrets: [] },
    },
    {
      address: 'https://ann:pass@alerts.example.com/in',
      name: 'webhook (alerts.example.com)',
      target: { ...web('https://alerts.example.com/in', basic('ann:pass')), secrets: [] },
    },
    {
      address: 'https://ntfy.sh/acme-alerts',
      name: 'ntfy (ntfy.sh)',
      target: { ...web('https://ntfy.sh/'), topic: 'acme-alerts' },
    },
    {
      address: 'ntfy://push.example.com/acme/',
      name: 'ntfy (push.example.com)',
      target: { ...web('https://push.example.com/'), topic: 'acme' },
    },
    {
      address: 'ntfy://ann:p%40ss@push.example.com:8443/under/acme',
      name: 'ntfy (push.example.com:8443)',
      target: { ...web('https://push.example.com:8443/under/', basic('ann:p@ss')), topic: 'acme' },
    },
    {
      address: 'ntfy://:tk_1@push.example.com/acme',
      name: 'ntfy (push.example.com)',
      target: { ...web('https://push.example.com/', 'Bearer tk_1'), topic: 'acme' },
    },
    {
      address: `pagerduty://${key}`,
      name: 'pagerduty',
      target: { ...web('https://events.pagerduty.com/v2/enqueue'), routingKey: key },
    },
    {
      address: `pagerduty+https://${key}@events.eu.pagerduty.com/v2/enqueue`,
      name: 'pagerduty',
      target: { ...web('https://events.eu.pagerduty.com/v2/enqueue'), routingKey: key },
    },
    {
      address: 'telegram://123456:ABC-def_9@-100200300',
      name: 'telegram',
      target: { ...web('https://api.telegram.org'), token: '123456:ABC-def_9', chat: '-100200300' },
    },
    {
      address: 'telegram://123456:ABC@@acme_alerts',
      name: 'telegram',
      target: { ...web('https://api.telegram.org'), token: '123456:ABC', chat: '@acme_alerts' },
    },
    {
      address: 'telegram+https://123456:ABC@bots.example.com/77',
      name: 'telegram (bots.example.com)',
      target: { ...web('https://bots.example.com'), token: '123456:ABC', chat: '77' },
    },
    {
      address: 'smtps://al%40example.com:p%2Fw@mail.example.com/?to=ops@example.com',
      name: 'mail to ops@example.com',
      target: {
        host: 'mail.example.com',
        port: 465,
        tls: 'first',
        user: 'al@example.com',
        password: 'p/w',
        from: 'al@example.com',
        to: ['ops@example.com'],
      },
    },
    {
      address: 'smtp://ann:pw@mail.example.com/?to=a+b@c.de,d@e.fr&from=x@y.zz',
      name: 'mail to a+b@c.de and 1 more',
      target: { ...ann, port: 587, tls: 'starttls', to: ['a+b@c.de', 'd@e.fr'] },
    },
    {
      address: 'smtp://[::1]:2525?to=ops@example.com&from=x@y.zz',
      name: 'mail to ops@example.com',
      target: {
        ...ann,
        host: '[::1]',
        port: 2525,
        tls: 'none',
        user: '',
        password: '',
        to: ['ops@example.com'],
      },
    },
  ])('takes $address', ({ address, name, target }) => {
    expect(only(address)).toMatchObject({ name, target })
  })

  test('holds several, and recipients of a mail are parted by commas too', () => {
    const { addresses } = readAlerts(
      `https://hooks.slack.com/services/T/B/x,
       smtps://a%40b.cc:pw@mail.example.com/?to=a@b.cc,d@e.ff,g@h.ii#severity=error, https://hooks.slack.com/services/T/B/y
       https://ntfy.sh/acme`,
    )
    expect(addresses.map(({ name }) => name)).toEqual([
      'slack',
      'mail to a@b.cc and 2 more',
      'slack, no. 2',
      'ntfy (ntfy.sh)',
    ])
    expect(addresses[1]).toMatchObject({ minimumSeverity: 'error' })
  })

  test('says after a # who is told what, and nothing of it is sent', () => {
    const url = 'https://alerts.example.com/in'
    expect(only(url)).toMatchObject({
      minimumSeverity: 'info',
      databases: undefined,
      target: { secrets: [] },
    })
    expect(only(`${url}#severity=error&databases=tokens;sessions&${secret}&${other}`)).toEqual({
      type: 'webhook',
      name: 'webhook (alerts.example.com)',
      minimumSeverity: 'error',
      databases: ['tokens', 'sessions'],
      hearsSuccess: false,
      target: { url, authorization: undefined, secrets: [secret, other] },
    })
  })

  test('takes good news where it is asked for, beside the rest', () => {
    expect(only('https://ntfy.sh/acme#severity=critical&on=success')).toMatchObject({
      minimumSeverity: 'critical',
      hearsSuccess: true,
    })
    expect(only('https://ntfy.sh/acme')).toMatchObject({ hearsSuccess: false })
  })

  test('notes a webhook without signature, and that mail may be blocked', () => {
    const mail = 'smtps://a%40b.cc:pw@mail.example.com/?to=ops@b.cc'
    const { notes } = readAlerts(
      `https://one.example.com/ https://two.example.com/#${secret} ${mail} https://ntfy.sh/acme`,
    )
    expect(notes).toMatchInlineSnapshot(`
      [
        "webhook (one.example.com): not signed; add "#whsec_…" to its address, and the receiver can check who calls.",
        "mail to ops@b.cc: many DigitalOcean accounts block SMTP; send a test before you rely on it.",
      ]
    `)
  })

  test('tells all complaints at once, by position', () => {
    const { addresses, complaints } = readAlerts(
      'nonsense, https://ntfy.sh/acme, http://alerts.example.com/s3cret',
    )
    expect(addresses).toHaveLength(1)
    expect(complaints).toMatchInlineSnapshot(`
      [
        "ALERTS: address 1 cannot be read; lib/docs/alerts.md shows how each kind begins, and what is percent-encoded in it.",
        "ALERTS: address 3 goes by plain http, which anybody on the way can read; write https.",
      ]
    `)
  })

  const host = 'mail.acme.test'
  test.each([
    ['s3cret', /^cannot be read; lib\/docs\/alerts\.md/],
    ['ftp://s3cret@example.com/', /^cannot be read/],
    ['gossip+https://example.com/s3cret', /^cannot be read/],
    ['https://', /^cannot be read/],
    ['https://ann:%zzs3cret@acme.test/', /^cannot be read/],
    ['http://hooks.slack.com/services/s3cret', /^goes by plain http.*; write https\.$/],
    ['webhook+http://10.0.0.1/s3cret', /^goes by plain http/],
    ['webhook+http://127.0.0.1.acme.test/s3cret', /^goes by plain http/],
    ['https://hooks.slack.com/triggers/s3cret', /^\(slack\) is not .* incoming webhook/],
    ['https://discord.com/channels/s3cret', /^\(discord\) is not .* incoming webhook/],
    ['https://ntfy.sh/', /^\(ntfy\) ends in no topic/],
    ['https://ntfy.sh/with%20blank%20s3cret', /^\(ntfy\) ends in no topic/],
    ['pagerduty://s3cret', /^\(pagerduty\) has no routing key/],
    ['https://events.pagerduty.com/v2/enqueue', /^\(pagerduty\) has no routing key/],
    ['telegram://s3cret@1', /^\(telegram\) is not telegram:/],
    ['telegram://1:s3cret@!!', /^\(telegram\) is not telegram:/],
    ['https://api.telegram.org/bot1:s3cret/sendMessage', /^\(telegram\) is not telegram:/],
    ['https://acme.test/#s3cret', /^has an unknown option after "#"/],
    ['https://acme.test/#severity=s3cret', /^has an unknown severity; known are info,/],
    ['https://acme.test/#on=s3cret', /^says "on=…" of what is not known; write on=success\.$/],
    [`pagerduty://${'R'.repeat(32)}#on=success`, /^\(pagerduty\) takes no good news; remove/],
    ['https://hc-ping.com/1-2#on=success', /^\(ping\) takes no good news; .*HEARTBEAT_URL/],
    ['https://acme.test/#severity=info&severity=error', /^says "severity=…" twice/],
    ['https://acme.test/#severity=warn#ing', /^has an unknown severity/],
    [`https://acme.test/#${secret}&whsec_s3cret`, /^has a signing secret that is not/],
    ['https://acme.test/#databases=S3CRET', /^has no database names after/],
    ['https://acme.test/#databases=', /^has no database names after/],
    ['https://acme.test/#databases=tokens;S3CRET', /^has no database names after/],
    ['https://acme.test/#whsec_s3cret', /^has a signing secret that is not/],
    [`https://ntfy.sh/acme#${secret}`, /^\(ntfy\) has a signing secret, which only a webhook/],
    ['smtps://', /^\(mail\) cannot be read/],
    [`smtps://ann:s3cret@${host}:99999/?to=a@b.cc`, /^cannot be read/],
    [`smtps://ann:%zz@${host}/?to=a@b.cc&from=a@b.cc`, /^cannot be read/],
    ['smtps://ann:s3cret@exa$mple/?to=a@b.cc', /^\(mail\) cannot be read/],
    [`smtps://ann:s3cret@${host}/path?to=a@b.cc`, /^\(mail\) cannot be read/],
    [`smtps://ann:s3cret@${host}/?too=a@b.cc`, /^\(mail\) has an unknown setting after "\?"/],
    [`smtps://ann:s3cret@${host}/?from=a@b.cc`, /^\(mail\) needs "\?to="/],
    [`smtps://ann:s3cret@${host}/?to=s3cret&from=a@b.cc`, /^\(mail\) needs "\?to="/],
    [`smtps://ann:s3cret@${host}/?to=a@b.cc%0d%0aRCPT&from=a@b.cc`, /^\(mail\) needs "\?to="/],
    [`smtps://ann:s3cret@${host}/?to=a@b.cc`, /^\(mail\) needs "from="/],
  ])('complains of %s and shows nothing of it', (setting, says) => {
    const { addresses, complaints } = readAlerts(setting)
    expect(addresses).toEqual([])
    expect(complaints).toHaveLength(1)
    expect(complaints[0]?.replace('ALERTS: address 1 ', '')).toMatch(says)
    expect(complaints.join(' ')).not.toMatch(/s3cret|acme\.test|ann:/i)
  })

  test('never throws, and shows no secret, whatever it holds', () => {
    const address = fc.oneof(
      fc.string(),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc
        .tuple(fc.constantFrom('smtp', 'smtps', 'ntfy', 'telegram', 'pagerduty'), fc.string())
        .map(([scheme, rest]) => `${scheme}://${rest}`),
    )
    fc.assert(
      fc.property(fc.array(address), (all) => {
        const { addresses, complaints } = readAlerts(all.join(' '))
        for (const complaint of complaints) expect(complaint).toMatch(/^ALERTS: address \d+ [a-z(]/)
        expect(new Set(addresses.map(({ name }) => name)).size).toBe(addresses.length)
      }),
    )
  })
})

describe('forms', () => {
  const plain = { ...aimAt('plain', ({ web }) => web), host: /^plain\.example\.com$/ }
  const read = (setting: string) => readAddresses({ called: 'WHO', setting }, [plain])

  test('take the hosts that are theirs, and where none takes any other, nothing else', () => {
    const { addresses, complaints } = read('https://plain.example.com/a https://example.com/s3cret')
    expect(addresses.map(({ name }) => name)).toEqual(['plain'])
    expect(complaints).toEqual([
      expect.stringMatching(/^WHO: address 2 cannot be read; lib\/docs\/alerts\.md/),
    ])
  })

  test('are taken by their word at any host', () => {
    expect(read('plain+https://example.com/').addresses).toMatchObject([
      { type: 'plain', name: 'plain (example.com)', target: { url: 'https://example.com/' } },
    ])
  })
})

describe('who is told', () => {
  const chat = 'https://hooks.slack.com/services/T/B/x'
  const ping = 'https://hc-ping.com/8b7d2a4e'
  test.each([
    { name: 'everything, if nothing else is said', to: chat, alert: alertOf(), is: true },
    { name: 'what is grave enough', to: `${chat}#severity=error`, alert: alertOf(), is: true },
    { name: 'not what is milder', to: `${chat}#severity=critical`, alert: alertOf(), is: false },
    { name: 'its own database', to: `${chat}#databases=tokens`, alert: alertOf(), is: true },
    { name: 'not another one', to: `${chat}#databases=sessions`, alert: alertOf(), is: false },
    {
      name: 'what concerns the whole installation',
      to: `${chat}#databases=sessions`,
      alert: storeAlert(),
      is: true,
    },
    {
      name: 'every test',
      to: `${chat}#databases=sessions&severity=critical`,
      alert: testAlert(),
      is: true,
    },
    { name: 'a recovery like its trouble', to: chat, alert: resolvedAlert(), is: true },
    { name: 'a ping, of damage', to: ping, alert: alertOf(), is: true },
    { name: 'no ping, of a recovery', to: ping, alert: resolvedAlert(), is: false },
    {
      name: 'no ping, of a warning',
      to: ping,
      alert: alertOf({ kind: 'sound.warned' }),
      is: false,
    },
  ])('is $name', ({ to, alert, is }) => {
    expect(takes(only(to), alert)).toBe(is)
  })
})
