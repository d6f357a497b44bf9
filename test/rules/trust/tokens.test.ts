import { createHmac } from 'node:crypto'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  allows,
  deriveKey,
  everyDatabase,
  mintToken,
  readToken,
  scopes,
} from '../../../lib/rules/trust/tokens'
import type { Grant, Scope } from '../../../lib/rules/trust/tokens'
import { otherSecret, secret } from '../../fixtures/told/entries'

const none: ReadonlySet<string> = new Set()
const grant: Grant = { scope: 'push', database: 'tokens', keyId: '3f9a1c2d' }
const token = mintToken(secret, grant)
const [, , , mac = ''] = token.split('.')

const grants = fc.record({
  scope: fc.constantFrom(...scopes),
  database: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  keyId: fc.stringMatching(/^[0-9a-f]{8}$/),
})

describe('a token', () => {
  test('says what it is for, and proves it', () => {
    expect(token).toMatch(/^push\.tokens\.3f9a1c2d\.[A-Za-z0-9_-]{43}$/)
    expect(readToken(token, { current: secret }, none)).toEqual(grant)
  })

  test('is the one that every build before this gave out for the same', () => {
    expect(token).toBe('push.tokens.3f9a1c2d.482lztgj8-eEEtivLB9WPcMy-EbK4FkNOXAWWX9XWcI')
    expect(everyDatabase).toBe('all')
  })

  test('of any grant gives exactly that grant back', () => {
    fc.assert(
      fc.property(grants, (some) => {
        expect(readToken(mintToken(secret, some), { current: secret }, none)).toEqual(some)
      }),
    )
  })

  test('carried over to another scope, database or key id is worth nothing', () => {
    fc.assert(
      fc.property(grants, grants, (one, other) => {
        const [, , , proof = ''] = mintToken(secret, one).split('.')
        const moved = `${other.scope}.${other.database}.${other.keyId}.${proof}`
        const isSame = moved === mintToken(secret, one)
        expect(readToken(moved, { current: secret }, none) !== undefined).toBe(isSame)
      }),
    )
  })

  test.each([
    { name: 'another scope', changed: { scope: 'restore' } },
    { name: 'another database', changed: { database: 'sessions' } },
    { name: 'every database', changed: { database: everyDatabase } },
    { name: 'another key id', changed: { keyId: '3f9a1c2e' } },
  ] as const)('minted for the push of one database does not open $name', ({ changed }) => {
    const { scope, database, keyId } = { ...grant, ...changed }
    const moved = `${scope}.${database}.${keyId}.${mac}`
    expect(readToken(moved, { current: secret }, none)).toBeUndefined()
  })

  test('with any one sign changed, taken away or put in is worth nothing', () => {
    const signs = ['A', 'a', 'b', '0', '1', '-', '_', '.', '=', '+', '/', ' ', '\n', '\0', 'é', '']
    const accepted: string[] = []
    for (let place = 0; place <= token.length; place += 1) {
      for (const sign of signs) {
        const before = token.slice(0, place)
        for (const changed of [
          before + sign + token.slice(place + 1),
          before + sign + token.slice(place),
        ]) {
          if (changed !== token && readToken(changed, { current: secret }, none))
            accepted.push(changed)
        }
      }
    }
    expect(accepted).toEqual([])
  })

  test('has one spelling: its last sign has two bits to spare, and they count', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const spellings = [...alphabet].map((sign) => token.slice(0, -1) + sign)
    const same = spellings.filter((spelling) =>
      Buffer.from(spelling.split('.')[3] ?? '', 'base64url').equals(Buffer.from(mac, 'base64url')),
    )
    expect(same).toHaveLength(4)
    expect(same.filter((one) => readToken(one, { current: secret }, none))).toEqual([token])
  })

  test('whose proof is cut, though what was cut are zeros, is worth nothing', () => {
    const ending = Array.from({ length: 5000 }, (_, count) => ({
      ...grant,
      keyId: count.toString(16).padStart(8, '0'),
    })).find((some) => macBytes(mintToken(secret, some)).at(-1) === 0)
    expect(ending).toBeDefined()
    const whole = mintToken(secret, ending ?? grant)
    const bytes = macBytes(whole)
    const cut =
      whole.slice(0, whole.lastIndexOf('.') + 1) + bytes.subarray(0, 31).toString('base64url')
    expect(readToken(whole, { current: secret }, none)).toBeDefined()
    expect(readToken(cut, { current: secret }, none)).toBeUndefined()
  })

  test('whose proof goes on after its end is worth nothing', () => {
    const longer = Buffer.concat([Buffer.from(mac, 'base64url'), Buffer.from([0])])
    const text = `push.tokens.3f9a1c2d.${longer.toString('base64url')}`
    expect(readToken(text, { current: secret }, none)).toBeUndefined()
  })

  /** Signed as we would sign it, so that only its form can be what is refused. */
  const signed = (scope: string, database: string, keyId: string): string => {
    const content = `${scope}.${database}.${keyId}`
    const proof = createHmac('sha256', deriveKey(secret, 'token')).update(content).digest()
    return `${content}.${proof.toString('base64url')}`
  }

  test.each([
    { name: 'the right form', text: signed('push', 'tokens', '3f9a1c2d'), isRead: true },
    { name: 'nothing', text: '', isRead: false },
    { name: 'a scope alone', text: 'push', isRead: false },
    { name: 'no key id', text: 'push.tokens', isRead: false },
    { name: 'no proof', text: 'push.tokens.3f9a1c2d', isRead: false },
    { name: 'an empty proof', text: 'push.tokens.3f9a1c2d.', isRead: false },
    { name: 'a part too many', text: `${token}.x`, isRead: false },
    { name: 'an empty part too many', text: `${token}.`, isRead: false },
    { name: 'a scope that is none', text: signed('admin', 'tokens', '3f9a1c2d'), isRead: false },
    { name: 'a scope of capitals', text: signed('PUSH', 'tokens', '3f9a1c2d'), isRead: false },
    { name: 'a name every object knows', text: signed('toString', 'a', '3f9a1c2d'), isRead: false },
    { name: 'no database', text: signed('push', '', '3f9a1c2d'), isRead: false },
    { name: 'a database of capitals', text: signed('push', 'Tokens', '3f9a1c2d'), isRead: false },
    { name: 'a database that is a path', text: signed('push', '../x', '3f9a1c2d'), isRead: false },
    { name: 'seven signs of key id', text: signed('push', 'tokens', '3f9a1c2'), isRead: false },
    { name: 'nine signs of key id', text: signed('push', 'tokens', '3f9a1c2d0'), isRead: false },
    { name: 'a key id beyond f', text: signed('push', 'tokens', '3f9a1c2g'), isRead: false },
    { name: 'a newline after it', text: `${token}\n`, isRead: false },
  ])('is read, with $name: $isRead', ({ text, isRead }) => {
    expect(readToken(text, { current: secret }, none) !== undefined).toBe(isRead)
  })

  test('made of any text at all is refused', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('push', 'tokens', '3f9a1c2d'), fc.string())),
        (some) => {
          expect(readToken(some.join('.'), { current: secret }, none)).toBeUndefined()
        },
      ),
    )
  })
})

