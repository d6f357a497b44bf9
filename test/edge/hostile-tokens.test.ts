/** What becomes of tokens that are damaged, stolen, or carried to where they do not belong. */
import { beforeAll, describe, expect, test } from 'vitest'

import { serve } from '../../lib/edge/serve'
import { servePage } from '../../lib/edge/serve-page'
import { restore } from '../../lib/journey/restore'
import { ticket } from '../../lib/journey/ticket'
import { verdict } from '../../lib/journey/verdict'
import type { Tools } from '../../lib/ports'
import { mintToken, scopes } from '../../lib/rules/trust/tokens'
import type { Grant, Scope } from '../../lib/rules/trust/tokens'
import { secret } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { fieldsFor } from '../fixtures/bucket/requests'
import { installation, recorded } from '../fixtures/bucket/two-databases'
import { otherSecret } from '../fixtures/told/entries'

import { ownHost } from './asking'

type Headers = Record<string, unknown>
type Main = (headers: Headers, more?: object) => Promise<{ statusCode: number; body: string }>

let tools: TestTools
let waiting = ''
beforeAll(async () => {
  tools = await installation()
  const found = await restore.run({ database: 'tokens', list: 'yes' }, tools)
  waiting = 'copies' in found ? (found.copies[0]?.ticket ?? '') : ''
})

const asking = (main: (tools: Tools) => ReturnType<typeof serve>, fields: () => object) => {
  const form = () => new URLSearchParams(Object.entries(fields()))
  return (with_: Tools): Main =>
    (headers, more = {}) =>
      main(with_)({
        http: {
          method: 'POST',
          path: '',
          body: form().toString(),
          headers: { host: ownHost, ...headers },
          ...more,
        },
      })
}

const bytes = Buffer.from('what is pushed here')

/** A right request of each function, but for its token. */
const functions: { name: string; scope: Scope; database: string; ask: (tools: Tools) => Main }[] = [
  {
    name: 'ticket',
    scope: 'push',
    database: 'tokens',
    ask: asking(
      (t) => serve(ticket, () => t),
      () => fieldsFor(bytes),
    ),
  },
  {
    name: 'verdict',
    scope: 'push',
    database: 'tokens',
    ask: asking(
      (t) => serve(verdict, () => t),
      () => ({ ticket: waiting }),
    ),
  },
  {
    name: 'restore',
    scope: 'restore',
    database: 'tokens',
    ask: asking(
      (t) => serve(restore, () => t),
      () => ({ database: 'tokens' }),
    ),
  },
  {
    name: 'status',
    scope: 'read',
    database: 'all',
    ask: asking(
      (t) => servePage(() => t),
      () => ({}),
    ),
  },
]

