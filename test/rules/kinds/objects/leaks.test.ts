/** Access tokens in texts: recognised by name, never quoted, and in a time that grows with the text. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { leakOf, leaksIn, ownLeak, usualLeaks } from '../../../../lib/rules/kinds/objects/leaks'
import { casesOf } from '../../../cases'

/** Put together here, so that no scanner of secrets takes this file for a leak. */
const token = (begins: string, sign: string, length: number) => `${begins}${sign.repeat(length)}`
const jwt = `${token('eyJ', 'hbGciOiJIUzI1NiJ9', 1)}.${token('eyJ', 'zdWIiOiIxIn0', 1)}.${token('', 'c2ln', 10)}`

const leaks = [
  ['a Facebook token', token('EAA', 'Gx9', 60)],
  ['an Instagram token', token('IGQVJ', 'Xb_', 40)],
  ['an Instagram token', token('IGAA', 'Xb', 40)],
  ['a Shopify token', token('shpat_', '0f', 16)],
  ['a Shopify token', token('shpss_', 'A9', 16)],
  ['a Shopify token', token('shpca_', '1b', 16)],
  ['an AWS key', token('AKIA', 'QZ27', 4)],
  ['a DigitalOcean token', token('dop_v1_', '0f', 32)],
  ['a key of DigitalOcean Spaces', token('DO00', 'X7YZ', 4)],
  ['a key of DigitalOcean Spaces', token('DO801', 'X7Y', 5)],
  ['a Stripe key', token('sk_live_', '4eC39Hq', 4)],
  ['a private key', '-----BEGIN PRIVATE KEY-----'],
  ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ['a private key', '-----BEGIN PGP PRIVATE KEY BLOCK-----'],
  ['a JWT', jwt],
  ['a bearer token', `Bearer ${token('', 'ab9.', 8)}`],
] as const

/** As it would stand in an object of the app. */
const inObject = (value: string) =>
  JSON.stringify({ data: [{ id: '42', name: 'A shop', note: value }], paging: {} })

describe('what looks like a token', () => {
  test.each(leaks)('%s: %s', (name, text) => {
    expect(leaksIn(inObject(text), usualLeaks)).toEqual([name])
    expect(leaksIn(inObject(`see ${text}, please`), usualLeaks)).toEqual([name])
  })

  test.each([
    `{"access_token":"${token('', 'x9', 8)}"}`,
    `{"access_token" : "${token('', 'x9', 8)}"}`,
    `{"next":"https://graph.facebook.com/v19.0/1/accounts?access_token=${token('', 'x9', 8)}&limit=25"}`,
    String.raw`{"next":"?access_token\u003d${token('', 'x9', 8)}\u0026limit=25"}`,
    String.raw`{"next":"?\u0061ccess_token\u003D${token('', 'x9', 8)}"}`,
  ])('a field or a parameter access_token: %s', (text) => {
    expect(leaksIn(text, usualLeaks)).toEqual(['a field or parameter access_token'])
  })

  test('is told by name, each once, and never quoted', () => {
    const text = inObject(leaks.map(([, value]) => `${value} ${value}`).join(' '))
    const found = leaksIn(text, usualLeaks)
    expect(new Set(found).size).toBe(found.length)
    expect(new Set(found)).toEqual(new Set(leaks.map(([name]) => name)))
    for (const [, value] of leaks) expect(found.join()).not.toContain(value)
  })
})