describe('a secret', () => {
  const fresh = 'fresh-secret-of-at-least-32-letters'
  test.each([
    { name: 'before a rotation', secrets: { current: secret }, isRead: true },
    { name: 'while both hold', secrets: { current: fresh, previous: secret }, isRead: true },
    {
      name: 'when the new one came too early',
      secrets: { current: secret, previous: fresh },
      isRead: true,
    },
    { name: 'after the overlap', secrets: { current: fresh }, isRead: false },
    {
      name: 'after two rotations',
      secrets: { current: otherSecret, previous: fresh },
      isRead: false,
    },
    {
      name: 'when the previous one is blank',
      secrets: { current: fresh, previous: '' },
      isRead: false,
    },
  ])('reads its tokens $name: $isRead', ({ secrets, isRead }) => {
    expect(readToken(token, secrets, none) !== undefined).toBe(isRead)
  })

  test('that is blank proves nothing', () => {
    const forged = mintToken('', grant)
    expect(readToken(forged, { current: secret, previous: '' }, none)).toBeUndefined()
  })

  test('of another installation mints tokens that are worth nothing here', () => {
    fc.assert(
      fc.property(grants, fc.string({ minLength: 1 }), (some, foreign) => {
        fc.pre(foreign !== secret)
        expect(readToken(mintToken(foreign, some), { current: secret }, none)).toBeUndefined()
      }),
    )
  })

  test('gives each use a key of its own', () => {
    const uses = ['token', 'entry signature', 'key id']
    const keys = [secret, otherSecret].flatMap((one) => uses.map((use) => deriveKey(one, use)))
    expect(keys.map((one) => one.length)).toEqual([32, 32, 32, 32, 32, 32])
    expect(new Set(keys.map((one) => one.toString('hex'))).size).toBe(6)
  })
})

describe('revocation', () => {
  const sibling = mintToken(secret, { ...grant, keyId: '00000001' })

  test('ends one token and leaves the others of its database', () => {
    const revoked = new Set([grant.keyId])
    expect(readToken(token, { current: secret }, revoked)).toBeUndefined()
    expect(readToken(sibling, { current: secret }, revoked)).toBeDefined()
  })

  test('holds during a rotation as well', () => {
    const secrets = { current: otherSecret, previous: secret }
    expect(readToken(token, secrets, new Set([grant.keyId]))).toBeUndefined()
  })
})

describe('allows', () => {
  test.each([
    { scope: 'push', database: 'tokens', may: true },
    { scope: 'push', database: 'sessions', may: false },
    { scope: 'push', database: 'token', may: false },
    { scope: 'push', database: everyDatabase, may: false },
    { scope: 'restore', database: 'tokens', may: false },
    { scope: 'read', database: 'tokens', may: false },
    { scope: 'read', database: everyDatabase, may: false },
  ] as const)('a push token of tokens to $scope on $database: $may', ({ scope, database, may }) => {
    expect(allows(grant, { scope, database })).toBe(may)
  })

  test('any grant allows what it names and nothing else', () => {
    fc.assert(
      fc.property(grants, grants, (one, other) => {
        const isSame = one.scope === other.scope && one.database === other.database
        expect(allows(one, other)).toBe(isSame)
        expect(allows(one, one)).toBe(true)
      }),
    )
  })

  test('a push token of a database named "all" reads nothing', () => {
    const sly: Grant = { scope: 'push', database: everyDatabase, keyId: '3f9a1c2d' }
    const others: Scope[] = ['read', 'restore']
    expect(others.filter((scope) => allows(sly, { scope, database: everyDatabase }))).toEqual([])
  })
})

const macBytes = (text: string): Buffer => Buffer.from(text.split('.')[3] ?? '', 'base64url')
