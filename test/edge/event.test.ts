import { describe, expect, test } from 'vitest'

import { readEvent } from '../../lib/edge/event'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const http = (changes: Record<string, unknown>) => ({
  http: {
    body: '',
    headers: {},
    isBase64Encoded: false,
    method: 'POST',
    path: '',
    queryString: '',
    ...changes,
  },
})

describe('an event of the platform', () => {
  const fields = { database: 'tokens', size_bytes: '12' }
  const form = 'database=tokens&size_bytes=12'
  const json = '{"database":"tokens","size_bytes":"12"}'
  const asJson = { 'Content-Type': 'application/json' }

  test.each([
    {
      name: 'a form in base64, marked so',
      event: http({ body: base64(form), isBase64Encoded: true }),
    },
    {
      name: 'a form in base64, not marked',
      event: http({ body: base64(form), isBase64Encoded: undefined }),
    },
    { name: 'a form in base64, marked wrongly', event: http({ body: base64(form) }) },
    { name: 'a plain form', event: http({ body: form }) },
    {
      name: 'JSON in base64',
      event: http({ body: base64(json), isBase64Encoded: true, headers: asJson }),
    },
    { name: 'plain JSON', event: http({ body: json, headers: asJson }) },
    { name: 'JSON that does not say it is', event: http({ body: json }) },
    { name: 'a query', event: http({ queryString: form }) },
    {
      name: 'the older names',
      event: { __ow_method: 'post', __ow_body: base64(form), __ow_headers: {} },
    },
    { name: 'a call by the platform itself', event: fields },
  ])('gives its fields: $name', ({ event }) => {
    expect(readEvent(event).fields).toMatchObject(fields)
  })

  test('tells a web call from one by the platform', () => {
    expect(readEvent(http({})).isWeb).toBe(true)
    expect(readEvent({ __ow_method: 'get' }).isWeb).toBe(true)
    for (const event of [{}, undefined, null, { ticket: 'x' }])
      expect(readEvent(event).isWeb).toBe(false)
  })

  test('finds a header however it is written', () => {
    expect(readEvent(http({ headers: { Authorization: 'x' } })).header('authorization')).toBe('x')
  })

  test('keeps a field that came twice as a list, so that no schema takes it for one', () => {
    expect(readEvent(http({ body: 'database=a&database=b' })).fields).toEqual({
      database: ['a', 'b'],
    })
  })

  test('does not let a form write into the object’s own ancestry', () => {
    const { fields: given } = readEvent(http({ body: '__proto__=x&constructor=y' }))
    expect(Object.getPrototypeOf(given)).toBe(Object.prototype)
  })

  test.each([
    { name: 'longer than 16 KiB', body: `a=${'x'.repeat(16_384)}` },
    { name: 'longer than 16 KiB in base64', body: base64(`a=${'x'.repeat(16_384)}`) },
    { name: 'much longer', body: 'x'.repeat(1_000_000) },
    { name: 'broken JSON', body: '{"database":' },
    { name: 'JSON that is a list', body: '{}[]' },
  ])('refuses a body that is $name', ({ body }) => {
    expect(() => readEvent(http({ body }))).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    )
  })

  test('is read whole under the older names, as under those of today', () => {
    const parts = {
      method: 'put',
      path: '/json',
      query: 'a=1&b=2',
      headers: { Accept: 'text/plain' },
      body: base64('b=3&c=4'),
      isBase64Encoded: true,
    }
    const legacy = Object.entries(parts).map(([name, part]) => [`__ow_${name}`, part])
    const { query: queryString, ...same } = parts
    for (const event of [Object.fromEntries(legacy), { http: { ...same, queryString } }]) {
      const { header, ...read } = readEvent(event)
      expect(read).toEqual({
        isWeb: true,
        method: 'PUT',
        path: '/json',
        // What is posted counts before what stands in the address.
        fields: { a: '1', b: '3', c: '4' },
        timer: undefined,
        posted: { b: '3', c: '4' },
      })
      expect(header('accept')).toBe('text/plain')
    }
  })

  test('of the web is a GET of nothing where it says no more; the platform’s own is what it holds', () => {
    const { header, ...read } = readEvent({ http: {}, timer: 't', database: 'x' })
    expect(read).toEqual({
      isWeb: true,
      method: 'GET',
      path: '',
      fields: {},
      timer: 't',
      posted: {},
    })
    expect(header('host')).toBeUndefined()
    const { header: none, ...own } = readEvent({ database: 'x', timer: 't' })
    expect(own).toEqual({
      isWeb: false,
      method: 'POST',
      path: '',
      fields: { database: 'x', timer: 't' },
      timer: undefined,
      posted: { database: 'x', timer: 't' },
    })
    expect(none('host')).toBeUndefined()
  })

  test('has of a header that came twice both values, and of what is no text none', () => {
    const { header } = readEvent(
      http({
        headers: { Cookie: 'a=1', cookie: 'b=2', Accept: 'x', accept: ['y', 7], HOST: 7, odd: [] },
      }),
    )
    expect(['cookie', 'accept', 'host', 'odd'].map(header)).toEqual([
      'a=1; b=2',
      'x, y',
      undefined,
      undefined,
    ])
  })

  test.each([
    { name: 'looks like base64 and is none', body: 'abcd', fields: { abcd: '' } },
    {
      name: 'is marked, whatever it unpacks to',
      body: base64('!x'),
      is: true,
      fields: { '!x': '' },
    },
    { name: 'is blank', body: ' \n', fields: {} },
    { name: 'is JSON behind blanks', body: ' {"a":"b"}', fields: { a: 'b' } },
    { name: 'has three of one field', body: 'a=1&a=2&a=3', fields: { a: ['1', '2', '3'] } },
    {
      name: 'is as long as it may be, in base64',
      body: base64(`a=${'x'.repeat(16_382)}`),
      fields: { a: 'x'.repeat(16_382) },
    },
  ])('takes a body that $name', ({ body, is, fields: given }) => {
    expect(readEvent(http({ body, isBase64Encoded: is })).posted).toEqual(given)
  })

  test('answers something for anything at all', () => {
    for (const event of [1, 'x', [], { http: 7 }, { http: { headers: 3 } }, { __ow_method: 4 }]) {
      expect(readEvent(event)).toBeDefined()
    }
  })
})
