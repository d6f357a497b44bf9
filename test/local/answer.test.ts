import { describe, expect, test } from 'vitest'

import { carried } from '../../lib/local/answer'

const answered = (type: string | undefined, body: unknown) => {
  const answer = carried({
    ...(type === undefined ? {} : { headers: { 'Content-Type': type } }),
    body,
  })
  return answer && { status: answer.statusCode, body: answer.body.toString() }
}

describe('the answer of a function, as the platform carries it', () => {
  test.each([
    undefined,
    'text/html; charset=utf-8',
    'text/plain; version=0.0.4',
    'application/json',
    'application/problem+json',
    'application/xml',
  ])('goes out as it stands where it is text: %s', (type) => {
    expect(answered(type, 'a word, or two')).toEqual({ status: 200, body: 'a word, or two' })
    expect(answered(type, 'YQ==')).toEqual({ status: 200, body: 'YQ==' })
  })

  test.each(['image/svg+xml', 'image/svg+xml; charset=utf-8', 'image/png', 'application/gzip'])(
    'is decoded where it is binary, and refused where it is no base64: %s',
    (type) => {
      const picture = '<svg xmlns="http://www.w3.org/2000/svg"/>'
      const encoded = Buffer.from(picture).toString('base64')
      expect(answered(type, encoded)).toEqual({ status: 200, body: picture })
      expect(answered(type, encoded.replaceAll('=', ''))).toEqual({ status: 200, body: picture })
      for (const none of [picture, 'YQ=', 'Y', 'YQ==\n', 'Y-_a'])
        expect(answered(type, none)).toMatchObject({ status: 400 })
    },
  )

  test('may be a value, may be empty, and is none where it is no object', () => {
    expect(answered(undefined, { a: 1 })).toEqual({ status: 200, body: '{"a":1}' })
    expect(answered('image/png', undefined)).toEqual({ status: 200, body: '' })
    expect(carried('text')).toBeUndefined()
    expect(carried({ body: 7 })).toBeUndefined()
  })

  test('is as large as it travels inside the platform, and not as it comes out', () => {
    const headers = { 'content-type': 'image/png' }
    expect(carried({ headers, body: 'A'.repeat(4000) })).toMatchObject({ carriedBytes: 4000 })
    expect(carried({ body: 'ä'.repeat(10) })).toMatchObject({ carriedBytes: 20 })
  })
})