describe('what is no token', () => {
  test.each([
    [
      'what the app keeps of a page',
      '{"data":[{"id":"102934","name":"Anna’s Shop","category":"Shop"}],"paging":{"cursors":{"before":"QVFIUk","after":"QVFIUk"}}}',
    ],
    [
      'a message',
      '{"message":{"mid":"m_Xp0zTn2Rr8u0ZgWlmJcUb1vdd7w5xFhY3K9q2L4bQ7y8s6e5t4r3","text":"EAA sports! sk_live_ is what they call it"}}',
    ],
    ['an id of a product', '{"id":"gid://shopify/Product/8211234567890"}'],
    [
      'an image in base64',
      `data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUgAA/EAAEAA9x+AKIAAAAA'.repeat(50)}`,
    ],
    ['bytes in base64 that begin like one', `"${'EAA'.padEnd(80, 'Ax')}+${'Ax'.repeat(40)}="`],
    ['an empty field', '{"access_token":"","token":null}'],
    ['a short one', '{"access_token":"none"}'],
    ['a word with dashes', 'the bearer of good-news'],
    ['a public key', '-----BEGIN PUBLIC KEY-----'],
    ['a number written as such', String.raw`{"text":"\u0041\u00e9\u00zz\u2028"}`],
    ['a hash', 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'],
    ['a longer word', `"${token('XAKIA', 'QZ27', 4)}"`],
    ['a word that goes on', `"${token('AKIA', 'QZ27', 5)}"`],
    ['a word that begins before, as a Facebook token', token('XEAA', 'Gx9', 60)],
    ['a word of more letters than a Facebook token', token('EAA', 'G', 1001)],
    ['a word that begins before, as an Instagram token', token('XIGAA', 'Xb', 40)],
    ['a word that begins before, as a key of Spaces', token('XDO00', 'X7YZ', 4)],
    ['a word of more letters than a key of Spaces', token('DO00', 'X', 17)],
    ['a word that begins before, as a JWT', `x${jwt}`],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(leaksIn(text, usualLeaks)).toEqual([])
  })

  test('ids, names, times and sentences, of any sort', () => {
    const plain = fc.array(
      fc.oneof(
        fc.uuid(),
        fc.lorem(),
        fc.emailAddress(),
        fc.webUrl(),
        fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
        fc.bigInt().map(String),
      ),
    )
    fc.assert(
      fc.property(plain, (some) => {
        expect(leaksIn(JSON.stringify(some), usualLeaks)).toEqual([])
      }),
      { numRuns: casesOf(500) },
    )
  })
})

describe('one of your own', () => {
  const own = leakOf(ownLeak.parse({ name: 'our key', begins: 'a.b+c-', atLeast: 8 }))

  test.each([
    ['"a.b+c-12345678"', ['our key']],
    ['"a.b+c-1234567"', []],
    ['"axb+c-12345678"', []],
    ['"za.b+c-12345678"', []],
  ])('%s', (text, found) => {
    expect(leaksIn(text, [own])).toEqual(found)
  })

  test('says a beginning that is one, and how much follows', () => {
    for (const wrong of [
      { name: 'our key', begins: 'ab', atLeast: 8 },
      { name: 'our key', begins: 'abc', atLeast: 7 },
      { name: 'our key', begins: 'abc', atLeast: 1001 },
      { name: 'our key', begins: 'x'.repeat(101), atLeast: 8 },
      { name: 'x'.repeat(101), begins: 'abc', atLeast: 8 },
      { name: '', begins: 'abc', atLeast: 8 },
      { name: 'our key', begins: 'abc', atLeast: 8, looksLike: '(a+)+' },
    ])
      expect(ownLeak.safeParse(wrong).success).toBe(false)
    for (const right of [
      { name: 'k', begins: 'abc', atLeast: 8 },
      { name: 'x'.repeat(100), begins: 'x'.repeat(100), atLeast: 1000 },
    ])
      expect(ownLeak.parse(right)).toEqual(right)
    const { error } = ownLeak.safeParse({ name: 'our key', begins: 'ab', atLeast: 8 })
    expect(error?.issues[0]?.message).toBe('expected three characters or more')
  })
})

describe('a text that means harm', () => {
  const all = [...usualLeaks, leakOf({ name: 'our key', begins: 'aaa', atLeast: 1000 })]
  const cpuMs = (text: string): number => {
    const before = process.cpuUsage()
    leaksIn(text, all)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }

  test.each([
    'eyJ',
    'EAA',
    'eyJaaaaaaaa.eyJaaaaaaaa.x.',
    ` ${'a'.repeat(999)}`,
    'access_token":    ',
    'Bearer aaaaaaaaaaaaaaaaaaa ',
    'shpat_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '-----BEGIN ',
    ` EAA${'a'.repeat(1100)}`,
  ])('of %j again and again costs what its length costs', (unit) => {
    const short = unit.repeat(Math.ceil(100_000 / unit.length))
    const long = short.repeat(8)
    cpuMs(short)
    // A time that grows with the square would be 64 times as long; the floor is what a clock cannot tell.
    expect(cpuMs(long)).toBeLessThan(24 * Math.max(cpuMs(short), cpuMs(short), 2))
  })
})