const grantOf = (scope: Scope, database: string): Grant => ({ scope, database, keyId: '3f9a1c2d' })
const tokenOf = (scope: Scope, database: string): string =>
  mintToken(secret, grantOf(scope, database))
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` })

/** Refused, and nobody was asked about it. */
const expectRefused = async (ask: (tools: Tools) => Main, headers: Headers, more = {}) => {
  const { tools: watched, asked } = recorded(tools)
  const { statusCode } = await ask(watched)(headers, more)
  expect([400, 401, 403], JSON.stringify(headers)).toContain(statusCode)
  expect(asked).toEqual([])
}

/** A bit of every sign; `rules/trust/tokens.test.ts` tries other signs in every place. */
const flipped = (token: string): string[] =>
  [...token].map((_, place) => {
    const changed = Buffer.from(token)
    changed.writeUInt8(changed.readUInt8(place) ^ (1 << (place % 8)), place)
    return changed.toString('latin1')
  })

const spelled = (token: string): string[] => {
  const [scope = '', database = '', keyId = '', mac = ''] = token.split('.')
  const proof = Buffer.from(mac, 'base64url')
  const spellings = [
    proof.toString('base64'),
    `${mac}=`,
    proof.toString('hex'),
    proof.toString('latin1'),
    `${mac.slice(0, 20)}\n${mac.slice(20)}`,
    mac.toUpperCase(),
    mac.toLowerCase(),
    encodeURIComponent(`${mac}=`),
  ]
  return [
    ...spellings.filter((one) => one !== mac).map((one) => `${scope}.${database}.${keyId}.${one}`),
    token.toUpperCase(),
    `${database}.${scope}.${keyId}.${mac}`,
    `${scope}.${keyId}.${database}.${mac}`,
    `${mac}.${scope}.${database}.${keyId}`,
    `${scope}.${database}.${keyId.toUpperCase()}.${mac}`,
    `${scope}.${database} .${keyId}.${mac}`,
    `${scope}.${database}.${keyId}..${mac}`,
    Buffer.from(token).toString('base64'),
    `"${token}"`,
    `${token},${token}`,
    `${token}.${token}`,
    token.replaceAll('.', '%2e'),
  ]
}

const cut = (token: string): string[] => [...token].map((_, length) => token.slice(0, length))

const longer = (token: string): string[] =>
  ['A', '=', '.', '\0', '-', ';', '\u00e9'].map((s) => token + s)

describe.each(functions)('at $name', ({ scope, database, ask }) => {
  const token = tokenOf(scope, database)

  test('the true token opens, and any other spelling of it does not', async () => {
    expect([200, 409]).toContain((await ask(tools)(bearer(token))).statusCode)
    const others = [...cut(token), ...longer(token), ...spelled(token)]
    for (const other of others) await expectRefused(ask, bearer(other))
  })

  test('no sign of it may differ by a bit', async () => {
    for (const other of flipped(token)) await expectRefused(ask, bearer(other))
  })

  test('every other token of this installation is refused', async () => {
    const names = ['tokens', 'sessions', 'all', 'token', 'tokens-2']
    for (const [other, name] of scopes.flatMap((one) => names.map((some) => [one, some] as const)))
      if (other !== scope || name !== database)
        await expectRefused(ask, bearer(tokenOf(other, name)))
  })

  test('a token that stands anywhere else than in its one header is not looked at', async () => {
    const query = { queryString: `token=${token}&authorization=Bearer+${token}` }
    await expectRefused(ask, {}, query)
    await expectRefused(ask, { 'x-authorization': `Bearer ${token}`, token })
    await expectRefused(ask, { 'proxy-authorization': `Bearer ${token}` })
    await expectRefused(ask, { authorization: token })
    await expectRefused(ask, { authorization: `Basic ${token}` })
    await expectRefused(ask, { authorization: `Basic ${Buffer.from(token).toString('base64')}` })
    await expectRefused(ask, { authorization: { Bearer: token } })
    if (scope !== 'read') await expectRefused(ask, { cookie: `snapproof_read=${token}` })
  })

  test('of two headers neither is taken for the one', async () => {
    const [one, two] = [`Bearer ${token}`, `Bearer ${tokenOf('push', 'sessions')}`]
    await expectRefused(ask, { authorization: [one, two] })
    await expectRefused(ask, { authorization: [two, one] })
    await expectRefused(ask, { Authorization: one, authorization: two })
    await expectRefused(ask, { Authorization: two, authorization: one })
  })

  test('a revoked one is refused, and so is one of a secret that is gone', async () => {
    const { settings } = tools
    const after = (changes: object) => ({ ...tools, settings: { ...settings, ...changes } })
    const status = async (changed: Tools) => (await ask(changed)(bearer(token))).statusCode
    expect(await status(after({ revokedKeyIds: new Set(['3f9a1c2d']) }))).toBe(401)
    expect(await status(after({ secrets: { current: otherSecret } }))).toBe(401)
    const rotating = { current: otherSecret, previous: secret }
    expect(await status(after({ secrets: rotating, revokedKeyIds: new Set(['3f9a1c2d']) }))).toBe(
      401,
    )
  })
})

describe('the reader’s cookie', () => {
  test.each(functions.slice(0, 3))('is worth nothing at $name', async ({ ask }) => {
    await expectRefused(ask, { cookie: `snapproof_read=${tokenOf('read', 'all')}` })
  })

  test('of another spelling is worth nothing on the page', async () => {
    const page = functions[3]?.ask
    if (!page) throw new Error('the status function is the last one')
    const token = tokenOf('read', 'all')
    for (const other of [...cut(token), ...spelled(token), tokenOf('push', 'all')])
      await expectRefused(page, { cookie: `snapproof_read=${other}` }, { method: 'GET' })
  })
})
